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

    /// Creates a token.
    public init(kind: TokenKind, content: ByteString, location: SourceLocation, expandedFrom: Token? = nil) {
        self.kind = kind
        self.content = content
        self.location = location
        self.expandedFrom = expandedFrom
    }
}
