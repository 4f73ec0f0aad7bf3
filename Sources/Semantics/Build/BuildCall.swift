// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The library's functions that act on the system and that only guru mode may call.
private let guruFunctions: Set = ["printk", "panic", "raise", "signal_thread", "mdelay", "udelay"]

extension Builder {
    /// A call: the overloads of that name and arity, else a built-in function.
    func buildCall(_ name: String, _ arguments: [Expression], _ token: Token) -> Node {
        let symbols = analyzer.symbols
        let declared = symbols.overloads(named: name, arity: arguments.count, from: scope).first
        if scope.isUser, !analyzer.options.guruMode, guruFunctions.contains(name), declared?.scope.isUser != true {
            return fail("function may not be used unless -g is specified", token)
        }
        if let first = declared {
            let nodes = arguments.map(build)
            if isAtEntry, let node = expandInPlace(first, nodes) { return node }
            // A trial must not build bodies: their errors would be reported.
            if isTrial { return Node(token, .integer(0)) }
            if analyzer.dependsOnVersion(first.declaration.token) {
                analyzer.warn("This function uses tapset constructs that are dependent on systemtap version", token)
            }
            let function = analyzer.instance(of: first, probe: body.probe)
            return Node(token, .call(function, nodes))
        }
        if let builtin = symbols.builtin(named: name, arity: arguments.count) {
            if builtin.observesMatches { analyzer.matchObserver.isUsed = true }
            return Node(token, .builtin(builtin, arguments.map(build)))
        }
        if name == "readable", arguments.count == 1, !scope.isUser {
            return Node(token, .readable(build(arguments[0])))
        }
        for argument in arguments { _ = build(argument) }
        if let reason = Refusal.function(name) { return fail(reason, token) }
        let arities = symbols.arities(of: name, from: scope)
        if let arity = arities.first {
            return fail(
                "arity mismatch found (function '\(name)' takes \(arity) args)", token,
                also: symbols.declaration(of: name, arity: arity, from: scope))
        }
        let similar = similarNames(to: name, among: symbols.functionNames(from: scope))
        return fail("unresolved function \(name)\(similarSuffix(similar))", token)
    }

    /// Replaces a call by the expression that the function returns, where it is just that: what is evaluated when a
    /// function is entered can then be read there in single values.
    private func expandInPlace(_ entry: FunctionEntry, _ arguments: [Node]) -> Node? {
        guard expansionDepth < 8, !entry.facts.hasNext, case .block(let block) = entry.declaration.body else {
            return nil
        }
        let statements = block.statements.filter { if case .null = $0.kind { false } else { true } }
        guard statements.count == 1, case .return(let value?) = statements[0].kind else { return nil }
        analyzer.pullIn(entry.scope)
        let inner = Builder(analyzer, body: body, scope: entry.scope)
        inner.isAtEntry = true
        inner.isTrial = isTrial
        inner.expansionDepth = expansionDepth + 1
        inner.substitution = Dictionary(
            zip(entry.declaration.parameters.map(\.name), arguments), uniquingKeysWith: { first, _ in first })
        let node = inner.build(value)
        trialFailed = trialFailed || inner.trialFailed
        return node
    }
}

extension Analyzer {
    /// The body of a function for a probe; built at its first call.
    func instance(of entry: FunctionEntry, probe: ProbeContext?) -> FunctionInstance {
        let dependsOnProbe = symbols.dependsOnProbe(entry)
        let owner = dependsOnProbe ? probe : nil
        if let owner {
            if let known = entry.perProbe[ObjectIdentifier(owner)] { return known }
        } else if let known = entry.shared {
            return known
        }
        let instance = FunctionInstance(entry: entry, probe: owner)
        if let owner {
            entry.perProbe[ObjectIdentifier(owner)] = instance
        } else {
            entry.shared = instance
        }
        functions.append(instance)
        pullIn(entry.scope)
        buildBody(of: instance)
        linkNextOverload(of: instance)
        return instance
    }

    private func buildBody(of instance: FunctionInstance) {
        let declaration = instance.entry.declaration
        for parameter in declaration.parameters {
            let local = LocalVariable(name: parameter.name, token: parameter.token, isParameter: true)
            if let type = parameter.type {
                local.type = type == .long ? .long : .string
                local.typeToken = parameter.token
            }
            instance.parameters.append(local)
            instance.add(local)
        }
        if let type = declaration.type {
            instance.result = type == .long ? .long : .string
            instance.resultToken = declaration.token
        }
        switch declaration.body {
        case .block(let block):
            instance.statement = Builder(self, body: instance, scope: instance.entry.scope).build(block)
        case .embedded(let token):
            report(Refusal.embeddedCode.diagnostic(token))
        }
    }

    private func linkNextOverload(of instance: FunctionInstance) {
        let entry = instance.entry
        guard entry.facts.hasNext else { return }
        let overloads = symbols.overloads(
            named: entry.declaration.name, arity: entry.declaration.parameters.count, from: entry.scope)
        guard let position = overloads.firstIndex(where: { $0 === entry }) else { return }
        if position + 1 < overloads.count {
            instance.nextOverload = self.instance(of: overloads[position + 1], probe: instance.probe)
        } else {
            instance.nextOverload = builtinOverload(after: instance)
        }
    }

    /// The built-in function of the same name and arity as the last overload, in a body that calls it.
    private func builtinOverload(after last: FunctionInstance) -> FunctionInstance? {
        var declaration = last.entry.declaration
        guard let builtin = symbols.builtin(named: declaration.name, arity: declaration.parameters.count) else {
            return nil
        }
        let token = declaration.token
        declaration.body = .block(Block(token: token, statements: []))
        let entry = FunctionEntry(declaration: declaration, scope: last.entry.scope, order: last.entry.order)
        let instance = FunctionInstance(entry: entry, probe: last.probe)
        for (parameter, type) in zip(declaration.parameters, builtin.signature.parameters) {
            let local = LocalVariable(name: parameter.name, token: parameter.token, isParameter: true)
            local.type = type
            local.typeToken = parameter.token
            instance.parameters.append(local)
            instance.add(local)
        }
        instance.result = builtin.signature.result
        instance.resultToken = token
        let call = Node(token, .builtin(builtin, instance.parameters.map { Node($0.token, .local($0)) }))
        let hasResult = builtin.signature.result != .unknown
        instance.statement = StatementNode(token, hasResult ? .return(call) : .expression(call))
        functions.append(instance)
        return instance
    }
}
