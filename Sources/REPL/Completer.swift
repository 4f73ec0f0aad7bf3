// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Session

/// What Tab offers.
final class Completer {
    /// Whose globals and functions are offered.
    weak var session: LiveSession?
    /// The names of the options of `set` and `show`.
    var scriptOptions: [String] = []
    /// The lines before the one that is being typed, where a brace is open.
    var context = ""
    private var listed: [String: [String]] = [:]
    /// The functions of the library, as `name:type (parameters)`.
    lazy var functions: [String] = session?.libraryFunctions() ?? []
    private lazy var functionNames = functions.map { line in String(line.prefix { $0 != ":" && $0 != " " }) }

    private static let keywords = [
        "probe", "function", "global", "foreach", "for", "while", "if", "else", "delete", "return", "next", "break",
        "continue", "try", "catch", "limit", "in", "print", "println", "printd", "printdln", "printf", "sprintf",
        "sprint", "@count", "@sum", "@min", "@max", "@avg", "@variance", "@hist_log", "@hist_linear", "@define",
    ]

    /// What can stand at the end of a line for its last word.
    enum Answer: Equatable {
        /// The names of files.
        case files
        /// Words, sorted, and whether a space follows a single one.
        case words([String], space: Bool)
    }

    /// Completes the word that starts at an offset of a line's bytes.
    func complete(_ line: [UInt8], from start: Int, to end: Int) -> Answer {
        let before = String(decoding: line[..<start], as: UTF8.self)
        let word = String(decoding: line[start..<end], as: UTF8.self)
        let first = InputSplitter.firstWord(before)
        if context.isEmpty {
            switch Command(word: first) {
            case .load?, .save?: return .files
            case .help?: return words(Command.allCases.map(\.rawValue) + functionNames, word)
            case .set?, .show?: return words(scriptOptions, word)
            default: break
            }
        }
        let whole = context.isEmpty ? before : context + "\n" + before
        switch place(whole) {
        case .point: return .words(points(word), space: false)
        case .quote: return .files
        case .body(let point):
            if word.hasPrefix("$") { return .words(variables(of: point).filter { $0.hasPrefix(word) }, space: false) }
            return words(names + variables(of: point).filter { !$0.hasPrefix("$") }, word)
        case .other:
            let commands = whole.allSatisfy(\.isWhitespace) ? Command.allCases.map(\.rawValue) : []
            return words(names + commands, word)
        }
    }

    /// Where in a script a text ends.
    enum Place: Equatable {
        /// Behind `probe`, before the handler.
        case point
        /// In the handler of a probe.
        case body(point: String)
        /// In a string.
        case quote
        case other
    }

    /// Finds out where a text ends.
    func place(_ text: String) -> Place {
        var isQuoted = false
        var depth = 0
        var point: String?
        var word = ""
        var place = Place.other
        for character in text {
            if isQuoted {
                if character == "\"" { isQuoted = false }
                point? += String(character)
                continue
            }
            if character == "\"" { isQuoted = true }
            if character == "{", depth == 0, let known = point, !known.trimmed.isEmpty, !known.hasSuffix(".") {
                place = .body(point: known.trimmed)
                point = nil
            }
            if character == "{" { depth += 1 }
            if character == "}" {
                depth -= 1
                if depth <= 0 { place = .other }
            }
            point? += String(character)
            if character.isLetter {
                word += String(character)
            } else {
                if word == "probe", depth == 0, character.isWhitespace { point = "" }
                word = ""
            }
            if depth == 0, point != nil { place = .point }
        }
        return isQuoted ? .quote : place
    }

    private var names: [String] {
        Self.keywords + functionNames + (session?.globalNames ?? []) + (session?.functionNames ?? [])
    }

    private func words(_ candidates: [String], _ prefix: String) -> Answer {
        .words(Set(candidates.filter { $0.hasPrefix(prefix) && !$0.hasPrefix("__") }).sorted(), space: true)
    }

    /// Points that begin with a text: whole components of it.
    private func points(_ prefix: String) -> [String] {
        guard let session else { return [] }
        guard let dot = prefix.lastIndex(of: ".") else {
            return session.firstComponents().filter { $0.hasPrefix(prefix) }
        }
        let base = String(prefix[...dot])
        return list(base + "*", withVariables: false).filter { $0.hasPrefix(prefix) }
    }

    /// The variables of a point, those of the event with their `$`.
    private func variables(of point: String) -> [String] {
        let single = point.split(separator: ",").first.map { String($0).trimmed } ?? point
        guard let line = list(single, withVariables: true).first else { return [] }
        return line.split(separator: " ").dropFirst().compactMap { part in
            part.contains(":") ? String(part.prefix { $0 != ":" }) : nil
        }
    }

    private func list(_ pattern: String, withVariables: Bool) -> [String] {
        let key = "\(withVariables) \(pattern)"
        if let known = listed[key] { return known }
        let lines = session?.probePoints(matching: pattern, withVariables: withVariables) ?? []
        listed[key] = lines
        return lines
    }

    /// Answers readline: strings for it to free, or nil.
    func answer(
        _ line: [UInt8], _ start: Int, _ end: Int, _ append: UnsafeMutablePointer<CChar>,
        _ wantsFiles: UnsafeMutablePointer<Int32>
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard start >= 0, start <= end, end <= line.count else { return nil }
        switch complete(line, from: start, to: end) {
        case .files:
            wantsFiles.pointee = 1
            return nil
        case .words(let words, let space):
            append.pointee = space ? 32 : 0
            guard !words.isEmpty,
                let memory = malloc((words.count + 1) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride)
            else { return nil }
            let list = memory.bindMemory(to: UnsafeMutablePointer<CChar>?.self, capacity: words.count + 1)
            for (index, word) in words.enumerated() { list[index] = strdup(word) }
            list[words.count] = nil
            return list
        }
    }
}
