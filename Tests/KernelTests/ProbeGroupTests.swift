// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@testable import Kernel

@Suite(.enabled(if: Here.hasBTF && Here.canTrace, "no eBPF here"))
struct ProbeGroupTests {
    /// Probes of functions without types, all with the same plan, as a wildcard or by name.
    func probes(_ count: Int, plan: CapturePlan, scriptPoint: String?, isReturn: Bool = false) throws -> [CapturedProbe]
    {
        let catalog = try KernelCatalog()
        let planner = AttachmentPlanner(catalog: catalog, features: Features(catalog: catalog))
        let program = makeProgram(
            (0..<count).map { number in
                (.function(KernelFunction(name: "f\(number)"), isReturn: isReturn, allowsTyped: true), plan)
            }, scriptPoint: scriptPoint)
        return program.probes.map { CapturedProbe(probe: $0, capture: plan, planner: planner) }
    }

    static let firstArgument: CapturePlan = {
        var plan = CapturePlan()
        plan.nodes = [.argument(0)]
        plan.slots = [.integer(node: 0)]
        return plan
    }()

    @Test func whatAWildcardMadeSharesAProgram() throws {
        let made = try probes(20, plan: Self.firstArgument, scriptPoint: "kernel.function(\"f*\")")
        let groups = ProbeGroup.form(made)
        #expect(groups.map(\.members.count) == [20])
        #expect(made.allSatisfy { $0.group === groups.first })
        #expect(made[0].plan.lines == ["captured by kprobe.multi, with 19 others"])
        groups[0].dissolve("too bad")
        #expect(made.allSatisfy { $0.group == nil })
        #expect(made[0].plan.lines.contains("not by kprobe.multi: too bad"))
    }

    @Test func namedFunctionsAndFewOnesStayAlone() throws {
        #expect(ProbeGroup.form(try probes(20, plan: Self.firstArgument, scriptPoint: nil)).isEmpty)
        #expect(
            ProbeGroup.form(try probes(7, plan: Self.firstArgument, scriptPoint: "kernel.function(\"f*\")")).isEmpty)
    }

    @Test func differentPlansAndReturnsAreKeptApart() throws {
        var other = Self.firstArgument
        other.nodes = [.argument(1)]
        let made =
            try probes(10, plan: Self.firstArgument, scriptPoint: "kernel.function(\"f*\")")
            + probes(10, plan: other, scriptPoint: "kernel.function(\"f*\")")
            + probes(10, plan: Self.firstArgument, scriptPoint: "kernel.function(\"f*\").return", isReturn: true)
        #expect(ProbeGroup.form(made).map(\.members.count) == [10, 10, 10])
    }

    @Test func valuesSavedAtEntryNeedTheirOwnPrograms() throws {
        var plan = Self.firstArgument
        plan.nodes.append(.entryValue(0))
        plan.entryNodes = [0]
        plan.slots = [.integer(node: 1)]
        let made = try probes(10, plan: plan, scriptPoint: "kernel.function(\"f*\").return", isReturn: true)
        #expect(ProbeGroup.form(made).isEmpty)
    }

    @Test(arguments: [
        ("kernel.function(\"f*\")", true), ("kernel.function(\"f\")", false), ("kernel.function(\"f\")?", true),
        ("socket.send", false), ("kernel.function(\"f[0-9]\").return", true),
    ])
    func onlyWildcardsAndOptionalPointsMayFail(_ point: String, _ isTolerated: Bool) throws {
        #expect(try probes(1, plan: CapturePlan(), scriptPoint: point)[0].isTolerated == isTolerated)
    }
}
