// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// Checks made before anything is loaded, so that a place where swtap cannot work is told in one clear sentence.
public enum Preflight {
    /// The capabilities that matter, include/uapi/linux/capability.h.
    private static let administrator = 21
    private static let performance = 38
    private static let bpf = 39

    /// What must hold before anything is loaded, in the order in which it is checked.
    public enum Condition: String, CaseIterable, Sendable {
        case privileges
        case types
        case lockdown
        case systemCall = "bpf"
    }

    /// Throws when this process may not, or this kernel cannot, run eBPF probes.
    public static func check() throws(KernelError) {
        for condition in Condition.allCases { try check(condition) }
    }

    /// Throws when a condition does not hold.
    public static func check(_ condition: Condition) throws(KernelError) {
        switch condition {
        case .privileges: try checkPrivilege(capabilities: swtap_capabilities(), user: geteuid())
        case .types: try checkTypes()
        case .lockdown: try checkLockdown(readText("/sys/kernel/security/lockdown"))
        case .systemCall: try checkSystemCall()
        }
    }

    private static func checkTypes() throws(KernelError) {
        if access("/sys/kernel/btf/vmlinux", F_OK) != 0 {
            throw KernelError(
                .unsupported,
                "this kernel does not describe its types: there is no /sys/kernel/btf/vmlinux, so it was built without "
                    + "CONFIG_DEBUG_INFO_BTF, or /sys is not mounted",
                wayOut: "mount sysfs, or boot a kernel that has it, as all large distributions' kernels do",
                errno: ENOENT)
        }
    }

    /// CAP_SYS_ADMIN stands for both of the finer capabilities.
    static func checkPrivilege(capabilities: UInt64, user: UInt32) throws(KernelError) {
        func has(_ capability: Int) -> Bool { capabilities >> UInt64(capability) & 1 != 0 }
        if has(administrator) { return }
        var missing: [String] = []
        if !has(bpf) { missing.append("CAP_BPF") }
        if !has(performance) { missing.append("CAP_PERFMON") }
        if missing.isEmpty { return }
        let names = missing.joined(separator: " and ")
        throw KernelError(
            .privilege,
            user == 0
                ? "this root may not load eBPF programs: it lacks \(names), as in an unprivileged container"
                : "probes on the kernel need root: this process lacks \(names)",
            wayOut: user == 0
                ? "run it on the host, or give the container these capabilities"
                : "run it with sudo, or once: setcap cap_bpf,cap_perfmon,cap_dac_read_search+ep on the swtap binary",
            errno: EPERM)
    }

    /// `none [integrity] confidentiality`: the words in brackets are in force.
    static func checkLockdown(_ text: String?) throws(KernelError) {
        guard let text, text.contains("[confidentiality]") else { return }
        throw KernelError(
            .unsupported,
            "the kernel is locked down for confidentiality: it lets no eBPF program read kernel memory, not even root's",
            wayOut: "boot with lockdown=integrity, or switch Secure Boot's confidentiality policy off", errno: EPERM)
    }

    /// Makes the smallest map there is.
    private static func checkSystemCall() throws(KernelError) {
        raiseLimits()
        swtap_silence_libbpf()
        let descriptor = bpf_map_create(BPF_MAP_TYPE_ARRAY, nil, 4, 8, 1, nil)
        if descriptor >= 0 {
            close(descriptor)
            return
        }
        throw systemCallError(errno)
    }

    static func systemCallError(_ number: Int32) -> KernelError {
        switch number {
        case ENOSYS:
            KernelError(
                .unsupported, "this kernel has no bpf() system call: it was built without CONFIG_BPF_SYSCALL",
                wayOut: "boot a kernel that has it", errno: number)
        case EPERM:
            KernelError(
                .privilege,
                "the kernel refuses eBPF to this process although it has the capabilities: a security module, a seccomp "
                    + "filter or a container runtime forbids the bpf() system call",
                wayOut: "run it outside the container, or allow bpf() in its seccomp profile", errno: number)
        default:
            KernelError(.resource, "the kernel cannot make an eBPF map: \(errorText(number))", errno: number)
        }
    }

    /// Lifts the limit of locked memory, which counts eBPF memory before Linux 5.11, and that of descriptors, of which
    /// every attached probe takes one or two. Failing to is no error yet.
    static func raiseLimits() {
        var unlimited = rlimit(rlim_cur: .max, rlim_max: .max)
        setrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &unlimited)
        var files = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0, files.rlim_cur < files.rlim_max
        else { return }
        files.rlim_cur = files.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    }

    /// What this process is, for messages: user id and the capabilities that matter.
    public static func whoAmI() -> String {
        let capabilities = swtap_capabilities()
        let held = [(administrator, "CAP_SYS_ADMIN"), (bpf, "CAP_BPF"), (performance, "CAP_PERFMON")]
            .filter { capabilities >> UInt64($0.0) & 1 != 0 }.map(\.1)
        return "uid \(geteuid()), " + (held.isEmpty ? "no capabilities for tracing" : held.joined(separator: ", "))
    }
}
