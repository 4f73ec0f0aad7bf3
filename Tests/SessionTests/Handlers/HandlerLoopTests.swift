// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Kernel
import Testing

@testable import Session

/// Loops and caught errors of handlers in the kernel, by each mechanism that there is.
@Suite(.enabled(if: HandlerRun.isPossible, "no eBPF here"), .serialized)
struct HandlerLoopTests {
    static let events: [[UInt64]] = [[0, 1], [0, 0], [0, 5], [0, UInt64(bitPattern: -3)], [0, 77]]

    /// Runs a script in the Evaluator and in the kernel, which must take it; what it printed and said.
    private func same(_ script: String, maxErrors: Int = 5, without: Set<Feature> = []) throws -> HandlerOutcome {
        let program = try HandlerRun.program(script, maxErrors: maxErrors)
        let wanted = try HandlerRun.run(program, events: Self.events, inKernel: false)
        let found = try HandlerRun.run(program, events: Self.events, inKernel: true, without: without)
        #expect(found.output == wanted.output)
        #expect(found.messages == wanted.messages)
        let captured = program.captures.indices.filter { program.captures[$0] != nil }
        #expect(found.inKernel == Set(captured), "\(script)")
        return found
    }

    static let scripts = [
        "for (i = 0; i < $id; i++) n += i",
        "while (1) { if (++i > 5) break; if (i == 2) continue; n += i }",
        "for (i = 0; i < 4; i++) for (j = 0; j < 5; j++) { if (j > i) break; a[i] += j }",
        "for (i = 0; i < 40; i++) { if (i % 3 == 0) continue; if (i == $id) next; n++ }",
        "for (i = 3; i--; ) { printf(\"%d\\n\", i); n++ } printf(\"end %d\\n\", n)",
        "for (i = 0; i < 6; i++) { if (i & 1) println(\"odd \", i, \" \", n); else n = i; if (i == 4) println(\"four\") }",
        "try { n += 10 / ($id - 5) } catch { n += 1000 }",
        "for (i = 0; i < 4; i++) { try { n += 12 / (i - 2); n++ } catch { n += 100; continue } n += 10000 }",
        "try { try { n = 1; n = 3 / ($id - $id) } catch { n += 10; n += 1 / ($id & 1) } } catch { n += 100 }",
        "try { for (i = 5; ; i--) n += 60 / i } catch { n = -n }",
        "do_not_exist = 0; try { n += @cast($id, \"struct task_struct\")->pid } catch { n += 7 }",
        "n = f($id); a[n] = g(n)",
        "try { n = f(3); n = g(0) } catch { n = 99 }",
        "try { n = 10 / ($id - 5) } catch (m) { n = 3; println(m) }",
        "try { n = @cast($id, \"struct task_struct\")->pid } catch (m) { println(m, \" \", strlen(m)); n = m == \"division by 0\" }",
        "try { n = 1; error(sprintf(\"own %d\", $id)); n = 2 } catch (m) { println(\"caught \", m) }",
        "if ($id == 5) error(\"five\"); n++",
        "if ($id == 5) { println(\"before\"); error(sprint(n, \" \", execname())) } n++",
        "try { b[$id]++; b[1]++; b[2]++; b[3]++ } catch (m) { println(m); n++ }",
        "for (i = 0; i < 4; i++) try { if (i == 1) error(\"x\" . sprint(i)); n += 4 / (i - 2) } catch (m) { printf(\"%d %s\\n\", i, m) }",
        "try { try { n = 1 / ($id - 5) } catch (m) { error(m . \" again\") } } catch (k) { println(k) }",
        "while (n < 100) { n += 7; while (n & 1) { n--; if (n == 30) break } }",
    ]
    static let declarations = """
        global n, a, b[2]
        function f(x) { while (x > 0) { if (x == 3) return 33; x -= 2; s += x } return s }
        function g(x) { for (i = 0; i < 3; i++) { if (x == i) return 5 / x; t += i } return t }

        """

    @Test(arguments: scripts) func loops(_ body: String) throws {
        let script =
            Self.declarations + "probe kernel.trace(\"sys_enter\") { \(body) }\n"
            + "probe end { println(n); foreach (k in a) println(k, \" \", a[k]); a[n] = f(1) + g(1); foreach (k in b) println(k); if (n == -7) b[1] = n }\n"
        _ = try same(script)
    }

    @Test func tooManyStatements() throws {
        do {
            let outcome = try same(
                "global n, m\nprobe kernel.trace(\"sys_enter\") {\n  if ($id != 5) next\n  while (1) {\n    n++\n    m += n }\n}\n"
                    + "probe end { println(n, \" \", m) }")
            #expect(
                outcome.messages.first
                    == "ERROR: MAXACTION exceeded near keyword at <input>:4:3 in probe kernel.trace(\"raw_syscalls:sys_enter\")"
            )
        }
    }

    @Test func tooManyStatementsCannotBeCaught() throws {
        let outcome = try same(
            "global n\nprobe kernel.trace(\"sys_enter\") {\n  try { while (1) n++ } catch { n = 0 }\n}\nprobe end { println(n) }",
            maxErrors: 0)
        #expect(outcome.messages.count == 2)
    }

    /// The lock is given back on each way out of a loop.
    @Test func locksAreGivenBack() throws {
        _ = try same(
            """
            global x, y
            probe kernel.trace("sys_enter") {
                for (i = 0; i < 10; i++) {
                    x = y + 1
                    y = x
                    if ($id == 5) next
                    if ($id == 77) x = 1 / 0
                    if ($id == 0) while (1) y++
                }
            }
            probe end { println(x, " ", y) }
            """)
    }

    /// A kernel without `bpf_loop` walks through few rounds only.
    @Test(arguments: [Feature.boundedLoop, .programTypes]) func withoutCallbacks(_ feature: Feature) throws {
        let script =
            Self.declarations
            + "probe kernel.trace(\"sys_enter\") { for (i = 0; i < $id; i++) { n += i; if (n == 77) println(n) } }"
            + "probe end { println(n); a[1] = f(1) + g(1) }"
        var program = try HandlerRun.program(script)
        let wanted = try HandlerRun.run(program, events: Self.events, inKernel: false)
        let captured = try HandlerRun.run(program, events: Self.events, inKernel: true, without: [feature])
        #expect(captured.inKernel.isEmpty)
        #expect(captured == wanted)
        program.limits.maxAction = 60
        let few = try HandlerRun.run(program, events: Self.events, inKernel: false)
        let walked = try HandlerRun.run(program, events: Self.events, inKernel: true, without: [feature])
        #expect(walked == few)
        #expect(walked.inKernel == [0])
    }
}
