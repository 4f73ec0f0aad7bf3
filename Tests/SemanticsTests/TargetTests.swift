// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

/// Target expressions become arguments, loads and arithmetic.
@Suite struct TargetTests {
    /// What `println(EXPRESSION)` prints in a probe, as the printer shows it.
    private func value(_ expression: String, at point: String = "kernel.function(\"tcp_sendmsg\")") -> String {
        let text = body("probe \(point) { println(\(expression)) }")
        let start = text.hasPrefix("printf(\"%d\\n\", ") || text.hasPrefix("printf(\"%s\\n\", ")
        return start && text.hasSuffix(")") ? String(text.dropFirst(15).dropLast()) : text
    }

    @Test(arguments: [
        ("$size", "@argument(2, u64)"),
        ("$sk->sk_protocol", "@load(u16, (@argument(0, u64)) + (64))"),
        ("$sk->sk_socket->type", "@load(s16, (@load(u64, (@argument(0, u64)) + (72))) + (4))"),
        // Anonymous members, structures within structures, unions.
        ("$sk->__sk_common->skc_daddr", "@load(u32, @argument(0, u64))"),
        ("$sk->__sk_common->skc_rcv_saddr", "@load(u32, (@argument(0, u64)) + (4))"),
        ("$msg->msg_iter->count", "@load(u64, (@argument(1, u64)) + (40))"),
        ("$sk->__sk_common->skc_v6_daddr->in6_u->u6_addr32[2]", "@load(u32, (@argument(0, u64)) + (32))"),
        // Bit-fields: within the declared integer, and across it.
        ("$sk->sk_no_check_tx", "@load(u8:1+1, (@argument(0, u64)) + (66))"),
        ("$sk->sk_kind", "@load(s16:6+4, (@argument(0, u64)) + (71))"),
        // Nested and character arrays.
        ("$sk->sk_matrix[1][2]", "@load(s32, (@argument(0, u64)) + (116))"),
        ("$sk->sk_name", "(@argument(0, u64)) + (80)"),
        ("$sk->sk_name[3]", "@load(s8, (@argument(0, u64)) + (83))"),
        ("$sk->sk_label[pid()]", "@load(s8, (@load(u64, (@argument(0, u64)) + (120))) + (pid()))"),
        ("$sk->sk_matrix[pid()][1]", "@load(s32, (((@argument(0, u64)) + (96)) + ((pid()) * (12))) + (4))"),
        ("&$sk->sk_protocol", "(@argument(0, u64)) + (64)"),
        ("&$sk->__sk_common", "@argument(0, u64)"),
        // User memory.
        ("@cast($msg->msg_iter->ubuf, \"int\")[1]", "@load(user s32, (@load(u64, (@argument(1, u64)) + (32))) + (4))"),
        // Casts.
        ("@cast(5, \"struct sock\")->sk_protocol", "@load(u16, 69)"),
        ("@cast($size, \"sock\", \"kernel<net/sock.h>\")->sk_protocol", "@load(u16, (@argument(2, u64)) + (64))"),
        ("@cast($size, \"int*\")[1]", "@load(s32, (@argument(2, u64)) + (4))"),
        (
            "@cast($size, \"struct sock**\")[1]->sk_protocol",
            "@load(u16, (@load(u64, (@argument(2, u64)) + (8))) + (64))"
        ),
        // Enumerators.
        ("$SS_CONNECTED", "3"), ("@enum(\"SS_FREE\")", "0"),
        ("@defined($sk)", "1"), ("@defined($nope)", "0"), ("@defined($sk->nope)", "0"),
        ("@defined($sk->__sk_common->skc_v6_daddr)", "1"), ("pid() && @defined($sk->nope)", "0"),
        ("@defined($sk->sk_socket->sk)", "1"), ("@defined(@cast(0, \"struct sock\")->sk_label)", "1"),
        ("@defined(@cast(0, \"struct nope\"))", "0"),
        ("@defined($nope) ? $nope : 7", "7"), ("!@defined($nope) && $size", "(1) && (@argument(2, u64))"),
        ("@defined($nope) && $nope", "0"), ("@defined($sk) || $nope", "1"),
        ("$$parms", "sprintf(\"sk=%#x msg=%#x size=%#x\", @argument(0, u64), @argument(1, u64), @argument(2, u64))"),
        ("$$vars", "sprintf(\"sk=%#x msg=%#x size=%#x\", @argument(0, u64), @argument(1, u64), @argument(2, u64))"),
        ("$$return", "\"\""),
    ])
    func values(expression: String, expected: String) {
        #expect(value(expression) == expected)
    }

