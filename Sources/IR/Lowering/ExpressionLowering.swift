// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

extension UnitLowering {
    /// Evaluates an expression as a long.
    func integer(_ expression: CheckedExpression) -> Int32 {
        if case .integer(let register)? = value(expression) { return register }
        return constant(0, expression.token)
    }

    /// Evaluates an expression as a string.
    func string(_ expression: CheckedExpression) -> Int32 {
        if case .string(let register)? = value(expression) { return register }
        return string(ByteString([]), expression.token)
    }

    /// Evaluates an expression; nil when it has no value. Without `isUsed` the result may be anything.
    func value(_ expression: CheckedExpression, isUsed: Bool = true) -> Operand? {
        let token = expression.token
        switch expression.kind {
        case .integer(let value): return .integer(constant(value, token))
        case .string(let text): return .string(string(text, token))
        case .local(let index): return local(index, token)
        case .global(let index): return global(index, token)
        case .element(let array, let keys): return element(array, keyOperands(keys), token)
        case .call(let function, let arguments): return call(function, arguments, token)
        case .builtin(let builtin, let arguments): return self.builtin(builtin, arguments, token)
        case .unary(let op, let operand): return .integer(unary(op, integer(operand), token))
        case .binary(let op, let left, let right): return binary(op, left, right, token)
        case .logicalAnd, .logicalOr: return logical(expression)
        case .conditional(let condition, let yes, let no):
            return conditional(condition, yes, no, expression.type, token)
        case .assignment(let op, let target, let value): return assignment(op, target, value, isUsed, token)
        case .increment(let target, let isIncrement, let isPrefix):
            return increment(target, isIncrement ? 1 : -1, isPrefix, isUsed, token)
        case .membership(let array, let keys):
            let result = newInteger()
            let list = tables.operands(keyOperands(keys))
            emit(.elementExists, dst: result, Int32(array), list, token)
            return .integer(result)
        case .print(let returnsString, let pieces, let arguments):
            return print(returnsString, pieces, arguments, token)
        case .aggregateAdd, .aggregate, .histogramBucket, .histogramText: return statistics(expression)
        case .argument(let index, let shape):
            let result = newInteger()
            emit(.argument, dst: result, Int32(clamping: index), token)
            return .integer(extend(result, shape, token))
        case .returnValue(let shape):
            let result = newInteger()
            emit(.returnValue, dst: result, token)
            return .integer(extend(result, shape, token))
        case .load(let address, let access):
            let address = integer(address)
            let result = newInteger()
            emit(.readMemory, dst: result, address, tables.access(access), token)
            return .integer(result)
        case .readable(let operand): return readable(operand, token)
        case .regexMatch(let operand, let pattern, let patternToken, let isNegated):
            return regexMatch(string(operand), pattern, patternToken, isNegated, token)
        case .entry(let operand):
            entryDepth += 1
            defer { entryDepth -= 1 }
            return value(operand)
        }
    }

    /// Evaluates operands left to right; a variable that a later one changes is copied first.
    func operands(_ expressions: [CheckedExpression]) -> [Operand] {
        var result: [Operand] = []
        for (place, expression) in expressions.enumerated() {
            var operand = value(expression) ?? .integer(constant(0, expression.token))
            if isVariable(operand), expressions[(place + 1)...].contains(where: \.assignsLocal) {
                operand = copy(operand, expression.token)
            }
            result.append(operand)
        }
        return result
    }

    /// Evaluates the keys of an element; nil is `*`.
    func keyOperands(_ keys: [CheckedExpression?]) -> [Operand] {
        var values = operands(keys.compactMap { $0 })[...]
        return keys.map { $0 == nil ? .wildcard : values.popFirst() ?? .wildcard }
    }

    /// Copies a register into a temporary.
    func copy(_ operand: Operand, _ token: Token) -> Operand {
        switch operand {
        case .integer(let source):
            let result = newInteger()
            emit(.integerMove, dst: result, source, token)
            return .integer(result)
        case .string(let source):
            let result = newString()
            emit(.stringMove, dst: result, source, token)
            return .string(result)
        case .wildcard: return operand
        }
    }

