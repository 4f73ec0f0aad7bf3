// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@Test func functionsThatReadTheKernelAreExpandedAndOthersCalled() throws {
    let text = try lowerText(
        """
        global log_of
        function reader(p) { return @cast(p, "inner")->value }
        function outer(p) { return reader(p) + 1 }
        function writer(n) { log_of[n]++; return n }
        probe kernel.function("probed") { println(outer($o->inner), writer($number)) }
        probe end { println(log_of[1]) }
        """)
    #expect(text.contains("int load s32[load u64[arg0 + 8]]"))
    #expect(text.contains("= writer(i"))
    #expect(!text.contains("outer(" + "i"))
    #expect(text.contains("function f"))
    #expect(!text.contains("function f0 reader"))
}

@Test func smallArithmeticIsExpandedSoThatTheKernelKnowsIt() throws {
    let text = try captureText(
        """
        function skip(p) { return p + 8 }
        probe kernel.function("probed") { println(kernel_string(skip($text))) }
        """)
    #expect(text == "slot 0: string kernel_string(arg2 + 8, 511)")
}

@Test func nextInAnExpandedFunctionTriesTheNextBodyWithTheOriginalArguments() throws {
    let text = try captureText(
        """
        function f:long(p) { if (p == 1) next; p = 5; return @cast(p, "inner")->value }
        function f:long(p) { return @cast(p, "outer")->kind }
        probe kernel.function("probed") { println(f($o)) }
        """)
    #expect(text == "slot 0: int arg0\nslot 1: int load s16[arg0]\nslot 2: int load s32[5]")
}

@Test func expandedOverloadsThatAreExhaustedSaySo() throws {
    let text = try handlerText(
        """
        function f:long(p) { if (p == 1) next; return @cast(p, "inner")->value }
        probe kernel.function("probed") { println(f($o)) }
        """)
    #expect(text.contains("next overload"))
}

@Test func leavingAnExpandedLoopEndsIt() throws {
    let text = try handlerText(
        """
        global m
        function f(p) { foreach (k in m) { if (k == @cast(p, "inner")->value) return 1 } return 0 }
        probe kernel.function("probed") { m[1] = 1; println(f($o)) }
        """)
    #expect(text.components("end loop 0") == 2)
}

@Test func sitesOfExpandedCodeNameTheCalls() throws {
    let result = try lowered(
        """
        function inner(p) { return @cast(p, "inner")->value }
        function outer(p) { return inner(p) }
        probe kernel.function("probed") { println(outer($o)) }
        """)
    let program = result.program
    let slot = try #require(program.handlers[0].blocks.flatMap(\.instructions).first { $0.op == .slotInteger })
    var names: [String] = []
    var site: Int32? = slot.site
    while let index = site {
        names.append(program.sites[Int(index)].token.content.description)
        site = program.sites[Int(index)].inlinedAt
    }
    #expect(names == ["@cast", "inner", "outer"])
}

@Test func recursionThatReadsTheKernelIsCalled() throws {
    let result = try lowered(
        """
        function f(p) { return p ? f(@cast(p, "inner")->next) + pid() : execname() == "x" }
        probe kernel.function("probed") { println(f($o)) }
        """)
    #expect(result.diagnostics.isEmpty)
    let plan = try #require(result.program.captures[0])
    // The first turn is expanded and captured; what the others ask of the event is in the record.
    let pid = try #require(plan.nodes.firstIndex(of: .context(.pid)))
    #expect(plan.slots.contains(.integer(node: pid)))
    #expect(plan.slots.contains(.string(.command)))
    #expect(Set(plan.facts.keys) == [.context(.pid), .context(.execname)])
    #expect(plan.lateReads.map(\.reason) == ["memory: 'f' is recursive or too large to be expanded"])
    #expect(result.program.handlers[0].blocks.flatMap(\.instructions).contains { $0.op == .call })
}

@Test func recursionAtTheEntryIsRefused() throws {
    let errors = try loweringErrors(
        """
        function f(p) { return p ? f(@cast(p, "inner")->next) : 0 }
        probe kernel.function("probed").return { println(@entry(f($o))) }
        """)
    #expect(
        errors == [
            "function 'f' is recursive and has to do with @entry: what is read when a function is entered must be known "
                + "before: 'f'"
        ])
}

@Test func nestingIsTheLongestChain() throws {
    let flat = try lowered("function f() { return 1 } function g() { return f() } probe begin { println(g()) }")
    #expect(flat.program.limits.maxNesting == 2)
    let deep = try lowered("function f(n) { return n ? f(n - 1) : 0 } probe begin { println(f(3)) }")
    #expect(deep.program.limits.maxNesting == 11)
}
