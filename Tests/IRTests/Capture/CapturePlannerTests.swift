// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

/// The captures of a handler at the entry of `probed`.
private func capture(_ body: String, also: String = "") throws -> String {
    try captureText("\(also)\nprobe kernel.function(\"probed\") { \(body) }")
}

@Test func chainsBecomeOneSlot() throws {
    #expect(try capture("println($o->inner->value)") == "slot 0: int load s32[load u64[arg0 + 8]]")
    #expect(try capture("println($o->inner->next->next->value)").hasPrefix("slot 0: int load s32[load u64[load u64["))
}

@Test func argumentsAreRawAndExtendedByTheHandler() throws {
    let text = try handlerText("probe kernel.function(\"probed\") { println($number) }")
    #expect(text == "slot 0: int arg1\nb0:\naction 1\ni0 = slot 0\ni1 = s32(i0)\nprint \"%d\\n\", i1\nreturn")
}

@Test func equalReadsShareASlot() throws {
    let text = try capture("println($o->kind, pid()); if (pid() == 1) println($o->kind, execname(), execname())")
    #expect(text == "slot 0: int load s16[arg0]\nslot 1: int pid()\nslot 2: string execname()")
}

@Test func whatIsNotUsedIsNotRead() throws {
    #expect(
        try capture("x = $o->kind; y = kernel_string($text); z = $o->inner->value; println(z)")
            == "slot 0: int load s32[load u64[arg0 + 8]]")
}

@Test func bitFieldsKeepTheirBits() throws {
    #expect(try capture("println($o->high)") == "slot 0: int load u8 bits 3..7 of [arg0 + 2]")
}

@Test func branchesChooseTheAddress() throws {
    let text = try capture(
        "if ($number == 1) p = $o->inner; else if ($number == 2) p = $text; println(@cast(p, \"inner\")->value)")
    #expect(
        text.contains(
            "load s32[(s32(arg1) == 1) ? load u64[arg0 + 8] : ((s32(arg1) == 2) ? arg2 : 0)]"))
}

@Test func conditionsOfExpressionsChooseToo() throws {
    let text = try capture("println(@cast($number > 0 && $text ? $o : 0, \"outer\")->kind)")
    #expect(text.contains("slot 0: int load s16[(s32(arg1) > 0) ? (arg2 ? arg0 : 0) : 0]"))
}

@Test func pathsThatLeaveDoNotChoose() throws {
    let text = try capture(
        "if ($number == 1) { p = $o->inner; if ($text) next } else next; println(@cast(p, \"inner\")->value)")
    #expect(text.contains("int load s32[load u64[arg0 + 8]]"))
}

@Test func whatALoopDoesNotChangeStaysKnown() throws {
    let text = try capture("p = $o->inner; while (n < 3) { n++; println(@cast(p, \"inner\")->value) }")
    #expect(text == "slot 0: int load s32[load u64[arg0 + 8]]")
}

@Test func strings() throws {
    let text = try capture(
        "println(kernel_string($text), user_string($text), kernel_string_n($text, 16), kernel_string_n($text, 9999))")
    #expect(
        text == """
            slot 0: string kernel_string(arg2, 511)
            slot 1: string user_string(arg2, 511)
            slot 2: string kernel_string(arg2, 16)
            """)
}

@Test func lengthsThatTheKernelCannotKnowCutLater() throws {
    let text = try handlerText("global n = 3\nprobe kernel.function(\"probed\") { println(kernel_string_n($text, n)) }")
    #expect(text.contains("slot 0: string kernel_string(arg2, 511)"))
    #expect(text.contains("s0 = slot 0\ni1 = 0\ns1 = substr(s0, i1, i0)\nprint \"%s\\n\", s1"))
}

@Test func rawArgumentsAndReturnValues() throws {
    #expect(try capture("println(register_argument(2))") == "slot 0: int arg1")
    #expect(
        try captureText("probe kernel.function(\"probed\").return { println(returnval(), $return) }")
            == "slot 0: int return value")
}

@Test func readabilityAsksTheSlot() throws {
    let text = try handlerText("probe kernel.function(\"probed\") { println($o->inner$) }")
    #expect(text.contains("= can read slot"))
    #expect(text.contains("\"ERROR\""))
}

@Test func printedMemoryBecomesBytes() throws {
    let text = try handlerText("probe kernel.function(\"probed\") { printf(\"%8.3M|%.1m\\n\", $o, $text) }")
    #expect(text.contains("slot 0: int load u16[arg0]\nslot 1: int load u8[arg0 + 2]\nslot 2: int load u8[arg2]"))
    #expect(text.contains("print \"  %02x%02x%02x|%c\\n\", "))
}

@Test func printedMemoryOfUnknownSizeIsReadLate() throws {
    let script = "global n\nprobe kernel.function(\"probed\") { printf(\"%.*M %#.300m\", n++, $o, $text) }"
    #expect(try handlerText(script).contains("print \"%.*M %#.300m\", "))
    #expect(try late(script) == ["printf: memory that is printed: its size is not a small constant"])
    let plan = try #require(try lowered(script).program.captures[0])
    #expect(plan.facts.keys.contains(.context(.pid)))
}

/// The late reads of the first probe, with their tokens.
private func late(_ script: String) throws -> [String] {
    let program = try lowered(script).program
    return (program.captures[0]?.lateReads ?? []).map {
        "\(program.sites[Int($0.site)].token.content): \($0.reason)"
    }
}

@Test func addressesTheKernelCannotKnowAreReadLate() throws {
    let script = """
        global a, b
        probe kernel.function("probed") {
          println(@cast(a, "inner")->next->value)
          println(kernel_string(b[1]))
          println(user_string(strtol("1", 10)))
          println($o->kind)
        }
        probe end { a = 1; b[1] = 2 }
        """
    #expect(
        try late(script) == [
            "@cast: kernel memory: the address depends on the global variable 'a'",
            "@cast: kernel memory: the address depends on another late read",
            "kernel_string: kernel memory: the address depends on the array 'b'",
            "user_string: user memory: the address depends on the result of 'strtol'",
        ])
    // What can be captured still is; user memory needs the process.
    #expect(try captureText(script) == "slot 0: int load s16[arg0]\nslot 1: int pid()")
}

@Test func addressesThatChangeInALoopAreReadLate() throws {
    let script = "global n\nprobe kernel.function(\"probed\") { for (i = 0; i < n; i++) println($o->table[i]) }"
    #expect(
        try late(script) == [
            "$o: kernel memory: the address depends on a variable that changes in a loop"
        ])
}

private let readableText = """
    function text:string(p:long) { return readable(kernel_string(p)) ? kernel_string(p) : "-" }
    """

@Test func lateTestsAskForEachRead() throws {
    let text = try handlerText(
        "global a\nprobe kernel.function(\"probed\") { println(f($o->inner, a++)) }",
        library: """
            function f:long(p:long, n:long) {
              return readable(@cast(@cast(p, "inner")->next + n, "inner")->next->value) ? 1 : 0
            }
            """)
    #expect(text.contains("= can read slot"))
    #expect(text.contains("= can read load u64"))
    #expect(text.contains("= can read load s32"))
}

@Test func capturedTestsAskOnce() throws {
    let text = try captureText(
        "probe kernel.function(\"probed\") { println(text($o->inner->next)) }", library: readableText)
    #expect(text == "slot 0: string kernel_string(load u64[load u64[arg0 + 8] + 16], 511)")
}
