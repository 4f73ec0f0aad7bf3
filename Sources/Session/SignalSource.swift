// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// The signals that a session handles, read from a descriptor instead of interrupting it.
package final class SignalSource {
    /// Becomes readable when a signal is there.
    package let descriptor: Int32

    /// Blocks SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR2, SIGCHLD and further ones.
    package init(further: [Int32] = []) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR2, SIGCHLD] + further { sigaddset(&set, signal) }
        sigprocmask(SIG_BLOCK, &set, nil)
        descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    }

    /// The number of the next signal, or nil.
    package func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard read(descriptor, &information, size) == size else { return nil }
        return Int32(information.ssi_signo)
    }

    /// Lets a further SIGINT or SIGTERM end the process at once: the session is stopping, and may be waiting.
    func release() {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGINT, SIGTERM] { sigaddset(&set, signal) }
        sigprocmask(SIG_UNBLOCK, &set, nil)
    }
}
