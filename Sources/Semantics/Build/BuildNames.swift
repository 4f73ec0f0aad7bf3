// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// What a plain name means.
enum ResolvedName {
    case local(LocalVariable)
    case global(GlobalVariable)
}

extension Builder {
    /// Finds the variable that a name means; a name that nobody declares is a local of the body.
    func resolve(_ name: String, _ token: Token) -> ResolvedName {
        let inFunction = body is FunctionInstance
        if inFunction, let local = body.local(named: name), local.isParameter { return .local(local) }
        if let global = analyzer.symbols.global(named: name, from: scope, inFunction: inFunction) {
            use(global, token)
            return .global(global)
        }
        if let local = body.local(named: name) { return .local(local) }
        let local = LocalVariable(name: name, token: token)
        body.add(local)
        return .local(local)
    }

    /// Takes note that a file uses a global of another one.
    private func use(_ global: GlobalVariable, _ token: Token) {
        if global.scope !== scope, global.scope.isUser, !scope.isUser, !isTrial {
            analyzer.warn("cross-file global variable reference to \(describe(global.token)) from", token)
        }
        analyzer.pullIn(global.scope)
    }

    private func describe(_ token: Token) -> String {
        let place = token.location
        return "identifier '\(token.content)' at \(place.file.name):\(place.line):\(place.column)"
    }

    /// A name used for its value or assigned to.
    func buildSymbol(_ name: String, _ token: Token) -> Node {
        if let node = substitution?[name] { return node }
        switch resolve(name, token) {
        case .global(let global):
            requireArity(global, 0, token)
            return Node(token, .global(global))
        case .local(let local):
            if isAtEntry {
                return fail("local variable '\(name)' is not known when the function is entered", token)
            }
            return Node(token, .local(local))
        }
    }

    /// Fixes the number of keys of a global at its first use, and checks it at each other.
    @discardableResult
    func requireArity(_ global: GlobalVariable, _ arity: Int, _ token: Token) -> Bool {
        if let known = global.keyTypes {
            if known.count == arity { return true }
            failArity(global, known.count, arity, token)
            return false
        }
        if isTrial { return true }
        if arity > 9 {
            fail("arrays have at most 9 keys", token)
            return false
        }
        if arity == 0, global.declaration.wraps {
            fail("wrapping not supported for scalars", global.token)
            return false
        }
        global.keyTypes = Array(repeating: .unknown, count: arity)
        global.keyTokens = Array(repeating: nil, count: arity)
        global.arityToken = token
        return true
    }

    /// Reports a use with another number of keys than the first one.
    func failArity(_ global: GlobalVariable, _ known: Int, _ arity: Int, _ token: Token) {
        let first = Diagnostic(
            .semanticError, "arity \(known) first inferred here", tokens: [global.arityToken ?? global.token])
        fail(
            Diagnostic(
                .semanticError, "inconsistent arity (\(known) vs \(arity))", tokens: [token], chain: [first],
                site: "arity"), token)
    }

    /// The global array that a name means, or nil after an error.
    func array(named name: String, arity: Int, token: Token) -> GlobalVariable? {
        let inFunction = body is FunctionInstance
        let parameter = body.local(named: name).flatMap { $0.isParameter ? $0 : nil }
        if parameter == nil,
            let global = analyzer.symbols.global(named: name, from: scope, inFunction: inFunction)
        {
            use(global, token)
            return requireArity(global, arity, token) ? global : nil
        }
        if body.local(named: name) != nil {
            fail("array locals not supported, missing global declaration?", token)
        } else {
            fail("unresolved arity-\(arity) global array \(name), missing global declaration?", token)
        }
        return nil
    }

    /// An array element; on a variable that carries a kernel type, an access through it.
    func buildElement(_ name: String, _ keys: [Expression?], _ token: Token) -> Node {
        if keys.count == 1, let key = keys[0], let base = autocastBase(name, token) {
            return buildAutocast(base, steps: [.index(key, token)], token: token)
        }
        guard let array = array(named: name, arity: keys.count, token: token) else { return Node(token, .integer(0)) }
        var nodes: [Node] = []
        for key in keys {
            guard let key else { return fail("wildcard not allowed in array index", token) }
            nodes.append(build(key))
        }
        return Node(token, .element(array, nodes))
    }

    /// The variable as a value, if it can only be a pointer that is indexed.
    private func autocastBase(_ name: String, _ token: Token) -> Node? {
        if let node = substitution?[name] { return node }
        let inFunction = body is FunctionInstance
        if let local = body.local(named: name) {
            let isHidden =
                !local.isParameter
                && analyzer.symbols.global(named: name, from: scope, inFunction: inFunction) != nil
            if !isHidden { return local.carrying.type == nil ? nil : Node(token, .local(local)) }
        }
        if let global = analyzer.symbols.global(named: name, from: scope, inFunction: inFunction),
            global.keyTypes?.isEmpty == true, global.carrying.type != nil
        {
            return Node(token, .global(global))
        }
        return nil
    }

    /// Lets a variable remember the kernel type of what it is assigned.
    static func absorb(_ carried: CarriedType?, into target: Node, types: KernelTypes) {
        switch target.kind {
        case .local(let variable): variable.carrying.absorb(carried, types: types)
        case .global(let variable), .element(let variable, _): variable.carrying.absorb(carried, types: types)
        default: break
        }
    }
}
