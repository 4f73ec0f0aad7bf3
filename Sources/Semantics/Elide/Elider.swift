// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Removes what has no effect: the user sees warnings, and alias prologues cost only what is used of them.
final class Elider {
    private let analyzer: Analyzer
    private var changed = false

    init(_ analyzer: Analyzer) { self.analyzer = analyzer }

    /// Elides again and again until nothing changes, then drops empty probes.
    func run() {
        var isFirst = true
        repeat {
            changed = false
            for function in analyzer.functions { function.purity = .unknown }
            let usage = Usage(analyzer)
            if isFirst {
                VariableWarnings(analyzer, usage).warnNeverAssigned()
                warnUnused(usage)
            }
            isFirst = false
            for body in usage.bodies {
                isCutShort = false
                body.statement = elide(body.statement)
                if isCutShort { cutShort.insert(ObjectIdentifier(body)) }
            }
        } while changed
        warnUncalled()
        dropEmptyProbes()
    }

    // MARK: Variables

    private var warnedVariables: Set<ObjectIdentifier> = []
    /// Bodies of which a tapset's prologue has cut off the user's part, which is then no matter for warnings: on this
    /// kernel, the alias has no use for the point.
    private var cutShort: Set<ObjectIdentifier> = []
    private var isCutShort = false

    /// Names what nobody mentions but to declare it.
    private func warnUnused(_ usage: Usage) {
        for global in analyzer.symbols.globals where global.isUsers && global.reads + global.writes == 0 {
            if warnedVariables.insert(ObjectIdentifier(global)).inserted {
                analyzer.warnUser("Eliding unused variable '\(global.name)'", global.token)
            }
        }
        for body in usage.bodies where !cutShort.contains(ObjectIdentifier(body)) {
            for local in body.locals where local.reads + local.writes == 0 && !local.isGenerated && !local.isParameter {
                if local.isLoopValue { continue }
                if warnedVariables.insert(ObjectIdentifier(local)).inserted {
                    analyzer.warnUser("Eliding unused variable '\(local.name)'", local.token)
                }
            }
        }
    }

    /// Whether nobody will ever look at a variable. Globals of the user stay, also where they are not shown at the end.
    private func isDead(_ variable: Variable) -> Bool {
        if let local = variable as? LocalVariable { return !local.isNeeded }
        guard variable.reads == 0, let global = variable as? GlobalVariable else { return false }
        return !global.isUsers
    }

    // MARK: Statements

    private func elide(_ statement: StatementNode) -> StatementNode {
        switch statement.kind {
        case .block(let statements): return elideBlock(statement, statements)
        case .expression(let node): return elideExpression(statement, node)
        case .if(let condition, let then, let otherwise):
            return elideIf(statement, condition, then, otherwise)
        case .loop(let condition, let step, let body):
            condition.map(simplifyCondition)
            let inner = elide(body)
            let isPure = { (node: Node) in PurityChecker.isPure(node) }
            if inner.isEmpty, condition.map(isPure) ?? true, step.map(isPure) ?? true {
                return removed(statement)
            }
            if let condition, condition.constant == 0 { return removed(statement) }
            if let step { simplify(step) }
            statement.kind = .loop(condition: condition, step: step, body: inner)
        case .foreach(let loop):
            loop.body = elide(loop.body)
            for case let node? in loop.slice ?? [] { simplify(node) }
            simplify(loop.limit)
            if let value = loop.value, isDead(value) { loop.value = nil }
            if loop.body.isEmpty, loop.sort == nil, loop.value == nil, loop.keys.allSatisfy(isDead) {
                return removed(statement)
            }
        case .tryCatch(let body, let variable, let handler):
            let inner = elide(body)
            // What does nothing raises nothing.
            if inner.isEmpty { return removed(statement) }
            statement.kind = .tryCatch(body: inner, variable: kept(variable), handler: elide(handler))
        case .deleteGlobal(let global): if isDead(global) { return removed(statement) }
        case .deleteLocal(let local): if isDead(local) { return removed(statement) }
        case .deleteElement(let global, let keys):
            for case let key? in keys { simplify(key) }
            let allPure = keys.allSatisfy { $0.map { PurityChecker.isPure($0) } ?? true }
            if isDead(global), allPure { return removed(statement) }
        case .return(let value): simplify(value)
        case .next, .break, .continue: break
        }
        return statement
    }

    /// The variable of a `catch`, if anybody looks at it.
    private func kept(_ variable: Node?) -> Node? {
        switch variable?.kind {
        case .local(let local as Variable), .global(let local as Variable): isDead(local) ? nil : variable
        default: nil
        }
    }

    private func removed(_ statement: StatementNode) -> StatementNode {
        changed = true
        return .empty(statement.token)
    }

