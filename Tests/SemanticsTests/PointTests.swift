// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

/// Probe points: families, aliases, wildcards, alternatives, errors.
@Suite struct PointTests {
    private func points(_ text: String, library: [String] = []) -> [String] {
        let result = analyzed(text, library: library)
        return result.program?.probes.map(\.point) ?? messages(result)
    }

    @Test(arguments: [
        ("begin", ["begin"]), ("begin(-5)", ["begin(-5)"]), ("end", ["end"]), ("error(2)", ["error(2)"]),
        ("never", ["never"]), ("init", ["begin(-9223372036854775808)"]), ("oneshot", ["begin"]),
        ("timer.s(1)", ["timer.s(1)"]), ("timer.ms(10).randomize(5)", ["timer.ms(10).randomize(5)"]),
        ("timer.hz(100)", ["timer.hz(100)"]), ("timer.jiffies(1)", ["timer.jiffies(1)"]),
        (
            "kernel.function(\"tcp_*msg\").return",
            [
                "kernel.function(\"tcp_recvmsg\").return", "kernel.function(\"tcp_sendmsg\").return",
            ]
        ),
        (
            "kernel.function(\"sock_sendmsg\").return.maxactive(5)",
            [
                "kernel.function(\"sock_sendmsg\").return.maxactive(5)"
            ]
        ),
        ("kernel.function(\"*sendmsg\").exported", ["kernel.function(\"sock_sendmsg\").exported"]),
        ("kprobe.function(\"asm_thing\")", ["kprobe.function(\"asm_thing\")"]),
        ("module(\"ext*\").function(\"ext4_r*\").call", ["module(\"ext4\").function(\"ext4_read\").call"]),
        ("kprobe.module(\"ext4\").function(\"ext4_read\")", ["kprobe.module(\"ext4\").function(\"ext4_read\")"]),
        (
            "kernel.trace(\"sock:*\")",
            ["kernel.trace(\"sock:sock_recv_length\")", "kernel.trace(\"sock:sock_send_length\")"]
        ),
        ("kernel.trace(\"sched_switch\")", ["kernel.trace(\"sched_switch\")"]),
        ("kernel.function(\"nosuch\")?, begin", ["begin"]),
        (
            "kernel.function(\"sock_sendmsg\")!, kernel.function(\"sock_recvmsg\")",
            ["kernel.function(\"sock_sendmsg\")"]
        ),
        ("kernel.function(\"nosuch\")!, kernel.function(\"sock_recvmsg\")", ["kernel.function(\"sock_recvmsg\")"]),
        ("{begin, end}", ["begin", "end"]),
        ("be*", ["begin"]),
    ])
    func resolved(point: String, expected: [String]) { #expect(points("probe \(point) { println(1) }") == expected) }

    @Test(arguments: [
        ("beginn", "while resolving probe point: 'beginn' <- probe point mismatch (similar: begin): 'beginn'"),
        (
            "timer",
            "while resolving probe point: 'timer' <- probe point truncated (follow: hz(number), jiffies(number), ms(number), msec(number), ns(number), nsec(number), profile, s(number), sec(number), us(number), usec(number)): 'timer'"
        ),
        ("timer.ms(0)", "while resolving probe point: 'timer' <- interval value out of range (1, 86400000): 'ms'"),
        (
            "timer.us(10)",
            "while resolving probe point: 'timer' <- interval value out of range (100, 86400000000): 'us'"
        ),
        (
            "timer.s(1).randomize(2)",
            "while resolving probe point: 'timer' <- randomization value out of range: 'randomize'"
        ),
        (
            "kernel.function(\"tcp_sendmgs\")",
            "while resolving probe point: 'kernel' <- no match (similar functions: tcp_sendmsg"
        ),
        ("kernel.function(\"zzz*\")", "while resolving probe point: 'kernel' <- no match"),
        (
            "kernel.function(\"f@net/*.c\")",
            "while resolving probe point: 'kernel' <- source files and lines are not supported: BTF says nothing of them: 'function'"
        ),
        (
            "kernel.function(\"f\").inline",
            "while resolving probe point: 'kernel' <- '.inline' probes are not supported"
        ),
        (
            "kernel.function(\"inlined_thing\")",
            "while resolving probe point: 'kernel' <- function 'inlined_thing' cannot be probed: inlined everywhere: 'function'"
        ),
        (
            "kernel.trace(\"sched_swich\")",
            "while resolving probe point: 'kernel' <- no match (similar tracepoints: sched_switch)"
        ),
        ("zz*", "while resolving probe point: 'zz' <- probe point mismatch: didn't find any wildcard matches"),
    ])
    func refused(point: String, message: String) {
        let found = errors("probe \(point) { println(1) }")
        #expect(found.first?.hasPrefix(message) == true, "\(found)")
    }

    @Test func aliasesShareLocalsWithTheBody() {
        let library = ["probe net.send = kernel.function(\"sock_sendmsg\") { name = \"send\"; kind = $sock->type }"]
        #expect(
            body("probe net.send { println(name, kind) }", library: library)
                == """
                (name) = ("send")
                (kind) = (@load(s16, (@argument(0, u64)) + (4)))
                printf("%s%d\\n", name, kind)
                """)
    }

