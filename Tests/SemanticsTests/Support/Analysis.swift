// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax
import Testing

/// Parses a script, failing the test on syntax errors.
func parsed(_ text: String, name: String = "<input>", role: SourceRole = .user, guru: Bool = false) -> ParsedFile {
    let source = SourceFile(name: name, text: text, role: role)
    let environment = PreprocessorEnvironment(kernelRelease: "6.12.0", guruMode: guru || role != .user)
    let result = parse(source, options: ParseOptions(environment: environment))
    for diagnostic in result.diagnostics { Issue.record("syntax: \(diagnostic.message)") }
    return result.file
}

/// Analyses a script against the miniature kernel.
func analyzed(
    _ text: String, library: [String] = [], options: AnalysisOptions = AnalysisOptions(),
    catalog: FakeCatalog = .miniature()
) -> AnalysisResult {
    let files = library.enumerated().map { parsed($1, name: "tapset\($0).stp", role: .shipped) }
    return analyze(user: [parsed(text, guru: options.guruMode)], library: files, catalog: catalog, options: options)
}

/// The verbose dump of a script that must be right; `ERRORS: …` otherwise.
func dump(
    _ text: String, library: [String] = [], options: AnalysisOptions = AnalysisOptions(), verbose: Bool = true,
    catalog: FakeCatalog = .miniature()
) -> String {
    let result = analyzed(text, library: library, options: options, catalog: catalog)
    guard let program = result.program else { return "ERRORS: " + messages(result).joined(separator: "; ") }
    return dumpPass2(program, verbose: verbose)
}

/// The body of the first probe, one line for each statement, without braces.
func body(
    _ text: String, library: [String] = [], options: AnalysisOptions = AnalysisOptions(),
    catalog: FakeCatalog = .miniature()
) -> String {
    let full = dump(text, library: library, options: options, catalog: catalog)
    guard !full.hasPrefix("ERRORS"), let start = full.firstRange(of: "{\n"),
        let probes = full.firstRange(of: "# probes\n")
    else { return full }
    let from = full[probes.upperBound...].firstRange(of: "{\n") ?? start
    let rest = full[from.upperBound...]
    let end = rest.firstRange(of: "\n}\n")?.lowerBound ?? rest.endIndex
    return rest[..<end].split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
}

/// Each error as `MSG: TOKENS`, followed by ` <- CAUSE` for each cause.
func messages(_ result: AnalysisResult) -> [String] { result.diagnostics.map(message) }

func message(_ diagnostic: Diagnostic) -> String {
    let tokens = diagnostic.tokens.map { "'\($0.content)'" }.joined(separator: ", ")
    let own = tokens.isEmpty ? diagnostic.message : "\(diagnostic.message): \(tokens)"
    return ([own] + diagnostic.chain.map(message)).joined(separator: " <- ")
}

/// The messages of a script's errors.
func errors(_ text: String, library: [String] = [], options: AnalysisOptions = AnalysisOptions()) -> [String] {
    messages(analyzed(text, library: library, options: options))
}

/// The warnings of a script.
func warnings(_ text: String, library: [String] = [], options: AnalysisOptions = AnalysisOptions()) -> [String] {
    analyzed(text, library: library, options: options).warnings.map(message)
}
