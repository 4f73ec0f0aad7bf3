// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The checklist of the messages that the language states, `Messages/INDEX`.
@Suite struct MessageIndexTests {
    private struct Entry {
        let section: String
        let file: String
        let text: String
    }

    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    private static func text(of file: String) throws -> String {
        let place =
            file.contains("/")
            ? directory.deletingLastPathComponent().appendingPathComponent(file)
            : directory.appendingPathComponent("Messages").appendingPathComponent(file)
        return try String(contentsOf: place, encoding: .utf8)
    }

    private static func entries() throws -> [Entry] {
        try text(of: "INDEX").split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            try #require(parts.count == 3, "\(line)")
            return Entry(section: parts[0], file: parts[1], text: parts[2])
        }
    }

    /// What a file of cases expects to be shown: the scripts themselves prove nothing.
    private static func shown(in file: String) throws -> String {
        let text = try text(of: file)
        if file.contains("/") { return text }
        var isShown = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if line.hasPrefix("---") { isShown = false }
            defer { if line == "===" { isShown = true } }
            return isShown
        }.joined(separator: "\n")
    }

    @Test func everyMessageIsShownWhereTheIndexSays() throws {
        var texts: [String: String] = [:]
        for entry in try Self.entries() {
            if texts[entry.file] == nil { texts[entry.file] = try Self.shown(in: entry.file) }
            #expect(
                texts[entry.file]?.contains(entry.text) == true,
                "\(entry.section): '\(entry.text)' is not in \(entry.file)")
        }
    }

    @Test func theIndexKnowsEverySectionThatStatesMessages() throws {
        let sections = Set(try Self.entries().map(\.section))
        let expected = [
            "1.2", "1.4", "1.5", "1.6", "1.8", "1.9", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "3.1", "3.3",
            "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14",
        ]
        #expect(expected.filter { !sections.contains($0) } == [])
    }
}
