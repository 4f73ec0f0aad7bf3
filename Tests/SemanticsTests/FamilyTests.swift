// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

/// Perf events, hooks, addresses, files: the families beside functions and tracepoints.
@Suite struct FamilyTests {
    private func kernel() -> FakeCatalog {
        let catalog = FakeCatalog.miniature()
        let int = catalog.declare("int", .integer(size: 4, isSigned: true, isCharacter: false))
        catalog.function(
            "bpf_lsm_file_open", returns: int,
            [KernelParameter(name: "file", type: catalog.pointer(to: catalog.forward("struct file")))])
        catalog.function("bpf_lsm_task_freed", returns: .void, [])
        catalog.function("bpf_lsm_file_lock", returns: int, [KernelParameter(name: "cmd", type: int)])
        catalog.tracepoint("nf_done", system: "nf", module: "nf_core", [KernelParameter(name: "answer", type: int)])
        catalog.addresses = ["jiffies": 0xffff_ffff_8260_6980, "odd": 0xffff_ffff_8260_6981]
        return catalog
    }

    private func event(_ point: String, guru: Bool = false) throws -> ProbeEvent {
        var options = AnalysisOptions()
        options.guruMode = guru
        let result = analyzed("probe \(point) { println(1) }", options: options, catalog: kernel())
        return try #require(result.program?.probes.first?.event, "\(messages(result))")
    }

    private func failure(_ text: String, guru: Bool = false) -> String {
        var options = AnalysisOptions()
        options.guruMode = guru
        return messages(analyzed(text, options: options, catalog: kernel())).first ?? "no error"
    }

    @Test(arguments: [
        ("perf.type(1).config(2)", PerfEvent(.counter(type: 1, config: 2), rate: .period(1_000_000))),
        ("perf.type(0).config(0).sample(50000)", PerfEvent(.counter(type: 0, config: 0), rate: .period(50000))),
        ("perf.type(3).config(65536).hz(99)", PerfEvent(.counter(type: 3, config: 65536), rate: .frequency(99))),
        ("timer.profile", PerfEvent(.profile, rate: .period(4_000_000))),
        ("timer.profile.tick", PerfEvent(.profile, rate: .period(4_000_000))),
        ("timer.profile.freq.hz(1000)", PerfEvent(.profile, rate: .period(1_000_000))),
        (
            "kernel.data(\"jiffies\").write",
            PerfEvent(.data(address: 0xffff_ffff_8260_6980, length: 1, onlyWrites: true), rate: .period(1))
        ),
        (
            "kernel.data(0x1000).length(8).rw",
            PerfEvent(.data(address: 0x1000, length: 8, onlyWrites: false), rate: .period(1))
        ),
    ])
    func perfEvents(point: String, expected: PerfEvent) throws {
        guard case .perf(let found) = try event(point) else {
            Issue.record("no perf event")
            return
        }
        #expect(found == expected)
    }

