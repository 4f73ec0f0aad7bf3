// SPDX-License-Identifier: GPL-3.0-or-later

/// Turns the bytes of one file into tokens and pastes the script's arguments in.
///
/// It never fails: what cannot be a token becomes junk that carries its message for the parser.
struct Lexer {
    private let source: SourceFile
    private let arguments: [ByteString]
    private let hasHexEscapes: Bool
    /// The text, with the arguments pasted in so far.
    private var bytes: [UInt8]
    private var position = 0
    private var line = 1
    /// Where the line would start without the pasted text; may be negative.
    private var lineStart = 0
    /// Bytes before this index were pasted at `pasteLocation`.
    private var pasteEnd = 0
    private var pasteLocation: SourceLocation
    /// The numbers of the arguments that the text mentions, from 1.
    private(set) var usedArguments: Set<Int> = []

    /// Starts at the first byte of `source`.
    init(_ source: SourceFile, arguments: [ByteString] = [], version: LanguageVersion? = nil) {
        self.source = source
        hasHexEscapes = version?.hasHexEscapes ?? true
        self.arguments = arguments
        bytes = source.bytes
        pasteLocation = SourceLocation(file: source, line: 1, column: 1)
    }

    /// All tokens from here to the end.
    mutating func tokens() -> [Token] {
        var result: [Token] = []
        result.reserveCapacity(bytes.count / 4)
        while let token = next() { result.append(token) }
        return result
    }

