// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import IR
import Semantics

/// Probes of many functions that capture the same: one program serves them all, where the kernel can attach one to many.
final class ProbeGroup {
    /// The probes, of which there are several.
    let members: [CapturedProbe]
    /// What is captured.
    let capture: CapturePlan
    /// Whether the functions' returns are probed.
    let isReturn: Bool
    /// The loaded program.
    var program: Descriptor?
    /// What the back-end made.
    var programs: CapturePrograms?
    /// What the handler works in, where the kernel runs it.
    var scratch: KernelMap?
    /// The handler of them all, where the kernel runs it.
    var handler: KernelHandler? { members.first?.handler }

    /// Fewer probes than this are attached one by one, by the faster trampolines.
    static let minimum = 8

    private init(members: [CapturedProbe], capture: CapturePlan, isReturn: Bool) {
        self.members = members
        self.capture = capture
        self.isReturn = isReturn
        for member in members {
            member.group = self
            member.plan.companions = members.count - 1
        }
    }

    /// Puts together what wildcards made. Values saved at entry and conditions need programs of their own.
    static func form(_ probes: [CapturedProbe]) -> [ProbeGroup] {
        var open: [(capture: CapturePlan, isReturn: Bool, members: [CapturedProbe])] = []
        for one in probes where one.isTolerated && !one.plan.savesEntry && one.gate == nil && one.plan.failure == nil {
            guard case .function(_, let isReturn, _) = one.probe.event else { continue }
            // A wildcard's probes follow each other: the last group is the likely one.
            if let found = open.lastIndex(where: { $0.isReturn == isReturn && same($0.capture, one.capture) }) {
                open[found].members.append(one)
            } else {
                open.append((one.capture, isReturn, [one]))
            }
        }
        return open.filter { $0.members.count >= minimum }
            .map { ProbeGroup(members: $0.members, capture: $0.capture, isReturn: $0.isReturn) }
    }

    /// Why one handler cannot stand for those of all members; nil where it can, or the kernel runs none.
    func refusal(_ placement: Placement) -> String? {
        let indexes = members.map(\.probe.index)
        let units = indexes.compactMap { placement.units[$0] }
        guard let first = units.first else { return nil }
        let locks = indexes.filter { placement.locked.contains($0) }.count
        guard units.count == members.count, locks == 0 || locks == members.count,
            units.dropFirst().allSatisfy({ $0.hasSameCode(as: first) })
        else { return "shares a program with others, and is not like them" }
        return nil
    }

    private static func same(_ one: CapturePlan, _ other: CapturePlan) -> Bool {
        one.filter == other.filter && one.slots == other.slots && one.nodes == other.nodes
    }

    /// Lets the members go their own ways.
    func dissolve(_ reason: String) {
        (program, scratch) = (nil, nil)
        for member in members {
            member.group = nil
            member.plan.companions = 0
            member.plan.rejected.insert((.kprobeMulti, reason), at: 0)
        }
    }
}
