// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc
import Kernel

/// The end of a session, when all is printed and only the kernel has to take its probes away. It takes up to a tenth of a
/// second for each, one after the other: where there are many, another process waits for it and the user does not.
enum Farewell {
    /// Fewer are closed at once.
    private static let few = 8
    /// How long swtap itself waits, in milliseconds.
    private static let patience: Int32 = 1000

    /// Closes what keeps probes attached, or leaves it to a process of its own that ends when the kernel is done.
    static func close(_ attachments: TakenAttachments) {
        var gate: [Int32] = [-1, -1]
        guard attachments.count > few, pipe(&gate) == 0 else { return attachments.close() }
        var report: Int32 = -1
        let pid = swtap_fork_background(&report)
        if pid == 0 {
            swtap_drop_stderr()
            Glibc.close(gate[1])
            // Whoever closes last is the one that waits: the parent must have gone before.
            var byte: UInt8 = 0
            while read(gate[0], &byte, 1) < 0, swtap_errno() == EINTR {}
            attachments.close()
            _exit(0)
        }
        Glibc.close(gate[0])
        defer { Glibc.close(gate[1]) }
        guard pid > 0 else { return attachments.close() }
        attachments.release()
        Glibc.close(gate[1])
        gate[1] = -1
        // The other end of the report closes with the process.
        var state = pollfd(fd: report, events: Int16(POLLIN), revents: 0)
        while poll(&state, 1, patience) < 0, swtap_errno() == EINTR {}
        Glibc.close(report)
    }
}