    /// The next token, or nil at the end of the file.
    mutating func next() -> Token? {
        while true {
            skipBlanks()
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "@"), let following = peek(1),
                following.isDigit || following == UInt8(ascii: "#")
            {
                if let token = substituteArgument(quoted: byte == UInt8(ascii: "@")) { return token }
                continue
            }
            if byte.startsIdentifier { return identifier() }
            if byte.isDigit { return number() }
            if byte == UInt8(ascii: "\"") { return string() }
            if byte == UInt8(ascii: "%"), peek(1) == UInt8(ascii: "{") { return embedded() }
            if byte == UInt8(ascii: "@"), let following = peek(1), following.isLetter || following == UInt8(ascii: "_")
            {
                return atWord()
            }
            if byte.isPunctuation { return punctuation() }
            let location = here
            position += 1
            return token(.junk, [byte], location)
        }
    }

    // MARK: - Places

    private var here: SourceLocation {
        if position < pasteEnd { return pasteLocation }
        return SourceLocation(
            file: source, line: Int32(clamping: line), column: Int32(clamping: position - lineStart + 1))
    }

    private func peek(_ distance: Int) -> UInt8? {
        let index = position + distance
        return index < bytes.count ? bytes[index] : nil
    }

    /// Moves on by one byte, counting lines of the file but not of pasted text.
    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") && position >= pasteEnd {
            line += 1
            lineStart = position + 1
        }
        position += 1
    }

    private func token(
        _ kind: TokenKind, _ content: some Sequence<UInt8>, _ location: SourceLocation, problem: String? = nil
    ) -> Token {
        Token(
            kind: kind, content: ByteString(content), location: location, expandedFrom: nil,
            problem: problem.map { .message($0) })
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            let byte = bytes[position]
            if byte.isSpace {
                advance()
            } else if byte == UInt8(ascii: "#") || (byte == UInt8(ascii: "/") && peek(1) == UInt8(ascii: "/")) {
                while position < bytes.count && bytes[position] != UInt8(ascii: "\n") { position += 1 }
            } else if byte == UInt8(ascii: "/") && peek(1) == UInt8(ascii: "*") {
                position += 2
                while position < bytes.count
                    && !(bytes[position] == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/"))
                {
                    advance()
                }
                position = min(position + 2, bytes.count)
            } else {
                return
            }
        }
    }

    // MARK: - Script arguments

    /// Handles `$N @N $# @#`: the quoted forms are tokens, the others become text to read on from.
    private mutating func substituteArgument(quoted: Bool) -> Token? {
        let location = here
        let isNested = position < pasteEnd
        var end = position + 1
        var value: ByteString?
        if bytes[end] == UInt8(ascii: "#") {
            end += 1
            value = ByteString(String(arguments.count))
        } else {
            var number = 0
            while end < bytes.count, bytes[end].isDigit {
                // Large numbers only have to stay out of range.
                number = min(number * 10 + Int(bytes[end] - 0x30), 1 << 40)
                end += 1
            }
            if number >= 1 && number <= arguments.count {
                value = arguments[number - 1]
                if !isNested { usedArguments.insert(number) }
            }
        }
        let written = bytes[position..<end]
        if isNested || value == nil {
            position = end
            let problem =
                isNested
                ? "invalid nested substitution of command line arguments"
                : "command line argument out of range [1-\(arguments.count)]"
            return token(.junk, written, location, problem: problem)
        }
        let text = value?.bytes ?? []
        if quoted {
            position = end
            return token(.string, text, location)
        }
        lineStart += text.count - (end - position)
        bytes.replaceSubrange(position..<end, with: text)
        pasteEnd = position + text.count
        pasteLocation = location
        return nil
    }

    // MARK: - Token classes

    private mutating func identifier() -> Token {
        let location = here
        let start = position
        while position < bytes.count, bytes[position].continuesIdentifier { position += 1 }
        let content = Array(bytes[start..<position])
        return token(Keywords.contains(content) ? .keyword : .identifier, content, location)
    }

    private mutating func atWord() -> Token {
        let location = here
        let start = position
        position += 1
        while position < bytes.count, bytes[position].continuesIdentifier, bytes[position] != UInt8(ascii: "$") {
            position += 1
        }
        return token(.operator, bytes[start..<position], location)
    }

    private mutating func number() -> Token {
        let location = here
        let start = position
        while position < bytes.count, bytes[position].isDigit || bytes[position].isLetter { position += 1 }
        return token(.number, bytes[start..<position], location)
    }

    private mutating func embedded() -> Token {
        let location = here
        position += 2
        let start = position
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "%"), peek(1) == UInt8(ascii: "}") {
                let content = bytes[start..<position]
                position += 2
                return token(.embedded, content, location)
            }
            advance()
        }
        return token(
            .junk, Array("%{".utf8), location, problem: "Could not find matching '%}' to close embedded function block")
    }

    private mutating func string() -> Token {
        let location = here
        position += 1
        let start = position
        var content: [UInt8] = []
        var isClosed = false
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                isClosed = true
                break
            }
            if byte == UInt8(ascii: "\\") {
                guard position + 1 < bytes.count else {
                    position += 1
                    break
                }
                content.append(escape())
            } else {
                content.append(byte)
                position += 1
            }
        }
        guard isClosed else {
            return token(
                .junk, bytes[start..<position], location, problem: "Could not find matching closing quote")
        }
        // A NUL ends a string of the language, as in C.
        if let end = content.firstIndex(of: 0) { content.removeSubrange(end...) }
        return token(.string, content, location)
    }

    /// Reads the escape at the backslash and gives the byte that it stands for.
    private mutating func escape() -> UInt8 {
        position += 1
        let byte = bytes[position]
        if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "7") {
            var value = 0
            var count = 0
            while count < 3, let digit = peek(0), digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "7") {
                value = value * 8 + Int(digit - 0x30)
                position += 1
                count += 1
            }
            return UInt8(truncatingIfNeeded: value)
        }
        if byte == UInt8(ascii: "x"), hasHexEscapes, peek(1)?.hexValue != nil {
            position += 1
            var value: UInt8 = 0
            while let digit = peek(0)?.hexValue {
                value = value << 4 | digit
                position += 1
            }
            return value
        }
        advance()
        switch byte {
        case UInt8(ascii: "a"): return 7
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "v"): return 11
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "r"): return 13
        default: return byte
        }
    }

    private mutating func punctuation() -> Token {
        let location = here
        var length = 1
        if let second = peek(1) {
            let two = UInt64(bytes[position]) << 8 | UInt64(second)
            if let third = peek(2), Punctuation.ofThree.contains(two << 8 | UInt64(third)) {
                length = 3
            } else if Punctuation.ofTwo.contains(two) {
                length = 2
            }
        }
        let start = position
        position += length
        return token(.operator, bytes[start..<position], location)
    }
}

/// The reserved words.
enum Keywords {
    private static let words: [StaticString] = [
        "probe", "global", "private", "function", "if", "else", "for", "foreach", "in", "limit", "return", "delete",
        "while", "break", "continue", "next", "string", "long", "try", "catch",
    ]
    private static let codes = Set(words.map { Token.pack($0) })

    /// Whether `bytes` are a reserved word.
    static func contains(_ bytes: [UInt8]) -> Bool {
        let code = Token.pack(bytes)
        return code != 0 && codes.contains(code)
    }
}

/// The operators of more than one character; the longest match wins.
enum Punctuation {
    private static let three: [StaticString] = ["<<<", ">>>", "<<=", ">>="]
    private static let two: [StaticString] = [
        "==", "!=", "<=", ">=", "=~", "!~", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", ".=", "&&", "||", "++",
        "--", "->", "<<", ">>", "%(", "%?", "%:", "%)",
    ]
    static let ofThree = Set(three.map { Token.pack($0) })
    static let ofTwo = Set(two.map { Token.pack($0) })
}
