// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

/// When the events of a handler are filtered; nil for never.
private func filter(_ body: String, also: String = "", condition: String = "") throws -> String? {
    let text = try captureText("probe kernel.function(\"probed\") \(condition) { \(body) }\n\(also)")
    return text.split(separator: "\n").first { $0.hasPrefix("filtered when: ") }.map { String($0.dropFirst(15)) }
}

@Test func leadingGuardsRunInTheKernel() throws {
    #expect(try filter("if (pid() != target()) next; println(1)") == "pid() != 42")
    #expect(try filter("if (pid() == target()) println(1)") == "pid() != 42")
    #expect(try filter("if ($o->kind) println(1)") == "!load s16[arg0]")
}

@Test func bothSidesOfAnOrCount() throws {
    #expect(
        try filter("if (pid() != 3 || $number != 4) next; println(1)") == "(pid() != 3) ? 1 : (s32(arg1) != 4)")
}

@Test func effectsBeforeTheGuardSendTheEvent() throws {
    #expect(try filter("n++; if (pid() != 3) next; println(n)", also: "global n") == nil)
    #expect(try filter("println(1)") == nil)
}

@Test func readsBeforeTheGuardDoNot() throws {
    #expect(try filter("x = $o->kind; if (pid() != 3) next; println(x)") == "pid() != 3")
}

@Test func unknownConditionsNeedBothSides() throws {
    #expect(try filter("if (execname() != \"x\") next; println(1)") == nil)
    #expect(
        try filter("if (pid() != 3) next; println(1)", also: "global on probe begin { on = 1 }", condition: "if (on)")
            == "pid() != 3")
}

@Test func loopsAreNoGuards() throws {
    #expect(try filter("while (i < 3) i++; if (pid() != 3) next; println(1)") == nil)
}

@Test func aHandlerWithoutEffectIsNeverSent() throws {
    #expect(try filter("if (target() != 42) println(1)") == "1")
}

@Test func returnsFilterByTheirEntryValues() throws {
    let text = try captureText("probe kernel.function(\"probed\").return { if ($o->kind != 2) next; println($return) }")
    #expect(text.contains("filtered when: @entry(load s16[arg0]) != 2"))
}

@Test func statisticsAreEffectsAndReadingThemIsNone() throws {
    #expect(try filter("x <<< $number; if (pid() != 3) next; println(@count(x))", also: "global x") == nil)
    #expect(try filter("if (pid() != 3) next; x <<< $number", also: "global x") == "pid() != 3")
    #expect(
        try filter("n = @count(x); if (pid() != 3) next; println(n)", also: "global x probe begin { x <<< 1 }")
            == "pid() != 3")
    #expect(try filter("if (@max(x) > 3) println(1)", also: "global x probe begin { x <<< 1 }") == nil)
    #expect(
        try filter("if (pid() == 3) print(@hist_log(x))", also: "global x probe begin { x <<< 1 }") == "pid() != 3")
}
