// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Semantics

/// What the running kernel has: its types, functions and tracepoints. Everything comes from the kernel's own BTF;
/// its symbol table and tracefs are read only when a question needs them, and tracefs need not be mounted.
public final class KernelCatalog: ProbeCatalog {
    /// The BTF of the kernel proper.
    let vmlinux: BTFBlob
    /// Whether a question needed the symbol table, which costs more than all of BTF.
    private(set) var hasReadSymbols = false
    /// The kernel's symbols, read at the first use; nil when /proc/kallsyms cannot be read.
    private(set) lazy var symbols: Kallsyms? = {
        hasReadSymbols = true
        return Kallsyms()
    }()
    /// The tracing file system, opened at the first use.
    private(set) lazy var tracing = TracingDirectory()
    /// The names of loaded modules, sorted.
    private(set) lazy var moduleNames: [String] = Self.readModuleNames()
    /// What `type` answered before.
    var shapes: [KernelTypeID: KernelType] = [:]
    /// What `enumerator(named:)` answered before.
    var enumeratorValues: [String: Int64?] = [:]
    private var modules: [Module] = []
    private var moduleNumbers: [String: Int] = [:]
    private let directory: String

    /// A module whose BTF was asked for; `blob` is nil where it has none.
    private final class Module {
        let name: String
        let blob: BTFBlob?
        var descriptor: Int32?

        init(name: String, blob: BTFBlob?) {
            self.name = name
            self.blob = blob
        }

        deinit {
            if let descriptor { close(descriptor) }
        }
    }

    /// Reads the kernel's BTF; throws where the kernel has none.
    public convenience init() throws(KernelError) {
        try self.init(directory: "/sys/kernel/btf")
    }

    /// Reads the BTF files in a directory.
    init(directory: String) throws(KernelError) {
        self.directory = directory
        swtap_silence_libbpf()
        do {
            vmlinux = try BTFBlob(path: directory + "/vmlinux")
        } catch let error where error.errno == ENOENT {
            throw KernelError(
                .unsupported,
                "this kernel does not describe its types: there is no \(directory)/vmlinux, so it was built without "
                    + "CONFIG_DEBUG_INFO_BTF",
                wayOut: "boot a kernel that has it, as all large distributions' kernels do", errno: ENOENT)
        }
    }

    /// The BTF that a type's number means; a module's also answers for the ids of vmlinux.
    func blob(_ object: UInt32) -> BTFBlob? {
        if object == 0 { return vmlinux }
        let number = Int(object) - 1
        return number < modules.count ? modules[number].blob : nil
    }

    /// The module that an object number means.
    func moduleName(_ object: UInt32) -> String? {
        let number = Int(object) - 1
        return number >= 0 && number < modules.count ? modules[number].name : nil
    }

    /// The number of a loaded module, whose BTF is read at the first use; nil when it is not loaded.
    func moduleObject(_ name: String) -> UInt32? {
        let wanted = Self.canonical(name)
        if let number = moduleNumbers[wanted] { return UInt32(number + 1) }
        guard moduleNames.contains(wanted) else { return nil }
        let blob = try? BTFBlob(path: directory + "/" + wanted, base: vmlinux)
        modules.append(Module(name: wanted, blob: blob))
        moduleNumbers[wanted] = modules.count - 1
        return UInt32(modules.count)
    }

    /// A type id with the object that really holds it: a module's BTF uses the ids of vmlinux for its types.
    func canonical(_ id: UInt32, in object: UInt32) -> KernelTypeID {
        KernelTypeID(object: id < vmlinux.endID ? 0 : object, id: id)
    }

    /// A descriptor of a module's BTF in the kernel, which fentry on its functions needs; owned by the catalogue.
    func descriptor(ofObject object: UInt32) throws(KernelError) -> Int32 {
        let number = Int(object) - 1
        guard number >= 0, number < modules.count else { return 0 }
        if let descriptor = modules[number].descriptor { return descriptor }
        let name = modules[number].name
        var id: UInt32 = 0
        while bpf_btf_get_next_id(id, &id) == 0 {
            let descriptor = bpf_btf_get_fd_by_id(id)
            guard descriptor >= 0 else { continue }
            if Self.objectName(descriptor) == name {
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                modules[number].descriptor = descriptor
                return descriptor
            }
            close(descriptor)
        }
        throw KernelError(.unsupported, "the kernel does not hand out the BTF of module \(name)")
    }

    private static func objectName(_ descriptor: Int32) -> String {
        var name = [UInt8](repeating: 0, count: 64)
        return name.withUnsafeMutableBytes { buffer in
            var info = bpf_btf_info()
            info.name = UInt64(UInt(bitPattern: buffer.baseAddress))
            info.name_len = 64
            var size = UInt32(MemoryLayout<bpf_btf_info>.size)
            guard bpf_obj_get_info_by_fd(descriptor, &info, &size) == 0 else { return "" }
            return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// Modules are named with `_` by the kernel, and often with `-` by people.
    static func canonical(_ module: String) -> String {
        String(module.map { $0 == "-" ? "_" : $0 })
    }

    private static func readModuleNames() -> [String] {
        guard let text = readText("/proc/modules") else { return [] }
        return text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }.sorted()
    }

    /// The names of loaded modules that match a glob, sorted.
    public func modules(matching glob: String) -> [String] {
        let pattern = Self.canonical(glob)
        return moduleNames.filter { fnmatch(pattern, $0, 0) == 0 }
    }

    /// All objects in which a name may be looked up: vmlinux first, then the loaded modules.
    func objects(module: String?) -> [UInt32] {
        if let module, module != "kernel", module != "vmlinux" { return moduleObject(module).map { [$0] } ?? [] }
        return [0]
    }

    /// The numbers of all loaded modules.
    func moduleObjects() -> [UInt32] { moduleNames.compactMap { moduleObject($0) } }
}

/// Whether a name pattern has any of the characters that make it a glob.
func isGlob(_ pattern: String) -> Bool {
    pattern.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
}
