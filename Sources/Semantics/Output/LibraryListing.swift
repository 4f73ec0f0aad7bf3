// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The shapes of all known probe points (`--dump-probe-types`), sorted: `kernel.function(string).return`.
public func listProbeTypes() -> [String] { Set(allProbeFamilies.flatMap(\.shapes)).sorted() }

/// The probe aliases (`--dump-probe-aliases`) as sorted lines `name = points`; those that start with `_` only
/// `withInternal`.
public func listProbeAliases(user: [ParsedFile], library: [ParsedFile], withInternal: Bool) -> [String] {
    let lines = (user + library).flatMap(\.aliases).flatMap { alias in
        let points = alias.points.map(\.text).joined(separator: ", ")
        return alias.names.map { "\($0.text) = \(points)" }
    }
    return Set(lines).filter { withInternal || !$0.hasPrefix("_") }.sorted()
}

/// The functions (`--dump-functions`) as sorted lines `name:type (parameter:type, …)`, types inferred where they can be;
/// those that start with `_` only `withInternal`.
public func listFunctions(
    user: [ParsedFile], library: [ParsedFile], catalog: any ProbeCatalog, options: AnalysisOptions = AnalysisOptions(),
    withInternal: Bool
) -> [String] {
    let analyzer = Analyzer(user: user, library: library, catalog: catalog, options: options)
    let symbols = analyzer.symbols
    var instances: [FunctionInstance] = []
    for scope in symbols.userScopes + symbols.libraryScopes {
        for entry in symbols.functions(of: scope) where !entry.declaration.isPrivate {
            instances.append(analyzer.instance(of: entry, probe: nil))
        }
    }
    analyzer.resolvePending()
    Inferrer(analyzer).learn(instances)
    let script = instances.map { instance in
        let parameters = instance.parameters.map { "\($0.name):\($0.type)" }
        return "\(instance.entry.declaration.name):\(instance.result) (\(parameters.joined(separator: ", ")))"
    }
    // Some stand for what scripts write otherwise, and have no name.
    let builtin = Builtin.allCases.filter { !$0.signature.name.hasPrefix("$") }.map { builtin in
        let signature = builtin.signature
        let parameters = signature.parameters.enumerated().map { "a\($0.offset + 1):\($0.element)" }
        let isPure = signature.effect == .pure ? " /* pure */" : ""
        return "\(signature.name):\(signature.result) (\(parameters.joined(separator: ", ")))\(isPure)"
    }
    return Set(script + builtin).filter { withInternal || !$0.hasPrefix("_") }.sorted()
}