    private func elideBlock(_ statement: StatementNode, _ statements: [StatementNode]) -> StatementNode {
        var kept: [StatementNode] = []
        for (index, inner) in statements.enumerated() {
            let result = elide(inner)
            if !result.isEmpty { kept.append(result) }
            guard result.endsControl, index + 1 < statements.count else { continue }
            if let next = statements[(index + 1)...].first(where: { !$0.isEmpty }) {
                if result.token.location.file.role == .user {
                    analyzer.warnUser("statement will never be reached", next.firstToken)
                } else {
                    isCutShort = true
                }
                changed = true
            }
            break
        }
        statement.kind = .block(kept)
        return statement
    }

    private func elideIf(
        _ statement: StatementNode, _ condition: Node, _ then: StatementNode, _ otherwise: StatementNode?
    ) -> StatementNode {
        simplifyCondition(condition)
        if let value = condition.constant {
            changed = true
            return value != 0 ? elide(then) : otherwise.map(elide) ?? .empty(statement.token)
        }
        let first = elide(then)
        let second = otherwise.map(elide).flatMap { $0.isEmpty ? nil : $0 }
        if first.isEmpty, second == nil {
            if PurityChecker.isPure(condition) { return removed(statement) }
            changed = true
            return StatementNode(statement.token, .expression(condition))
        }
        statement.kind = .if(condition, then: first, otherwise: second)
        return statement
    }

    private func elideExpression(_ statement: StatementNode, _ node: Node) -> StatementNode {
        if let rest = withoutDeadStore(node, isUsed: false) {
            changed = true
            // What the user is left with is the name alone, which is the next thing to go.
            if rest.kind.isConstant, case .assignment(nil, let target, _) = node.kind, case .local = target.kind,
                target.token.location.file.role == .user, !node.isImplicit
            {
                return StatementNode(statement.token, .expression(target))
            }
            return rest.kind.isConstant ? .empty(statement.token) : StatementNode(statement.token, .expression(rest))
        }
        simplifyChildren(node)
        // A call of a function without a value stays a call: only its purity matters.
        if PurityChecker.isPure(node) {
            if case .call(let function, _) = node.kind {
                analyzer.warnUser(
                    "side-effect-free function '\(function.entry.declaration.name)'", function.entry.declaration.token)
            }
            analyzer.warnUser("Eliding side-effect-free expression ", node.token)
            return removed(statement)
        }
        return statement
    }

    // MARK: Expressions

    /// Folds what is constant and drops stores that nobody reads.
    private func simplify(_ node: Node?) {
        guard let node else { return }
        if let rest = withoutDeadStore(node, isUsed: true) {
            changed = true
            node.become(rest)
        }
        simplifyChildren(node)
        if let rest = deciding(node), rest.isBoolean {
            changed = true
            node.become(rest)
        }
        if let value = folded(node) {
            changed = true
            node.kind = .integer(value)
        }
    }

    /// Simplifies a value of which only matters whether it is 0.
    private func simplifyCondition(_ node: Node) {
        simplify(node)
        while let rest = deciding(node) {
            changed = true
            node.become(rest)
        }
    }

    /// The operand that alone decides a logical operation.
    private func deciding(_ node: Node) -> Node? {
        switch node.kind {
        case .logicalAnd(let left, let right):
            if let value = left.constant, value != 0 { return right }
            if let value = right.constant, value != 0 { return left }
        case .logicalOr(let left, let right):
            if left.constant == 0 { return right }
            if right.constant == 0 { return left }
        default: break
        }
        return nil
    }

    private func simplifyChildren(_ node: Node) {
        switch node.kind {
        case .assignment(_, let target, let value), .aggregateAdd(let target, let value):
            target.forEachChild(simplify)
            simplify(value)
        case .increment(let target, _, _): target.forEachChild(simplify)
        case .entry, .readable: break
        case .conditional(let condition, let first, let second):
            simplifyCondition(condition)
            if let value = condition.constant {
                changed = true
                node.become(value != 0 ? first : second)
                simplify(node)
                return
            }
            simplify(first)
            simplify(second)
        default: node.forEachChild(simplify)
        }
    }

    /// What is left of an assignment to a variable that nobody reads; nil when the assignment must stay.
    private func withoutDeadStore(_ node: Node, isUsed: Bool) -> Node? {
        let target: Node
        let value: Node
        switch node.kind {
        case .assignment(let operation, let left, let right):
            // The value of `x += 1` depends on x.
            if isUsed, operation != nil { return nil }
            target = left
            value = right
        case .aggregateAdd(let left, let right):
            target = left
            value = right
        case .increment(let operand, _, _):
            if isUsed { return nil }
            target = operand
            value = Node(node.token, .integer(0))
        default: return nil
        }
        switch target.kind {
        case .local(let variable as Variable), .global(let variable as Variable):
            guard isDead(variable) else { return nil }
            warnAssignment(variable, node)
        case .element(let array, let keys):
            guard isDead(array), keys.allSatisfy({ PurityChecker.isPure($0) }) else { return nil }
            warnAssignment(array, node)
        default: return nil
        }
        return PurityChecker.isPure(value) && !isUsed ? Node(node.token, .integer(0)) : value
    }

