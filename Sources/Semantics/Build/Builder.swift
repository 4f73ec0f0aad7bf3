// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Turns the syntax of one body into nodes: resolves its names and expands its targets.
final class Builder {
    let analyzer: Analyzer
    let body: Body
    let scope: FileScope
    var loopDepth = 0
    /// Whether what is built is evaluated when the probed function is entered.
    var isAtEntry = false
    /// The arguments of a function that is expanded in place, by parameter.
    var substitution: [String: Node]?
    var expansionDepth = 0
    /// The value variables of the foreach loops that are being built.
    var valueBindings: [ValueBinding] = []
    /// Whether errors only count: inside `@defined`.
    var isTrial = false
    var trialFailed = false

    init(_ analyzer: Analyzer, body: Body, scope: FileScope) {
        self.analyzer = analyzer
        self.body = body
        self.scope = scope
    }

    var types: KernelTypes { analyzer.types }
    var probe: ProbeContext? { body.probe }

    /// Reports an error and returns a node that stands for it.
    @discardableResult
    func fail(_ message: String, _ token: Token, also other: Token? = nil, file: String = #fileID, line: Int = #line)
        -> Node
    {
        let tokens = other.map { [token, $0] } ?? [token]
        return fail(Diagnostic(.semanticError, message, tokens: tokens, site: "\(file):\(line)"), token)
    }

    @discardableResult
    func fail(_ diagnostic: Diagnostic, _ token: Token) -> Node {
        if isTrial {
            trialFailed = true
            return Node(token, .integer(0))
        }
        analyzer.report(diagnostic)
        // Later stages that look for more errors are to draw no conclusions from what stands for this one.
        return Node(token, analyzer.options.keepsGoing ? .failed(nil) : .integer(0))
    }

    /// Builds a block.
    func build(_ block: Block) -> StatementNode {
        StatementNode(block.token, .block(block.statements.map(build)))
    }

    /// Builds a statement.
    func build(_ statement: Statement) -> StatementNode {
        let token = statement.token
        switch statement.kind {
        case .null: return .empty(token)
        case .block(let block): return build(block)
        case .expression(let expression): return StatementNode(token, .expression(build(expression)))
        case .if(let condition, let then, let otherwise):
            return buildIf(token, condition, then, otherwise)
        case .while(let condition, let inner):
            let test = build(condition)
            return StatementNode(token, .loop(condition: test, step: nil, body: buildLoopBody(inner)))
        case .for(let initial, let condition, let step, let inner):
            let first = initial.map { StatementNode($0.token, .expression(build($0))) }
            let test = condition.map(build)
            let body = buildLoopBody(inner)
            let loop = StatementNode(token, .loop(condition: test, step: step.map(build), body: body))
            return first.map { StatementNode(token, .block([$0, loop])) } ?? loop
        case .foreach(let loop): return buildForeach(token, loop)
        case .tryCatch(let body, let variable, let handler):
            let protected = build(body)
            let caught = variable.map { buildSymbol($0.content.description, $0) }
            return StatementNode(token, .tryCatch(body: protected, variable: caught, handler: build(handler)))
        case .delete(let operand): return buildDelete(token, operand)
        case .next: return StatementNode(token, .next)
        case .break:
            if loopDepth == 0 { fail("cannot 'break' outside loop", token) }
            return StatementNode(token, .break)
        case .continue:
            if loopDepth == 0 { fail("cannot 'continue' outside loop", token) }
            return StatementNode(token, .continue)
        case .return(let value): return buildReturn(token, value)
        }
    }

    private func buildIf(
        _ token: Token, _ condition: Expression, _ then: Statement, _ otherwise: Statement?
    ) -> StatementNode {
        let test = build(condition)
        if test.decidesBranches, let value = test.constant {
            // The branch that @defined rules out is not even looked at.
            return value != 0 ? build(then) : otherwise.map(build) ?? .empty(token)
        }
        return StatementNode(token, .if(test, then: build(then), otherwise: otherwise.map(build)))
    }

    func buildLoopBody(_ statement: Statement) -> StatementNode {
        loopDepth += 1
        defer { loopDepth -= 1 }
        return build(statement)
    }

    private func buildReturn(_ token: Token, _ value: Expression?) -> StatementNode {
        let node = value.map(build)
        guard let function = body as? FunctionInstance else {
            fail("found 'return' not in function context", token)
            return .empty(token)
        }
        if let node { function.resultCarrying.absorb(analyzer.carriedType(of: node), types: types) }
        return StatementNode(token, .return(node))
    }

    private func buildDelete(_ token: Token, _ operand: Expression) -> StatementNode {
        switch operand.kind {
        case .symbol(let name):
            switch resolve(name, operand.token) {
            case .global(let global): return StatementNode(operand.token, .deleteGlobal(global))
            case .local(let local): return StatementNode(operand.token, .deleteLocal(local))
            }
        case .element(let name, let keys):
            guard let array = array(named: name, arity: keys.count, token: operand.token) else { return .empty(token) }
            return StatementNode(operand.token, .deleteElement(array, keys.map { $0.map(build) }))
        case .target:
            failTargetWrite(operand.token)
            return .empty(token)
        default:
            fail("invalid operand of delete expression", operand.token)
            return .empty(token)
        }
    }

    /// Warns of nothing and remembers nothing: whether an expression can be built at all.
    func canBuild(_ expression: Expression) -> Bool {
        let trial = Builder(analyzer, body: body, scope: scope)
        trial.isTrial = true
        trial.isAtEntry = isAtEntry
        trial.substitution = substitution
        let node = trial.build(expression)
        var works = !trial.trialFailed
        func check(_ node: Node) {
            switch node.kind {
            case .failed, .pending: works = false
            default: node.forEachChild(check)
            }
        }
        check(node)
        return works
    }
}
