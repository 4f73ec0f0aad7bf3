// SPDX-License-Identifier: GPL-3.0-or-later

/// Parses one file: script arguments, preprocessor, grammar. Never fails; errors are among the diagnostics.
public func parse(_ source: SourceFile, options: ParseOptions) -> ParseResult {
    let version = LanguageVersion(options.environment.systemtapVersion)
    var lexer = Lexer(source, arguments: options.scriptArguments, version: version)
    let tokens = lexer.tokens()
    let preprocessor = Preprocessor(
        source: source, tokens: tokens, environment: options.environment, library: options.libraryMacros)
    let parser = Parser(source: source, tokens: preprocessor.run(), options: options)
    parser.versionMarks = preprocessor.versionMarks
    // A tapset file may be empty on this kernel; a script that is has been forgotten.
    if source.role == .user && parser.tokens.isEmpty {
        let when = tokens.isEmpty ? "" : " after preprocessing"
        parser.diagnostics.append(Diagnostic(.parseError, "Input file '\(source.name)' is empty\(when)."))
    }
    parser.parseFile()
    return ParseResult(
        file: parser.file, diagnostics: preprocessor.warnings + parser.diagnostics,
        usedArguments: lexer.usedArguments)
}

/// Parses statements that stand alone, without a probe around them, as the handler of one `probe begin`; a lone expression
/// as it is.
public func parseStatements(_ source: SourceFile, options: ParseOptions) -> ParseResult {
    let version = LanguageVersion(options.environment.systemtapVersion)
    var lexer = Lexer(source, arguments: options.scriptArguments, version: version)
    let preprocessor = Preprocessor(
        source: source, tokens: lexer.tokens(), environment: options.environment, library: options.libraryMacros)
    let parser = Parser(source: source, tokens: preprocessor.run(), options: options)
    parser.parseStatementsAsProbe()
    return ParseResult(
        file: parser.file, diagnostics: preprocessor.warnings + parser.diagnostics,
        usedArguments: lexer.usedArguments)
}

/// The warnings about script arguments that no file mentions; none when the script reads them at run time through `argv`.
public func unusedArgumentWarnings(count: Int, used: Set<Int>, readsArgv: Bool = false) -> [Diagnostic] {
    guard !readsArgv && count > 0 else { return [] }
    return (1...count).filter { !used.contains($0) }.map { number in
        Diagnostic(.warning, "unused command line option $\(number)/@\(number)")
    }
}

/// Why a declaration could not be read; a class, since every frame of the parser keeps room for one.
final class Failure: Error {
    let diagnostic: Diagnostic

    init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

/// A recursive-descent parser over preprocessed tokens; its rules are in the extensions, one file per part of the grammar.
final class Parser {
    /// The most levels of nesting that a tree may have, so that walking it never exhausts a small thread's stack.
    static let nestingLimit = 200

    let source: SourceFile
    let tokens: [Token]
    let environment: PreprocessorEnvironment
    let version: LanguageVersion
    /// The indices of the tokens before which a condition asked for `systemtap_v`, in order.
    var versionMarks: [Int] = []
    var index = 0
    var file: ParsedFile
    var diagnostics: [Diagnostic] = []
    var isInFunction = false
    /// The number of nested constructs around the current token.
    var depth = 0
    /// The height of the expression parsed last.
    var height = 0
    /// The index of a token where a histogram may stand without index: the start of a print argument.
    var bareHistogramIndex = -1
    /// The names of the globals so far, with their privacy.
    private var globalNames: [String: Bool] = [:]

    init(source: SourceFile, tokens: [Token], options: ParseOptions) {
        self.source = source
        self.tokens = tokens
        environment = options.environment
        version = LanguageVersion(options.environment.systemtapVersion)
        file = ParsedFile(source: source)
    }

    /// Whether embedded code and the operators that need guru mode are allowed.
    var isPrivileged: Bool { environment.guruMode || source.role != .user }

    // MARK: - Tokens

    /// The next token, nil at the end of the file.
    var next: Token? { index < tokens.count ? tokens[index] : nil }

