// SPDX-License-Identifier: GPL-3.0-or-later

/// The script that `add`, `delete`, `list` and their kin work on, as lines.
struct ScriptBuffer {
    /// The lines without their newlines.
    private(set) var lines: [String] = []

    /// Whether there is nothing.
    var isEmpty: Bool { lines.isEmpty }
    /// The whole text.
    var text: String { lines.map { $0 + "\n" }.joined() }

    /// Appends the lines of a text.
    mutating func add(_ text: String) { lines += Self.split(text) }

    /// Takes the lines of a text instead of those that are there.
    mutating func replace(by text: String) { lines = Self.split(text) }

    /// Deletes all lines.
    mutating func clear() { lines = [] }

    /// Deletes lines, numbered from 1; they are there.
    mutating func delete(_ range: ClosedRange<Int>) {
        lines.removeSubrange(range.lowerBound - 1...range.upperBound - 1)
    }

    /// Lines with their numbers.
    func listing(_ range: ClosedRange<Int>? = nil) -> String {
        let chosen = range ?? 1...max(lines.count, 1)
        let width = String(lines.count).count
        return lines.enumerated().filter { chosen.contains($0.offset + 1) }.map { offset, line in
            let number = String(offset + 1)
            return String(repeating: " ", count: width - number.count) + "\(number): \(line)\n"
        }.joined()
    }

    /// The lines that `N` or `N-M` means, or a message about the first that is not there.
    func range(_ text: String) -> Result<ClosedRange<Int>, BufferError> {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            part.drop { $0 == " " }.prefix { $0 != " " }
        }
        let numbers = parts.compactMap { Int($0) }
        guard (1...2).contains(parts.count), numbers.count == parts.count, let first = numbers.first,
            let last = numbers.last
        else { return .failure(BufferError("'\(text)' is no line and no range of lines: say N or N-M")) }
        for number in [first, last] where !(1...max(lines.count, 1)).contains(number) || lines.isEmpty {
            return .failure(BufferError("No line \(number) present in script."))
        }
        guard first <= last else { return .failure(BufferError("the range \(text) ends before it begins")) }
        return .success(first...last)
    }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

/// What is wrong with the words of a command.
struct BufferError: Error, Equatable {
    var message: String

    init(_ message: String) { self.message = message }
}
