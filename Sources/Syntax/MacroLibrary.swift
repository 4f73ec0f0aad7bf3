// SPDX-License-Identifier: GPL-3.0-or-later

/// One `@define`.
final class MacroDefinition: Sendable {
    /// The name's token in the definition.
    let token: Token
    /// The name without `@`.
    let name: String
    /// The parameters' names; nil for a macro that takes no parentheses.
    let parameters: [String]?
    let body: [Token]
    /// Whether it comes from a library file, where only library macros are visible.
    let isLibrary: Bool
    /// The one of the same name with another number of parameters, which library files may define.
    let next: MacroDefinition?

    init(
        token: Token, name: String, parameters: [String]?, body: [Token], isLibrary: Bool,
        next: MacroDefinition? = nil
    ) {
        self.token = token
        self.name = name
        self.parameters = parameters
        self.body = body
        self.isLibrary = isLibrary
        self.next = next
    }

    /// The definition of this name that takes `count` parameters.
    func taking(_ count: Int) -> MacroDefinition? {
        parameters?.count == count ? self : next?.taking(count)
    }
}

/// The macros of the library files, visible in every file.
public struct MacroLibrary: Sendable {
    /// The definitions by name.
    private(set) var macros: [String: MacroDefinition] = [:]

    /// Creates an empty library.
    public init() {}

    /// Takes the `@define`s of a file in, which may hold nothing else but conditionals around them; gives what is wrong with it.
    public mutating func add(_ file: SourceFile, options: ParseOptions) -> [Diagnostic] {
        var lexer = Lexer(file)
        let preprocessor = Preprocessor(
            source: file, tokens: lexer.tokens(), environment: options.environment, library: self, isLibrary: true)
        let rest = preprocessor.run()
        var diagnostics = preprocessor.warnings
        for token in rest {
            diagnostics.append(token.failure("unexpected token in library macro file '\(file.name)'").diagnostic)
            // One stray token means that what follows it is not meant for this kind of file.
            if case .diagnostic = token.problem { continue }
            break
        }
        macros.merge(preprocessor.definitions) { first, _ in first }
        return diagnostics
    }
}
