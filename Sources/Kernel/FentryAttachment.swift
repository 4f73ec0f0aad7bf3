// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Semantics

/// fentry and fexit: the function is named by BTF id when the program is loaded, and attaching takes no more names.
final class FentryAttachment: Attachment {
    let mechanism: Mechanism
    private let program: Descriptor
    private var link: Descriptor?

    /// How to load a program for a function; a module's functions need the descriptor of the module's BTF.
    static func kind(
        of function: KernelFunction, isReturn: Bool, catalog: KernelCatalog
    ) throws(KernelError) -> ProgramKind {
        guard let id = function.btf else {
            throw KernelError(.unsupported, "the kernel's BTF does not describe \(function.name)")
        }
        return ProgramKind(
            type: BPF_PROG_TYPE_TRACING, attach: isReturn ? BPF_TRACE_FEXIT : BPF_TRACE_FENTRY, target: id.id,
            targetObject: id.object == 0 ? 0 : try catalog.descriptor(ofObject: id.object))
    }

    /// Attaches; throws the refusal.
    init(program: Descriptor, function: KernelFunction, isReturn: Bool) throws(AttachFailure) {
        mechanism = isReturn ? .fexit : .fentry
        self.program = program
        let number = bpf_raw_tracepoint_open(nil, program.number)
        guard number >= 0 else {
            throw AttachFailure(AttachRefusal(name: function.name, mechanism: mechanism, errno: errno))
        }
        link = Descriptor(number)
    }

    func misses() -> UInt64 { recursionMisses(of: program) }

    func surrender() -> [Descriptor] {
        defer { link = nil }
        return link.map { [$0] } ?? []
    }
}

/// A refusal on its way to where it is explained.
struct AttachFailure: Error {
    let refusal: AttachRefusal

    init(_ refusal: AttachRefusal) { self.refusal = refusal }
}
