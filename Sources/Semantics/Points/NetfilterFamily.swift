// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// A hook that packets pass.
public struct NetfilterEvent: Sendable, Hashable {
    /// The hook by the kernel's number: NF_INET_PRE_ROUTING is 0.
    public var hook: UInt32
    /// The protocol family by the kernel's number: NFPROTO_IPV4 is 2.
    public var family: UInt32
    /// The place among the others at the hook; low ones come first.
    public var priority: Int32
    /// Whether a near one will do where another program has it.
    public var isPriorityOpen: Bool
    /// The types of what the hook is given: the packet and the state of the hook, in the order of the kernel's context.
    public var parameters: [KernelTypeID]

    /// Creates an event.
    public init(hook: UInt32, family: UInt32, priority: Int32, isPriorityOpen: Bool, parameters: [KernelTypeID]) {
        self.hook = hook
        self.family = family
        self.priority = priority
        self.isPriorityOpen = isPriorityOpen
        self.parameters = parameters
    }

    /// What scripts call the members of the state.
    static let members = ["in": "in", "out": "out", "hooknum": "hook", "pf": "pf"]
}

/// `netfilter.hook("NF_INET_…").pf("NFPROTO_…")[.priority(n)]`: packets; swtap looks on and lets all of them pass.
struct NetfilterFamily: ProbeFamily {
    private static let hooks = [
        "NF_INET_PRE_ROUTING", "NF_INET_LOCAL_IN", "NF_INET_FORWARD", "NF_INET_LOCAL_OUT", "NF_INET_POST_ROUTING",
    ]
    private static let families: [String: UInt32] = ["NFPROTO_IPV4": 2, "NFPROTO_IPV6": 10]

    let shapes = ["hook(string).pf(string)", "pf(string).hook(string)"].flatMap {
        ["netfilter.\($0)", "netfilter.\($0).priority(number)"]
    }

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        let name = match.string("hook") ?? ""
        guard
            let hook = Self.hooks.firstIndex(of: name)
                ?? Int(name).flatMap({ Self.hooks.indices.contains($0) ? $0 : nil })
        else {
            throw problem(
                "unknown netfilter hook '\(name)' (there are \(Self.hooks.joined(separator: ", ")))", "hook", match)
        }
        let protocolName = match.string("pf") ?? ""
        guard
            let family = Self.families[protocolName]
                ?? UInt32(protocolName).flatMap({ Self.families.values.contains($0) ? $0 : nil })
        else {
            throw problem(
                "netfilter probes on '\(protocolName)' are not supported: eBPF has hooks for NFPROTO_IPV4 and "
                    + "NFPROTO_IPV6 only", "pf", match)
        }
        guard let priority = Int32(exactly: match.number("priority") ?? 0), priority != .min, priority != .max else {
            throw problem("netfilter priority out of range", "priority", match)
        }
        return [
            ResolvedPoint(
                point: match.text(),
                event: .netfilter(
                    NetfilterEvent(
                        hook: UInt32(hook), family: family, priority: priority,
                        isPriorityOpen: !match.has("priority"), parameters: parameters(context.catalog))))
        ]
    }

    /// BTF has pointers to the structures in the prototypes of functions that take both.
    private func parameters(_ catalog: any ProbeCatalog) -> [KernelTypeID] {
        guard case .found(let function) = catalog.function("nf_hook_slow", module: nil, needsTypes: true),
            let prototype = function.prototype, case .function(_, let list, _) = catalog.type(prototype),
            list.count >= 2
        else { return [] }
        return [list[1].type, list[0].type]
    }

    private func problem(_ text: String, _ component: String, _ match: PointMatch) -> Diagnostic {
        Diagnostic(.semanticError, text, tokens: match.component(component).map { [$0.token] } ?? [], site: component)
    }
}
