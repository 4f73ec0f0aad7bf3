// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax
import Testing

/// Lowers a script for the small kernel; fails the test on errors before lowering and on an IR that is not well formed.
func lowered(
    _ script: String, library: String = "", options: LoweringOptions = LoweringOptions(target: 42),
    location: Testing.SourceLocation = #_sourceLocation
) throws -> LoweringResult {
    let environment = PreprocessorEnvironment(kernelRelease: "6.12.0")
    func parsed(_ text: String, _ name: String, _ role: SourceRole) -> ParsedFile {
        let source = SourceFile(name: name, text: text, role: role)
        let result = parse(source, options: ParseOptions(environment: environment))
        for diagnostic in result.diagnostics { Issue.record("syntax: \(diagnostic.message)", sourceLocation: location) }
        return result.file
    }
    let files = library.isEmpty ? [] : [parsed(library, "library", .tapset)]
    let analysis = analyze(user: [parsed(script, "test", .user)], library: files, catalog: SmallKernel())
    for diagnostic in analysis.diagnostics {
        Issue.record("semantics: \(diagnostic.message)", sourceLocation: location)
    }
    let program = try #require(analysis.program, sourceLocation: location)
    let result = lower(program, options: options)
    if result.diagnostics.isEmpty {
        for problem in validate(result.program) { Issue.record("\(problem)", sourceLocation: location) }
    }
    return result
}

/// The dump of a script that must lower.
func lowerText(
    _ script: String, library: String = "", options: LoweringOptions = LoweringOptions(target: 42),
    location: Testing.SourceLocation = #_sourceLocation
) throws -> String {
    let result = try lowered(script, library: library, options: options, location: location)
    for diagnostic in result.diagnostics {
        Issue.record("lowering: \(diagnostic.message)", sourceLocation: location)
    }
    return dump(result.program)
}

/// The dump without comments and headings of what comes before the first handler.
func handlerText(
    _ script: String, library: String = "", location: Testing.SourceLocation = #_sourceLocation
) throws -> String {
    let text = try lowerText(script, library: library, location: location)
    let lines = text.split(separator: "\n").drop { $0 != "# handlers" }.dropFirst(2)
    return lines.filter { !$0.hasPrefix("    #") }.map { $0.drop { $0 == " " } }.joined(separator: "\n")
}

/// The captures of a handler: slots, entry values, filter.
func captureText(
    _ script: String, library: String = "", location: Testing.SourceLocation = #_sourceLocation
) throws -> String {
    try handlerText(script, library: library, location: location).split(separator: "\n").prefix { $0 != "b0:" }
        .joined(separator: "\n")
}

/// The messages of the errors that lowering finds, with their tokens.
func loweringErrors(
    _ script: String, library: String = "", location: Testing.SourceLocation = #_sourceLocation
) throws -> [String] {
    try lowered(script, library: library, location: location).diagnostics.map { diagnostic in
        diagnostic.message + diagnostic.tokens.map { ": '\($0.content)'" }.joined()
    }
}
