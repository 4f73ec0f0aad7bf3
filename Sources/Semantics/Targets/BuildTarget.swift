// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension Builder {
    /// A target expression; what cannot be resolved becomes a node that fails only if it is still there in the end.
    func buildTarget(_ target: TargetExpression, _ token: Token) -> Node {
        switch target.base {
        case .symbol(let name):
            return attempt(token) { () throws(Diagnostic) in try buildSymbolTarget(name, target, token) }
        case .variable(let name, let module):
            return attempt(token) { () throws(Diagnostic) in try buildVariable(name, module, target, token) }
        case .cast(let value, let type, let module):
            let node = build(value)
            return attempt(token) { () throws(Diagnostic) in
                let carried = try castType(type, module: module, from: node, token)
                let place = Place(
                    location: .value(Node(node.token, node.kind, carried: carried)), type: carried,
                    text: "@cast")
                return try finish(place, target, token)
            }
        case .autocast(let value):
            return buildAutocast(
                build(value), steps: target.steps, isAddress: target.isAddress, pretty: target.pretty, token: token)
        }
    }

    /// Runs a step that may fail for good reasons in code that nobody needs.
    private func attempt(_ token: Token, _ step: () throws(Diagnostic) -> Node) -> Node {
        do {
            return try step()
        } catch {
            return Node(token, .failed(error))
        }
    }

    private func buildSymbolTarget(
        _ name: String, _ target: TargetExpression, _ token: Token
    ) throws(Diagnostic) -> Node {
        if let node = try buildFileTarget(name, target, token) { return node }
        let walker = PlaceWalker(types: types, token: token)
        if name.hasPrefix("$$") {
            if !target.steps.isEmpty || target.isAddress { throw walker.problem("'\(name)' is a string") }
            return try buildContextString(name, target.pretty, walker)
        }
        if name == "$return" {
            if isAtEntry { throw walker.problem("'$return' is not known when the function is entered") }
            return try finish(try returnPlace(walker), target, token)
        }
        guard let place = try parameterPlace(name, walker) else {
            guard target.steps.isEmpty, let value = types.catalog.enumerator(named: String(name.dropFirst())) else {
                throw unknownParameter(name, walker)
            }
            return Node(token, .integer(value))
        }
        guard let probe, probe.isReturn, !isAtEntry else { return try finish(place, target, token) }
        if scope.isUser, !isTrial {
            analyzer.warn("confusing usage, consider @entry(\(name)) in .return probe", token)
        }
        // In a return probe a parameter means the whole chain as it was at entry.
        isAtEntry = true
        defer { isAtEntry = false }
        return atEntry(try finish(place, target, token))
    }

    /// Goes on from a place by the steps of a target, and reads what is there.
    func finish(_ start: Place, _ target: TargetExpression, _ token: Token) throws(Diagnostic) -> Node {
        let walker = PlaceWalker(types: types, token: token)
        var place = start
        for step in target.steps {
            switch step {
            case .member(let name): place = try walker.member(name, of: place)
            case .index(let index, let token): place = try walker.element(build(index), of: place, token)
            }
        }
        if target.pretty != .none {
            return try PrettyPrinter(walker: walker).print(place, deep: target.pretty == .deep)
        }
        if isTrial, !target.isAddress, isComposite(place) {
            // @defined asks whether a structure is there, not for its value.
            return Node(token, .integer(0))
        }
        return target.isAddress ? try walker.address(of: place) : try walker.value(of: place)
    }

    private func isComposite(_ place: Place) -> Bool {
        if case .memory = place.location, case .plain(.composite) = types.shape(place.type) { return true }
        return false
    }

    /// `->` and `[]` on a value that may be known to be a pointer.
    func buildAutocast(
        _ base: Node, steps: [TargetStep], isAddress: Bool = false, pretty: PrettyDepth = .none, token: Token
    ) -> Node {
        let target = TargetExpression(base: .symbol(""), steps: steps, isAddress: isAddress, pretty: pretty)
        let resolve = { [self] (carried: CarriedType) in
            attempt(token) { () throws(Diagnostic) in
                let place = Place(location: .value(base), type: carried, text: base.token.content.description)
                return try finish(place, target, token)
            }
        }
        if case .failed = base.kind { return base }
        if let carried = analyzer.carriedType(of: base) { return resolve(carried) }
        let node = Node(token, .pending(PendingTarget(base: base, resolve: resolve)))
        if !isTrial { analyzer.pendingNodes.append(node) }
        return node
    }

    /// The type that `@cast` names: a pointer to it, or the pointer itself where the name ends in `*`.
    private func castType(
        _ type: ByteString, module: ByteString?, from value: Node, _ token: Token
    ) throws(Diagnostic) -> CarriedType {
        var name = type.description
        var stars = 0
        while let last = name.last, last == "*" || last == " " {
            if last == "*" { stars += 1 }
            name.removeLast()
        }
        if name.hasPrefix("const ") { name.removeFirst(6) }
        let isUser = analyzer.carriedType(of: value).map(types.pointsToUser) ?? false
        if name == "void" { return CarriedType(type: .void, pointers: max(stars, 1), isUser: isUser) }
        let places = module.map { $0.description.split(separator: ":").map(String.init) } ?? []
        for place in places.isEmpty ? [nil] : places.map(Optional.some) {
            let isKernel = place == nil || place == "kernel" || place?.hasPrefix("kernel<") == true
            if let id = types.catalog.findType(name, module: isKernel ? nil : place) {
                return CarriedType(type: id, pointers: max(stars, 1), isUser: isUser)
            }
        }
        let where_ = places.isEmpty ? "kernel" : places.joined(separator: ":")
        throw Diagnostic(.semanticError, "type definition '\(type)' not found in '\(where_)'", tokens: [token])
    }

    /// `@entry(e)`.
    func buildEntry(_ operand: Expression, _ token: Token) -> Node {
        if probe?.isReturn != true {
            let problem = Diagnostic(.semanticError, "@entry is only valid in .return probes", tokens: [token])
            // Like other context it is only an error where it is needed.
            return Node(token, .failed(problem))
        }
        if isAtEntry { return build(operand) }
        isAtEntry = true
        defer { isAtEntry = false }
        return atEntry(build(operand))
    }

    /// Marks what an expression reads as read when the function is entered; arithmetic on it stays outside.
    func atEntry(_ node: Node) -> Node {
        let kind: Node.Kind
        switch node.kind {
        case .integer, .string, .failed, .pending, .entry: return node
        case .unary(let operation, let operand): kind = .unary(operation, atEntry(operand))
        case .binary(let operation, let left, let right): kind = .binary(operation, atEntry(left), atEntry(right))
        case .logicalAnd(let left, let right): kind = .logicalAnd(atEntry(left), atEntry(right))
        case .logicalOr(let left, let right): kind = .logicalOr(atEntry(left), atEntry(right))
        case .conditional(let test, let first, let second):
            kind = .conditional(atEntry(test), atEntry(first), atEntry(second))
        case .print(true, let form, let arguments):
            kind = .print(returnsString: true, form, arguments.map(atEntry))
        case .builtin(let builtin, let arguments) where builtin.signature.effect == .pure:
            kind = .builtin(builtin, arguments.map(atEntry))
        default: kind = .entry(node)
        }
        return Node(node.token, kind, carried: node.carried)
    }
}