    private func local(_ index: Int, _ token: Token) -> Operand {
        let register = frame.registers[index]
        // Marks the read: only the planner can tell whether the variable has a value when the function is entered.
        if entryDepth > 0 { return copy(register, token) }
        return register
    }

    func global(_ index: Int, _ token: Token) -> Operand {
        let result = temporary(checked.globals[index].valueType)
        switch result {
        case .string(let register): emit(.loadString, dst: register, Int32(index), token)
        case .integer(let register): emit(.loadInteger, dst: register, Int32(index), token)
        case .wildcard: break
        }
        return result
    }

    func element(_ array: Int, _ keys: [Operand], _ token: Token) -> Operand {
        let result = temporary(checked.globals[array].valueType)
        let list = tables.operands(keys)
        switch result {
        case .string(let register): emit(.elementLoadString, dst: register, Int32(array), list, token)
        case .integer(let register): emit(.elementLoadInteger, dst: register, Int32(array), list, token)
        case .wildcard: break
        }
        return result
    }

    // MARK: Operators

    private func unary(_ op: UnaryOperator, _ operand: Int32, _ token: Token) -> Int32 {
        let operation: Operation
        switch op {
        case .plus: return operand
        case .minus: operation = .negate
        case .complement: operation = .complement
        case .not: operation = .logicalNot
        }
        if let value = constant(in: operand), let folded = Arithmetic.unary(operation, value) {
            return constant(folded, token)
        }
        let result = newInteger()
        emit(operation, dst: result, operand, token)
        return result
    }

    private func binary(
        _ op: BinaryOperator, _ left: CheckedExpression, _ right: CheckedExpression, _ token: Token
    ) -> Operand {
        let sides = operands([left, right])
        return combine(op, sides[0], sides[1], token)
    }

