// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// A session that goes on in the background (`-F`): the parent waits until all probes are open, and says the pid.
final class Background {
    /// The parent's exit status; nil in the child, which goes on.
    let parentStatus: Int32?
    private var report: Int32

    private init(parentStatus: Int32?, report: Int32) {
        self.parentStatus = parentStatus
        self.report = report
    }

    /// Forks. The parent's result comes when the child is ready or has ended.
    static func fork() throws(SessionError) -> Background {
        var report: Int32 = -1
        let pid = swtap_fork_background(&report)
        guard pid >= 0 else { throw SessionError("cannot go to the background: \(errorText(-pid))") }
        if pid == 0 { return Background(parentStatus: nil, report: report) }
        var byte: UInt8 = 0
        var count: Int
        repeat { count = read(report, &byte, 1) } while count < 0 && swtap_errno() == EINTR
        close(report)
        if count == 1 {
            var text = "\(pid)\n"
            text.withUTF8 { _ = writeAll(STDOUT_FILENO, UnsafeRawBufferPointer($0)) }
            return Background(parentStatus: 0, report: -1)
        }
        // It has ended before, and has said why.
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return Background(parentStatus: swtap_exit_status(status), report: -1)
    }

    /// In the child: everything is open. Standard error is given up with the parent.
    func isReady() {
        guard report >= 0 else { return }
        var byte: UInt8 = 1
        _ = write(report, &byte, 1)
        close(report)
        report = -1
        swtap_drop_stderr()
    }
}
