// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import Syntax

/// Every script that is shipped parses, and its dump (`-p1`) parses back to the same tree.
@Suite struct ShippedScriptTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func files(_ suffix: String) -> [URL] {
        ["tapsets", "examples"].flatMap { directory -> [URL] in
            let path = root.appendingPathComponent(directory)
            let all = FileManager.default.enumerator(at: path, includingPropertiesForKeys: nil)
            return (all?.allObjects as? [URL] ?? []).filter { $0.pathExtension == suffix }
        }.sorted { $0.path < $1.path }
    }

    private static let scripts = files("stp")

    private func options() throws -> ParseOptions {
        var options = ParseOptions(environment: testEnvironment())
        for file in Self.files("stpm") {
            let text = try String(contentsOf: file, encoding: .utf8)
            let source = SourceFile(name: file.lastPathComponent, text: text, role: .tapset)
            #expect(options.libraryMacros.add(source, options: options).map(\.message) == [])
        }
        return options
    }

    @Test func areFound() { #expect(Self.scripts.count > 20) }

    @Test(arguments: scripts.map(\.path)) func roundTrip(path: String) throws {
        let options = try options()
        let text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        let first = parse(SourceFile(name: path, text: text, role: .tapset), options: options)
        #expect(first.diagnostics.map(\.message) == [])
        let printed = SourcePrinter.dump([first.file])
        let second = parse(SourceFile(name: "printed", text: printed, role: .tapset), options: options)
        #expect(second.diagnostics.map(\.message) == [])
        // What has been printed once is in normal form.
        #expect(Structure.of(second.file) == Structure.of(first.file))
        #expect(SourcePrinter.text(of: second.file) == SourcePrinter.text(of: first.file))
    }

    @Test(arguments: [
        ("function f() { for (;1;) return }", "  for (; 1; ) return;\n"),
        ("function f() { if (1) return }", "  if (1) return\n  ;\n"),
        ("function f() { if (1) return; else return 2 }", "  if (1) return\n  ;\n  else return 2;\n"),
        ("function f() { return }", "  return;\n"),
        ("function f() { return 1 + 2 * 3 }", "  return 1 + (2 * 3);\n"),
    ])
    func bareReturns(_ text: String, _ expected: String) {
        let first = parsed(text)
        let printed = SourcePrinter.dump([first.file])
        #expect(printed == "# parse tree dump\n# file <input>\nfunction f () {\n\(expected)}\n")
        #expect(Structure.of(parsed(printed).file) == Structure.of(first.file))
    }
}
