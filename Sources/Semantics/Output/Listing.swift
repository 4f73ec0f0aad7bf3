// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The probe points that match a pattern (`-l`, `-L`), as sorted unique lines; empty when nothing matches or the pattern
/// is no single probe point. With variables each line goes on with ` name:type` for what the aliases set and
/// ` $name:ctype` for what the event has; points of the same name show what they have in common.
public func listProbePoints(
    _ pattern: String, user: [ParsedFile], library: [ParsedFile], catalog: any ProbeCatalog,
    options: AnalysisOptions = AnalysisOptions(), withVariables: Bool
) -> [String] {
    let source = SourceFile(name: "<input>", text: "probe \(pattern) {}")
    let parsed = parse(source, options: ParseOptions(environment: PreprocessorEnvironment(kernelRelease: "0")))
    guard !parsed.hasErrors, parsed.file.probes.count == 1, parsed.file.probes[0].points.count == 1 else { return [] }
    let analyzer = Analyzer(user: user + [parsed.file], library: library, catalog: catalog, options: options)
    guard let scope = analyzer.symbols.userScopes.last,
        let found = try? analyzer.points.derive(parsed.file.probes[0], scope: scope)
    else { return [] }
    guard withVariables else { return Set(found.map(\.scriptPoint)).sorted() }
    return PointLister(analyzer).lines(found)
}

/// Lists the variables of derived probes.
private struct PointLister {
    let analyzer: Analyzer

    init(_ analyzer: Analyzer) { self.analyzer = analyzer }

    func lines(_ found: [DerivedProbe]) -> [String] {
        for derived in found { analyzer.build(derived) }
        analyzer.resolvePending()
        Inferrer(analyzer).learn()
        var variables: [String: [String]] = [:]
        for probe in analyzer.probes.prefix(found.count) {
            let own = self.variables(of: probe)
            let name = probe.derived.scriptPoint
            variables[name] = variables[name].map { $0.filter(Set(own).contains) } ?? own
        }
        return variables.map { ([$0.key] + $0.value).joined(separator: " ") }.sorted()
    }

    private func variables(of probe: ProbeInstance) -> [String] {
        var seen: Set<String> = []
        let locals = probe.locals.filter {
            !$0.isGenerated && !$0.name.hasPrefix("__") && $0.type != .unknown && seen.insert($0.name).inserted
        }
        let event = EventParameters(probe.derived.event, types: analyzer.types)
        var arguments = event.parameters.filter { !$0.name.isEmpty }.map { ($0.name, $0.type) }
        if let result = event.result, analyzer.types.isValued(result) { arguments.append(("return", result)) }
        var lines = arguments.map { "$\($0.0):\(analyzer.catalog.spelling(of: $0.1))" }
        if case .user(let user, _) = probe.derived.event { lines += Builder.userNames(user).map { "\($0):long" } }
        return locals.map { "\($0.name):\($0.type)" }
            + lines
    }
}
