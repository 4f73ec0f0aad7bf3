// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension Builder {
    /// Builds an expression; after an error the result is a constant that nobody will use.
    func build(_ expression: Expression) -> Node {
        let token = expression.token
        switch expression.kind {
        case .number(let value): return Node(token, .integer(value))
        case .string(let value): return Node(token, .string(value))
        case .symbol(let name): return buildSymbol(name, token)
        case .element(let name, let keys): return buildElement(name, keys, token)
        case .call(let name, let arguments): return buildCall(name, arguments, token)
        case .unary(let operation, let operand): return buildUnary(operation, operand, token)
        case .binary(let operation, let left, let right): return buildBinary(operation, left, right, token)
        case .logicalAnd(let left, let right): return buildLogical(isAnd: true, left, right, token)
        case .logicalOr(let left, let right): return buildLogical(isAnd: false, left, right, token)
        case .conditional(let condition, let first, let second):
            return buildConditional(condition, first, second, token)
        case .assignment(let operation, let left, let right): return buildAssignment(operation, left, right, token)
        case .increment(let operand, let isIncrement, let isPrefix):
            guard let target = buildLvalue(operand, of: token) else { return Node(token, .integer(0)) }
            return Node(token, .increment(target, isIncrement: isIncrement, isPrefix: isPrefix))
        case .membership(let keys, let base): return buildMembership(keys, base, token)
        case .print(let kind, let format, let arguments): return buildPrint(kind, format, arguments, token)
        case .target(let target): return buildTarget(target, token)
        case .defined(let operand):
            let node = Node(token, .integer(canBuild(operand) ? 1 : 0))
            node.decidesBranches = true
            return node
        case .entry(let operand): return buildEntry(operand, token)
        case .enumValue(let name):
            guard let value = types.catalog.enumerator(named: name.description) else {
                return fail("unable to find enumerator '\(name)'", token)
            }
            return Node(token, .integer(value))
        case .enumName(let value, let type, let module): return buildEnumName(value, type, module, token)
        case .dereference(let isUser, let size, let address):
            return buildDereference(isUser: isUser, size: size, address: address, token)
        case .register(let isUser, let number): return buildRegister(isUser: isUser, number, token)
        case .probeWrite(let name):
            let node = Node(token, .integer(probe?.written.contains(name) == true ? 1 : 0))
            node.decidesBranches = true
            return node
        case .aggregateAdd(let left, let right): return buildAggregateAdd(left, right, token)
        case .aggregate(let operation, let operand, let shift): return buildAggregate(operation, operand, shift, token)
        case .histogramBucket(let histogram, let index): return buildBucket(histogram, index, token)
        case .histogram: return fail("a histogram must be the only argument of its print call", token)
        case .perf(let name): return buildCounter(name, token)
        case .const, .embedded: return refuse(expression)
        case .regexMatch(let operand, let pattern, let patternToken, let isNegated):
            let use = RegexUse(
                pattern: pattern, token: patternToken, isNegated: isNegated, observer: analyzer.matchObserver)
            return Node(token, .regexMatch(build(operand), use))
        }
    }

    private func refuse(_ expression: Expression) -> Node {
        let refusal: Refusal
        switch expression.kind {
        case .const: refusal = .const
        default: refusal = .embeddedCode
        }
        return fail(refusal.diagnostic(expression.token), expression.token)
    }

    private func buildUnary(_ operation: UnaryOperator, _ operand: Expression, _ token: Token) -> Node {
        let node = build(operand)
        if operation == .not, node.decidesBranches, let value = node.constant {
            return decision(value == 0, token)
        }
        if operation == .minus, let value = node.constant { return Node(token, .integer(0 &- value)) }
        return Node(token, .unary(operation, node))
    }

    private func decision(_ value: Bool, _ token: Token) -> Node {
        let node = Node(token, .integer(value ? 1 : 0))
        node.decidesBranches = true
        return node
    }

    private func buildBinary(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ token: Token
    ) -> Node {
        let first = build(left)
        let second = build(right)
        if first.decidesBranches || second.decidesBranches, let a = first.constant, let b = second.constant {
            switch operation {
            case .equal: return decision(a == b, token)
            case .notEqual: return decision(a != b, token)
            default: break
            }
        }
        return Node(token, .binary(operation, first, second))
    }

    private func buildLogical(isAnd: Bool, _ left: Expression, _ right: Expression, _ token: Token) -> Node {
        let first = build(left)
        if first.decidesBranches, let value = first.constant {
            // The side that @defined rules out is not resolved.
            if (value != 0) != isAnd { return decision(!isAnd, token) }
            let second = build(right)
            if second.decidesBranches, let value = second.constant { return decision(value != 0, token) }
            return Node(token, isAnd ? .logicalAnd(first, second) : .logicalOr(first, second))
        }
        let second = build(right)
        return Node(token, isAnd ? .logicalAnd(first, second) : .logicalOr(first, second))
    }

    private func buildConditional(
        _ condition: Expression, _ first: Expression, _ second: Expression, _ token: Token
    ) -> Node {
        let test = build(condition)
        if test.decidesBranches, let value = test.constant { return build(value != 0 ? first : second) }
        let then = build(first)
        let otherwise = build(second)
        let node = Node(token, .conditional(test, then, otherwise))
        switch (analyzer.carriedType(of: then), analyzer.carriedType(of: otherwise)) {
        case (let type?, nil), (nil, let type?): node.carried = type
        case (let a?, let b?): node.carried = types.areAlike(a, b) ? a : nil
        default: break
        }
        return node
    }

    /// What can be assigned to, or nil after an error; `operation` is the operator that assigns.
    func buildLvalue(_ expression: Expression, of operation: Token) -> Node? {
        let node: Node
        switch expression.kind {
        case .symbol(let name):
            if substitution?[name] != nil {
                fail("Expecting lvalue for assignment", operation, also: expression.token)
                return nil
            }
            node = buildSymbol(name, expression.token)
        case .element(let name, let keys): node = buildElement(name, keys, expression.token)
        case .target:
            failTargetWrite(expression.token)
            return nil
        default:
            fail("Expecting lvalue for assignment", operation, also: expression.token)
            return nil
        }
        switch node.kind {
        case .local, .global, .element: return node
        default:
            // An element that turned out to be an access through a pointer.
            if case .load = node.kind { failTargetWrite(expression.token) }
            return nil
        }
    }

    /// Refuses to change what the kernel or a process has: for lack of guru mode as stap does, else for our own reason.
    func failTargetWrite(_ token: Token) {
        if analyzer.options.guruMode {
            let refusal = probe?.isHook == true ? Refusal.hookDecision : .targetWrite
            fail(refusal.diagnostic(token), token)
        } else {
            fail("write to target variable not permitted; need stap -g", token)
        }
    }

    private func buildAssignment(
        _ operation: BinaryOperator?, _ left: Expression, _ right: Expression, _ token: Token
    ) -> Node {
        if let node = buildFileAssignment(operation, left, right, token) { return node }
        guard let target = buildLvalue(left, of: token) else {
            _ = build(right)
            return Node(token, .integer(0))
        }
        let value = build(right)
        let node = Node(token, .assignment(operation, target, value))
        if operation == nil, !isTrial {
            node.carried = analyzer.carriedType(of: value)
            Self.absorb(node.carried, into: target, types: types)
        }
        return node
    }

    private func buildMembership(_ keys: [Expression?], _ base: Expression, _ token: Token) -> Node {
        switch base.kind {
        case .symbol(let name):
            guard let array = array(named: name, arity: keys.count, token: base.token) else {
                return Node(token, .integer(0))
            }
            return Node(base.token, .membership(array, keys.map { $0.map(build) }))
        case .histogram(let histogram): return buildBucketMembership(keys, histogram, base.token, token)
        default: return fail("expected an array after 'in'", base.token)
        }
    }

    private func buildDereference(isUser: Bool, size: Expression, address: Expression, _ token: Token) -> Node {
        guard let bytes = build(size).constant, [1, 2, 4, 8].contains(bytes) else {
            return fail("the size of a dereference must be 1, 2, 4 or 8", size.token)
        }
        let shape = IntegerShape(size: UInt8(bytes), isSigned: false)
        return Node(token, .load(address: build(address), MemoryAccess(shape: shape, isUser: isUser)))
    }
}
