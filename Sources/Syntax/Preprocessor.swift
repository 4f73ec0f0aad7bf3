// SPDX-License-Identifier: GPL-3.0-or-later

/// Expands macros and resolves conditionals in the tokens of one file.
///
/// Errors become junk tokens in the result, so that the parser reports them in the order of the text.
final class Preprocessor {
    /// The most macro uses inside each other.
    private static let depthLimit = 200
    /// The most tokens that the macros of one file may expand to.
    private static let expansionLimit = 1 << 18

    /// What names mean in a piece of text: the parameters of the macro that it is the body of, and how it came about.
    private final class Scope {
        /// Each parameter's tokens and the scope that they were written in.
        let parameters: [String: (tokens: [Token], scope: Scope)]
        let isLibrary: Bool
        /// The macros whose bodies lie around this one.
        let active: Set<String>

        init(parameters: [String: (tokens: [Token], scope: Scope)], isLibrary: Bool, active: Set<String>) {
            self.parameters = parameters
            self.isLibrary = isLibrary
            self.active = active
        }
    }

    /// A piece of text being read: the file, a macro's body or an argument.
    private struct Frame {
        let tokens: [Token]
        var index = 0
        let scope: Scope
        /// The macro use that this text stands for.
        let use: Token?
    }

    /// An open `%(` whose condition has been decided.
    private struct OpenConditional {
        let start: Token
        var isInElse: Bool
    }

    private let source: SourceFile
    private let environment: PreprocessorEnvironment
    private let library: MacroLibrary
    private let isLibrary: Bool
    private var frames: [Frame]
    private var open: [OpenConditional] = []
    private var output: [Token] = []
    private var expandedCount = 0
    /// The macros that the file defined so far.
    private(set) var definitions: [String: MacroDefinition] = [:]
    /// What is odd but no error.
    private(set) var warnings: [Diagnostic] = []
    /// How many tokens stood before each condition that asks for `systemtap_v`.
    private(set) var versionMarks: [Int] = []

    init(
        source: SourceFile, tokens: [Token], environment: PreprocessorEnvironment, library: MacroLibrary,
        isLibrary: Bool = false
    ) {
        self.source = source
        self.environment = environment
        self.library = library
        self.isLibrary = isLibrary
        frames = [
            Frame(
                tokens: tokens, scope: Scope(parameters: [:], isLibrary: isLibrary, active: []), use: nil)
        ]
    }

    /// The preprocessed tokens.
    func run() -> [Token] {
        let tokens = frames[0].tokens
        guard tokens.contains(where: { isDirective($0) || $0.isAtWord }) else { return tokens }
        output.reserveCapacity(tokens.count)
        while true {
            do throws(Failure) {
                guard let token = try nextExpanded() else { break }
                if isDirective(token) { try directive(token) } else { output.append(token) }
            } catch {
                report(error)
            }
        }
        for conditional in open {
            report(
                Failure(
                    Diagnostic(.parseError, "incomplete conditional at end of file", tokens: [conditional.start])))
        }
        return output
    }

    private func report(_ failure: Failure) {
        let place = failure.diagnostic.tokens.first?.location ?? SourceLocation(file: source, line: 1, column: 1)
        output.append(
            Token(
                kind: .junk, content: "", location: place, expandedFrom: nil, problem: .diagnostic(failure.diagnostic)))
    }

    // MARK: - Conditionals

    private func isDirective(_ token: Token) -> Bool {
        token.isOperator("%(") || token.isOperator("%?") || token.isOperator("%:") || token.isOperator("%)")
    }

    private func directive(_ token: Token) throws(Failure) {
        if token.isOperator("%(") {
            try openConditional(token)
        } else if token.isOperator("%)") {
            guard open.popLast() != nil else {
                throw token.failure("incomplete conditional - missing '%('", relation: .at)
            }
        } else if token.isOperator("%:") {
            guard let current = open.popLast() else {
                throw token.failure("incomplete conditional - missing '%('", relation: .at)
            }
            // Whatever is wrong with the rest, it is not to be read.
            let rest = skip()
            if current.isInElse { throw duplicateElse(token) }
            try finishSkip(rest, of: current.start)
        } else {
            throw token.failure("incomplete conditional - missing '%('", relation: .at)
        }
    }

