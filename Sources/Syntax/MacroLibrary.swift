// SPDX-License-Identifier: GPL-3.0-or-later

/// One `@define`.
final class MacroDefinition: Sendable {
    /// The name without `@`.
    let name: String
    /// The parameters' names; nil for a macro that takes no parentheses.
    let parameters: [String]?
    let body: [Token]
    /// Whether it comes from a library file, where only library macros are visible.
    let isLibrary: Bool

    init(name: String, parameters: [String]?, body: [Token], isLibrary: Bool) {
        self.name = name
        self.parameters = parameters
        self.body = body
        self.isLibrary = isLibrary
    }
}

/// The macros of the library files, visible in every file.
public struct MacroLibrary: Sendable {
    /// The definitions by name.
    private(set) var macros: [String: MacroDefinition] = [:]
    /// What is wrong with the library files.
    public private(set) var diagnostics: [Diagnostic] = []

    /// Creates an empty library.
    public init() {}

    /// Reads the `@define`s of `files`, which may hold nothing else but conditionals around them.
    public init(files: [SourceFile], environment: PreprocessorEnvironment) {
        for file in files {
            var lexer = Lexer(file)
            let preprocessor = Preprocessor(
                source: file, tokens: lexer.tokens(), environment: environment, library: self, isLibrary: true)
            let rest = preprocessor.run()
            diagnostics += preprocessor.warnings
            for token in rest {
                let message = "unexpected token in library macro file '\(file.name)'"
                diagnostics.append(token.failure(message).diagnostic)
                // One stray token means that what follows it is not meant for this kind of file.
                if case .diagnostic = token.problem { continue }
                break
            }
            macros.merge(preprocessor.definitions) { first, _ in first }
        }
    }
}