    func at(_ text: StaticString) -> Bool { next?.isOperator(text) ?? false }

    func atKeyword(_ text: StaticString) -> Bool { next?.isKeyword(text) ?? false }

    /// Whether the token `distance` further on is the operator `text`.
    func isOperator(_ text: StaticString, at distance: Int) -> Bool {
        index + distance < tokens.count && tokens[index + distance].isOperator(text)
    }

    func accept(_ text: StaticString) -> Bool {
        guard at(text) else { return false }
        index += 1
        return true
    }

    func acceptKeyword(_ text: StaticString) -> Bool {
        guard atKeyword(text) else { return false }
        index += 1
        return true
    }

    @discardableResult
    func expect(_ text: StaticString) throws(Failure) -> Token {
        guard let token = next, token.isOperator(text) else { throw unexpected("expected '\(text)'") }
        index += 1
        return token
    }

    func expectIdentifier(_ message: String = "expected identifier") throws(Failure) -> Token {
        guard let token = next, token.kind == .identifier else { throw unexpected(message) }
        index += 1
        return token
    }

    /// The error for a token that no rule takes; a junk token tells its own story instead. `atEnd` is said where the
    /// text ends.
    func unexpected(_ message: String, atEnd: String = "unexpected end-of-file") -> Failure {
        guard let token = next else {
            return Failure(Diagnostic(.parseError, atEnd, relation: .saw, endOfFile: source))
        }
        return token.failure(message)
    }

    /// The error where a value should start.
    var missingValue: Failure { unexpected("expected literal string or number", atEnd: "expected value") }

    /// The error about a token that no rule takes although it looks right.
    func refused(_ message: String, _ token: Token) -> Failure {
        Failure(Diagnostic(.parseError, message, tokens: [token], relation: .saw))
    }

    /// The error about a token itself.
    func error(_ message: String, at token: Token) -> Failure {
        Failure(Diagnostic(.parseError, message, tokens: [token]))
    }

    // MARK: - Nesting

    /// Goes one construct deeper and forgets `height`; the caller leaves by lowering `depth`.
    func enter() throws(Failure) {
        depth += 1
        height = 0
        try checkNesting()
    }

    func checkNesting() throws(Failure) {
        guard depth + height <= Parser.nestingLimit else {
            let message = "nested more than \(Parser.nestingLimit) levels deep"
            throw next.map { error(message, at: $0) }
                ?? Failure(Diagnostic(.parseError, message, relation: .saw, endOfFile: source))
        }
    }

    // MARK: - Files

    func parseFile() {
        while let token = next {
            let start = index
            do throws(Failure) {
                try parseDeclaration(token)
                noteVersion(of: token, from: start)
            } catch {
                diagnostics.append(error.diagnostic)
                depth = 0
                height = 0
                isInFunction = false
                bareHistogramIndex = -1
                while let skipped = next, !startsDeclaration(skipped) { index += 1 }
            }
        }
    }

    /// Statements to the end of the file, as the handler of a begin probe; nothing for none.
    func parseStatementsAsProbe() {
        guard let first = next else { return }
        var statements: [Statement] = []
        do throws(Failure) {
            // A histogram may stand alone: it is printed.
            bareHistogramIndex = index
            while next != nil { statements.append(try parseStatement()) }
        } catch {
            diagnostics.append(error.diagnostic)
            return
        }
        let point = ProbePoint(components: [ProbeComponent(token: first, name: "begin")])
        file.probes.append(
            ProbeDeclaration(token: first, points: [point], body: Block(token: first, statements: statements)))
    }

    /// Remembers a declaration whose tokens depend on `systemtap_v`.
    private func noteVersion(of token: Token, from start: Int) {
        guard versionMarks.contains(where: { $0 >= start && $0 < index }) else { return }
        if let function = file.functions.last?.token, tokens[start..<index].contains(where: { $0 === function }) {
            file.versionDependent.append(function)
        } else if token.isKeyword("probe") {
            file.versionDependent.append(token)
        } else if let global = file.globals.last?.token {
            file.versionDependent.append(global)
        }
    }