    private func openConditional(_ start: Token) throws(Failure) {
        var condition: [Token] = []
        var end: Token?
        while let token = try nextExpanded() {
            if isDirective(token) {
                end = token
                break
            }
            condition.append(token)
        }
        guard let end else {
            throw Failure(Diagnostic(.parseError, "incomplete conditional at end of file", tokens: [start]))
        }
        guard end.isOperator("%?") else {
            if !end.isOperator("%)") { _ = skipAll(nested: end.isOperator("%(") ? 1 : 0) }
            throw start.failure("expected '%?' marker for conditional", relation: .at)
        }
        if condition.contains(where: { $0.kind == .identifier && $0.text == "systemtap_v" }) {
            versionMarks.append(output.count)
        }
        var evaluation = Condition(tokens: condition, end: end, environment: environment)
        let isTrue: Bool
        do throws(Failure) {
            isTrue = try evaluation.evaluate()
        } catch {
            _ = skipAll(nested: 0)
            throw error
        }
        if isTrue {
            open.append(OpenConditional(start: start, isInElse: false))
            return
        }
        let stop = skip()
        if stop?.isOperator("%:") ?? false {
            open.append(OpenConditional(start: start, isInElse: true))
        } else {
            try finishSkip(stop, of: start)
        }
    }

    private func duplicateElse(_ token: Token) -> Failure {
        Failure(Diagnostic(.parseError, "invalid conditional - duplicate '%:'", tokens: [token]))
    }

    /// Complains unless the skipped part ended with `%)`.
    private func finishSkip(_ stop: Token?, of start: Token) throws(Failure) {
        guard let stop else {
            throw Failure(Diagnostic(.parseError, "incomplete conditional at end of file", tokens: [start]))
        }
        guard !stop.isOperator("%)") else { return }
        _ = skipAll(nested: 0)
        throw duplicateElse(stop)
    }

    /// Passes over tokens without looking into them, up to and including the `%:` or `%)` of the same level.
    private func skip() -> Token? {
        var nested = 0
        while let token = nextRaw() {
            if token.isOperator("%(") {
                nested += 1
            } else if token.isOperator("%)") {
                if nested == 0 { return token }
                nested -= 1
            } else if token.isOperator("%:") && nested == 0 {
                return token
            }
        }
        return nil
    }

    /// Passes over the rest of a conditional, its other branch too.
    private func skipAll(nested: Int) -> Token? {
        var left = nested
        while let stop = skip() {
            guard stop.isOperator("%)") else { continue }
            if left == 0 { return stop }
            left -= 1
        }
        return nil
    }

    // MARK: - Macros

    /// The next token of the innermost text that has one, without expanding it.
    private func nextRaw() -> Token? {
        while let last = frames.indices.last {
            if frames[last].index < frames[last].tokens.count {
                let token = frames[last].tokens[frames[last].index]
                frames[last].index += 1
                guard let use = frames[last].use else { return token }
                return token.expanded(from: use)
            }
            // The file's own text stays, for the definitions that its macros look up.
            if last == 0 { return nil }
            frames.removeLast()
        }
        return nil
    }

    /// The next token with macros expanded and definitions taken out.
    private func nextExpanded() throws(Failure) -> Token? {
        while let token = nextRaw() {
            guard token.isAtWord else { return token }
            let name = String(token.text.dropFirst())
            if name == "define" {
                try define(token)
                continue
            }
            guard let current = frames.last else { return token }
            if let parameter = current.scope.parameters[name] {
                try push(
                    Frame(tokens: parameter.tokens, scope: parameter.scope, use: current.use), for: token)
            } else if let macro = lookUp(name, in: current.scope) {
                try expand(macro, token, in: current.scope)
            } else {
                return token
            }
        }
        return nil
    }