    @Test(arguments: [
        ("$nope", "unable to find parameter 'nope' of 'tcp_sendmsg' (alternatives: $sk $msg $size): '$nope'"),
        ("$return", "'$return' is only valid in .return probes: '$return'"),
        (
            "$sk->sk_protocl",
            "unable to find member 'sk_protocl' for struct sock (alternatives: __sk_common sk_protocol sk_no_check_tx sk_kind sk_socket sk_name sk_matrix sk_label): 'sk_protocl'"
        ),
        ("$size->x", "invalid access '->x' vs 'unsigned long': 'x'"),
        ("$sk->__sk_common", "'struct sock_common' is being accessed instead of a member of the struct: '$sk'"),
        ("&$sk", "cannot take the address of '$sk': it is not in memory: '$sk'"),
        ("&$sk->sk_no_check_tx", "cannot take the address of the bit-field '$sk->sk_no_check_tx': '$sk'"),
        ("@entry($size)", "@entry is only valid in .return probes: '@entry'"),
        ("@cast(0, \"struct nope\")->x", "type definition 'struct nope' not found in 'kernel': '@cast'"),
        ("@var(\"jiffies\")", "unresolved @var() expression: '@var' <- no variable 'jiffies' in kernel"),
        ("$$locals", "'$$locals' is not supported: BTF says nothing of local variables: '$$locals'"),
        ("pid()->x", "unresolved target-symbol expression: 'pid'"),
    ])
    func problems(expression: String, message: String) {
        let found = errors("probe kernel.function(\"tcp_sendmsg\") { println(\(expression)) }")
        #expect(found == [message])
    }

