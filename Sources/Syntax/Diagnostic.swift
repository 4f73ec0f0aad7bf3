// SPDX-License-Identifier: GPL-3.0-or-later

/// How a diagnostic is introduced when it is rendered.
public enum DiagnosticKind: Sendable, Equatable {
    /// `parse error: MSG`, then `at: TOKEN` or `saw: TOKEN`.
    case parseError
    /// `semantic error: MSG: TOKEN`.
    case semanticError
    /// `WARNING: MSG: TOKEN`.
    case warning
}

/// What a parse error says of its token.
public enum TokenRelation: Sendable, Equatable {
    /// The error names the token itself.
    case at
    /// The token was found instead of what was expected; no token means the end of the file.
    case saw
}

/// One message for the user with the tokens that it is about; rendered by `DiagnosticRenderer` only.
public struct Diagnostic: Error, Sendable {
    /// What kind of message.
    public var kind: DiagnosticKind
    /// The message in SystemTap's words, without place or newline.
    public var message: String
    /// The tokens that it names, first the main one; a type mismatch names one.
    public var tokens: [Token]
    /// How a parse error relates to its token.
    public var relation: TokenRelation
    /// The file whose end was met, for `saw: FILE EOF`.
    public var endOfFile: SourceFile?
    /// The causes, rendered after it in the same shape. At most a short chain.
    public var chain: [Diagnostic]
    /// The place in the checker that raised it: equal sites are shown once unless verbose.
    public var site: String

    /// Creates a diagnostic.
    public init(
        _ kind: DiagnosticKind, _ message: String, tokens: [Token] = [], relation: TokenRelation = .at,
        endOfFile: SourceFile? = nil, chain: [Diagnostic] = [], site: String = "\(#fileID):\(#line)"
    ) {
        self.kind = kind
        self.message = message
        self.tokens = tokens
        self.relation = relation
        self.endOfFile = endOfFile
        self.chain = chain
        self.site = site
    }
}
