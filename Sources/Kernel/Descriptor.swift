// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// A file descriptor that closes with its owner. Everything in the kernel hangs on these, so that the death of the
/// process cleans up.
final class Descriptor {
    /// The number; -1 after closing.
    private(set) var number: Int32

    /// Takes over a descriptor.
    init(_ number: Int32) { self.number = number }

    /// Closes it now; closing an attached perf event can take 80 ms.
    func close() {
        if number >= 0 { Glibc.close(number) }
        number = -1
    }

    deinit { close() }
}
