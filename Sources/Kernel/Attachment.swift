// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Semantics

/// How a program is made to run at an event.
public enum Mechanism: String, Sendable, CaseIterable {
    /// A trampoline at the function's entry, typed by BTF.
    case fentry
    /// A trampoline around the function.
    case fexit
    /// A breakpoint or ftrace call at the function's entry.
    case kprobe
    /// A replaced return address.
    case kretprobe
    /// One link to the entries or returns of many functions.
    case kprobeMulti = "kprobe.multi"
    /// A breakpoint in the code of a program.
    case uprobe
    /// A replaced return address of a program.
    case uretprobe
    /// A link to a place in the code of a program, at the entry or return of a function.
    case uprobeMulti = "uprobe.multi"
    /// A tracepoint's own call.
    case rawTracepoint = "raw tracepoint"
    /// A perf event on each processor.
    case perfEvent = "perf event"
    /// A hook of the Linux security modules.
    case securityHook = "LSM hook"
    /// A hook that packets pass.
    case netfilter = "netfilter hook"
}

/// A loaded program that is attached to its event, until `detach` or the death of the process.
protocol Attachment: AnyObject {
    /// The mechanism.
    var mechanism: Mechanism { get }
    /// The events that the kernel skipped, by its own count; 0 on kernels that do not tell.
    func misses() -> UInt64
    /// The descriptors that keep it attached, which the caller closes; the attachment is over when all are closed.
    func surrender() -> [Descriptor]
}

extension Attachment {
    /// What the kernel counts for all kinds of programs: runs that were skipped because the program, or for kprobes any
    /// other program, was running on the CPU.
    func recursionMisses(of program: Descriptor) -> UInt64 {
        ProgramLoader.information(program)?.recursion_misses ?? 0
    }
}

/// Why a function or tracepoint could not be attached, in words for the user.
struct AttachRefusal {
    /// The function or tracepoint.
    let name: String
    let mechanism: Mechanism
    let errno: Int32

    /// The reason; the catalogue knows more than the kernel's error number says.
    func reason(_ catalog: KernelCatalog, module: String?) -> String {
        if mechanism == .rawTracepoint {
            return errno == ENOENT ? "the kernel has no such tracepoint" : "the kernel refuses it: \(text)"
        }
        if mechanism == .perfEvent { return perfReason }
        if mechanism == .netfilter, errno == EBUSY {
            return "another probe has this priority at the hook: choose another one with .priority(n)"
        }
        if mechanism == .securityHook || mechanism == .netfilter { return "the kernel refuses it: \(text)" }
        if mechanism == .uprobe || mechanism == .uretprobe || mechanism == .uprobeMulti { return userReason }
        if catalog.tracing.blacklist.contains(name) {
            return "it is on the kernel's kprobe blacklist: a probe in it could never return"
        }
        switch errno {
        case ENOENT:
            return "the kernel's symbol table does not have it"
        case EADDRNOTAVAIL:
            return "several functions have this name, and the kernel cannot tell them apart"
        case EBUSY:
            return "its first instruction is not what the kernel's tracer left there: it is written in assembly, or "
                + "something else has patched it"
        case ENOMEM, EMFILE, ENFILE:
            return "the kernel lacks the resources: \(text)"
        case Self.notSupported, EOPNOTSUPP:
            return "the kernel cannot attach \(mechanism.rawValue) to it: it has more parameters than registers, or "
                + "passes structures by value"
        case EINVAL:
            return "the kernel does not let it be probed: it is marked notrace, written in assembly, or runs in a "
                + "place where a probe could recurse"
        case EPERM, EACCES:
            return "the kernel forbids it: \(text)"
        default:
            return "the kernel refuses it: \(text)"
        }
    }

    private var perfReason: String {
        switch errno {
        case ENOENT:
            "the kernel has no such event (ENOENT): the processor does not have the counter, or a virtual machine does "
                + "not pass it on"
        case EOPNOTSUPP, Self.notSupported:
            "the kernel cannot sample by this event (EOPNOTSUPP): the counter raises no interrupts here"
        case EINVAL: "the kernel has no such event, or not at this rate (EINVAL)"
        case ENOSPC: "the processor has no debug register left for it (ENOSPC)"
        case ENODEV: "no processor has it (ENODEV)"
        case EPERM, EACCES: "the kernel forbids it (see kernel.perf_event_paranoid): \(text)"
        default: "the kernel refuses it: \(text)"
        }
    }

    /// Why a place in a program cannot be probed.
    private var userReason: String {
        switch errno {
        case ENOENT: "the file is gone"
        case EINVAL: "no instruction that can be probed begins there, or the file is no regular one"
        case EIO: "the file system does not let the code of its files be changed in memory"
        case Self.notSupported, EOPNOTSUPP: "the instruction there cannot be probed"
        case ENOMEM, EMFILE, ENFILE: "the kernel lacks the resources: \(text)"
        default: "the kernel refuses it: \(text)"
        }
    }

    /// The kernel's internal ENOTSUPP, which user space has no name for.
    static let notSupported: Int32 = 524

    private var text: String { errno == Self.notSupported ? "not supported" : errorText(errno) }
}
