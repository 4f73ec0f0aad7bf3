// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Testing

@testable import Kernel

/// Perf events and LSM hooks: what can be told without attaching any.
@Suite struct PerfEventTests {
    @Test(arguments: [
        ("0-3\n", [0, 1, 2, 3]), ("0\n", [0]), ("0,2-3,7\n", [0, 2, 3, 7]), ("", []), ("x-y", []), ("3-1", []),
    ])
    func processors(list: String, expected: [Int32]) { #expect(PerfEventAttachment.processors(list) == expected) }

    @Test func aKernelWithoutHooks() {
        #expect(SecurityHookAttachment.refusal(activeModules: "lockdown,bpf,yama\n") == nil)
        #expect(
            SecurityHookAttachment.refusal(activeModules: "lockdown,capability,bpfx\n")
                == "'bpf' is not among the kernel's active security modules (lockdown,capability,bpfx): boot with "
                + "lsm=lockdown,capability,bpfx,bpf")
        #expect(
            SecurityHookAttachment.refusal(activeModules: nil)
                == "the kernel does not tell its active security modules: securityfs is missing")
    }

    @Test(arguments: [
        (
            ENOENT,
            "the kernel has no such event (ENOENT): the processor does not have the counter, or a virtual machine does "
                + "not pass it on"
        ),
        (
            EOPNOTSUPP,
            "the kernel cannot sample by this event (EOPNOTSUPP): the counter raises no interrupts here"
        ),
        (EINVAL, "the kernel has no such event, or not at this rate (EINVAL)"),
        (ENOSPC, "the processor has no debug register left for it (ENOSPC)"),
        (ENODEV, "no processor has it (ENODEV)"),
        (EACCES, "the kernel forbids it (see kernel.perf_event_paranoid): Permission denied"),
        (EIO, "the kernel refuses it: Input/output error"),
    ])
    func reasons(errno: Int32, reason: String) throws {
        let catalog = try KernelCatalog()
        let refusal = AttachRefusal(name: "perf.type(0).config(0)", mechanism: .perfEvent, errno: errno)
        #expect(refusal.reason(catalog, module: nil) == reason)
    }
}
