// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// A kernel that exists only in tests: types are declared by hand, functions and tracepoints listed.
final class FakeCatalog: ProbeCatalog {
    private var types: [UInt32: KernelType] = [0: .void]
    private var spellings: [UInt32: String] = [0: "void"]
    private var names: [String: KernelTypeID] = [:]
    private var constants: [UInt32: [(name: String, value: Int64)]] = [:]
    private var functions: [String: KernelFunction] = [:]
    private var refusals: [String: String] = [:]
    private var exported: Set<String> = []
    private var allTracepoints: [KernelTracepoint] = []
    /// How often all functions were asked for.
    private(set) var enumerations = 0
    /// The process of the session.
    var target = SessionTarget.none
    var sessionTarget: SessionTarget { target }

    // MARK: Declaring

    /// Declares a type under its spelling.
    @discardableResult
    func declare(_ spelling: String, _ type: KernelType) -> KernelTypeID {
        let id = KernelTypeID(id: names[spelling]?.id ?? UInt32(types.count))
        types[id.id] = type
        spellings[id.id] = spelling
        names[spelling] = id
        return id
    }

    /// A type that is defined later, for structures that point to each other.
    func forward(_ spelling: String) -> KernelTypeID {
        names[spelling] ?? declare(spelling, .forward(isUnion: spelling.hasPrefix("union"), name: bare(spelling)))
    }

    func pointer(to id: KernelTypeID, isUser: Bool = false) -> KernelTypeID {
        declare((isUser ? "__user " : "") + (spellings[id.id] ?? "?") + "*", .pointer(to: id, isUser: isUser))
    }

    func array(of id: KernelTypeID, _ count: Int) -> KernelTypeID {
        declare("\(spellings[id.id] ?? "?")[\(count)]", .array(element: id, count: count))
    }

    @discardableResult
    func composite(_ spelling: String, size: Int, _ members: [KernelMember]) -> KernelTypeID {
        let isUnion = spelling.hasPrefix("union")
        return declare(spelling, .composite(isUnion: isUnion, name: bare(spelling), size: size, members: members))
    }

    @discardableResult
    func enumeration(_ name: String, _ values: [(name: String, value: Int64)]) -> KernelTypeID {
        let id = declare("enum \(name)", .enumeration(name: name, size: 4, isSigned: false))
        constants[id.id] = values
        return id
    }

    func function(
        _ name: String, returns: KernelTypeID, _ parameters: [KernelParameter], module: String? = nil,
        isExported: Bool = false
    ) {
        let prototype = declare(
            "prototype of \(name)", .function(returns: returns, parameters: parameters, isVariadic: false))
        functions[key(name, module)] = KernelFunction(name: name, module: module, btf: prototype, prototype: prototype)
        if isExported { exported.insert(name) }
    }

    /// A function that BTF does not describe.
    func untypedFunction(_ name: String) { functions[key(name, nil)] = KernelFunction(name: name) }

    func refuse(_ name: String, _ reason: String) { refusals[name] = reason }

    func tracepoint(_ name: String, system: String?, module: String? = nil, _ parameters: [KernelParameter]) {
        allTracepoints.append(KernelTracepoint(name: name, system: system, module: module, parameters: parameters))
    }

    /// The addresses of symbols.
    var addresses: [String: UInt64] = [:]

    func address(ofSymbol name: String) -> UInt64? { addresses[name] }

    private func bare(_ spelling: String) -> String {
        spelling.split(separator: " ").last.map(String.init) ?? spelling
    }

    private func key(_ name: String, _ module: String?) -> String { "\(module ?? ""):\(name)" }

    // MARK: Answering

    func type(_ id: KernelTypeID) -> KernelType { types[id.id] ?? .void }

    func spelling(of id: KernelTypeID) -> String { spellings[id.id] ?? "?" }

    func findType(_ name: String, module: String?) -> KernelTypeID? {
        for prefix in ["", "struct ", "union ", "enum "] {
            if let id = names[prefix + name] { return id }
        }
        return nil
    }

    func enumerators(of id: KernelTypeID) -> [(name: String, value: Int64)] { constants[id.id] ?? [] }

    var variables: [String: VariableLookup] = [:]

    func variable(_ name: String, module: String?) -> VariableLookup {
        variables[module.map { "\($0):\(name)" } ?? name] ?? .absent
    }

    func enumerator(named name: String) -> Int64? {
        constants.values.joined().first { $0.name == name }?.value
    }

    func function(_ name: String, module: String?, needsTypes: Bool) -> FunctionLookup {
        if let reason = refusals[name] { return .refused(reason: reason) }
        guard let function = functions[key(name, module)] else { return .absent }
        if needsTypes, function.prototype == nil { return .refused(reason: "BTF does not know it") }
        return .found(function)
    }

    func functions(matching glob: String, module: String?, needsTypes: Bool) -> [KernelFunction] {
        enumerations += 1
        return functions.values
            .filter { $0.module == module && Glob(glob).matches($0.name) && (!needsTypes || $0.prototype != nil) }
            .sorted { $0.name < $1.name }
    }

    func modules(matching glob: String) -> [String] {
        Set(functions.values.compactMap(\.module)).filter { Glob(glob).matches($0) }.sorted()
    }

    func tracepoints(matching glob: String) -> [KernelTracepoint] {
        allTracepoints
            .filter { Glob(glob).matches($0.name) || Glob(glob).matches("\($0.system ?? ""):\($0.name)") }
            .sorted { $0.name < $1.name }
    }

    func isExported(_ name: String) -> Bool { exported.contains(name) }

    func functionNames() -> [String] {
        enumerations += 1
        return functions.values.map(\.name)
    }
}