    /// Applies a binary operator to two registers of one type.
    func combine(_ op: BinaryOperator, _ left: Operand, _ right: Operand, _ token: Token) -> Operand {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            guard let operation = op.stringOperation else {
                let result = newString()
                emit(.concatenate, dst: result, left, right, token)
                return .string(result)
            }
            let result = newInteger()
            emit(operation, dst: result, left, right, token)
            return .integer(result)
        case (.integer(let left), .integer(let right)):
            return .integer(arithmetic(op.integerOperation, left, right, token))
        default: return .integer(constant(0, token))
        }
    }

    /// Applies an integer operation, at once where both sides are constants.
    func arithmetic(_ operation: Operation, _ left: Int32, _ right: Int32, _ token: Token) -> Int32 {
        if let first = constant(in: left), let second = constant(in: right),
            let folded = Arithmetic.binary(operation, first, second)
        {
            return constant(folded, token)
        }
        let result = newInteger()
        emit(operation, dst: result, left, right, token)
        return result
    }

    private func regexMatch(
        _ text: Int32, _ pattern: ByteString, _ patternToken: Token, _ isNegated: Bool, _ token: Token
    ) -> Operand {
        do {
            let regex = try tables.regex(pattern)
            let result = newInteger()
            emit(.regexMatch, dst: result, text, regex, token)
            return .integer(isNegated ? unary(.not, result, token) : result)
        } catch {
            diagnostics.append(regexDiagnostic(error, patternToken))
            return .integer(constant(0, token))
        }
    }

    private func extend(_ register: Int32, _ shape: IntegerShape, _ token: Token) -> Int32 {
        if shape.size >= 8 { return register }
        let result = newInteger()
        emit(.extend, dst: result, register, shape.code, token)
        return result
    }

    // MARK: Control flow inside expressions

    /// Branches on an expression; short circuits become edges.
    func branch(_ condition: CheckedExpression, yes: Int, no: Int) {
        switch condition.kind {
        case .logicalAnd(let left, let right):
            let middle = newBlock()
            branch(left, yes: middle, no: no)
            block = middle
            branch(right, yes: yes, no: no)
        case .logicalOr(let left, let right):
            let middle = newBlock()
            branch(left, yes: yes, no: middle)
            block = middle
            branch(right, yes: yes, no: no)
        case .unary(.not, let operand): branch(operand, yes: no, no: yes)
        case .readable(let operand):
            tryReads(operand, failure: no, condition.token)
            jump(yes, condition.token)
        default:
            let register = integer(condition)
            if let value = constant(in: register) {
                jump(value != 0 ? yes : no, condition.token)
            } else {
                emit(.branch, dst: register, Int32(yes), Int32(no), condition.token)
            }
        }
    }

    private func logical(_ expression: CheckedExpression) -> Operand {
        let token = expression.token
        let yes = newBlock()
        let no = newBlock()
        let end = newBlock()
        let result = variable(.long)
        branch(expression, yes: yes, no: no)
        block = yes
        assign(.integer(constant(1, token)), to: result, token)
        jump(end, token)
        block = no
        assign(.integer(constant(0, token)), to: result, token)
        jump(end, token)
        block = end
        return result
    }

    private func conditional(
        _ condition: CheckedExpression, _ left: CheckedExpression, _ right: CheckedExpression, _ type: ValueType,
        _ token: Token
    ) -> Operand? {
        let yes = newBlock()
        let no = newBlock()
        let end = newBlock()
        let result = variable(type)
        branch(condition, yes: yes, no: no)
        block = yes
        assign(value(left), to: result, token)
        jump(end, token)
        block = no
        assign(value(right), to: result, token)
        jump(end, token)
        block = end
        return result
    }

    /// 1 when an expression would not fault: each read in it is tried before the next depends on it.
    private func readable(_ expression: CheckedExpression, _ token: Token) -> Operand {
        let no = newBlock()
        let end = newBlock()
        let result = variable(.long)
        tryReads(expression, failure: no, token)
        assign(.integer(constant(1, token)), to: result, token)
        jump(end, token)
        block = no
        assign(.integer(constant(0, token)), to: result, token)
        jump(end, token)
        block = end
        return result
    }

    /// Tests the reads of an expression, inner ones first; returns the result registers of the last tests.
    @discardableResult
    private func tryReads(_ expression: CheckedExpression, failure: Int, _ token: Token) -> [Int32] {
        guard expression.readsMemory else { return [] }
        switch expression.kind {
        case .entry(let operand):
            entryDepth += 1
            defer { entryDepth -= 1 }
            return tryReads(operand, failure: failure, token)
        default: break
        }
        let reads: Bool
        switch expression.kind {
        case .load: reads = true
        case .builtin(let builtin, _): reads = builtin.signature.effect == .memory
        default: reads = false
        }
        let inner = expression.operands.flatMap { tryReads($0, failure: failure, token) }
        guard reads else { return inner }
        let success = newInteger()
        // A captured read faults with whatever its address is read from: one question then answers all.
        for test in inner { impliedTests[test] = success }
        switch expression.kind {
        case .load(let address, let access):
            emit(.canReadMemory, dst: success, integer(address), tables.access(access), expression.token)
        case .builtin(let builtin, let arguments):
            let list = tables.operands(operands(arguments))
            emit(.canReadString, dst: success, Int32(builtin.rawValue), list, expression.token)
        default: return inner
        }
        let next = newBlock()
        emit(.branch, dst: success, Int32(next), Int32(failure), expression.token)
        block = next
        return [success]
    }
}

extension IntegerShape {
    /// The coded shape of `extend`.
    var code: Int32 { Int32(size) | (isSigned ? 16 : 0) }

    /// The shape that `extend` codes.
    public init(code: Int32) {
        self.init(size: UInt8(truncatingIfNeeded: code & 15), isSigned: code & 16 != 0)
    }
}

extension BinaryOperator {
    /// The operation on integers.
    var integerOperation: Operation {
        switch self {
        case .add, .concatenate: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .modulo: .modulo
        case .shiftLeft: .shiftLeft
        case .shiftRight: .shiftRight
        case .shiftRightLogical: .shiftRightLogical
        case .and: .and
        case .or: .or
        case .xor: .xor
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessEqual: .lessEqual
        case .greater: .greater
        case .greaterEqual: .greaterEqual
        }
    }

    /// The comparison of strings; nil where it is concatenation.
    var stringOperation: Operation? {
        switch self {
        case .equal: .stringEqual
        case .notEqual: .stringNotEqual
        case .less: .stringLess
        case .lessEqual: .stringLessEqual
        case .greater: .stringGreater
        case .greaterEqual: .stringGreaterEqual
        default: nil
        }
    }
}
