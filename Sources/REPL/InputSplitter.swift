// SPDX-License-Identifier: GPL-3.0-or-later

/// Puts lines together to what stands for itself: commands, declarations and statements whose braces, parentheses and quotes are
/// closed.
struct InputSplitter {
    /// One thing that was typed.
    enum Unit: Equatable {
        case command(Command, String)
        /// Globals, functions, probes, macros.
        case declaration(String)
        case statement(String)
    }

    private var text = ""
    private let isVariable: (String) -> Bool

    /// A splitter; `isVariable` tells whether a word names a global, which then wins over a command that reads like an expression
    /// with it.
    init(isVariable: @escaping (String) -> Bool) { self.isVariable = isVariable }

    /// What waits for more lines.
    var pending: String { text }
    /// Whether the text so far is not complete.
    var isOpen: Bool { !text.isEmpty }

    /// Whether it waits for a brace, a parenthesis or a quote to be closed.
    var isInside: Bool { Nesting(text).isOpen }

    /// Forgets what waits, and returns it.
    mutating func takePending() -> String {
        defer { text = "" }
        return text
    }

    /// Adds what was typed, one line or many, and returns what is complete.
    mutating func add(_ typed: String) -> [Unit] {
        var units: [Unit] = []
        let lines = typed.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasSuffix("\r") ? line.dropLast() : line
        }
        for (index, line) in lines.enumerated() {
            if text.isEmpty, Self.isBlank(line) { continue }
            text += text.isEmpty ? String(line) : "\n" + line
            let next = index + 1 < lines.count ? lines[index + 1] : ""
            guard isComplete(continuedBy: next) else { continue }
            if let unit = unit(of: takePending()) { units.append(unit) }
        }
        return units
    }

    /// What a whole text is; nil when it says nothing.
    func unit(of text: String) -> Unit? {
        guard !text.split(separator: "\n").allSatisfy({ Self.isBlank($0) }) else { return nil }
        if let (command, rest) = command(text) { return .command(command, rest) }
        return Self.declares(Self.firstWord(text)) ? .declaration(text) : .statement(text)
    }

    // MARK: - Lines

    private func isComplete(continuedBy next: Substring) -> Bool {
        var nesting = Nesting(text)
        if let (command, rest) = command(text) {
            guard command == .add else { return true }
            nesting = Nesting(rest)
            return !nesting.isOpen
        }
        if nesting.isOpen { return false }
        switch Self.firstWord(text) {
        case "probe", "function": if !nesting.hasBlock { return false }
        case "@define": if !nesting.hasMacroBody { return false }
        case "private" where nesting.needsBlock: if !nesting.hasBlock { return false }
        case "global", "private": if nesting.last == UInt8(ascii: ",") { return false }
        default: break
        }
        // In a text of many lines, what follows may belong to it.
        return !["else", "catch"].contains(Self.firstWord(next))
    }

    private static func isBlank(_ line: Substring) -> Bool {
        let rest = line.drop { $0 == " " || $0 == "\t" }
        return rest.isEmpty || rest.hasPrefix("#") || rest.hasPrefix("//")
    }

    static func firstWord(_ text: some StringProtocol) -> String {
        let rest = text.drop { $0.isWhitespace }
        if rest.hasPrefix("?") { return "?" }
        return String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "@" })
    }

    private static func declares(_ word: String) -> Bool {
        ["probe", "function", "global", "private", "@define"].contains(word)
    }

    // MARK: - Commands

    /// The command that a text begins with, and what follows it.
    private func command(_ text: String) -> (Command, String)? {
        let word = Self.firstWord(text)
        guard let command = Command(word: word) else { return nil }
        let rest = text.drop { $0.isWhitespace }.dropFirst(word.count)
        let argument = rest.drop { $0 == " " || $0 == "\t" }
        if isVariable(word), argument.isEmpty { return nil }
        guard let first = argument.first else { return (command, "") }
        switch command {
        case .delete:
            // `delete bytes` is a statement of the language.
            guard first.isNumber || first == "-" else { return nil }
        case .load, .save: if "=[(".contains(first), isVariable(word) { return nil }
        case .help: break
        default: if "=[+-*/.<>?&|^,;(!".contains(first) { return nil }
        }
        // A word that goes on with something else than a space is another one.
        if rest.first == argument.first, word != "?" { return nil }
        var end = String(argument)
        while end.last?.isWhitespace == true { end.removeLast() }
        return (command, end)
    }
}

/// What is open at the end of a text.
private struct Nesting {
    private(set) var isOpen = false
    /// Whether a block of statements has been closed.
    private(set) var hasBlock = false
    /// Whether `%( … %)` has been closed.
    private(set) var hasMacroBody = false
    /// Whether it says `function` or `probe`.
    private(set) var needsBlock = false
    /// The last byte that means something.
    private(set) var last = UInt8(ascii: " ")

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var index = 0
        var depth = 0
        var blocks: [Bool] = []
        var word: [UInt8] = []
        func at(_ first: Character, _ second: Character) -> Bool {
            index + 1 < bytes.count && bytes[index] == first.asciiValue && bytes[index + 1] == second.asciiValue
        }
        while index < bytes.count {
            let byte = bytes[index]
            if at("/", "/") || byte == UInt8(ascii: "#") {
                while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
                continue
            }
            if at("/", "*") || at("%", "{") {
                let end: (Character, Character) = at("/", "*") ? ("*", "/") : ("%", "}")
                index += 2
                while index < bytes.count, !at(end.0, end.1) { index += 1 }
                if index >= bytes.count {
                    isOpen = true
                    return
                }
                index += 2
                last = UInt8(ascii: "}")
                continue
            }
            if byte == UInt8(ascii: "\"") {
                index += 1
                while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                    index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                if index >= bytes.count {
                    isOpen = true
                    return
                }
                index += 1
                last = UInt8(ascii: "\"")
                continue
            }
            let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
            if isLetter {
                word.append(byte)
            } else {
                if word == Array("function".utf8) || word == Array("probe".utf8) { needsBlock = true }
                // `{` behind the keyword begins a list of points.
                if word == Array("probe".utf8) { last = UInt8(ascii: ".") }
                word = []
            }
            switch byte {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"):
                depth -= 1
                if last == UInt8(ascii: "%"), byte == UInt8(ascii: ")") { hasMacroBody = true }
            case UInt8(ascii: "{"):
                depth += 1
                let isPoints = [UInt8(ascii: "."), UInt8(ascii: "="), UInt8(ascii: ",")].contains(last)
                blocks.append(!isPoints)
            case UInt8(ascii: "}"):
                depth -= 1
                if blocks.popLast() == true, blocks.isEmpty { hasBlock = true }
            default: break
            }
            if byte > UInt8(ascii: " ") { last = byte }
            index += 1
        }
        if word == Array("function".utf8) || word == Array("probe".utf8) { needsBlock = true }
        isOpen = depth > 0
    }
}
