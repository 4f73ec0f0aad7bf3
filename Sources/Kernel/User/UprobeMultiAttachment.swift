// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Semantics

/// uprobe.multi: a link from a program to a place in a file without a perf event. It belongs to the file, as a uprobe does,
/// and is taken away in a fraction of the time, since no two of them wait for each other.
final class UprobeMultiAttachment: Attachment {
    let mechanism = Mechanism.uprobeMulti
    private let program: Descriptor
    private var link: Descriptor?

    /// How to load a program for such a link: BPF_TRACE_UPROBE_MULTI.
    static let kind = ProgramKind(type: BPF_PROG_TYPE_KPROBE, attach: bpf_attach_type(48))

    /// Attaches to a place; throws the refusal.
    init(program: Descriptor, place: UserPlace, isReturn: Bool) throws(AttachFailure) {
        self.program = program
        var offset = place.offset
        // 0 is no counter to the kernel either.
        var counter = place.semaphoreOffset
        let number = swtap_link_uprobe_multi(
            program.number, isReturn ? 1 : 0, place.program.path, &offset, &counter, nil, 1)
        guard number >= 0 else {
            throw AttachFailure(AttachRefusal(name: place.program.path, mechanism: .uprobeMulti, errno: errno))
        }
        link = Descriptor(number)
    }

    func misses() -> UInt64 { recursionMisses(of: program) }

    func surrender() -> [Descriptor] {
        defer { link = nil }
        return link.map { [$0] } ?? []
    }
}
