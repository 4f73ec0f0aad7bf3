// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

@testable import Kernel

/// What the machine that runs the tests allows; tests that need more are disabled, which the report shows.
enum Here {
    static let hasBTF = access("/sys/kernel/btf/vmlinux", R_OK) == 0
    static let isRoot = geteuid() == 0
    static let canTrace: Bool = {
        do {
            try Preflight.check()
            return true
        } catch {
            print("SKIPPED: tests that load eBPF programs: \(error)")
            return false
        }
    }()
}
