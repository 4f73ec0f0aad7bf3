// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

/// The body of a handler at the entry of `probed`.
private func handler(_ body: String, also: String = "") throws -> String {
    try handlerText("probe kernel.function(\"probed\") { \(body) }\n\(also)")
}

@Test func branchesThatDecideNothingGoWithWhatTheyRead() throws {
    // Pass 2 does not see through the call; what it was made for is not used.
    let text = try handler(
        "x = f($o); if (x < 0) x = $number; println(pid())",
        also: "function f(p) { if (p) return @cast(p, \"outer\")->kind; return -1 }")
    #expect(text.hasPrefix("slot 0: int pid()\nb0:\naction "))
    #expect(!text.contains("b1:"))
}

@Test func branchesThatChooseAValueStay() throws {
    let text = try handler("x = $o->kind; if (x < 0) x = $number; println(x)")
    #expect(text.contains("if i"))
    #expect(text.contains("slot 1: int arg1"))
}

@Test func whatOnlyChoseAnAddressIsNotSent() throws {
    let text = try handler("p = $o; if ($number == 1) p = $o->inner; println(@cast(p, \"inner\")->value)")
    #expect(text.hasPrefix("slot 0: int load s32[(s32(arg1) == 1) ? load u64[arg0 + 8] : arg0]\nb0:"))
    #expect(!text.contains("jump"))
}

@Test func loopsStayEvenWithoutEffect() throws {
    let text = try handler("while (n < 3) n++; println(1)")
    #expect(text.contains("action 1\nif") || text.contains("jump b1"))
}

@Test func guardsWithEffectsInTheirWayStay() throws {
    let text = try handler(
        "if ($number) g++; else println($text); println(2)", also: "global g probe end { println(g) }")
    #expect(text.contains("if i1 jump b1 else b2"))
}

@Test func equalValuesAreComputedOnce() throws {
    let text = try handler("println($number + 1, $number + 1); if (pid() == 3) println($number + 1)")
    #expect(text.components("= slot 0") == 1)
    #expect(text.components("s32(") == 1)
}

@Test func valuesOfOtherBranchesAreNotShared() throws {
    let text = try handler(
        "if ($number) { println(pid()) } else { println(pid(), tid()) } println(pid())", also: "")
    #expect(text.components("= slot 1\n") == 3)
}

@Test func variablesKeepTheirValueOnTheOtherPath() throws {
    // x is 0 unless the branch is taken: sharing the slot must not make it pid() everywhere.
    let text = try handler("println(pid()); if ($number) x = pid(); println(x)")
    #expect(text.contains("if i"))
    let last = try #require(text.split(separator: "\n").last { $0.hasPrefix("print") })
    let first = try #require(text.split(separator: "\n").first { $0.hasPrefix("print") })
    #expect(last != first)
}
