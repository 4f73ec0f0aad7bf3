// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// A kernel with one function, `probed(int fd, char *text)`, and the few types that the library's functions name.
final class TestCatalog: ProbeCatalog {
    private var types: [KernelType] = [.void]
    private var names: [String: KernelTypeID] = [:]
    private var prototype = KernelTypeID.void

    init() {
        let int = add("int", .integer(size: 4, isSigned: true, isCharacter: false))
        let character = add("char", .integer(size: 1, isSigned: true, isCharacter: true))
        let name = add("char[16]", .array(element: character, count: 16))
        let id = composite("kuid_t", [("val", int, 0)])
        let credentials = composite("cred", [("uid", id, 4), ("euid", id, 8), ("gid", id, 12), ("egid", id, 16)])
        let task = KernelTypeID(id: UInt32(types.count + 2))
        let parent = add("task_struct*", .pointer(to: task, isUser: false))
        let cred = add("cred*", .pointer(to: credentials, isUser: false))
        _ = composite(
            "task_struct",
            [
                ("pid", int, 0), ("tgid", int, 4), ("real_parent", parent, 8), ("comm", name, 16), ("cred", cred, 32),
                ("__state", int, 40),
            ])
        let text = add("char*", .pointer(to: character, isUser: false))
        prototype = add(
            "probed",
            .function(
                returns: int,
                parameters: [KernelParameter(name: "fd", type: int), KernelParameter(name: "text", type: text)],
                isVariadic: false))
    }

    private func add(_ name: String, _ type: KernelType) -> KernelTypeID {
        types.append(type)
        names[name] = KernelTypeID(id: UInt32(types.count - 1))
        return names[name]!
    }

    private func composite(_ name: String, _ members: [(String, KernelTypeID, Int)]) -> KernelTypeID {
        add(
            name,
            .composite(
                isUnion: false, name: name, size: 64,
                members: members.map { KernelMember(name: $0.0, type: $0.1, bitOffset: $0.2 * 8) }))
    }

    func type(_ id: KernelTypeID) -> KernelType { Int(id.id) < types.count ? types[Int(id.id)] : .void }
    func spelling(of id: KernelTypeID) -> String { names.first { $0.value == id }?.key ?? "?" }
    func findType(_ name: String, module: String?) -> KernelTypeID? {
        names[name] ?? names[name.split(separator: " ").last.map(String.init) ?? name]
    }
    func enumerators(of id: KernelTypeID) -> [(name: String, value: Int64)] { [] }
    func enumerator(named name: String) -> Int64? { nil }
    func function(_ name: String, module: String?, needsTypes: Bool) -> FunctionLookup {
        name == "probed" ? .found(KernelFunction(name: name, btf: prototype, prototype: prototype)) : .absent
    }
    func functions(matching glob: String, module: String?, needsTypes: Bool) -> [KernelFunction] {
        []
    }
    func modules(matching glob: String) -> [String] { [] }
    func tracepoints(matching glob: String) -> [KernelTracepoint] { [] }
    func isExported(_ name: String) -> Bool { false }
    func functionNames() -> [String] { [] }
}
