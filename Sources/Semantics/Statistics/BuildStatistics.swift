// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The value variable of a foreach while its body is built: `@count(v)` means the element that the loop is at.
final class ValueBinding {
    let variable: LocalVariable
    let array: GlobalVariable
    /// Copies of the keys, which the body cannot assign to; made when the first operator needs them.
    private(set) var keys: [LocalVariable] = []

    init(variable: LocalVariable, array: GlobalVariable) {
        self.variable = variable
        self.array = array
    }

    /// The element as a statistics variable.
    func element(in body: Body, _ token: Token) -> Node {
        if keys.isEmpty {
            keys = (0..<(array.keyTypes?.count ?? 0)).map { body.generateLocal("key\($0)", token: variable.token) }
        }
        return Node(token, .element(array, keys.map { Node(token, .local($0)) }))
    }

    /// What the loop must do first in each round for the operators in its body.
    func assignments(from loopKeys: [LocalVariable]) -> [StatementNode] {
        zip(keys, loopKeys).map { copy, key in
            let token = key.token
            let value = Node(token, .assignment(nil, Node(token, .local(copy)), Node(token, .local(key))))
            return StatementNode(token, .expression(value))
        }
    }
}

extension Builder {
    /// `x <<< value`.
    func buildAggregateAdd(_ left: Expression, _ right: Expression, _ token: Token) -> Node {
        guard let target = buildLvalue(left, of: token) else {
            _ = build(right)
            return Node(token, .integer(0))
        }
        let value = build(right)
        guard declareStatistics(target) != nil else { return Node(token, .integer(0)) }
        return Node(token, .aggregateAdd(target, value))
    }

    /// `@count(x)` and its kin.
    func buildAggregate(
        _ operation: AggregateOperator, _ operand: Expression, _ shift: Int64?, _ token: Token
    ) -> Node {
        guard let target = buildStatistics(operand), let variable = declareStatistics(target) else {
            return Node(token, .integer(0))
        }
        if operation == .variance {
            let shift = shift ?? 0
            guard (0...62).contains(shift) else {
                return fail("bit shift (\(shift)) out of range <0..62>", token)
            }
            if let known = variable.statistics?.shift, known != shift {
                return fail("conflicting bit shifts declared", token)
            }
            if !isTrial { variable.statistics?.shift = shift }
        }
        return Node(token, .aggregate(operation, target))
    }

    /// `@hist_…(x)[index]`.
    func buildBucket(_ histogram: HistogramExpression, _ index: Expression, _ token: Token) -> Node {
        guard let (target, _) = buildHistogram(histogram, token) else {
            _ = build(index)
            return Node(token, .integer(0))
        }
        return Node(token, .histogramBucket(target, build(index)))
    }

    /// Whether a bucket exists: the index is evaluated once and compared with what is known of the histogram.
    func buildBucketMembership(
        _ keys: [Expression?], _ histogram: HistogramExpression, _ base: Token, _ token: Token
    ) -> Node {
        guard let (_, kind) = buildHistogram(histogram, base) else { return Node(token, .integer(0)) }
        guard keys.count == 1 else { return fail("inconsistent arity (1 vs \(keys.count))", base) }
        guard let key = keys[0] else { return fail("wildcard not allowed in array index", base) }
        let index = build(key)
        if isTrial { return Node(token, .integer(0)) }
        let local = body.generateLocal("bucket", token: key.token)
        let assignment = Node(key.token, .assignment(nil, Node(key.token, .local(local)), index))
        let first = Node(token, .binary(.greaterEqual, assignment, Node(token, .integer(0))))
        let count = Node(token, .integer(Int64(kind.bucketCount)))
        let second = Node(token, .binary(.less, Node(key.token, .local(local)), count))
        return Node(token, .logicalAnd(first, second))
    }

    /// The variable of a histogram with its buckets; nil after an error.
    func buildHistogram(_ histogram: HistogramExpression, _ token: Token) -> (target: Node, kind: HistogramKind)? {
        guard let target = buildStatistics(histogram.operand), let variable = declareStatistics(target) else {
            return nil
        }
        let kind =
            histogram.linear.map { HistogramKind.linear(low: $0.low, high: $0.high, step: $0.step) } ?? .logarithmic
        if let known = variable.statistics?.histogram, known != kind {
            fail("multiple histogram types declared on '\(variable.name)'", token)
            return nil
        }
        if !isTrial { variable.statistics?.histogram = kind }
        return (target, kind)
    }

    /// The statistics variable or element that an operand names; nil after an error.
    private func buildStatistics(_ expression: Expression) -> Node? {
        switch expression.kind {
        case .symbol(let name) where substitution?[name] == nil:
            guard case .local(let local) = resolve(name, expression.token) else {
                let node = buildSymbol(name, expression.token)
                return node.kind.isVariable ? node : nil
            }
            if let binding = valueBindings.last(where: { $0.variable === local }) {
                return binding.element(in: body, expression.token)
            }
            return Node(expression.token, .local(local))
        case .element(let name, let keys):
            let node = buildElement(name, keys, expression.token)
            if node.kind.isVariable { return node }
            // An error that has been reported already, or an access through a pointer.
            if case .load = node.kind { fail("expected a statistics variable", expression.token) }
            return nil
        default:
            fail("expected a statistics variable", expression.token)
            return nil
        }
    }

    /// Notes that a variable is used as statistics; nil for locals, which cannot be.
    private func declareStatistics(_ target: Node) -> GlobalVariable? {
        switch target.kind {
        case .global(let variable), .element(let variable, _):
            if variable.statistics == nil, !isTrial { variable.statistics = StatisticsParameters() }
            return variable
        case .local(let local):
            fail("stat locals not supported, missing global declaration?", local.token)
            return nil
        default: return nil
        }
    }
}

extension Node.Kind {
    fileprivate var isVariable: Bool {
        switch self {
        case .local, .global, .element: true
        default: false
        }
    }
}
