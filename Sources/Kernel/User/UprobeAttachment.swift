// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Semantics

/// uprobe and uretprobe through a perf event of the uprobe PMU, linked to the program where the kernel has such links. It
/// belongs to the file: every process that has it mapped, now or later, runs into it.
final class UprobeAttachment: Attachment {
    let mechanism: Mechanism
    private let program: Descriptor
    private var perf: Descriptor?
    private var link: Descriptor?

    /// Attaches to a place; throws the refusal.
    init(
        program: Descriptor, place: UserPlace, isReturn: Bool, pmu: UInt32, hasLinks: Bool
    ) throws(AttachFailure) {
        mechanism = isReturn ? .uretprobe : .uprobe
        self.program = program
        func refuse() -> AttachFailure {
            AttachFailure(AttachRefusal(name: place.program.path, mechanism: mechanism, errno: errno))
        }
        let number = swtap_perf_uprobe(
            pmu, isReturn ? 1 : 0, place.program.path, place.offset, place.semaphoreOffset)
        guard number >= 0 else { throw refuse() }
        let perf = Descriptor(number)
        if hasLinks {
            let number = swtap_link_perf(program.number, perf.number, 0)
            guard number >= 0 else { throw refuse() }
            link = Descriptor(number)
        } else if swtap_perf_set_program(perf.number, program.number) != 0 {
            throw refuse()
        }
        self.perf = perf
    }

    func misses() -> UInt64 { recursionMisses(of: program) }

    func surrender() -> [Descriptor] {
        defer { (link, perf) = (nil, nil) }
        return [link, perf].compactMap { $0 }
    }
}