    private func startsDeclaration(_ token: Token) -> Bool {
        token.kind == .embedded || token.isKeyword("probe") || token.isKeyword("global")
            || token.isKeyword("private") || token.isKeyword("function")
    }

    private func parseDeclaration(_ token: Token) throws(Failure) {
        if acceptKeyword("probe") {
            try parseProbe(token)
        } else if acceptKeyword("global") {
            try parseGlobals(isPrivate: false)
        } else if acceptKeyword("function") {
            try parseFunction(isPrivate: false)
        } else if acceptKeyword("private") {
            if acceptKeyword("function") {
                try parseFunction(isPrivate: true)
            } else {
                _ = acceptKeyword("global")
                try parseGlobals(isPrivate: true)
            }
        } else if token.kind == .embedded {
            file.embedded.append(try parseEmbedded())
        } else {
            throw unexpected("expected 'probe', 'global', 'private', 'function', or '%{'")
        }
    }

    /// Takes the embedded code at hand, which only privileged scripts may have.
    func parseEmbedded(isExpression: Bool = false) throws(Failure) -> Token {
        guard let token = next, token.kind == .embedded else { throw unexpected("expected '%{'") }
        index += 1
        guard isPrivileged else {
            let what = isExpression ? "expression code" : "code"
            throw refused("embedded \(what) in unprivileged script; need stap -g", token)
        }
        return token
    }

    // MARK: - Globals

    private func parseGlobals(isPrivate: Bool) throws(Failure) {
        repeat {
            let token = try expectIdentifier()
            let name = token.text
            if let wasPrivate = globalNames[name] {
                throw refused(
                    wasPrivate == isPrivate
                        ? "duplicate global name" : "global versus private variable declaration conflict", token)
            }
            globalNames[name] = isPrivate
            var declaration = GlobalDeclaration(token: token, name: name, isPrivate: isPrivate)
            declaration.wraps = accept("%")
            if accept("[") {
                let place = next
                let size = try parseIntegerLiteral()
                guard size >= 1 && size <= Int64(Int32.max) else {
                    throw error("array size out of range", at: place ?? token)
                }
                declaration.size = size
                try expect("]")
            }
            if at("=") {
                if declaration.size != nil, let place = next {
                    throw refused("only scalar globals can be initialized", place)
                }
                index += 1
                declaration.initial = try parseLiteral()
            }
            file.globals.append(declaration)
        } while accept(",")
        _ = accept(";")
    }

    // MARK: - Functions

    private func parseFunction(isPrivate: Bool) throws(Failure) {
        guard let token = next,
            token.kind == .identifier || token.isKeyword("string") || token.isKeyword("long")
        else { throw unexpected("expected identifier") }
        index += 1
        let type = try parseOptionalType()
        try expect("(")
        var parameters: [Parameter] = []
        var names: Set<String> = []
        while !at(")") {
            let parameter = try expectIdentifier()
            guard names.insert(parameter.text).inserted else {
                throw refused("duplicate parameter names", parameter)
            }
            parameters.append(Parameter(token: parameter, name: parameter.text, type: try parseOptionalType()))
            guard accept(",") else { break }
        }
        try expect(")")
        var priority: Int64?
        if accept(":") {
            let place = next
            let value = try parseIntegerLiteral()
            guard value > 0 else { throw refused("specified priority must be > 0", place ?? token) }
            priority = value
        }
        var body: FunctionBody
        if next?.kind == .embedded {
            body = .embedded(try parseEmbedded())
        } else {
            isInFunction = true
            body = .block(try parseBlock())
            isInFunction = false
        }
        file.functions.append(
            FunctionDeclaration(
                token: token, name: token.text, isPrivate: isPrivate, type: type, parameters: parameters,
                priority: priority, body: body))
    }

    private func parseOptionalType() throws(Failure) -> TypeName? {
        guard accept(":") else { return nil }
        if acceptKeyword("string") { return .string }
        if acceptKeyword("long") { return .long }
        throw unexpected("expected 'string' or 'long'")
    }
}
