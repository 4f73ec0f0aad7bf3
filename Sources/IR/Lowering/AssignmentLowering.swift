// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

extension UnitLowering {
    /// `target = value` and `target op= value`. The keys of an element are evaluated once, before the value; a
    /// compound assignment reads the old value after it.
    func assignment(
        _ op: BinaryOperator?, _ target: CheckedExpression, _ expression: CheckedExpression, _ isUsed: Bool,
        _ token: Token
    ) -> Operand? {
        switch target.kind {
        case .local(let index): assignLocal(frame.registers[index], op, expression, isUsed, token)
        case .global(let index): assignGlobal(index, op, expression, isUsed, target.token)
        case .element(let array, let keys): assignElement(array, keys, op, expression, isUsed, target.token, token)
        default: value(expression)
        }
    }

    private func assignLocal(
        _ register: Operand, _ op: BinaryOperator?, _ expression: CheckedExpression, _ isUsed: Bool, _ token: Token
    ) -> Operand? {
        guard var result = value(expression) else {
            clear(register, token)
            return register
        }
        if let op { result = combine(op, register, result, token) }
        if isUsed {
            move(result, to: register, token)
            return result
        }
        assign(result, to: register, token)
        return register
    }

    private func assignGlobal(
        _ global: Int, _ op: BinaryOperator?, _ expression: CheckedExpression, _ isUsed: Bool, _ token: Token
    ) -> Operand? {
        guard let operand = value(expression) else { return nil }
        if case .integer(let addend) = operand, let op, let addend = addition(op, addend, token) {
            let old = newInteger()
            emit(.fetchAdd, dst: old, Int32(global), addend, token)
            return isUsed ? .integer(arithmetic(.add, old, addend, token)) : nil
        }
        let result = op.map { combine($0, self.global(global, token), operand, token) } ?? operand
        store(result, global: global, token)
        return result
    }

    private func assignElement(
        _ array: Int, _ keys: [CheckedExpression], _ op: BinaryOperator?, _ expression: CheckedExpression,
        _ isUsed: Bool, _ token: Token, _ operatorToken: Token
    ) -> Operand? {
        let all = operands(keys + [expression])
        let keys = Array(all.dropLast())
        guard let operand = all.last else { return nil }
        if case .integer(let addend) = operand, let op, let addend = addition(op, addend, token) {
            let old = newInteger()
            emit(.integerMove, dst: old, addend, token)
            emit(.elementFetchAdd, dst: old, Int32(array), tables.operands(keys), token)
            return isUsed ? .integer(arithmetic(.add, old, addend, token)) : nil
        }
        let result = op.map { combine($0, element(array, keys, token), operand, operatorToken) } ?? operand
        store(result, array: array, keys, token)
        return result
    }

    /// What `+=` and `-=` add; nil for other operators.
    private func addition(_ op: BinaryOperator, _ operand: Int32, _ token: Token) -> Int32? {
        switch op {
        case .add: return operand
        case .subtract:
            if let value = constant(in: operand) { return constant(0 &- value, token) }
            let negated = newInteger()
            emit(.negate, dst: negated, operand, token)
            return negated
        default: return nil
        }
    }

    func store(_ value: Operand, global: Int, _ token: Token) {
        switch value {
        case .integer(let register): emit(.storeInteger, dst: Int32(global), register, token)
        case .string(let register): emit(.storeString, dst: Int32(global), register, token)
        case .wildcard: break
        }
    }

    private func store(_ value: Operand, array: Int, _ keys: [Operand], _ token: Token) {
        let list = tables.operands(keys)
        switch value {
        case .integer(let register): emit(.elementStoreInteger, dst: register, Int32(array), list, token)
        case .string(let register): emit(.elementStoreString, dst: register, Int32(array), list, token)
        case .wildcard: break
        }
    }

    /// `x++` and its kin: the old value, or the new one for prefixes.
    func increment(
        _ target: CheckedExpression, _ step: Int64, _ isPrefix: Bool, _ isUsed: Bool, _ token: Token
    ) -> Operand? {
        switch target.kind {
        case .local(let index):
            guard case .integer(let register) = frame.registers[index] else { return nil }
            let old = isUsed && !isPrefix ? copy(.integer(register), token) : .integer(register)
            emit(.add, dst: register, register, constant(step, token), token)
            return old
        case .global(let index):
            let old = newInteger()
            let addend = constant(step, token)
            emit(.fetchAdd, dst: old, Int32(index), addend, target.token)
            return .integer(isUsed && isPrefix ? arithmetic(.add, old, addend, token) : old)
        case .element(let array, let keys):
            let list = tables.operands(keyOperands(keys))
            let addend = constant(step, token)
            let old = newInteger()
            emit(.integerMove, dst: old, addend, token)
            emit(.elementFetchAdd, dst: old, Int32(array), list, target.token)
            return .integer(isUsed && isPrefix ? arithmetic(.add, old, addend, token) : old)
        default: return nil
        }
    }
}
