// SPDX-License-Identifier: GPL-3.0-or-later

/// What a token is, in the words of the diagnostics.
public enum TokenKind: Sendable, Equatable {
    case identifier
    case keyword
    case number
    case string
    /// Operators, punctuation and `@words`.
    case `operator`
    /// `%{ … %}`.
    case embedded
    /// A byte that can start no token.
    case junk
}

/// One token with its place; carries the macro use that it came from.
public final class Token: Sendable {
    /// The class of the token.
    public let kind: TokenKind
    /// The text: identifiers and operators as written, strings after their escapes, embedded code without its braces.
    public let content: ByteString
    /// Where the token starts.
    public let location: SourceLocation
    /// The macro use that this token was expanded from, if any.
    public let expandedFrom: Token?

    /// The bytes of an operator or keyword packed into a number, so that the parser compares words; 0 for all else.
    let code: UInt64
    /// Why nothing can be made of this token; such tokens are junk, so that no rule of the grammar takes them.
    let problem: TokenProblem?

    /// Creates a token.
    public convenience init(
        kind: TokenKind, content: ByteString, location: SourceLocation, expandedFrom: Token? = nil
    ) {
        self.init(kind: kind, content: content, location: location, expandedFrom: expandedFrom, problem: nil)
    }

    /// Creates a token that reports `problem` when the parser meets it.
    init(
        kind: TokenKind, content: ByteString, location: SourceLocation, expandedFrom: Token?, problem: TokenProblem?
    ) {
        self.kind = kind
        self.content = content
        self.location = location
        self.expandedFrom = expandedFrom
        self.problem = problem
        switch kind {
        case .operator, .keyword: code = Token.pack(content.bytes)
        default: code = 0
        }
    }

    /// The words of at most eight bytes as one number; 0 for longer ones.
    static func pack(_ bytes: [UInt8]) -> UInt64 {
        guard bytes.count <= 8 else { return 0 }
        var code: UInt64 = 0
        for byte in bytes { code = code << 8 | UInt64(byte) }
        return code
    }

    /// The packed form of a word of the grammar.
    static func pack(_ text: StaticString) -> UInt64 {
        text.withUTF8Buffer { buffer in
            guard buffer.count <= 8 else { return 0 }
            var code: UInt64 = 0
            for byte in buffer { code = code << 8 | UInt64(byte) }
            return code
        }
    }

    /// Whether this is the operator `text`.
    func isOperator(_ text: StaticString) -> Bool { kind == .operator && code == Token.pack(text) }

    /// Whether this is the keyword `text`.
    func isKeyword(_ text: StaticString) -> Bool { kind == .keyword && code == Token.pack(text) }

    /// The content as text.
    var text: String { String(decoding: content.bytes, as: UTF8.self) }

    /// The same token with other content, as for a name whose pretty-printing suffix is cut off.
    func with(content: ByteString) -> Token {
        Token(kind: kind, content: content, location: location, expandedFrom: expandedFrom)
    }
}

/// What is wrong with a junk token.
enum TokenProblem: Sendable {
    /// A message about the token itself.
    case message(String)
    /// An error of the preprocessor about other tokens, kept here so that errors come in the order of the text.
    case diagnostic(Diagnostic)
}
