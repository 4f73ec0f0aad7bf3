// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// A raw tracepoint: the program gets the arguments as the kernel passes them, and needs no tracefs.
final class RawTracepointAttachment: Attachment {
    let mechanism = Mechanism.rawTracepoint
    private let program: Descriptor
    private var link: Descriptor?

    /// Attaches by the tracepoint's name; throws the refusal.
    init(program: Descriptor, tracepoint: String) throws(AttachFailure) {
        self.program = program
        let number = bpf_raw_tracepoint_open(tracepoint, program.number)
        guard number >= 0 else {
            throw AttachFailure(AttachRefusal(name: tracepoint, mechanism: .rawTracepoint, errno: errno))
        }
        link = Descriptor(number)
    }

    func misses() -> UInt64 { recursionMisses(of: program) }

    func surrender() -> [Descriptor] {
        defer { link = nil }
        return link.map { [$0] } ?? []
    }
}
