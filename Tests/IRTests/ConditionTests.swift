// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax
import Testing

@testable import IR

private func lowered(_ script: String) throws -> IRProgram {
    let parsed = parse(
        SourceFile(name: "<input>", text: script),
        options: ParseOptions(environment: PreprocessorEnvironment(kernelRelease: "6.12.0")))
    let checked = try #require(analyze(user: [parsed.file], library: [], catalog: SmallKernel()).program)
    let result = lower(checked, options: LoweringOptions())
    #expect(result.diagnostics.isEmpty)
    #expect(validate(result.program) == [])
    return result.program
}

@Test func conditionsAreFunctionsOfTheirOwn() throws {
    let program = try lowered(
        """
        global on, most = 3, seen
        probe timer.s(1) if (on && most > 2) { println(1) }
        probe begin { on = 1; seen[1] = 2 }
        probe timer.s(2) if ([1] in seen) { println(2) }
        """)
    #expect(program.conditions.map { $0 != nil } == [true, false, true])
    let text = dump(program)
    #expect(text.contains("  armed when\n  b0:"))
}

@Test func handlersArmWhatReadsWhatTheyWrite() throws {
    let program = try lowered(
        """
        global a, b, c, d, s, n
        function set() { c = 5; deeper() }
        function deeper() { if (n > 3) next; d["x"]++ }
        function deeper() { delete s }
        probe timer.s(1) if (a) { println(0) }
        probe timer.s(1) if (b || a > 2) { println(1) }
        probe timer.s(1) if (c == 1 && ["x"] in d) { println(2) }
        probe timer.s(1) if (s == "on") { println(3) }
        probe timer.s(1) { println(4) }
        probe begin { a = 1 }
        probe begin { b++ }
        probe begin { set() }
        probe begin { println(a, b, c, s); delete d["y"] }
        probe begin { try { s = "on"; error("x") } catch (s) { println(n++) } }
        """)
    let triggers = ConditionTriggers(program)
    #expect(triggers.conditional == [0, 1, 2, 3])
    #expect(triggers.probes == [[], [], [], [], [], [0, 1], [1], [2, 3], [2], [3]])
}
