// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

/// The captures of a handler at the return of `probed`.
private func capture(_ body: String, also: String = "") throws -> String {
    try captureText("\(also)\nprobe kernel.function(\"probed\").return { \(body) }")
}

@Test func parametersOfAReturnAreTheirEntryValues() throws {
    #expect(
        try capture("println($o->inner->value)") == """
            slot 0: int @entry(load s32[load u64[arg0 + 8]])
            at entry 0: load s32[load u64[arg0 + 8]]
            """)
}

@Test func onlyTheLeavesAreSaved() throws {
    #expect(
        try capture("println(@entry(gettimeofday_ns() / 1000 + $number))") == """
            slot 0: int @entry(gettimeofday_ns())
            slot 1: int @entry(arg1)
            at entry 0: gettimeofday_ns()
            at entry 1: arg1
            """)
}

@Test func entryAndReturnAreTwoTimes() throws {
    #expect(
        try capture("println(ktime_get_ns() - @entry(ktime_get_ns()))") == """
            slot 0: int ktime_get_ns()
            slot 1: int @entry(ktime_get_ns())
            at entry 0: ktime_get_ns()
            """)
}

@Test func readsAtTheReturnMayUseEntryAddresses() throws {
    #expect(
        try capture("println(@cast(@entry($o->inner), \"inner\")->value)") == """
            slot 0: int load s32[@entry(load u64[arg0 + 8])]
            at entry 0: load u64[arg0 + 8]
            """)
}

@Test func stringsOfTheEntry() throws {
    #expect(
        try capture("println(@entry(execname()), execname(), @entry(kernel_string($text)))") == """
            slot 0: string @entry(execname())
            slot 1: string execname()
            slot 2: string @entry(kernel_string(arg2, 511))
            """)
}

@Test func functionsInsideEntryAreExpanded() throws {
    #expect(
        try capture(
            "println(@entry(microseconds()))", also: "function microseconds() { return gettimeofday_ns() / 1000 }")
            == "slot 0: int @entry(gettimeofday_ns())\nat entry 0: gettimeofday_ns()")
}

@Test func whatIsNotUsedIsNotSaved() throws {
    #expect(try capture("x = $o->kind; y = @entry(execname()); println($return)") == "slot 0: int return value")
}

@Test func globalsHaveNoEntryValue() throws {
    let script = "global g\nprobe kernel.function(\"probed\").return { g++; println(@entry(g)) }"
    let errors = (try? loweringErrors(script)) ?? []
    #expect(errors.allSatisfy { $0.hasPrefix("@entry can only use what is known when the function is entered") })
}
