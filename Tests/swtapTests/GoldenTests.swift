// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import swtap

/// The cases below `Tests/Golden`: a script, and all that it prints, by section of the language.
///
/// A case begins with `## title`. Then: `$ options` and `$$ arguments` (none by default), the script, `> ` before each line of its
/// output, `! ` before each line of its messages, `= status` where it is not 0. A line of output that ends with `\`
/// has no newline.
@Suite("Golden cases: scripts and all that they print")
struct GoldenTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var file: String
        var line: Int
        var title: String
        var options: [String] = []
        var arguments: [String] = []
        var script = ""
        var expected = ProgramResult(output: "", errors: "", status: 0)

        var testDescription: String { "\(file):\(line) \(title)" }
    }

    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden")

    static func cases() -> [Case] {
        let files = try? FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        return (files ?? []).filter { $0.hasSuffix(".txt") }.flatMap(read)
    }

    private static func read(_ file: String) -> [Case] {
        guard let text = try? String(contentsOf: directory.appendingPathComponent(file), encoding: .utf8) else {
            return []
        }
        var cases: [Case] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("## ") {
                cases.append(Case(file: file, line: number + 1, title: String(line.dropFirst(3))))
            }
            guard let last = cases.indices.last, !line.hasPrefix("## ") else { continue }
            if line.hasPrefix("$ ") {
                cases[last].options = line.dropFirst(2).split(separator: " ").map(String.init)
            } else if line.hasPrefix("$$ ") {
                cases[last].arguments = line.dropFirst(3).split(separator: " ").map(String.init)
            } else if line == ">" || line.hasPrefix("> ") {
                cases[last].expected.output += unfolded(line)
            } else if line == "!" || line.hasPrefix("! ") {
                cases[last].expected.errors += unfolded(line)
            } else if line.hasPrefix("= ") {
                cases[last].expected.status = Int32(line.dropFirst(2)) ?? -1
            } else if !line.isEmpty {
                cases[last].script += line + "\n"
            }
        }
        return cases
    }

    private static func unfolded(_ line: Substring) -> String {
        let text = line.dropFirst(2)
        return text.hasSuffix("\\") ? String(text.dropLast()) : text + "\n"
    }

    @Test("There are cases") func thereAreCases() { #expect(Self.cases().count > 100) }

    @Test("A case", arguments: cases())
    func golden(_ golden: Case) throws {
        let script = golden.script.hasSuffix("\n") ? String(golden.script.dropLast()) : golden.script
        let result = try swtap(arguments: golden.options + ["-e", script] + golden.arguments)
        #expect(result == golden.expected)
    }
}
