// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Semantics

/// kprobe.multi: one link from one program to many functions, told apart by cookies. Attaching and detaching hundreds
/// of functions takes as long as one.
final class KprobeMultiAttachment: Attachment {
    let mechanism = Mechanism.kprobeMulti
    private let program: Descriptor
    private var link: Descriptor?

    /// Attaches to all of the functions or to none; throws the refusal.
    init(program: Descriptor, functions: [(name: String, cookie: UInt64)], isReturn: Bool) throws(AttachFailure) {
        self.program = program
        let names = functions.map { strdup($0.name) }
        defer { for name in names { free(name) } }
        var symbols = names.map { UnsafePointer<CChar>($0) }
        let cookies = functions.map(\.cookie)
        let number = swtap_link_kprobe_multi(
            program.number, isReturn ? 1 : 0, &symbols, cookies, UInt32(clamping: functions.count))
        guard number >= 0 else {
            throw AttachFailure(
                AttachRefusal(name: functions.first?.name ?? "", mechanism: .kprobeMulti, errno: errno))
        }
        link = Descriptor(number)
    }

    /// Misses of the program and, from Linux 6.7 on, of the link: byte 32 of `struct bpf_link_info`.
    func misses() -> UInt64 {
        var missed: UInt64 = 0
        if let link {
            var info = [UInt64](repeating: 0, count: 16)
            var size = UInt32(info.count * 8)
            if bpf_obj_get_info_by_fd(link.number, &info, &size) == 0, size >= 40,
                UInt32(truncatingIfNeeded: info[0]) == Self.multiLink
            {
                missed = info[4]
            }
        }
        return missed &+ recursionMisses(of: program)
    }

    /// BPF_LINK_TYPE_KPROBE_MULTI.
    private static let multiLink: UInt32 = 8

    func surrender() -> [Descriptor] {
        defer { link = nil }
        return link.map { [$0] } ?? []
    }
}