    private func lookUp(_ name: String, in scope: Scope) -> MacroDefinition? {
        if !scope.isLibrary || isLibrary, let own = definitions[name] { return own }
        return library.macros[name]
    }

    private func expand(_ macro: MacroDefinition, _ token: Token, in scope: Scope) throws(Failure) {
        guard !scope.active.contains(macro.name) else {
            throw Failure(
                Diagnostic(.parseError, "macro '@\(macro.name)' expands to itself without end", tokens: [token]))
        }
        var parameters: [String: (tokens: [Token], scope: Scope)] = [:]
        var macro = macro
        if let names = macro.parameters {
            let arguments = try arguments(of: macro, count: names.count, token)
            macro = macro.taking(arguments.count) ?? macro
            for (name, argument) in zip(macro.parameters ?? [], arguments) { parameters[name] = (argument, scope) }
        }
        try push(
            Frame(
                tokens: macro.body,
                scope: Scope(
                    parameters: parameters, isLibrary: macro.isLibrary, active: scope.active.union([macro.name])),
                use: token), for: token)
    }

    private func push(_ frame: Frame, for token: Token) throws(Failure) {
        expandedCount += frame.tokens.count
        guard frames.count <= Preprocessor.depthLimit && expandedCount <= Preprocessor.expansionLimit else {
            // Nothing of what was being expanded is worth reading.
            frames.removeSubrange(1...)
            let message =
                expandedCount > Preprocessor.expansionLimit
                ? "macros expand to more than \(Preprocessor.expansionLimit) tokens"
                : "macros nested more than \(Preprocessor.depthLimit) levels deep"
            throw Failure(Diagnostic(.parseError, message, tokens: [token]))
        }
        frames.append(frame)
    }

    /// The token after the one being read, in the same text only.
    private func peekRaw() -> Token? {
        guard let frame = frames.last, frame.index < frame.tokens.count else { return nil }
        return frame.tokens[frame.index]
    }

    private func takeRaw() -> Token? {
        guard let token = peekRaw() else { return nil }
        frames[frames.count - 1].index += 1
        return token
    }

    /// The arguments of a use, split at the commas outside all brackets.
    private func arguments(
        of macro: MacroDefinition, count: Int, _ token: Token
    ) throws(Failure) -> [[Token]] {
        guard let parenthesis = peekRaw(), parenthesis.isOperator("(") else {
            let message =
                "expected '(' in invocation of macro '@\(macro.name)' taking \(count) parameter\(count == 1 ? "" : "s")"
            throw peekRaw().map { $0.failure(message, relation: .at) } ?? endOfText(message)
        }
        _ = takeRaw()
        var arguments: [[Token]] = [[]]
        var commas: [Token] = []
        var nesting = 0
        while let next = takeRaw() {
            if next.isOperator(")") && nesting == 0 {
                if arguments.count == 1 && arguments[0].isEmpty && count == 0 { arguments = [] }
                guard macro.taking(arguments.count) != nil else {
                    let isShort = arguments.count < count
                    let message =
                        "too \(isShort ? "few" : "many") parameters for macro '@\(macro.name)' (expected \(count))"
                    // Where the list ends too early, or where the first goes on that is too much.
                    let place = isShort || commas.count < max(count, 1) ? next : commas[max(count, 1) - 1]
                    throw Failure(Diagnostic(.parseError, message, tokens: [place]))
                }
                return arguments
            }
            if next.isOperator(",") && nesting == 0 {
                arguments.append([])
                commas.append(next)
                continue
            }
            if next.isOperator("(") || next.isOperator("[") { nesting += 1 }
            if next.isOperator(")") || next.isOperator("]") { nesting -= 1 }
            arguments[arguments.count - 1].append(next)
        }
        throw Failure(Diagnostic(.parseError, "could not find end of macro invocation", tokens: [token]))
    }

