// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax

/// Statements as they were typed at the prompt, and what shall be shown of them.
struct Prompted {
    let source: SourceFile
    /// The value of the lone expression.
    private(set) var value: Value
    /// The array or scalar that is assigned to and that nobody has declared.
    private(set) var undeclared: String?

    /// What a lone expression is.
    enum Value {
        /// Statements, an assignment or a print call: there is nothing to show.
        case none
        /// A variable alone.
        case variable(String)
        /// A call, which may have no value.
        case call
        case expression
    }

    /// Parses a text; throws when it has shown what is wrong with it.
    init(_ text: String, in session: LiveSession) throws {
        source = SourceFile(name: "<input>", text: text)
        value = .none
        session.show { _ in true }
        var input = Compiler.Input(macros: session.pieces.filter(\.isMacros).map(\.source))
        input.statements = source
        let statements = try session.compiler.read(input).first?.probes.first?.body.statements ?? []
        guard statements.count == 1, case .expression(let expression) = statements[0].kind else { return }
        let known = Set(session.globalNames)
        func note(_ left: Expression) {
            switch left.kind {
            case .symbol(let name), .element(let name, _): undeclared = known.contains(name) ? nil : name
            default: break
            }
        }
        switch expression.kind {
        case .assignment(_, let left, _), .aggregateAdd(let left, _), .increment(let left, _, _): note(left)
        case .print(let kind, _, _): value = kind.returnsString ? .expression : .none
        case .symbol(let name): value = .variable(name)
        case .call: value = .call
        default: value = .expression
        }
    }

    /// The same file with its lone expression printed.
    static func printing(_ file: inout ParsedFile) {
        guard let statement = file.probes.first?.body.statements.first,
            case .expression(let expression) = statement.kind
        else { return }
        var kind = PrintKind.println
        if case .histogram = expression.kind { kind = .print }
        let call = Expression(token: expression.token, kind: .print(kind, format: nil, arguments: [expression]))
        file.probes[0].body.statements = [Statement(token: statement.token, kind: .expression(call))]
    }
}

extension LiveSession {
    /// Runs what was typed.
    func run(_ prompted: Prompted) throws {
        var declared: Piece?
        if let name = prompted.undeclared {
            let piece = Piece(SourceFile(name: "<input>", text: "global \(name)"))
            piece.globals = [name]
            declared = piece
        }
        let pieces = self.pieces + [declared].compactMap { $0 }
        func compiled(isPrinted: Bool) throws -> IRProgram {
            try compile(pieces, statements: prompted.source, own: prompted.source) { file in
                if isPrinted { Prompted.printing(&file) }
            }.program
        }
        show { diagnostic in
            diagnostic.kind != .warning || diagnostic.tokens.first?.origin.location.file === prompted.source
        }
        let program: IRProgram
        switch prompted.value {
        case .none: program = try compiled(isPrinted: false)
        case .variable(let name):
            if showTable(name) { return }
            guard globalNames.contains(name) else { throw UndefinedWord(name: name) }
            guard shared.registry.position(of: name) != nil else {
                return terminal.say("nothing has been stored in '\(name)' yet\n")
            }
            program = try compiled(isPrinted: true)
        case .expression: program = try compiled(isPrinted: true)
        case .call:
            // A function without a value cannot be printed; where both are wrong, that is said of the value.
            let isShown = compiler.messages.shows
            compiler.messages.shows = { _ in false }
            let quiet = (try? compiled(isPrinted: true)) ?? (try? compiled(isPrinted: false))
            compiler.messages.shows = isShown
            program = try quiet ?? compiled(isPrinted: true)
        }
        if let declared { declare(declared) }
        try run(program)
    }
}

/// A lone word that means nothing.
struct UndefinedWord: Error {
    let name: String
}
