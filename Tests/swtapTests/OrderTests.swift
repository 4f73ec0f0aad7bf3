// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@Suite("Order of a session: section 3.11")
struct OrderTests {
    private func run(_ script: String, _ arguments: String...) throws -> ProgramResult {
        switch arguments.count {
        case 0: try swtap("-e", script)
        case 1: try swtap("-e", script, arguments[0])
        case 2: try swtap("-e", script, arguments[0], arguments[1])
        default: try swtap("-e", script, arguments[0], arguments[1], arguments[2])
        }
    }

    @Test("begin and end by sequence number, ties by appearance, from the smallest number to the largest")
    func sequence() throws {
        let numbers = ["9223372036854775807", "5", "-5", "-9223372036854775808"]
        let probes = numbers.map { "probe begin(\($0)), end(\($0)) { println(pp()) }" }.joined(separator: "\n")
        let result = try run(
            """
            \(probes)
            probe begin { println("b1") } probe end { println("e1") }
            probe begin(0) { println("b2") } probe end(0) { println("e2") }
            probe init { println("init") }
            probe never { println("never") }
            probe begin(9223372036854775807) { exit() }
            """)
        #expect(result.status == 0)
        #expect(result.errors == "")
        #expect(
            result.output == """
                begin(-9223372036854775808)
                init
                begin(-5)
                b1
                b2
                begin(5)
                begin(9223372036854775807)
                end(-9223372036854775808)
                end(-5)
                e1
                e2
                end(5)
                end(9223372036854775807)

                """)
    }

    @Test("oneshot is a begin that ends the session")
    func oneshot() throws {
        let result = try run("probe oneshot { println(1) } probe begin { println(2) } probe end { println(3) }")
        #expect(result == ProgramResult(output: "1\n3\n", errors: "", status: 0))
    }

    @Test("exit() in an end probe changes nothing, abort() ends only that handler")
    func exitAtEnd() throws {
        let result = try run(
            """
            probe begin { exit() } probe begin { println("not") }
            probe end { exit(); println(1) } probe end { abort(); println("not") } probe end { println(2) }
            probe error { println("error") }
            """)
        #expect(result == ProgramResult(output: "1\n2\n", errors: "", status: 0))
    }

    @Test("An error in begin: no other begin probe, error probes in their order, all of them")
    func errorProbes() throws {
        let result = try run(
            """
            probe begin { error("first") } probe begin { println("begin") } probe end { println("end") }
            probe error(2) { println("e2") } probe error(-2) { println("e-2"); error("second"); println("not") }
            """)
        #expect(result.output == "e-2\ne2\n")
        #expect(
            result.errors == """
                ERROR: first near identifier 'error' at <input>:1:15 in probe begin
                ERROR: second near identifier 'error' at <input>:2:68 in probe error(-2)
                WARNING: Number of errors: 2, skipped probes: 0
                Pass 5: run failed.  [man error::pass5]

                """)
        #expect(result.status == 1)
    }

    @Test("An error in end: no other end probe, but the error probes")
    func errorAtEnd() throws {
        let result = try run(
            """
            probe begin { exit() } probe end { error("late") } probe end { println("end") }
            probe error { println("error") }
            """)
        #expect(result.output == "error\n")
        #expect(result.status == 1)
    }

    @Test("MAXERRORS errors are survived, one more is not")
    func maxErrors() throws {
        let script =
            "global n probe timer.ms(1) { println(++n); error(\"e\") } probe end { println(\"end\") }"
            + " probe error { println(\"error\") }"
        let result = try run(script, "-D", "MAXERRORS=2")
        #expect(result.output == "1\n2\n3\nerror\n")
        let line = "ERROR: e near identifier 'error' at <input>:1:44 in probe timer.ms(1)\n"
        #expect(
            result.errors == line + line + line
                + "WARNING: Number of errors: 3, skipped probes: 0\nPass 5: run failed.  [man error::pass5]\n")
        #expect(result.status == 1)
        let survived = try run(
            "probe begin { error(\"a\") } probe begin { println(2); exit() } probe end { println(3) }", "-D",
            "MAXERRORS=1")
        #expect(survived.output == "2\n3\n")
        #expect(survived.status == 0)
        #expect(survived.errors.hasSuffix("WARNING: Number of errors: 1, skipped probes: 0\n"))
    }

    @Test("--suppress-handler-errors counts errors, and nothing else")
    func suppressedErrors() throws {
        let result = try run(
            "probe begin { println(1); error(\"a\"); println(2) } probe begin { println(3); exit() }"
                + " probe end { println(4); error(\"b\") } probe error { println(5) }", "--suppress-handler-errors")
        #expect(
            result
                == ProgramResult(
                    output: "1\n3\n4\n", errors: "WARNING: Number of errors: 2, skipped probes: 0\n", status: 0))
    }

    @Test("MAXACTION counts statements; --suppress-time-limits needs guru mode and lifts it")
    func maxAction() throws {
        let loop = "global n probe begin { while (n < 20000) n++; println(n); exit() }"
        let limited = try run(loop)
        #expect(limited.output == "n=5000\n" || limited.output == "")
        #expect(
            limited.errors.hasPrefix("ERROR: MAXACTION exceeded near "), "\(limited.errors)")
        #expect(limited.status == 1)
        #expect(try run(loop, "-D", "MAXACTION=5000").output == "20000\n")
        #expect(try run(loop, "-D", "MAXACTION_INTERRUPTIBLE=50000").output == "20000\n")
        #expect(try run(loop, "-g", "--suppress-time-limits").output == "20000\n")
        let refused = try run(loop, "--suppress-time-limits")
        #expect(refused.status == 1)
        #expect(refused.output == "")
    }

    @Test("A timer's handler has a tenth of the statements of a begin handler")
    func maxActionOfTimers() throws {
        let body = "for (i = 0; i < 1500; i++) n++; println(n); exit()"
        let timer = try run("global n probe timer.ms(1) { \(body) }")
        #expect(timer.errors.hasPrefix("ERROR: MAXACTION exceeded near "))
        #expect(timer.errors.contains(" in probe timer.ms(1)\n"))
        #expect(timer.status == 1)
        #expect(try run("global n probe begin { \(body) }").output == "1500\n")
    }

    @Test("The safety patterns of -D and -G")
    func patterns() throws {
        let define = try run("probe begin { exit() }", "-D", "1x=2")
        #expect(define.errors == "ERROR: Safety pattern mismatch for -D parameter ('1x=2')\n")
        #expect(define.status == 1)
        let global = try run("global g probe begin { println(g); exit() }", "-G", "g=$(id)")
        #expect(global.errors == "ERROR: Safety pattern mismatch for -G parameter ('g=$(id)')\n")
        #expect(global.status == 1)
        #expect(try run("global g probe begin { println(g); exit() }", "-G", "g=-4").output == "-4\n")
    }

    @Test("A timer with a condition is armed while it holds, and starts anew")
    func armedTimer() throws {
        let result = try run(
            """
            global on, ticks, rounds
            probe timer.ms(2) if (on && rounds < 3) { ticks++; println("tick"); on = 0 }
            probe timer.ms(30) { println("round"); if (++rounds == 4) exit(); on = 1 }
            probe end { println(ticks) }
            """)
        #expect(result.output == "round\ntick\nround\ntick\nround\nround\n2\n")
        #expect(result.status == 0)
    }

    @Test("A condition must hold at begin and end, too; an error in it is the handler's")
    func conditions() throws {
        let result = try run(
            """
            global on = 1, zero
            probe begin if (on == 0) { println("not") }
            probe begin { on = 0 }
            probe begin if (on == 0) { println("yes") }
            probe begin { exit() }
            probe end if (on) { println("not") }
            probe end if (!on) { println("end") }
            """)
        #expect(result.output == "yes\nend\n")
        let failing = try run("global zero probe timer.ms(1) if (1 / zero) { println(1) } probe begin { zero = 0 }")
        #expect(
            failing.errors.hasPrefix("ERROR: division by 0 near operator '/' at <input>:1:37 in probe timer.ms(1)\n"))
        #expect(failing.status == 1)
    }
}
