// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Semantics

/// A program at a hook of the Linux security modules; it always allows. The hook is named by BTF id at load.
final class SecurityHookAttachment: Attachment {
    let mechanism = Mechanism.securityHook
    private let program: Descriptor
    private var link: Descriptor?

    /// How to load a program for a hook.
    static func kind(of function: KernelFunction) throws(KernelError) -> ProgramKind {
        guard let id = function.btf else {
            throw KernelError(.unsupported, "the kernel's BTF does not describe \(function.name)")
        }
        return ProgramKind(type: BPF_PROG_TYPE_LSM, attach: BPF_LSM_MAC, target: id.id)
    }

    /// Attaches; throws the refusal.
    init(program: Descriptor, function: KernelFunction) throws(AttachFailure) {
        self.program = program
        let number = bpf_raw_tracepoint_open(nil, program.number)
        guard number >= 0 else {
            throw AttachFailure(AttachRefusal(name: function.name, mechanism: .securityHook, errno: errno))
        }
        link = Descriptor(number)
    }

    func misses() -> UInt64 { recursionMisses(of: program) }

    func surrender() -> [Descriptor] {
        defer { link = nil }
        return link.map { [$0] } ?? []
    }

    /// The security modules that are active, in order: `lockdown,yama,bpf`; nil when the kernel does not tell.
    static func activeModules() -> String? {
        if let text = readText("/sys/kernel/security/lsm") { return text }
        let mount = swtap_detached_mount("securityfs")
        guard mount >= 0 else { return nil }
        defer { close(mount) }
        let file = openat(mount, "lsm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// Why programs at hooks would never run with these active modules; nil when they do.
    static func refusal(activeModules text: String?) -> String? {
        guard let text else { return "the kernel does not tell its active security modules: securityfs is missing" }
        let names = text.split { $0 == "," || $0.isWhitespace }
        if names.contains("bpf") { return nil }
        return "'bpf' is not among the kernel's active security modules (\(names.joined(separator: ","))): "
            + "boot with lsm=\((names + ["bpf"]).joined(separator: ","))"
    }
}
