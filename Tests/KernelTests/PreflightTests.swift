// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Testing

@testable import Kernel

struct PreflightTests {
    func refusal(_ body: () throws(KernelError) -> Void) -> KernelError? {
        do throws(KernelError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test func saysWhichCapabilityIsMissing() {
        let none = refusal { () throws(KernelError) in try Preflight.checkPrivilege(capabilities: 0, user: 1000) }
        #expect(none?.kind == .privilege)
        #expect(none?.message.contains("CAP_BPF and CAP_PERFMON") == true)
        #expect(none?.wayOut?.contains("sudo") == true)
        let half = refusal { () throws(KernelError) in
            try Preflight.checkPrivilege(capabilities: 1 << 39, user: 1000)
        }
        #expect(half?.message.contains("lacks CAP_PERFMON") == true)
        let container = refusal { () throws(KernelError) in try Preflight.checkPrivilege(capabilities: 0, user: 0) }
        #expect(container?.message.contains("container") == true)
    }

    @Test func administratorsMay() {
        for capabilities: UInt64 in [1 << 21, 1 << 38 | 1 << 39] {
            #expect(
                refusal { () throws(KernelError) in
                    try Preflight.checkPrivilege(capabilities: capabilities, user: 1000)
                } == nil)
        }
    }

    @Test func lockdownForbidsOnlyWithConfidentiality() {
        func check(_ text: String?) -> KernelError? {
            refusal { () throws(KernelError) in try Preflight.checkLockdown(text) }
        }
        #expect(check(nil) == nil)
        #expect(check("[none] integrity confidentiality\n") == nil)
        #expect(check("none [integrity] confidentiality\n") == nil)
        #expect(check("none integrity [confidentiality]\n")?.message.contains("locked down") == true)
    }

    @Test func kernelsWithoutEBPFAreToldSo() {
        #expect(Preflight.systemCallError(ENOSYS).message.contains("CONFIG_BPF_SYSCALL"))
        #expect(Preflight.systemCallError(EPERM).kind == .privilege)
    }
}
