// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

extension CheckedExpression {
    /// The direct operands in their order of evaluation.
    var operands: [CheckedExpression] {
        switch kind {
        case .integer, .string, .local, .global, .argument, .returnValue: []
        case .element(_, let keys): keys
        case .call(_, let arguments), .builtin(_, let arguments), .print(_, _, let arguments): arguments
        case .unary(_, let operand), .load(let operand, _), .readable(let operand), .entry(let operand),
            .regexMatch(let operand, _, _, _):
            [operand]
        case .binary(_, let left, let right), .logicalAnd(let left, let right), .logicalOr(let left, let right),
            .aggregateAdd(let left, let right), .histogramBucket(let left, let right):
            [left, right]
        case .aggregate(_, let target), .histogramText(_, let target): [target]
        case .conditional(let condition, let yes, let no): [condition, yes, no]
        case .assignment(_, let target, let value): [target, value]
        case .increment(let target, _, _): [target]
        case .membership(_, let keys): keys.compactMap { $0 }
        }
    }

    /// Visits this expression and everything below it.
    func walk(_ visit: (CheckedExpression) -> Void) {
        visit(self)
        for operand in operands { operand.walk(visit) }
    }

    /// Whether evaluating it may change a local variable.
    var assignsLocal: Bool {
        switch kind {
        case .assignment(_, let target, let value):
            if case .local = target.kind { return true }
            return target.assignsLocal || value.assignsLocal
        case .increment(let target, _, _):
            if case .local = target.kind { return true }
            return target.assignsLocal
        default: return operands.contains { $0.assignsLocal }
        }
    }

    /// Whether evaluating it reads memory, and so may fault.
    var readsMemory: Bool {
        switch kind {
        case .load: return true
        case .builtin(let builtin, let arguments):
            return builtin.signature.effect == .memory || arguments.contains { $0.readsMemory }
        default: return operands.contains { $0.readsMemory }
        }
    }
}

extension CheckedStatement {
    /// The direct sub-statements.
    var statements: [CheckedStatement] {
        switch kind {
        case .block(let statements): statements
        case .if(_, let then, let otherwise): otherwise.map { [then, $0] } ?? [then]
        case .loop(_, _, let body): [body]
        case .foreach(let foreach): [foreach.body]
        case .tryCatch(let body, _, let handler): [body, handler]
        default: []
        }
    }

    /// The direct expressions.
    var expressions: [CheckedExpression] {
        switch kind {
        case .expression(let expression), .if(let expression, _, _): [expression]
        case .loop(let condition, let step, _): [condition, step].compactMap { $0 }
        case .foreach(let foreach): (foreach.slice ?? []).compactMap { $0 } + [foreach.limit].compactMap { $0 }
        case .deleteElement(_, let keys): keys.compactMap { $0 }
        case .return(let value): [value].compactMap { $0 }
        case .block, .tryCatch, .deleteGlobal, .deleteLocal, .next, .break, .continue: []
        }
    }

    /// Visits this statement and all below it, and every expression in them.
    func walk(statement visit: (CheckedStatement) -> Void, expression: (CheckedExpression) -> Void) {
        visit(self)
        for value in expressions { value.walk(expression) }
        for inner in statements { inner.walk(statement: visit, expression: expression) }
    }
}
