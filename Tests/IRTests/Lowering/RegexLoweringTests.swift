// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

@testable import IR

@Test func matchesAreOneOperationOverACompiledPattern() throws {
    let text = try handlerText(
        "global g probe begin { println(pp() =~ \"^a\", pp() !~ \"^a\"); g = pp() =~ \"b\" } probe end { println(g) }")
    #expect(text.contains("i0 = s0 =~ \"^a\"\n"))
    #expect(text.contains("i1 = s1 =~ \"^a\"\ni2 = !i1\n"))
    let program = try lowered("probe begin { println(pp() =~ \"a\", pn() =~ \"a\", pn() =~ \"b\") }").program
    #expect(program.regexes.map(\.pattern) == ["a", "b"])
    #expect(!program.notesMatches)
}

@Test func aMatchThatNothingUsesIsDroppedUnlessGroupsAreAskedFor() throws {
    let unused = "probe begin { if (pp() =~ \"a\") x = 1; println(2) }"
    #expect(try !handlerText(unused).contains("=~"))
    let program = try lowered("probe begin { pp() =~ \"a\"; println(matched(0)) }").program
    #expect(program.notesMatches)
    #expect(try handlerText("probe begin { pp() =~ \"a\"; println(matched(0)) }").contains("=~"))
}

@Test func capturedStringsAreMatchedInUserSpace() throws {
    let script = "probe kernel.function(\"probed\") { if (execname() =~ \"^ssh\" && pid() == 3) println(1) }"
    let text = try captureText(script)
    #expect(text.contains("execname") || text.contains("command"), "\(text)")
    #expect(try handlerText(script).contains("=~ \"^ssh\""))
    #expect(try loweringErrors(script) == [])
    // A guard behind the match still filters, as the match has no effect.
    let guarded = "probe kernel.function(\"probed\") { if (pid() != 3) next; if (execname() =~ \"a\") println(1) }"
    #expect(try captureText(guarded).contains("filtered when: pid() != 3"))
}

@Test func badPatternsAreErrorsOfTheirToken() throws {
    #expect(
        try loweringErrors("probe begin { println(pp() =~ \"[b\") }")
            == ["regex compilation error (at position 1): unclosed character class: '[b'"])
}