    @Test func returnProbesReadParametersAtEntry() {
        let point = "kernel.function(\"sock_sendmsg\").return"
        #expect(value("$return", at: point) == "@return(s32)")
        #expect(value("$sock->type", at: point) == "@entry(@load(s16, (@argument(0, u64)) + (4)))")
        #expect(value("@entry($sock->type)", at: point) == "@entry(@load(s16, (@argument(0, u64)) + (4)))")
        #expect(value("@entry(ktime_get_ns() / 1000)", at: point) == "(@entry(ktime_get_ns())) / (1000)")
        #expect(
            value("$$vars", at: point)
                == "sprintf(\"sock=%#x msg=%#x return=%#x\", @entry(@argument(0, u64)), @entry(@argument(1, u64)), @return(s32))"
        )
        #expect(
            warnings("probe \(point) { println($sock) }")
                == ["confusing usage, consider @entry($sock) in .return probe: '$sock'"])
    }

    @Test func functionsAreExpandedAtEntry() {
        let library = [
            "function now_us() { return ktime_get_ns() / 1000 } function scaled(x, y) { return now_us() * x + y }"
        ]
        #expect(
            body(
                "probe kernel.function(\"tcp_sendmsg\").return { println(@entry(scaled(2, $size))) }", library: library)
                == "printf(\"%d\\n\", (((@entry(ktime_get_ns())) / (1000)) * (2)) + (@entry(@argument(2, u64))))")
    }

    @Test func returnedPointersAreReadAtReturn() {
        #expect(
            value("kernel_string($return)", at: "kernel.function(\"sys_named\").return")
                == "kernel_string(@return(u64))")
        #expect(value("$return[1]", at: "kernel.function(\"sys_named\").return") == "@load(s8, (@return(u64)) + (1))")
    }

    @Test func voidFunctionsHaveNoReturnValue() {
        let point = "kernel.function(\"sock_release\").return"
        #expect(
            errors("probe \(point) { println($return) }") == ["function 'sock_release' has no return value: '$return'"])
        #expect(value("@defined($return)", at: point) == "0")
    }

    @Test func parametersByValueAreRefused() {
        let found = errors("probe kernel.function(\"sys_named\") { println($a->in6_u->u6_addr8[0]) }")
        #expect(found == ["'$a' is passed by value (16 bytes): not supported: '$a'"])
    }

    @Test func probesWithoutTypes() {
        #expect(
            errors("probe kprobe.function(\"tcp_sendmsg\") { println($sk) }")
                == [
                    "kprobe probes have no variables: use int_arg(n), pointer_arg(n) … or a kernel.function probe: '$sk'"
                ])
        #expect(value("register_argument(1)", at: "kprobe.function(\"tcp_sendmsg\")") == "register_argument(1)")
        #expect(
            errors("probe kernel.function(\"asm_thing\") { println($x) }")
                == ["BTF does not describe the function 'asm_thing': it has no variables: '$x'"])
        #expect(errors("probe begin { println($x) }") == ["unresolved target-symbol expression: '$x'"])
    }

    @Test func tracepoints() {
        let point = "kernel.trace(\"sock_send_length\")"
        #expect(value("$ret", at: point) == "@argument(1, s32)")
        #expect(value("$sk->sk_protocol", at: point) == "@load(u16, (@argument(0, u64)) + (64))")
        #expect(value("$$name", at: point) == "\"sock_send_length\"")
        #expect(
            value("$$parms", at: point)
                == "sprintf(\"sk=%#x ret=%#x flags=%#x\", @argument(0, u64), @argument(1, s32), @argument(2, s32))")
    }

    @Test func autocast() {
        let point = "probe kernel.function(\"sock_sendmsg\")"
        #expect(
            body("\(point) { s = $sock; println(s->sk->sk_protocol) }")
                == "(s) = (@argument(0, u64))\nprintf(\"%d\\n\", @load(u16, (@load(u64, (s) + (24))) + (64)))")
        #expect(
            errors("\(point) { if (pid()) s = $sock; else s = $msg; println(s->type) }")
                == ["unresolved target-symbol expression: 's'"])
        // The type comes out of a function, and of a global that is assigned later in the text.
        let text = dump(
            """
            global kept
            function sk_of(s) { return @cast(s, "struct socket")->sk }
            probe end { println(kept->sk_protocol) }
            \(point) { println(sk_of($sock)->sk_protocol); kept = $sock->sk; x = kept; println(&x->sk_protocol, x->sk_name[0]) }
            """)
        #expect(text.contains("printf(\"%d\\n\", @load(u16, (sk_of(@argument(0, u64))) + (64)))"), "\(text)")
        #expect(text.contains("printf(\"%d\\n\", @load(u16, (kept) + (64)))"))
        #expect(text.contains("printf(\"%d%d\\n\", (x) + (64), @load(s8, (x) + (80)))"))
    }

    @Test func functionsThatUseTheContextAreCloned() throws {
        let result = analyzed(
            """
            function flags() { if (@defined($flags)) return $flags; return -1 }
            function twice() { return flags() * 2 }
            probe kernel.function("sock_sendmsg"), kernel.function("sock_recvmsg") { println(twice()) }
            """)
        let program = try #require(result.program)
        #expect(program.functions.map(\.name) == ["twice", "flags", "twice", "flags"])
        let text = dumpPass2(program, verbose: true)
        #expect(text.contains("return @argument(2, s32)"))
        #expect(text.contains("return -1"))
    }

    @Test(arguments: [
        ("@var(\"cpu_number\")", "@load(s32, (@load(u64, ((cpu()) * (8)) + (4294901760))) + (4096))"),
        ("&@var(\"cpu_number\")", "(@load(u64, ((cpu()) * (8)) + (4294901760))) + (4096)"),
        ("@var(\"init_socket@net/socket.c\")->type", "@load(s16, 4294905860)"),
        ("@var(\"init_socket\")->sk->sk_protocol", "@load(u16, (@load(u64, 4294905880)) + (64))"),
        ("&@var(\"init_socket\")", "4294905856"),
        ("&@var(\"untyped_count\")", "4294909952"),
        ("@cast(&@var(\"untyped_count\"), \"socket\")->type", "@load(s16, 4294909956)"),
        ("@var(\"cache\", \"ext4\")->type", "@load(s16, (@load(u64, 4294914048)) + (4))"),
        ("@defined(@var(\"init_socket\"))", "1"), ("@defined(@var(\"nope\"))", "0"),
        ("@kregister(4)", "register_argument(2)"), ("@kregister(3)", "register(\"rbx\")"),
        ("@uregister(16)", "u_register(\"rip\")"),
    ])
    func variables(_ expression: String, _ expected: String) {
        var options = AnalysisOptions()
        options.guruMode = true
        let script = "probe kernel.function(\"tcp_sendmsg\") { println(\(expression)) }"
        #expect(body(script, options: options) == "printf(\"%d\\n\", \(expected))")
    }

    @Test func writesAreRefused() {
        let script = "probe kernel.function(\"tcp_sendmsg\") { $size = 1 }"
        #expect(errors(script) == ["write to target variable not permitted; need stap -g: '$size'"])
        var options = AnalysisOptions()
        options.guruMode = true
        #expect(
            errors(script, options: options) == [
                "write to target variable not supported: eBPF programs cannot write the traced memory: '$size'"
            ])
    }

    @Test func prettyPrinting() {
        #expect(
            value("$sk->sk_socket$")
                == "((@readable(@load(u32, @load(u64, (@argument(0, u64)) + (72))))) && "
                + "(@readable(@load(u64, (@load(u64, (@argument(0, u64)) + (72))) + (32))))) ? "
                + "(sprintf(\"{.state=%d, .type=%d, .flags=%u, .sk=%p, .ops=%p}\", "
                + "@load(u32, @load(u64, (@argument(0, u64)) + (72))), "
                + "@load(s16, (@load(u64, (@argument(0, u64)) + (72))) + (4)), "
                + "@load(u64, (@load(u64, (@argument(0, u64)) + (72))) + (8)), "
                + "@load(u64, (@load(u64, (@argument(0, u64)) + (72))) + (24)), "
                + "@load(u64, (@load(u64, (@argument(0, u64)) + (72))) + (32)))) : (\"ERROR\")")
        let shallow = value("$sk$")
        #expect(
            shallow.contains(
                "{.__sk_common={...}, .sk_protocol=%u, .sk_no_check_tx=%u, .sk_kind=%d, .sk_socket=%p, .sk_name=%s, .sk_matrix=[...], .sk_label=%s}"
            ), "\(shallow)")
        let deep = value("$sk$$")
        #expect(
            deep.contains(".__sk_common={{.skc_addrpair=%u, {.skc_daddr=%u, .skc_rcv_saddr=%u}}, .skc_family=%u"),
            "\(deep)")
        #expect(deep.contains(".sk_matrix=[[%d, %d, %d], ...]"))
        #expect(value("$size$") == "sprintf(\"%u\", @argument(2, u64))")
        let entry = value("$sock$", at: "kernel.function(\"sock_sendmsg\").return")
        #expect(entry.hasPrefix("((@entry(@readable(@load(u32, @argument(0, u64))))) && "), "\(entry)")
    }

    @Test func enumeratorNames() {
        let text = body("probe kernel.function(\"sock_sendmsg\") { println(@enumname($sock->state)) }")
        #expect(
            text.contains(
                "((enumname 0) = (@load(u32, @argument(0, u64)))) == (0)) ? (\"SS_FREE\") : (((enumname 0) == (1)) ?"),
            "\(text)")
        #expect(text.contains("(sprintf(\"%d\", enumname 0))"))
        #expect(value("@enumname(1, \"socket_state\")") == "\"SS_UNCONNECTED\"")
    }

    @Test func readableIsForTapsets() {
        let library = ["function safe(a) { return readable(@kderef(8, a)) ? @kderef(8, a) : 0 }"]
        #expect(
            dump("probe begin { println(safe(1)) }", library: library).contains(
                "(@readable(@load(u64, a))) ? (@load(u64, a)) : (0)"))
        #expect(errors("probe begin { println(readable(1)) }").first?.hasPrefix("unresolved function readable") == true)
    }

    @Test func skippingBadVariables() {
        var options = AnalysisOptions()
        options.skipBadVariables = true
        #expect(
            body("probe kernel.function(\"tcp_sendmsg\") { println($nope) }", options: options)
                == "printf(\"%d\\n\", 0)")
    }
}
