// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension Builder {
    /// A foreach over the buckets of a histogram: a counting loop whose counter is the loop variable itself, so that
    /// assigning to it changes the iteration. Sort directives and slices mean nothing here.
    func buildHistogramLoop(
        _ token: Token, _ loop: ForeachStatement, _ histogram: HistogramExpression
    ) -> StatementNode {
        let base = loop.base.token
        guard let (named, kind) = buildHistogram(histogram, base) else { return .empty(token) }
        guard loop.keys.count == 1 else {
            fail("inconsistent arity (1 vs \(loop.keys.count))", base)
            return .empty(token)
        }
        let key = loop.keys[0]
        let counter = { [self] in buildSymbol(key.content.description, key) }
        var before: [StatementNode] = []
        let target = withFixedKeys(named, &before)
        // Asking for a bucket at once makes a loop over no values the error that it is.
        let first = Node(base, .histogramBucket(target, Node(base, .integer(0))))
        before.append(implicit(key, counter(), Node(base, .binary(.and, first, Node(base, .integer(0))))))
        var condition = Node(
            key, .binary(.less, counter(), Node(key, .integer(Int64(kind.bucketCount)))))
        if let limit = loop.limit {
            // Evaluated once; the count starts anew whenever the loop does.
            let most = body.generateLocal("limit", token: limit.token)
            let count = body.generateLocal("count", token: limit.token)
            before.append(implicit(limit.token, Node(limit.token, .local(most)), build(limit)))
            before.append(implicit(limit.token, Node(limit.token, .local(count)), Node(limit.token, .integer(0))))
            let next = Node(
                limit.token, .increment(Node(limit.token, .local(count)), isIncrement: true, isPrefix: false))
            let isWithin = Node(limit.token, .binary(.less, next, Node(limit.token, .local(most))))
            condition = Node(key, .logicalAnd(condition, isWithin))
        }
        let step = Node(key, .increment(counter(), isIncrement: true, isPrefix: false))
        var inside: [StatementNode] = []
        if let value = loop.value {
            let bucket = Node(base, .histogramBucket(target, counter()))
            let variable = buildSymbol(value.content.description, value)
            if case .local(let local) = variable.kind { local.isLoopValue = true }
            inside.append(implicit(value, variable, bucket))
        }
        inside.append(buildLoopBody(loop.body))
        let body = StatementNode(loop.body.token, .block(inside))
        return StatementNode(
            token, .block(before + [StatementNode(token, .loop(condition: condition, step: step, body: body))]))
    }

    /// The variable with its keys evaluated once, before the loop.
    private func withFixedKeys(_ target: Node, _ before: inout [StatementNode]) -> Node {
        guard case .element(let array, let keys) = target.kind else { return target }
        let fixed = keys.map { key -> Node in
            let local = body.generateLocal("key", token: key.token)
            before.append(implicit(key.token, Node(key.token, .local(local)), key))
            return Node(key.token, .local(local))
        }
        return Node(target.token, .element(array, fixed))
    }

    /// An assignment that the loop makes, not the script: no warning speaks of it.
    private func implicit(_ token: Token, _ target: Node, _ value: Node) -> StatementNode {
        let node = Node(token, .assignment(nil, target, value))
        node.isImplicit = true
        return StatementNode(token, .expression(node))
    }
}
