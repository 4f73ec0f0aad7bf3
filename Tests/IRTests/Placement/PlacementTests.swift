// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import IR

/// Where handlers run and globals are kept.
struct PlacementTests {
    private func placement(_ script: String, refused: [Int: String] = [:], absent: Set<Int> = []) throws -> Placement {
        Placement(try lowered(script).program, refused: refused, absent: absent)
    }

    static let probe = "probe kernel.function(\"probed\")"
    static let timer = "probe timer.s(1)"

    private func home(_ name: String, in placement: Placement) -> GlobalHome? {
        placement.program.globals.firstIndex { $0.name == name }.map { placement.homes[$0] }
    }

    @Test func whatIsOnlyAddedToIsSummedUp() throws {
        let placed = try placement(
            "global n, a, s \(Self.probe) { n++; a[pid()] += 2; s <<< 1 } \(Self.timer) { println(n, @count(s)); delete a }"
        )
        #expect(placed.units.keys.sorted() == [0])
        for name in ["n", "a", "s"] { #expect(home(name, in: placed) == .sums) }
        #expect(placed.locked.isEmpty)
    }

    @Test func whatIsReadThereIsTheKernels() throws {
        let placed = try placement("global n \(Self.probe) { if (n < 5) n++ } probe end { println(n) }")
        #expect(home("n", in: placed) == .kernel)
        #expect(placed.locked == [0], "two accesses must not be torn apart")
    }

    @Test func whatIsWatchedIsNeverTheKernels() throws {
        let script = "global n, m \(Self.probe) { if (n < 5) n++ } \(Self.probe) { m++ }"
        let placed = Placement(try lowered(script).program, isWatched: true)
        #expect(home("n", in: placed) == .evaluator)
        #expect(home("m", in: placed) == .sums)
        #expect(placed.reasons[0] == "uses 'n', which the prompt may look at at any time")
    }

    @Test func elementsOfTheOwnThreadNeedNoLock() throws {
        let placed = try placement(
            "global t, s \(Self.probe) { if (tid() in t) { s <<< t[tid()]; delete t[tid()] } t[tid()] = 1 }"
                + " probe end { println(@count(s)) }")
        #expect(home("t", in: placed) == .kernel)
        #expect(home("s", in: placed) == .sums)
        #expect(placed.locked.isEmpty)
    }

    @Test(arguments: [
        (
            "global n, m \(PlacementTests.probe) { n++; m = n } \(PlacementTests.timer) { println(m) }",
            "shares 'm' with timer.s(1), which runs in user space"
        ),
        (
            "global n \(PlacementTests.probe) { n = 1 } \(PlacementTests.timer) { n++ }",
            "shares 'n' with timer.s(1), which runs in user space"
        ),
        ("\(PlacementTests.probe) { println(pid()) }", "only prints"),
        ("global n \(PlacementTests.probe) { n += strtol(execname(), 10) }", "calls 'strtol'"),
        (
            "global n, s \(PlacementTests.probe) { foreach (k in n) s += n[k]; n[1] = s }",
            "loops over 'n' in the order of insertion, which the kernel's maps do not keep"
        ),
        (
            "global n%[5] \(PlacementTests.probe) { n[1] <<< 1 } probe end { println(@count(n[1])) }",
            "keeps statistics in 'n', whose oldest elements make room"
        ),
        ("global n \(PlacementTests.probe) if (n < 5) { n++ }", "uses 'n', which the condition of a probe reads"),
        (
            "global n \(PlacementTests.probe) { if (execname() =~ \"a(b)\") n += strlen(matched(1)) }",
            "matches a pattern whose groups something asks for"
        ),
        (
            "global n function f(x) { return x > 0 ? f(x - 1) : 0 } \(PlacementTests.probe) { n += f(pid()) }",
            "calls 'f', which is recursive"
        ),
    ])
    func reasons(_ script: String, _ reason: String) throws {
        let placed = try placement(script)
        #expect(placed.units.isEmpty)
        #expect(placed.reasons[0] == reason)
    }

    @Test func whatIsNotChangedMeanwhileIsShared() throws {
        let placed = try placement(
            "global names, top = 5, n probe begin { names[1] = \"a name\"; top = 7 }"
                + " \(Self.probe) { if (pid() < top && pid() in names) n[names[pid()]]++ }"
                + " \(Self.timer) { println(names[1], top) } probe end { delete names; foreach (k in n) println(k) }")
        #expect(placed.reasons[1] == nil)
        #expect(home("names", in: placed) == .shared)
        #expect(home("top", in: placed) == .shared)
        #expect(home("n", in: placed) == .sums)
        #expect(placed.locked.isEmpty)
        #expect(placed.layouts[0]?.isText == true)
        #expect(placed.layouts[0]?.words == 1)
    }

    @Test func stringsThatOthersNameTooNeedTheLock() throws {
        let placed = try placement(
            "global last, n \(Self.probe) { last = execname() } \(Self.probe) { n[tid()] = execname() . \"/\" }"
                + " probe end { println(last, n[1]) }")
        #expect(placed.units.keys.sorted() == [0, 1])
        #expect(home("last", in: placed) == .kernel)
        #expect(placed.textSizes == [0: 16, 1: 24])
        #expect(placed.locked == [0], "elements of the own thread need none")
    }

    @Test func elementsThatAreOnlySetAreTakenIn() throws {
        let placed = try placement(
            "global names \(Self.probe) { names[pid()] = execname() } \(Self.timer) { println(names[1]); delete names }"
        )
        #expect(placed.units.keys.sorted() == [0])
        #expect(home("names", in: placed) == .sums)
        #expect(placed.layouts[0]?.replaces == true)
        #expect(placed.locked.isEmpty)
    }

    @Test func whoMakesRoomHasTheLock() throws {
        let placed = try placement(
            "global begun%[9] \(Self.probe) { begun[tid()] = 1 } probe end { println(begun[1]) }")
        #expect(home("begun", in: placed) == .kernel)
        #expect(placed.locked == [0])
    }

    @Test func stringsThatGrowAreAsLongAsTheyMayBe() throws {
        let placed = try placement(
            "global s = \"a\" \(Self.probe) { s = s . \"b\" } probe end { println(s) }")
        #expect(placed.textSizes == [0: 512])
    }

    @Test func refusedHandlersTakeOthersWithThem() throws {
        let script =
            "global n, m \(Self.probe) { n++ } \(Self.probe) { n++; m++ } \(Self.probe) { m++ } probe end { println(n, m) }"
        #expect(try placement(script).units.count == 3)
        let one = try placement(script, refused: [0: "is refused"])
        #expect(one.units.isEmpty)
        #expect(
            one.reasons[2]
                == "shares 'm' with kernel.function(\"probed\"), whose handler shares 'n' with kernel.function(\"probed\"), whose handler is refused"
        )
        #expect(try placement(script, absent: [0]).units.keys.sorted() == [1, 2])
    }

    @Test func keysAreAsLongAsTheLongestThatIsUsed() throws {
        let placed = try placement(
            "global a \(Self.probe) { a[execname(), 1]++ } \(Self.probe) { a[\"a name of more than sixteen bytes\", 2]++ }"
                + " probe end { foreach ([x, y] in a) println(x, y) }")
        #expect(placed.layouts[0]?.keySizes == [40, 8])
        #expect(placed.layouts[0]?.keyStrings == [true, false])
    }
}
