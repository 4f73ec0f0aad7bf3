// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import IR
import Semantics

/// By which mechanism a probe is attached, and why not by a better one.
public struct AttachmentPlan: Sendable {
    /// The probe's index.
    public let probe: Int
    /// The probe's point.
    public let point: String
    /// The mechanism in use, or to be tried next; nil when none is left.
    public internal(set) var chosen: Mechanism?
    /// The mechanisms that were passed over, best first, with the reasons.
    public internal(set) var rejected: [(mechanism: Mechanism, reason: String)] = []
    /// Whether the kernel reads values at the function's entry for a return probe.
    public internal(set) var savesEntry = false
    /// Whether the kernel runs the handler.
    public internal(set) var runsInKernel = false
    /// How many other probes share its program by kprobe.multi; 0 when it has its own.
    public internal(set) var companions = 0
    /// Why the probe is not attached although the session runs: only for probes that wildcards made, or optional ones.
    public internal(set) var failure: String?

    /// How it is attached and why not otherwise: `captured by kprobe`, `not by fentry: REASON`.
    public var lines: [String] {
        var lines: [String] = []
        if companions > 0 {
            lines.append(
                "\(runsInKernel ? "runs in the kernel" : "captured") by kprobe.multi, with \(companions) others")
            return lines
        }
        if let chosen, failure == nil {
            let verb = runsInKernel ? "runs in the kernel" : "captured"
            lines.append("\(verb) by \(chosen.rawValue)" + (savesEntry ? ", with values saved at entry" : ""))
        } else {
            lines.append("not attached" + (failure.map { ": \($0)" } ?? ""))
        }
        return lines + rejected.map { "not by \($0.mechanism.rawValue): \($0.reason)" }
    }
}

/// Chooses mechanisms by asking the kernel what it has.
struct AttachmentPlanner {
    let catalog: KernelCatalog
    let features: Features

    /// The mechanisms that may work for an event, best first, and why others do not.
    func plan(
        _ probe: CheckedProbe
    ) -> (candidates: [Mechanism], rejected: [(mechanism: Mechanism, reason: String)]) {
        switch probe.event {
        case .tracepoint:
            return sort([(.rawTracepoint, require(.rawTracepoint))])
        case .function(let function, let isReturn, let allowsTyped):
            let typed: Mechanism = isReturn ? .fexit : .fentry
            let raw: Mechanism = isReturn ? .kretprobe : .kprobe
            return sort([(typed, typedRefusal(function, isReturn: isReturn, allowsTyped)), (raw, require(.kprobe))])
        case .address: return sort([(.kprobe, require(.kprobe))])
        case .perf: return sort([(.perfEvent, require(.perfEvent))])
        case .netfilter: return sort([(.netfilter, require(.netfilter))])
        case .lsm: return sort([(.securityHook, require(.securityHook))])
        case .user(let event, _):
            guard event.place != nil else { return sort([(.rawTracepoint, require(.rawTracepoint))]) }
            return sort([(.uprobeMulti, require(.uprobeMulti)), (Self.userMechanism(event), require(.uprobe))])
        default:
            return ([], [])
        }
    }

    /// How a place in a program is probed by perf events.
    static func userMechanism(_ event: UserEvent) -> Mechanism {
        if case .function(_, true) = event { return .uretprobe }
        return .uprobe
    }

    private func sort(
        _ options: [(mechanism: Mechanism, refusal: String?)]
    ) -> (candidates: [Mechanism], rejected: [(mechanism: Mechanism, reason: String)]) {
        (
            options.filter { $0.refusal == nil }.map(\.mechanism),
            options.compactMap { option in option.refusal.map { (option.mechanism, $0) } }
        )
    }

    private func require(_ feature: Feature) -> String? {
        if case .missing(let reason) = features[feature] { return reason }
        return nil
    }

    private func typedRefusal(_ function: KernelFunction, isReturn: Bool, _ allowsTyped: Bool) -> String? {
        if !allowsTyped { return "a kprobe point takes no types" }
        guard function.btf != nil else { return "the kernel's BTF does not describe the function" }
        if let prototype = function.prototype, case .function(_, _, true) = catalog.type(prototype) {
            return "the function takes a variable number of arguments"
        }
        return require(isReturn ? .fexit : .fentry)
    }

    /// How a program gets at the event's values by a mechanism, at one of its hooks where it has several.
    func context(_ event: ProbeEvent, by mechanism: Mechanism, hook: UserHook? = nil) -> ContextModel? {
        switch (event, mechanism) {
        case (.function(let function, _, _), .fentry), (.function(let function, _, _), .fexit),
            (.lsm(let function), .securityHook):
            guard let prototype = function.prototype,
                case .function(let returns, let parameters, _) = catalog.type(prototype)
            else { return nil }
            let scalars = parameters.indices.filter { isScalar(parameters[$0].type) }
            let opaque = parameters.indices.filter { isOpaque(parameters[$0].type) }
            return .tracing(
                TracingContext(
                    // A hook's programs are given what those before them have returned.
                    argumentCount: parameters.count, isReturn: mechanism != .fentry, scalarArguments: Set(scalars),
                    isScalarResult: isScalar(returns), opaqueArguments: Set(opaque),
                    // The helpers are for fentry and fexit only.
                    hasArgumentHelpers: mechanism != .securityHook && features[.argumentHelpers].isAvailable))
        case (.function, .kprobe), (.address, .kprobe), (.perf, .perfEvent): return .kprobe()
        case (.function, .kretprobe): return .kretprobe()
        case (.netfilter, .netfilter):
            // Both are pointers to the verifier, and there are no helpers for arguments.
            return .tracing(TracingContext(argumentCount: 2, isReturn: false, hasArgumentHelpers: false))
        case (.user(let event, _), .uprobeMulti):
            return Self.userMechanism(event) == .uretprobe ? .uretprobe() : .uprobe()
        case (.user, .uprobe): return .uprobe()
        case (.user, .uretprobe): return .uretprobe()
        case (.user, .rawTracepoint): return hook.map { .rawTracepoint(argumentCount: $0.argumentCount) }
        case (.tracepoint(let tracepoint), .rawTracepoint):
            return .rawTracepoint(argumentCount: tracepoint.parameters.count)
        default: return nil
        }
    }

    /// Whether it is a pointer to what the verifier has no registers for: to a pointer, a function, an array.
    private func isOpaque(_ type: KernelTypeID) -> Bool {
        guard case .pointer(let target, _) = catalog.type(type) else { return false }
        switch catalog.type(target) {
        case .pointer, .function, .array: return true
        default: return false
        }
    }

    private func isScalar(_ type: KernelTypeID) -> Bool {
        switch catalog.type(type) {
        case .integer, .enumeration: true
        default: false
        }
    }
}