    @Test func unknownSuffixesAreHandedOn() {
        let library = ["probe net.send = kernel.function(\"sock_sendmsg\") { name = \"s\" }"]
        let result = analyzed("probe net.send.return { println(name, $return) }", library: library)
        #expect(result.program?.probes.first?.point == "kernel.function(\"sock_sendmsg\").return")
        #expect(result.program?.probes.first?.scriptPoint == "net.send.return")
    }

    @Test func nestedAliasesWithEpilogues() {
        let library = [
            """
            probe inner = begin { println("inner") }
            probe outer = inner { println("outer") }, { println("after") }
            probe late += outer { println("late") }
            """
        ]
        #expect(
            body("probe late { println(\"user\") }", library: library)
                == ["inner", "outer", "user", "late", "after"].map { "printf(\"%s\\n\", \"\($0)\")" }
                .joined(separator: "\n"))
    }

    @Test func wildcardsOverAliases() throws {
        let library = [
            "probe net.a = begin { n = 1 } probe net.b = end { n = 2 } probe net.c = kernel.function(\"no\") { n = 3 }"
        ]
        let result = analyzed("probe net.* { println(n, pn()) }", library: library)
        #expect(result.program?.probes.map(\.scriptPoint) == ["net.a", "net.b"])
    }

    @Test func recursiveAliases() {
        let found = errors("probe loop { println(1) }", library: ["probe loop = loop2 {} probe loop2 = loop {}"])
        #expect(found.first?.contains("recursive loop in alias expansion of loop") == true, "\(found)")
    }

    @Test func failuresInsideAliasesNameBothPoints() {
        let found = errors("probe net.x { println(1) }", library: ["probe net.x = kernel.function(\"gone\") {}"])
        #expect(
            found == [
                "while resolving probe point: 'net' <- while resolving probe point: 'kernel' <- no match"
            ])
    }

    @Test func conditionsAreAnded() {
        let library = ["global on = 1; probe cond = begin if (on) {}"]
        let text = dump("global mine = 2; probe cond if (mine > 1) { println(1) }", library: library, verbose: false)
        #expect(text.contains("begin if (((mine) > (1)) && (on))"), "\(text)")
    }

    @Test func oneshotExits() { #expect(body("probe oneshot { println(1) }") == "printf(\"%d\\n\", 1)\nexit()") }

    @Test func namesOfTheirOwn() throws {
        let program = try #require(analyzed("probe init, oneshot { println(pn()) }").program)
        #expect(program.probes.map(\.scriptPoint) == ["init", "oneshot"])
        #expect(program.probes.map(\.point) == ["begin(-9223372036854775808)", "begin"])
    }

    @Test func anErrorOfManyPointsIsToldOnce() {
        #expect(errors("probe begin, end { println(nope()) }").count == 1)
    }

    @Test func timersInNanoseconds() throws {
        let program = try #require(
            analyzed(
                "probe timer.ms(10).randomize(2) { println(1) } probe timer.jiffies(3), timer.hz(3) { println(2) }"
            ).program)
        let events = program.probes.map { probe -> TimerEvent? in
            if case .timer(let event) = probe.event { return event }
            return nil
        }
        #expect(
            events == [
                TimerEvent(interval: 10_000_000, randomize: 2_000_000),
                TimerEvent(interval: 12_000_000, isJiffies: true),
                TimerEvent(interval: 333_333_333),
            ])
    }

    @Test func exactNamesNeverEnumerateTheKernel() {
        let catalog = FakeCatalog.miniature()
        let library = ["probe x = kernel.function(\"gone\") ?, kernel.function(\"sock_sendmsg\") {}"]
        let result = analyzed("probe x { println(1) }", library: library, catalog: catalog)
        #expect(result.program != nil)
        #expect(catalog.enumerations == 0)
    }
}