    private func endOfText(_ message: String) -> Failure {
        Failure(Diagnostic(.parseError, message, relation: .saw, endOfFile: source))
    }

    // MARK: - Definitions

    /// Reads a definition after its `@define`.
    private func define(_ token: Token) throws(Failure) {
        guard let nameToken = takeRaw() else { throw endOfText("expected identifier") }
        guard nameToken.kind == .identifier || nameToken.kind == .keyword else {
            throw nameToken.failure("expected identifier", relation: .at)
        }
        let name = nameToken.text
        var parameters: [String]?
        if peekRaw()?.isOperator("(") ?? false {
            _ = takeRaw()
            parameters = try parameterNames(token)
        }
        guard let start = takeRaw() else { throw endOfText("expected '%('") }
        guard start.isOperator("%(") else { throw start.failure("expected '%(' or '('", relation: .at) }
        var body: [Token] = []
        var nested = 0
        var nestedDefine: Token?
        while let part = takeRaw() {
            if part.isOperator("%(") { nested += 1 }
            if part.isOperator("%)") {
                if nested == 0 {
                    if let nestedDefine { throw nestedDefine.failure("attempt to nest macro definitions") }
                    try register(name, parameters: parameters, body: body, at: nameToken)
                    return
                }
                nested -= 1
            }
            if part.isOperator("@define") { nestedDefine = nestedDefine ?? part }
            body.append(part)
        }
        throw Failure(Diagnostic(.parseError, "incomplete macro definition - missing '%)'", tokens: [token]))
    }

    private func parameterNames(_ token: Token) throws(Failure) -> [String] {
        var names: [String] = []
        while let part = takeRaw() {
            if part.isOperator(")") && names.isEmpty { return names }
            guard part.kind == .identifier || part.kind == .keyword else {
                throw part.failure("expected identifier", relation: .at)
            }
            guard !names.contains(part.text) else {
                throw Failure(Diagnostic(.parseError, "duplicate parameter names", tokens: [part]))
            }
            names.append(part.text)
            guard let separator = takeRaw() else { break }
            if separator.isOperator(")") { return names }
            guard separator.isOperator(",") else { throw separator.failure("expected ',' or ')'", relation: .at) }
        }
        throw endOfText("expected ')'")
    }

    private func register(
        _ name: String, parameters: [String]?, body: [Token], at token: Token
    ) throws(Failure) {
        guard name != "define" else {
            throw Failure(Diagnostic(.parseError, "attempt to redefine '@define'", tokens: [token]))
        }
        let other = isLibrary ? definitions[name] : nil
        let isOverload = parameters != nil && other?.parameters != nil && other?.taking(parameters?.count ?? 0) == nil
        guard isOverload || definitions[name] == nil && !(isLibrary && library.macros[name] != nil) else {
            let place = isLibrary && definitions[name] == nil ? "another library file" : "the same file"
            let message = "attempt to redefine macro '@\(name)' in \(place)"
            let first = definitions[name] ?? library.macros[name]
            let cause = first.map {
                Diagnostic(.parseError, "macro '@\(name)' first defined here", tokens: [$0.token])
            }
            throw Failure(Diagnostic(.parseError, message, tokens: [token], chain: cause.map { [$0] } ?? []))
        }
        if isBuiltInWord("@" + name, LanguageVersion(environment.systemtapVersion)) {
            warnings.append(Diagnostic(.warning, "macro redefines built-in operator '@\(name)'", tokens: [token]))
        }
        definitions[name] = MacroDefinition(
            token: token, name: name, parameters: parameters, body: body, isLibrary: isLibrary, next: other)
    }
}

extension Token {
    /// Whether this is an `@word`.
    var isAtWord: Bool { kind == .operator && content.bytes.count > 1 && content.bytes[0] == UInt8(ascii: "@") }

    /// The same token as part of what the macro use `use` stands for.
    func expanded(from use: Token) -> Token {
        Token(kind: kind, content: content, location: location, expandedFrom: use, problem: problem)
    }
}
