// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Builds the condition of a probe: all conditions on the way to it, ANDed; globals only.
struct ConditionBuilder {
    let analyzer: Analyzer

    init(_ analyzer: Analyzer) { self.analyzer = analyzer }

    /// The condition, or nil when there is none.
    func build(_ conditions: [ScopedCondition], probe: ProbeInstance) -> Node? {
        var all: Node?
        for condition in conditions where check(condition) {
            let node = Builder(analyzer, body: probe, scope: condition.scope).build(condition.expression)
            all = all.map { Node(condition.expression.token, .logicalAnd($0, node)) } ?? node
        }
        return all
    }

    private func check(_ condition: ScopedCondition) -> Bool {
        var problem: (message: String, token: Token)?
        condition.expression.forEachDeeply { expression in
            guard problem == nil else { return }
            switch expression.kind {
            case .assignment, .increment, .aggregateAdd:
                problem = ("probe condition must not modify any variables", expression.token)
            case .call, .print:
                problem = ("probe condition must not reference function", expression.token)
            case .target, .entry, .dereference:
                problem = ("probe condition must not reference target variables", expression.token)
            case .symbol(let name), .element(let name, _):
                if analyzer.symbols.global(named: name, from: condition.scope) == nil {
                    problem = ("probe condition must not reference undeclared global", expression.token)
                }
            default: break
            }
        }
        guard let problem else { return true }
        analyzer.report(Diagnostic(.semanticError, problem.message, tokens: [problem.token], site: problem.message))
        return false
    }
}
