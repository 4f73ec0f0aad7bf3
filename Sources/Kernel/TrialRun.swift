// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf

/// Running programs on events that are made up, without attaching anything (BPF_PROG_TEST_RUN, Linux 5.10 for raw tracepoints).
extension CaptureRuntime {
    /// Runs the programs of all captured probes once, in their order, on the same words of context.
    package func fireAll(context: [UInt64]) {
        for one in captured {
            guard let program = one.main else { continue }
            var options = bpf_test_run_opts()
            options.sz = MemoryLayout<bpf_test_run_opts>.size
            context.withUnsafeBytes { bytes in
                options.ctx_in = bytes.baseAddress
                options.ctx_size_in = UInt32(bytes.count)
                _ = bpf_prog_test_run_opts(program.number, &options)
            }
        }
    }
}
