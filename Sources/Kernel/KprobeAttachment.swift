// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Semantics

/// kprobe and kretprobe through a perf event of the kprobe PMU, linked to the program where the kernel has such links:
/// only a link tells what was missed.
final class KprobeAttachment: Attachment {
    let mechanism: Mechanism
    private let program: Descriptor
    private var perf: Descriptor?
    private var link: Descriptor?

    /// Attaches by name; a module's function as `module:function` first.
    convenience init(
        program: Descriptor, function: KernelFunction, isReturn: Bool, pmu: UInt32, hasLinks: Bool
    ) throws(AttachFailure) {
        let full = function.module.map { "\($0):\(function.name)" } ?? function.name
        var number = swtap_perf_kprobe(pmu, isReturn ? 1 : 0, full, 0)
        if number < 0 && errno == ENOENT && function.module != nil {
            number = swtap_perf_kprobe(pmu, isReturn ? 1 : 0, function.name, 0)
        }
        try self.init(program: program, event: number, name: function.name, isReturn: isReturn, hasLinks: hasLinks)
    }

    /// Attaches by an instruction's address.
    convenience init(program: Descriptor, address: UInt64, pmu: UInt32, hasLinks: Bool) throws(AttachFailure) {
        let number = swtap_perf_kprobe(pmu, 0, nil, address)
        let name = "0x" + String(address, radix: 16)
        try self.init(program: program, event: number, name: name, isReturn: false, hasLinks: hasLinks)
    }

    /// Takes over an event, or errno as the failure to open it left it.
    private init(
        program: Descriptor, event number: Int32, name: String, isReturn: Bool, hasLinks: Bool
    ) throws(AttachFailure) {
        let reason = errno
        mechanism = isReturn ? .kretprobe : .kprobe
        self.program = program
        func refuse(_ reason: Int32) -> AttachFailure {
            AttachFailure(AttachRefusal(name: name, mechanism: isReturn ? .kretprobe : .kprobe, errno: reason))
        }
        guard number >= 0 else { throw refuse(reason) }
        let perf = Descriptor(number)
        if hasLinks {
            let number = swtap_link_perf(program.number, perf.number, 0)
            guard number >= 0 else { throw refuse(errno) }
            link = Descriptor(number)
        } else if swtap_perf_set_program(perf.number, program.number) != 0 {
            throw refuse(errno)
        }
        self.perf = perf
    }

    /// Misses of the program and, from Linux 6.7 on, those of the probe itself, such as no free kretprobe instance:
    /// `struct bpf_link_info` in include/uapi/linux/bpf.h has them at byte 48.
    func misses() -> UInt64 {
        var missed: UInt64 = 0
        if let link {
            var info = [UInt64](repeating: 0, count: 16)
            var size = UInt32(info.count * 8)
            if bpf_obj_get_info_by_fd(link.number, &info, &size) == 0, size >= 56,
                UInt32(truncatingIfNeeded: info[0]) == Self.perfLink,
                Self.kprobeKinds.contains(UInt32(truncatingIfNeeded: info[2]))
            {
                missed = info[6]
            }
        }
        return missed &+ recursionMisses(of: program)
    }

    /// BPF_LINK_TYPE_PERF_EVENT, and BPF_PERF_EVENT_KPROBE and _KRETPROBE.
    private static let perfLink: UInt32 = 7
    private static let kprobeKinds: ClosedRange<UInt32> = 3...4

    func surrender() -> [Descriptor] {
        defer { (link, perf) = (nil, nil) }
        return [link, perf].compactMap { $0 }
    }
}