    private func warnAssignment(_ variable: Variable, _ node: Node) {
        guard case .assignment(nil, _, _) = node.kind else { return }
        if node.isImplicit || (variable as? LocalVariable)?.isGenerated == true { return }
        analyzer.warnUser("Eliding assignment to '\(variable.name)'", node.token)
    }

    private func folded(_ node: Node) -> Int64? {
        switch node.kind {
        case .unary(.not, let operand): return operand.constant.map { $0 == 0 ? 1 : 0 }
        case .logicalAnd(let left, let right):
            if left.constant == 0 || right.constant == 0 && PurityChecker.isPure(left) { return 0 }
            if let a = left.constant, let b = right.constant { return a != 0 && b != 0 ? 1 : 0 }
        case .logicalOr(let left, let right):
            if let a = left.constant, a != 0 { return 1 }
            if let b = right.constant, b != 0, PurityChecker.isPure(left) { return 1 }
            if let a = left.constant, let b = right.constant { return a != 0 || b != 0 ? 1 : 0 }
        case .binary(.equal, let left, let right):
            if let a = left.constant, let b = right.constant { return a == b ? 1 : 0 }
        case .binary(.notEqual, let left, let right):
            if let a = left.constant, let b = right.constant { return a != b ? 1 : 0 }
        default: break
        }
        return nil
    }

    // MARK: Functions and probes

    private func warnUncalled() {
        let functions = analyzer.liveFunctions().map(\.entry)
        let live = Set(functions.map { ObjectIdentifier($0) })
        // An overload that is never reached is dropped in silence.
        let called = Set(functions.map { Overloads($0) })
        for scope in analyzer.symbols.userScopes {
            for entry in analyzer.symbols.functions(of: scope)
            where !live.contains(ObjectIdentifier(entry)) && !called.contains(Overloads(entry)) {
                analyzer.warnUser("Eliding unused function '\(entry.declaration.name)'", entry.declaration.token)
            }
        }
    }

    private func dropEmptyProbes() {
        analyzer.probes.removeAll { probe in
            if probe.statement.isLoneNext, cutShort.contains(ObjectIdentifier(probe)) { return true }
            let token = probe.derived.token
            if case .counter(let event) = probe.derived.event {
                // It is there to be read, and its body never runs.
                if !probe.statement.isEmpty {
                    analyzer.warnUser(
                        "the handler of a counter never runs: read it by @perf(\"\(event.counterName ?? "")\") in a process "
                            + "probe", token)
                }
                return false
            }
            guard probe.statement.isEmpty else { return false }
            analyzer.warnUser("Probe '\(token.content)' has been elided", probe.derived.declaration ?? token)
            return true
        }
    }
}

/// The overloads of one name and arity.
private struct Overloads: Hashable {
    var name: String
    var arity: Int

    init(_ entry: FunctionEntry) {
        name = entry.declaration.name
        arity = entry.declaration.parameters.count
    }
}

extension Node {
    /// Whether the value can only be 0 or 1.
    fileprivate var isBoolean: Bool {
        switch kind {
        case .logicalAnd, .logicalOr, .unary(.not, _), .membership, .readable, .regexMatch: true
        case .binary(.equal, _, _), .binary(.notEqual, _, _), .binary(.less, _, _), .binary(.lessEqual, _, _),
            .binary(.greater, _, _), .binary(.greaterEqual, _, _):
            true
        default: false
        }
    }
}

extension Node.Kind {
    fileprivate var isConstant: Bool {
        switch self {
        case .integer, .string: true
        default: false
        }
    }
}

extension StatementNode {
    /// Whether nothing after this statement runs.
    fileprivate var endsControl: Bool {
        switch kind {
        case .next, .return, .break, .continue: true
        case .block(let statements): statements.last?.endsControl ?? false
        case .if(_, let then, let otherwise): then.endsControl && (otherwise?.endsControl ?? false)
        case .tryCatch(let body, _, let handler): body.endsControl && handler.endsControl
        default: false
        }
    }

    /// Whether nothing is left but to leave.
    fileprivate var isLoneNext: Bool {
        switch kind {
        case .next: true
        case .block(let statements):
            statements.first { !$0.isEmpty }?.isLoneNext ?? false
        default: false
        }
    }

    /// The token of the first statement that is not a block.
    fileprivate var firstToken: Token {
        if case .block(let statements) = kind, let first = statements.first(where: { !$0.isEmpty }) {
            return first.firstToken
        }
        return token
    }
}
