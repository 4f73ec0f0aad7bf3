// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import IR
import Semantics

/// A program at a hook of netfilter, in the network namespace of swtap; it lets every packet pass.
final class NetfilterAttachment: Attachment {
    let mechanism = Mechanism.netfilter
    private let program: Descriptor
    private var link: Descriptor?

    /// BPF_PROG_TYPE_NETFILTER and BPF_NETFILTER, Linux 6.4.
    static let kind = ProgramKind(type: bpf_prog_type(32), attach: bpf_attach_type(45))
    /// NF_ACCEPT.
    static let accept: Int64 = 1

    /// Attaches; throws the refusal.
    init(program: Descriptor, event: NetfilterEvent, name: String) throws(AttachFailure) {
        self.program = program
        var number = swtap_link_netfilter(program.number, event.family, event.hook, event.priority)
        // eBPF programs cannot share a priority.
        var priority = event.priority
        while number < 0, errno == EBUSY, event.isPriorityOpen, priority < event.priority + 1000 {
            priority += 1
            number = swtap_link_netfilter(program.number, event.family, event.hook, priority)
        }
        guard number >= 0 else {
            throw AttachFailure(AttachRefusal(name: name, mechanism: .netfilter, errno: errno))
        }
        link = Descriptor(number)
    }

    func misses() -> UInt64 { recursionMisses(of: program) }

    func surrender() -> [Descriptor] {
        defer { link = nil }
        return link.map { [$0] } ?? []
    }

    /// Why a plan cannot be captured at a packet; nil when it can. These programs may not ask who is running, which has
    /// little to do with the packet.
    static func refusal(_ plan: CapturePlan) -> String? {
        for case .context(let fact) in plan.nodes where [.pid, .tid, .uid, .gid].contains(fact) {
            return "\(fact.signature.name)() is not known at a packet"
        }
        if plan.slots.contains(where: { $0 == .string(.command) }) { return "execname() is not known at a packet" }
        return nil
    }
}
