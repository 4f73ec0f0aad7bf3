// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `kernel.function(P)` and `module(M).function(P)`: functions with the types that BTF knows.
struct FunctionFamily: ProbeFamily {
    let shapes = ["kernel.", "module(string)."].flatMap { scope in
        ["", ".call", ".exported", ".return", ".return.maxactive(number)"].map { "\(scope)function(string)\($0)" }
    }

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        var finder = FunctionFinder(match: match, context: context, allowsTyped: true)
        finder.onlyExported = match.has("exported")
        return try finder.find()
    }
}

/// `kprobe.function(P)` and `kprobe.module(M).function(P)`: functions by symbol, without types.
struct KprobeFamily: ProbeFamily {
    let shapes = ["kprobe.", "kprobe.module(string)."].flatMap { scope in
        ["", ".call", ".return", ".return.maxactive(number)"].map { "\(scope)function(string)\($0)" }
    }

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        try FunctionFinder(match: match, context: context, allowsTyped: false).find()
    }
}

/// Finds the functions that a point names.
private struct FunctionFinder {
    let match: PointMatch
    let context: PointContext
    let allowsTyped: Bool
    var onlyExported = false

    private var catalog: any ProbeCatalog { context.catalog }

    func find() throws(Diagnostic) -> [ResolvedPoint] {
        guard let component = match.component("function"), let pattern = match.string("function") else { return [] }
        if pattern.contains("@") {
            throw Diagnostic(
                .semanticError, "source files and lines are not supported: BTF says nothing of them",
                tokens: [component.token])
        }
        var functions: [KernelFunction] = []
        for module in try modules() {
            functions +=
                Glob(pattern).hasWildcard
                ? catalog.functions(matching: pattern, module: module, needsTypes: allowsTyped && context.usesTargets)
                : try exact(pattern, module: module, component)
        }
        if onlyExported { functions = functions.filter { catalog.isExported($0.name) } }
        return functions.map(point)
    }

    /// The modules to look in; nil is the kernel itself.
    private func modules() throws(Diagnostic) -> [String?] {
        guard let component = match.component("module"), let pattern = match.string("module") else { return [nil] }
        let found = catalog.modules(matching: pattern)
        if !Glob(pattern).hasWildcard {
            if found.isEmpty, pattern != "kernel", pattern != "vmlinux" {
                throw Diagnostic(
                    .semanticError,
                    "module '\(pattern)' is not loaded: only a loaded module's functions are known, so load it first",
                    tokens: [component.token])
            }
            return [pattern]
        }
        if found.isEmpty {
            throw Diagnostic(.semanticError, "no module matches '\(pattern)'", tokens: [component.token])
        }
        return found
    }

    private func exact(
        _ name: String, module: String?, _ component: ProbeComponent
    ) throws(Diagnostic) -> [KernelFunction] {
        // Where absence is no error, a function that BTF does not know need not be searched elsewhere at great cost.
        let needsTypes = allowsTyped && context.usesTargets && !context.suggests
        switch catalog.function(name, module: module, needsTypes: needsTypes) {
        case .found(let function): return [function]
        case .refused(let reason):
            throw Diagnostic(
                .semanticError, "function '\(name)' cannot be probed: \(reason)", tokens: [component.token])
        case .absent:
            // One of several modules need not have it.
            if let pattern = match.string("module"), Glob(pattern).hasWildcard { return [] }
            let similar = similarNames(to: name, among: context.suggests ? catalog.functionNames() : [])
            throw Diagnostic(
                .semanticError, "no match\(similarSuffix(similar, word: "similar functions"))", site: "function")
        }
    }

    private func point(_ function: KernelFunction) -> ResolvedPoint {
        var components = match.components
        for index in components.indices {
            switch components[index].name {
            case "function": components[index].argument = .string(ByteString(function.name))
            case "module":
                if let module = function.module { components[index].argument = .string(ByteString(module)) }
            default: break
            }
        }
        return ResolvedPoint(
            point: PointMatch(components: components).text(),
            event: .function(function, isReturn: match.has("return"), allowsTyped: allowsTyped),
            functionName: function.name)
    }
}
