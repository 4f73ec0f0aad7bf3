// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics

extension KernelCatalog {
    /// Looks up one function. BTF alone answers for what it knows, and for all when `needsTypes`; symbols, which cost
    /// 30 ms to read, are read for the rest only.
    public func function(_ name: String, module: String?, needsTypes: Bool) -> FunctionLookup {
        guard let object = objects(module: module).first else { return .absent }
        let owner = moduleName(object)
        let ids = blob(object)?.ids(named: name, kind: .function) ?? []
        if let function = function(name, ids: ids, object: object) { return .found(function) }

        if needsTypes {
            if ids.isEmpty { return .absent }
            return .refused(
                reason: "the kernel's BTF describes \(ids.count) functions of this name, with different parameters")
        }
        let count = symbols?.symbols(named: name).filter { $0.isText && $0.module == owner }.count ?? 0
        switch count {
        case 0 where ids.isEmpty:
            return absent(name, module: owner)
        case 0, 1:
            return .found(KernelFunction(name: name, module: owner))
        default:
            return .refused(reason: "\(count) functions have this name, and the kernel cannot tell them apart")
        }
    }

    /// The function that FUNC types of one name mean, where they agree on its parameters.
    private func function(_ name: String, ids: [UInt32], object: UInt32) -> KernelFunction? {
        guard let blob = blob(object), let first = ids.first, let record = blob.record(first) else { return nil }
        let same = ids.allSatisfy { blob.record($0)?.sizeOrType == record.sizeOrType }
        guard same, blob.record(record.sizeOrType)?.kind == .prototype else { return nil }
        return KernelFunction(
            name: name, module: moduleName(object), btf: KernelTypeID(object: object, id: first),
            prototype: canonical(record.sizeOrType, in: object))
    }

    /// Tells apart what never was from what the compiler made away with.
    private func absent(_ name: String, module: String?) -> FunctionLookup {
        guard let symbols else { return .absent }
        for suffix in [".isra.0", ".constprop.0", ".part.0", ".isra.0.cold", ".cold"]
        where symbols.symbols(named: name + suffix).contains(where: { $0.isText && $0.module == module }) {
            return .refused(
                reason:
                    "the compiler specialised it into \(name)\(suffix), whose parameters differ, and inlined the rest"
            )
        }
        return .absent
    }

    /// All traceable functions of the kernel proper or of one module whose names match, sorted. Names that several
    /// functions share are left out, since the kernel cannot tell them apart, and so is the kprobe blacklist.
    public func functions(matching glob: String, module: String?, needsTypes: Bool) -> [KernelFunction] {
        guard isGlob(glob) else {
            guard case .found(let function) = function(glob, module: module, needsTypes: needsTypes) else { return [] }
            return [function]
        }
        guard let object = objects(module: module).first else { return [] }
        let owner = moduleName(object)
        let isWanted: (UnsafePointer<CChar>) -> Bool = { name in
            strchr(name, Int32(UInt8(ascii: "."))) == nil && strncmp(name, "__pfx_", 6) != 0
                && fnmatch(glob, name, 0) == 0
        }
        var names = traceableNames(module: owner, where: isWanted)
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var functions: [KernelFunction] = []
        var at = 0
        while at < names.count {
            var next = at + 1
            while next < names.count, names[next] == names[at] { next += 1 }
            defer { at = next }
            if next - at > 1 { continue }
            let ids = blob(object)?.ids(named: names[at], kind: .function) ?? []
            if let function = function(names[at], ids: ids, object: object) {
                functions.append(function)
            } else if !needsTypes {
                functions.append(KernelFunction(name: names[at], module: owner))
            }
        }
        return functions.filter { !tracing.blacklist.contains($0.name) }
    }

    /// What ftrace can trace when it tells; else what BTF and the symbol table agree on.
    private func traceableNames(module: String?, where isWanted: (UnsafePointer<CChar>) -> Bool) -> [String] {
        if let listed = tracing.traceableFunctions(kernelOnly: module == nil, where: isWanted) {
            return listed.filter { $0.1 == module }.map(\.0)
        }
        if let symbols { return symbols.textNames(module: module, where: isWanted) }
        guard let blob = module.map({ moduleObject($0).flatMap { self.blob($0) } }) ?? vmlinux else { return [] }
        var names: [String] = []
        blob.forEach(kind: .function) { _, name in
            if isWanted(name) { names.append(String(cString: name)) }
        }
        return names
    }

    /// Whether a function is exported to modules, as its entry in the kernel's export table says.
    public func isExported(_ name: String) -> Bool {
        symbols?.contains("__ksymtab_" + name) ?? false
    }

    /// The names of all functions in the BTF of vmlinux.
    public func functionNames() -> [String] {
        var names: [String] = []
        vmlinux.forEach(kind: .function) { _, name in names.append(String(cString: name)) }
        return names
    }

    /// The address of the only symbol of a name, of the kernel proper or a module; nil where the kernel hides addresses.
    public func address(ofSymbol name: String) -> UInt64? {
        let found = symbols?.symbols(named: name) ?? []
        guard found.count == 1, found[0].address != 0 else { return nil }
        return found[0].address
    }
}
