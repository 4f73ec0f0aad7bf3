// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import IR
import Semantics

/// One captured probe on its way: planned, compiled, loaded, attached.
final class CapturedProbe {
    let probe: CheckedProbe
    let capture: CapturePlan
    /// What is told of it.
    var plan: AttachmentPlan
    /// Mechanisms that are still to be tried after the chosen one.
    private var candidates: [Mechanism]
    /// What the back-end made for the chosen mechanism.
    var programs: CapturePrograms?
    /// The programs at further hooks of the same event.
    var further: [CapturePrograms] = []
    /// The same, loaded.
    var furtherMains: [Descriptor] = []
    /// The loaded program at the event.
    var main: Descriptor?
    /// The loaded program at the function's entry.
    var entry: Descriptor?
    /// The map of saved entries.
    var entryMap: KernelMap?
    /// The handler, where the kernel runs it.
    var handler: KernelHandler?
    /// The plan for that: with the part of the filter that the handler does not test itself.
    var guarded: CapturePlan?
    /// What that works in.
    var scratch: KernelMap?
    /// The gate of its own, counted from 0, of a probe with a condition.
    var gate: Int?
    /// Whether its condition held when it was evaluated last.
    var isArmed = true
    /// The group that serves it, instead of programs of its own.
    var group: ProbeGroup?
    /// What is attached, the main program first.
    var attachments: [any Attachment] = []

    init(probe: CheckedProbe, capture: CapturePlan, planner: AttachmentPlanner) {
        self.probe = probe
        self.capture = capture
        let (candidates, rejected) = planner.plan(probe)
        self.candidates = Array(candidates.dropFirst())
        plan = AttachmentPlan(probe: probe.index, point: probe.point)
        plan.chosen = candidates.first
        plan.rejected = rejected
        plan.savesEntry = !capture.entryNodes.isEmpty || !capture.entryStrings.isEmpty
    }

    /// Gives up the chosen mechanism for the next one, which may be none.
    func reject(_ reason: String) {
        guard let chosen = plan.chosen else { return }
        plan.rejected.append((chosen, reason))
        plan.chosen = candidates.isEmpty ? nil : candidates.removeFirst()
        (programs, main, entry, entryMap, scratch) = (nil, nil, nil, nil, nil)
        (further, furtherMains) = ([], [])
        attachments = []
    }

    /// The layout of its records, once it is compiled.
    var layout: RecordLayout? { group?.programs?.layout ?? programs?.layout }

    /// Why no mechanism worked: the last one's reason says most of the function, the others follow.
    var refusal: String {
        guard let last = plan.rejected.last else { return "the kernel has no mechanism for it" }
        let others = plan.rejected.dropLast().map { "\($0.mechanism.rawValue): \($0.reason)" }
        return ([others.isEmpty ? last.reason : "\(last.mechanism.rawValue): \(last.reason)"] + others)
            .joined(separator: "; ")
    }

    /// Whether it may fail without ending the session: when a wildcard made it, or when it is marked as optional.
    var isTolerated: Bool {
        var points = probe.derivation.map(\.point)
        points.append(probe.scriptPoint)
        return points.contains { point in
            if point.hasSuffix("?") || point.hasSuffix("!") { return true }
            let quoted = point.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            return quoted.contains { $0.offset % 2 == 1 && isGlob(String($0.element)) }
        }
    }

    /// The tracepoints at which an event of user space shows.
    var hooks: [UserHook] {
        if case .user(let event, _) = probe.event { return UserHook.hooks(of: event) }
        return []
    }

    /// The function that is probed; nil for tracepoints.
    var function: KernelFunction? {
        if case .function(let function, _, _) = probe.event { return function }
        return nil
    }
}
