// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension Expression {
    /// Visits the direct operands.
    func forEachChild(_ visit: (Expression) -> Void) {
        switch kind {
        case .number, .string, .symbol, .perf, .const, .enumValue, .probeWrite, .embedded: break
        case .element(_, let keys): for case let key? in keys { visit(key) }
        case .call(_, let arguments), .print(_, _, let arguments): for argument in arguments { visit(argument) }
        case .unary(_, let operand), .increment(let operand, _, _), .regexMatch(let operand, _, _, _),
            .aggregate(_, let operand, _), .defined(let operand), .entry(let operand), .enumName(let operand, _, _),
            .register(_, let operand):
            visit(operand)
        case .binary(_, let left, let right), .logicalAnd(let left, let right), .logicalOr(let left, let right),
            .assignment(_, let left, let right), .aggregateAdd(let left, let right),
            .dereference(_, let left, let right):
            visit(left)
            visit(right)
        case .conditional(let condition, let first, let second):
            visit(condition)
            visit(first)
            visit(second)
        case .membership(let keys, let base):
            for case let key? in keys { visit(key) }
            visit(base)
        case .histogram(let histogram): visit(histogram.operand)
        case .histogramBucket(let histogram, let bucket):
            visit(histogram.operand)
            visit(bucket)
        case .target(let target):
            switch target.base {
            case .cast(let value, _, _), .autocast(let value): visit(value)
            case .symbol, .variable: break
            }
            for case .index(let index, _) in target.steps { visit(index) }
        }
    }

    /// Visits this expression and everything below it.
    func forEachDeeply(_ visit: (Expression) -> Void) {
        visit(self)
        forEachChild { $0.forEachDeeply(visit) }
    }
}

extension Statement {
    /// Visits the direct statements.
    func forEachChild(_ visit: (Statement) -> Void) {
        switch kind {
        case .block(let block): for statement in block.statements { visit(statement) }
        case .if(_, let then, let otherwise):
            visit(then)
            if let otherwise { visit(otherwise) }
        case .while(_, let body), .for(_, _, _, let body): visit(body)
        case .foreach(let loop): visit(loop.body)
        case .tryCatch(let body, _, let handler):
            for statement in body.statements + handler.statements { visit(statement) }
        case .null, .expression, .delete, .next, .break, .continue, .return: break
        }
    }

    /// Visits the direct expressions.
    func forEachExpression(_ visit: (Expression) -> Void) {
        switch kind {
        case .expression(let expression), .delete(let expression): visit(expression)
        case .if(let condition, _, _), .while(let condition, _): visit(condition)
        case .for(let initial, let condition, let step, _):
            for case let expression? in [initial, condition, step] { visit(expression) }
        case .foreach(let loop):
            visit(loop.base)
            for case let expression? in loop.slice ?? [] { visit(expression) }
            if let limit = loop.limit { visit(limit) }
        case .return(let value): if let value { visit(value) }
        case .null, .block, .tryCatch, .next, .break, .continue: break
        }
    }

    /// Visits this statement and everything below it.
    func forEachStatementDeeply(_ visit: (Statement) -> Void) {
        visit(self)
        forEachChild { $0.forEachStatementDeeply(visit) }
    }

    /// Visits every expression below this statement.
    func forEachExpressionDeeply(_ visit: (Expression) -> Void) {
        forEachStatementDeeply { statement in
            statement.forEachExpression { $0.forEachDeeply(visit) }
        }
    }
}

extension Block {
    /// The names that this block assigns.
    var assignedNames: Set<String> {
        var names: Set<String> = []
        let statement = Statement(token: token, kind: .block(self))
        statement.forEachExpressionDeeply { expression in
            let target: Expression
            switch expression.kind {
            case .assignment(_, let left, _), .aggregateAdd(let left, _): target = left
            case .increment(let operand, _, _): target = operand
            default: return
            }
            switch target.kind {
            case .symbol(let name), .element(let name, _): names.insert(name)
            default: break
            }
        }
        return names
    }

    /// Whether `$variables` are mentioned.
    var usesTargets: Bool {
        var found = false
        let statement = Statement(token: token, kind: .block(self))
        statement.forEachExpressionDeeply { expression in
            if case .target(let target) = expression.kind, case .symbol = target.base { found = true }
        }
        return found
    }
}
