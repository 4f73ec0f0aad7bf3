// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension Builder {
    /// A foreach; loop variables that are globals are assigned from hidden locals at the start of the body.
    func buildForeach(_ token: Token, _ loop: ForeachStatement) -> StatementNode {
        guard case .symbol(let name) = loop.base.kind else {
            if case .histogram(let histogram) = loop.base.kind { return buildHistogramLoop(token, loop, histogram) }
            fail("expected an array after 'in'", loop.base.token)
            return .empty(token)
        }
        guard let array = array(named: name, arity: loop.keys.count, token: loop.base.token) else {
            return .empty(token)
        }
        if let slice = loop.slice, slice.count != loop.keys.count {
            failArity(array, loop.keys.count, slice.count, loop.base.token)
            return .empty(token)
        }
        var assignments: [StatementNode] = []
        let keys = loop.keys.map { loopVariable($0, &assignments) }
        let node = ForeachNode(array: array, arrayToken: loop.base.token, keys: keys, body: .empty(token))
        node.value = loop.value.map { loopVariable($0, &assignments) }
        node.slice = loop.slice.map { $0.map { $0.map(build) } }
        node.sort = loop.sort
        node.limit = loop.limit.map(build)
        node.value?.carrying.absorb(array.carrying.type, types: types)
        node.value?.isLoopValue = true
        let binding = node.value.map { ValueBinding(variable: $0, array: array) }
        if let binding { valueBindings.append(binding) }
        let body = buildLoopBody(loop.body)
        if let binding {
            valueBindings.removeLast()
            if !binding.keys.isEmpty { node.value = nil }
            assignments += binding.assignments(from: keys)
        }
        node.body = assignments.isEmpty ? body : StatementNode(body.token, .block(assignments + [body]))
        return StatementNode(token, .foreach(node))
    }

    private func loopVariable(_ token: Token, _ assignments: inout [StatementNode]) -> LocalVariable {
        let name = token.content.description
        switch resolve(name, token) {
        case .local(let local): return local
        case .global(let global):
            requireArity(global, 0, token)
            let local = body.generateLocal(name, token: token)
            let value = Node(token, .assignment(nil, Node(token, .global(global)), Node(token, .local(local))))
            assignments.append(StatementNode(token, .expression(value)))
            return local
        }
    }
}

extension Analyzer {
    /// Reports arrays that are modified while a foreach goes over them, also by called functions.
    func checkForeach() {
        for body in probes as [Body] + functions { checkForeach(body.statement) }
    }

    private func checkForeach(_ statement: StatementNode) {
        if case .foreach(let loop) = statement.kind { checkBody(of: loop) }
        statement.forEachStatement(checkForeach)
    }

    private func checkBody(of loop: ForeachNode) {
        let array = loop.array
        func visit(_ statement: StatementNode) {
            switch statement.kind {
            case .deleteGlobal(let global), .deleteElement(let global, _):
                if global === array { modified(array, statement.token) }
            case .foreach(let inner):
                // A sorted walk over the same array would reorder it.
                if inner.array === array, inner.sort != nil { modified(array, inner.arrayToken) }
            default: break
            }
            statement.forEachExpression(visit)
            statement.forEachStatement(visit)
        }
        func visit(_ node: Node) {
            switch node.kind {
            case .assignment(_, let target, _), .increment(let target, _, _), .aggregateAdd(let target, _):
                if case .element(let global, _) = target.kind, global === array { modified(array, target.token) }
            case .call(let function, _):
                if writtenGlobals(function).contains(ObjectIdentifier(array)) {
                    report(
                        Diagnostic(
                            .semanticError, "function call modifies var '\(array.name)' during 'foreach' iteration",
                            tokens: [node.token]))
                }
            default: break
            }
            node.forEachChild(visit)
        }
        visit(loop.body)
    }

    private func modified(_ array: GlobalVariable, _ token: Token) {
        report(
            Diagnostic(
                .semanticError, "variable '\(array.name)' modified during 'foreach' iteration", tokens: [token]))
    }

    /// The globals that a function or one that it calls may write.
    private func writtenGlobals(_ function: FunctionInstance) -> Set<ObjectIdentifier> {
        if let known = function.written { return known }
        var written: Set<ObjectIdentifier> = []
        var seen: Set<ObjectIdentifier> = []
        func reach(_ function: FunctionInstance) {
            guard seen.insert(ObjectIdentifier(function)).inserted else { return }
            collect(function.statement)
            if let next = function.nextOverload { reach(next) }
        }
        func collect(_ statement: StatementNode) {
            collectStatements(statement)
            statement.forEachNode { node in
                switch node.kind {
                case .assignment(_, let target, _), .increment(let target, _, _), .aggregateAdd(let target, _):
                    if case .element(let global, _) = target.kind { written.insert(ObjectIdentifier(global)) }
                case .call(let callee, _): reach(callee)
                default: break
                }
            }
        }
        func collectStatements(_ statement: StatementNode) {
            switch statement.kind {
            case .deleteGlobal(let global), .deleteElement(let global, _): written.insert(ObjectIdentifier(global))
            // A sorted walk reorders.
            case .foreach(let loop): if loop.sort != nil { written.insert(ObjectIdentifier(loop.array)) }
            default: break
            }
            statement.forEachStatement(collectStatements)
        }
        reach(function)
        function.written = written
        return written
    }
}
