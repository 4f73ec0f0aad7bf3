// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax
import Testing

@testable import Session

/// The macros that output metrics, expanded: what they make a probe do.
@Suite struct LibraryMacroTests {
    /// The statements of a probe after expansion, as source.
    private func expanded(_ body: String) throws -> String {
        let library = try TapsetLibrary(directories: [])
        var options = ParseOptions(environment: PreprocessorEnvironment(kernelRelease: "6.12.0"))
        for file in library.files where file.name.hasSuffix(".stpm") {
            #expect(options.libraryMacros.add(file, options: options).isEmpty)
        }
        let result = parse(SourceFile(name: "<input>", text: "probe never { \(body) }"), options: options)
        #expect(result.diagnostics.map(\.message) == [])
        return SourcePrinter.text(of: result.file).split(separator: "\n").dropFirst().map { $0.drop { $0 == " " } }
            .joined(separator: " ")
    }

    @Test func valuesOfMetrics() throws {
        func same(_ macro: String, _ code: String) throws {
            #expect(try expanded(macro) == expanded(code), "\(macro)")
        }
        try same("@json_output_data_start", "$value = __json_start()")
        try same("@json_output_numeric_value(\"n\", x + 1)", "$value .= __json_value(\"n\", sprint(x + 1))")
        try same("@json_output_string_value(\"s\", t)", "$value .= __json_value(\"s\", __json_text(t))")
        try same(
            "@json_output_array_numeric_value(\"a\", k, \"n\", 5)",
            "$value .= __json_array_value(\"a\", k, \"n\", sprint(5))")
        try same(
            "@json_output_array_string_value(\"a\", k, \"s\", t)",
            "$value .= __json_array_value(\"a\", k, \"s\", __json_text(t))")
        try same("@json_output_data_end", "$value .= __json_end()")
    }
}