    @Test func perfEventsOfProcesses() throws {
        func found(_ point: String, target: SessionTarget = .none) throws -> (point: String, scope: ProcessScope) {
            let catalog = kernel()
            catalog.target = target
            let probe = try #require(
                analyzed("probe \(point) { println(1) }", catalog: catalog).program?.probes.first)
            guard case .perf(let event) = probe.event else { throw NoPerfEvent() }
            #expect(event.scope == probe.event.scope)
            return (probe.point, event.scope)
        }
        let named = try found("perf.type(1).config(2).sample(3).process(\"app\")")
        #expect(named.point == "perf.type(1).config(2).sample(3).process(\"/bin/app\")")
        #expect(named.scope == .programs([FakeCatalog.app]))
        let several = try found("perf.type(1).config(2).process(\"/bin/*\")")
        #expect(several.point == "perf.type(1).config(2).process(\"/bin/*\")")
        #expect(several.scope == .programs([FakeCatalog.app, FakeCatalog.bare]))
        #expect(try found("perf.type(1).config(2).process", target: .command(["app"])).scope == .target)
        #expect(try found("perf.type(1).config(2)").scope == .every)
    }

    private struct NoPerfEvent: Error {}

    @Test(arguments: [
        (
            "perf.type(1).config(2).sample(0)",
            "while resolving probe point: 'perf' <- the number of 'sample' must be at least 1: 'sample'"
        ),
        (
            "perf.type(1).config(2).hz(9999999)",
            "while resolving probe point: 'perf' <- the number of 'hz' is out of range: 'hz'"
        ),
        (
            "perf.type(1).config(2).process(\"/bin/nix\")",
            "while resolving probe point: 'perf' <- cannot find the program of '/bin/nix': No such file or directory: "
                + "'process'"
        ),
        (
            "perf.type(1).config(2).hz(5).process",
            "while resolving probe point: 'perf' <- a process probe without a path needs the command of -c or the process "
                + "of -x: 'process'"
        ),
        (
            "timer.profile.freq.hz(0)",
            "while resolving probe point: 'timer' <- interval value out of range (1, 10000): 'hz'"
        ),
        (
            "kernel.data(\"nothing\").write",
            "while resolving probe point: 'kernel' <- the kernel's symbol table does not tell an address of this name: "
                + "'data'"
        ),
        (
            "kernel.data(\"jiffies\").length(3).write",
            "while resolving probe point: 'kernel' <- a length of 3 bytes cannot be watched: it must be 1, 2, 4 or 8: "
                + "'length'"
        ),
        (
            "kernel.data(\"odd\").length(4).rw",
            "while resolving probe point: 'kernel' <- 4 bytes cannot be watched at an address that is not a multiple of "
                + "4: 'data'"
        ),
        (
            "kernel.lsm(\"file_opne\")",
            "while resolving probe point: 'kernel' <- no match (similar hooks: file_open, file_lock)"
        ),
        (
            "kernel.statement(0x1234).absolute",
            "while resolving probe point: 'kernel' <- absolute statement probe in unprivileged script; need stap -g: "
                + "'statement'"
        ),
        (
            "kernel.statement(\"f@a.c:1\")",
            "while resolving probe point: 'kernel' <- '.statement' probes are not supported: BTF says nothing of source "
                + "lines, inlined functions and labels: 'statement'"
        ),
        (
            "procfs(\"../x\").read",
            "while resolving probe point: 'procfs' <- procfs path '../x' cannot be used: it must be relative, without "
                + "'.' and '..': 'procfs'"
        ),
        (
            "procfs.read.maxsize(0)",
            "while resolving probe point: 'procfs' <- maxsize must be greater than 0 and at most 1048576: 'maxsize'"
        ),
        (
            "procfs.umask(01777).write",
            "while resolving probe point: 'procfs' <- procfs umask out of range: 'umask'"
        ),
        (
            "module(\"nosuch\").function(\"f\")",
            "while resolving probe point: 'module' <- module 'nosuch' is not loaded: only a loaded module's functions are "
                + "known, so load it first: 'module'"
        ),
        (
            "java(\"x\").class(\"y\").method(\"z\")",
            "while resolving probe point: 'java' <- 'java' probes are not supported: they need a helper inside the Java "
                + "interpreter: 'java'"
        ),
        (
            "python3.module(\"m\").function(\"f\")",
            "while resolving probe point: 'python3' <- 'python3' probes are not supported: they need a helper inside the "
                + "Python interpreter: 'python3'"
        ),
        (
            "debuginfod.archive(\"g\").process(\"p\")",
            "while resolving probe point: 'debuginfod' <- 'debuginfod' probes are not supported: swtap uses no "
                + "debuginfo: 'debuginfod'"
        ),
        (
            "netfilter.hook(\"NF_INET_LOCAL\").pf(\"NFPROTO_IPV4\")",
            "while resolving probe point: 'netfilter' <- unknown netfilter hook 'NF_INET_LOCAL' (there are "
                + "NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN, NF_INET_FORWARD, NF_INET_LOCAL_OUT, NF_INET_POST_ROUTING): 'hook'"
        ),
        (
            "netfilter.hook(\"NF_INET_LOCAL_IN\").pf(\"NFPROTO_ARP\")",
            "while resolving probe point: 'netfilter' <- netfilter probes on 'NFPROTO_ARP' are not supported: eBPF has "
                + "hooks for NFPROTO_IPV4 and NFPROTO_IPV6 only: 'pf'"
        ),
        (
            "netfilter.hook(\"NF_INET_LOCAL_IN\").pf(\"NFPROTO_IPV4\").priority(0x7fffffff)",
            "while resolving probe point: 'netfilter' <- netfilter priority out of range: 'priority'"
        ),
    ])
    func refused(point: String, message: String) { #expect(failure("probe \(point) { println(1) }") == message) }

    @Test func addresses() throws {
        for point in ["kernel.statement(4660).absolute", "kprobe.statement(0x1234).absolute"] {
            guard case .address(0x1234) = try event(point, guru: true) else {
                Issue.record("\(point)")
                continue
            }
        }
        #expect(
            failure("probe kernel.statement(1).absolute { println($x) }", guru: true)
                == "a probe at an address has no variables: use int_arg(n), pointer_arg(n) …: '$x'")
    }

    @Test func hooksHaveTheirParameters() throws {
        let result = analyzed(
            "probe kernel.lsm(\"file_*\") { println(ppfunc(), $$parms) }", catalog: kernel())
        let program = try #require(result.program, "\(messages(result))")
        #expect(program.probes.map(\.point) == ["kernel.lsm(\"file_lock\")", "kernel.lsm(\"file_open\")"])
        #expect(program.probes.map(\.functionName) == ["file_lock", "file_open"])
        #expect(
            failure("probe kernel.lsm(\"file_open\") { println($fil) }")
                == "unable to find parameter 'fil' of 'file_open' (alternatives: $file $return): '$fil'")
        #expect(
            body("probe kernel.lsm(\"file_open\") { println($return, $$return) }", catalog: kernel())
                == "printf(\"%d%s\\n\", @return(s32), sprintf(\"return=%#x\", @return(s32)))")
        #expect(
            failure("probe kernel.lsm(\"file_open\") { println($ctx) }")
                == "'$ctx' is not supported: it is the address of eBPF's own copy of the arguments; name them, as $$parms "
                + "does: '$ctx'")
        #expect(
            failure("probe kernel.lsm(\"file_open\") { $return = -1 }")
                == "write to target variable not permitted; need stap -g: '$return'")
        #expect(
            failure("probe kernel.lsm(\"file_open\") { $return = -1 }", guru: true)
                == "write to target variable not supported: swtap looks on at hooks and lets everything pass: '$return'"
        )
        #expect(
            failure("probe kernel.lsm(\"task_freed\") { println($return) }")
                == "hook 'task_freed' has no return value: '$return'")
    }

    @Test func packets() throws {
        let catalog = kernel()
        let int = catalog.declare("int", .integer(size: 4, isSigned: true, isCharacter: false))
        let packet = catalog.composite("struct sk_buff", size: 8, [KernelMember(name: "len", type: int, bitOffset: 0)])
        let state = catalog.composite(
            "struct nf_hook_state", size: 8, [KernelMember(name: "hook", type: int, bitOffset: 32)])
        catalog.function(
            "nf_hook_slow", returns: int,
            [
                KernelParameter(name: "skb", type: catalog.pointer(to: packet)),
                KernelParameter(name: "state", type: catalog.pointer(to: state)),
            ])
        let point = "netfilter.hook(\"NF_INET_LOCAL_OUT\").pf(\"NFPROTO_IPV6\").priority(-5)"
        let result = analyzed("probe \(point) { println($skb->len, $hooknum) }", catalog: catalog)
        let program = try #require(result.program, "\(messages(result))")
        guard case .netfilter(let event) = program.probes[0].event else {
            Issue.record("no netfilter event")
            return
        }
        #expect(event.hook == 3 && event.family == 10 && event.priority == -5 && event.parameters.count == 2)
        let text = dumpPass2(program, verbose: true)
        #expect(text.contains("@load(s32, @argument(1, u64))"), "\(text)")
        #expect(text.contains("@load(s32, (@argument(0, u64)) + (4))"), "\(text)")
        #expect(
            messages(analyzed("probe \(point) { println($verdict) }", catalog: catalog))
                == ["'$verdict' is not supported: swtap lets all packets pass: '$verdict'"])
        #expect(
            failure("probe \(point) { println($skb) }")
                == "BTF does not describe what netfilter hooks are given: '$skb'")
    }

    @Test func tracepointsByPosition() throws {
        let result = analyzed(
            "probe module(\"nf*\").tracepoint(\"nf_*\") { println($arg1) }", catalog: kernel())
        let program = try #require(result.program, "\(messages(result))")
        #expect(program.probes.map(\.point) == ["module(\"nf_core\").tracepoint(\"nf_done\")"])
        #expect(
            failure("probe kernel.tracepoint(\"nf_done\") { println(1) }")
                == "while resolving probe point: 'kernel' <- no match")
        #expect(
            failure("probe kernel.tracepoint(\"sched_switch\") { println($prev) }").hasPrefix(
                "unable to find parameter 'prev' of 'sched_switch' (alternatives: $arg1"))
    }

    @Test(arguments: [
        ("procfs.read", ProcfsEvent(path: "command", isRead: true)),
        ("procfs(\"a/b\").write", ProcfsEvent(path: "a/b", isRead: false)),
        ("procfs(\"a\").read.maxsize(2000)", ProcfsEvent(path: "a", isRead: true, maxSize: 2000)),
        ("procfs(\"a\").umask(022).read", ProcfsEvent(path: "a", isRead: true, umask: 0o022)),
        ("procfs(\"a\").write.umask(0)", ProcfsEvent(path: "a", isRead: false, umask: 0)),
    ])
    func files(point: String, expected: ProcfsEvent) throws {
        guard case .procfs(let found) = try event(point) else {
            Issue.record("no file")
            return
        }
        #expect(found == expected)
    }

    @Test(arguments: [
        (
            "probe procfs.read { println($value) }",
            "procfs $value variable cannot be read in a procfs read probe: '$value'"
        ),
        (
            "probe procfs.write { $value = \"x\" }",
            "procfs $value variable is read-only in a procfs write probe: '$value'"
        ),
        ("probe procfs.read { $x = \"x\" }", "invalid target symbol for procfs probe, $value expected: '$x'"),
        ("probe procfs.write { println($x) }", "invalid target symbol for procfs probe, $value expected: '$x'"),
        (
            "probe procfs.write { println($value->x) }",
            "procfs $value is a string: it has no members, elements and address: '$value'"
        ),
        (
            "probe procfs.read { $value = \"a\" } probe procfs.read { $value = \"b\" }",
            "only one read procfs probe can exist for procfs path \"command\": 'procfs'"
        ),
        ("probe procfs.read { $value = 1 }", "type mismatch: expected string but found long: '1'"),
    ])
    func fileValues(script: String, message: String) {
        #expect(failure(script) == message)
    }

    @Test func counters() throws {
        let result = analyzed(
            "probe process(\"app\").function(\"work\") { println(@perf(\"b\"), @perf(\"a\")) } "
                + "probe perf.type(1).config(2).process(\"app\").counter(\"a\") {} probe perf.type(1).config(3).counter(\"b\") {}"
        )
        let program = try #require(result.program, "\(messages(result))")
        #expect(result.warnings.isEmpty)
        #expect(
            dumpPass2(program, verbose: true).contains(
                "printf(\"%d%d\\n\", perf_counter(1), perf_counter(0))"))
        #expect(
            program.probes.map(\.point) == [
                "process(\"/bin/app\").function(\"work\")",
                "perf.type(1).config(2).process(\"/bin/app\").counter(\"a\")", "perf.type(1).config(3).counter(\"b\")",
            ])
        guard case .counter(let event) = program.probes[1].event else {
            Issue.record("no counter")
            return
        }
        #expect(event.counterName == "a" && event.scope == .programs([FakeCatalog.app]))
        #expect(!program.probes[1].event.isKernel)
        let warned = warnings(
            "probe perf.type(1).config(2).counter(\"c\") { println(1) } probe process.end { println(@perf(\"c\")) }")
        #expect(
            warned == ["the handler of a counter never runs: read it by @perf(\"c\") in a process probe: 'perf'"])
    }

    @Test(arguments: [
        ("probe begin { println(@perf(\"c\")) }", "@perf is only valid in process probes: '@perf'"),
        (
            "probe process.end { println(@perf(\"cont\")) } probe perf.type(1).config(2).counter(\"count\") {}",
            "perf counter 'cont' not defined (similar: count): '@perf'"
        ),
        (
            "probe perf.type(1).config(2).counter(\"c\"), perf.type(1).config(3).counter(\"c\") {} "
                + "probe process.end { println(@perf(\"c\")) }",
            "perf counter 'c' is defined twice: 'perf'"
        ),
    ])
    func counterProblems(script: String, message: String) {
        #expect(failure(script) == message)
    }

    @Test func fileValueInAFunction() {
        #expect(
            failure(
                "function f() { $value .= \"x\" } probe procfs.read { f() } "
                    + "probe procfs(\"w\").write, procfs(\"w2\").write { println($value) }") == "no error")
    }
}
