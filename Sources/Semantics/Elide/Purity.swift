// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Decides which expressions can be dropped without anybody noticing.
struct PurityChecker {
    /// Whether evaluating an expression changes nothing, locals included.
    static func isPure(_ node: Node) -> Bool { isPure(node, allowsLocals: false) }

    private static func isPure(_ node: Node, allowsLocals: Bool) -> Bool {
        switch node.kind {
        case .assignment(_, let target, _), .increment(let target, _, _):
            guard allowsLocals, case .local = target.kind else { return false }
        case .print(let returnsString, _, _), .histogramText(let returnsString, _): if !returnsString { return false }
        case .aggregateAdd: return false
        case .builtin(let builtin, _): if builtin.signature.effect == .effect { return false }
        case .failed(nil): return false
        case .call(let function, _): if !isPure(function) { return false }
        case .regexMatch(_, let use): if use.observer.isUsed { return false }
        default: break
        }
        var pure = true
        node.forEachChild { if pure { pure = isPure($0, allowsLocals: allowsLocals) } }
        return pure
    }

    /// Whether calling a function changes nothing but its own locals.
    static func isPure(_ function: FunctionInstance) -> Bool {
        switch function.purity {
        case .pure, .checking: return true
        case .effectful: return false
        case .unknown: break
        }
        function.purity = .checking
        // A `next` that finds no other overload is a run-time error.
        var pure = isPure(function.statement) && !(function.entry.facts.hasNext && function.nextOverload == nil)
        if pure, let next = function.nextOverload { pure = isPure(next) }
        function.purity = pure ? .pure : .effectful
        return pure
    }

    private static func isPure(_ statement: StatementNode) -> Bool {
        switch statement.kind {
        case .deleteGlobal, .deleteElement: return false
        case .foreach(let loop): if loop.sort != nil { return false }
        case .tryCatch(_, let variable?, _): if case .global = variable.kind { return false }
        default: break
        }
        var pure = true
        statement.forEachExpression { if pure { pure = isPure($0, allowsLocals: true) } }
        statement.forEachStatement { if pure { pure = isPure($0) } }
        return pure
    }
}
