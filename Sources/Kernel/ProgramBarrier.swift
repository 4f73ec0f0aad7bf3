// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf

/// Waits for programs that are running: the kernel waits for a grace period of RCU when a map of maps changes
/// (`maybe_wait_bpf_programs`, Linux 4.15).
final class ProgramBarrier {
    private let filler: KernelMap
    private let barrier: KernelMap

    init() throws(KernelError) {
        filler = try KernelMap(BPF_MAP_TYPE_ARRAY, name: "swtap_filler", keySize: 4, valueSize: 8, entries: 1)
        barrier = try KernelMap(
            BPF_MAP_TYPE_ARRAY_OF_MAPS, name: "swtap_barrier", keySize: 4, valueSize: 4, entries: 1, inner: filler)
    }

    /// Returns when every program that was running has ended.
    func wait() {
        _ = barrier.update(key: 0, value: [filler.descriptor.number])
    }
}
