// SPDX-License-Identifier: GPL-3.0-or-later
import IR

extension Emitter {
    /// Makes 1 of any number but 0.
    func booleanOfNonzero(_ register: Register) {
        let zero = code.label()
        code.jump(.equal, register, 0, zero)
        code.move(register, 1)
        code.place(zero)
    }

    /// Extracts bits and extends them.
    func extract(_ register: Register, lowest: Int, width: Int, isSigned: Bool) {
        if lowest == 0, !isSigned, width <= 31 {
            return code.alu(.and, register, Int32((Int64(1) << Int64(width)) - 1))
        }
        if lowest == 0, !isSigned, width == 32 { return code.zeroExtendWord(register) }
        let left = 64 - lowest - width
        if left > 0 { code.alu(.shiftLeft, register, Int32(left)) }
        if width < 64 { code.alu(isSigned ? .shiftRightArithmetic : .shiftRight, register, Int32(64 - width)) }
    }

    func binary(
        _ operation: Operation, _ left: Int, _ right: Int, _ target: Register, _ free: RegisterSet, _ fault: Label
    ) {
        if let condition = operation.condition {
            let holds = code.label()
            let end = code.label()
            compare(condition, left, right, holds, target, free, fault)
            code.move(target, 0)
            code.jump(end)
            code.place(holds)
            code.move(target, 1)
            return code.place(end)
        }
        if operation.isDivision { return division(operation, left, right, target, free, fault) }
        guard let direct = operation.direct else { return }
        if let constant = graph.constant(right),
            let small = Int32(exactly: operation.isShift ? constant & 63 : constant)
        {
            value(left, target, free, fault)
            return code.alu(direct, target, small)
        }
        let other = operands(left, right, target, free, fault)
        if operation.isShift { code.alu(.and, other, 63) }
        code.alu(direct, target, other)
    }

    /// Jumps if `left CONDITION right`.
    func compare(
        _ condition: JumpCondition, _ left: Int, _ right: Int, _ label: Label, _ target: Register,
        _ free: RegisterSet, _ fault: Label
    ) {
        if let constant = graph.constant(right), let small = Int32(exactly: constant) {
            value(left, target, free, fault)
            launderForBranch(left, target)
            return code.jump(condition, target, small, label)
        }
        let other = operands(left, right, target, free, fault)
        launder(target)
        code.jump(condition, target, other, label)
    }

    /// Computes two operands in this order, the first into `target`, the second into the register returned.
    private func operands(
        _ left: Int, _ right: Int, _ target: Register, _ free: RegisterSet, _ fault: Label
    ) -> Register {
        let other = free.first
        let rest = free.removing(other)
        if !callsInPlace(right), free.count > 3 {
            value(left, target, free, fault)
            value(right, other, rest, fault)
        } else if !callsInPlace(left), !graph.canFault[left], free.count > 3 {
            // The order cannot be told when the first operand has no fault.
            value(right, other, rest.adding(target), fault)
            value(left, target, rest, fault)
        } else {
            value(left, target, free, fault)
            let word = frame.take()
            if !graph.isKept[left], graph.isPathDependent[left] { launder(target) }
            code.store(.double, word.base, word.offset, target)
            value(right, other, rest.adding(target), fault)
            code.load(.double, target, word.base, word.offset)
            frame.give(word)
        }
        return other
    }

    private func callsInPlace(_ number: Int) -> Bool { !graph.isKept[number] && graph.hasCall[number] }

    /// Signed division out of the unsigned one, without branches but for the test for zero: with s the sign as all ones or
    /// none, (x ^ s) - s is the magnitude, and the same again puts the sign back.
    private func division(
        _ operation: Operation, _ left: Int, _ right: Int, _ target: Register, _ free: RegisterSet, _ fault: Label
    ) {
        let isQuotient = operation == .divide
        let unsigned: ALUOperation = isQuotient ? .divide : .modulo
        let sign = { (register: Register, into: Register) in
            self.code.move(into, register)
            self.code.alu(.shiftRightArithmetic, into, 63)
        }
        let apply = { (register: Register, sign: Register) in
            self.code.alu(.xor, register, sign)
            self.code.alu(.subtract, register, sign)
        }
        if let constant = graph.constant(right), constant != 0, let magnitude = Int32(exactly: constant.magnitude) {
            let dividendSign = free.first
            value(left, target, free, fault)
            sign(target, dividendSign)
            apply(target, dividendSign)
            code.alu(unsigned, target, magnitude)
            if isQuotient, constant < 0 { code.alu(.xor, dividendSign, -1) }
            return apply(target, dividendSign)
        }
        let divisor = operands(left, right, target, free, fault)
        let dividendSign = free.removing(divisor).first
        let divisorSign = free.removing(divisor).removing(dividendSign).first
        if (graph.constant(right) ?? 0) == 0 {
            let byZero = code.label()
            launder(divisor)
            code.jump(.equal, divisor, 0, byZero)
            later(at: byZero) { emitter in
                emitter.code.move(.r1, 0)
                emitter.code.jump(fault)
            }
        }
        divide(operation, target, by: divisor, signs: (dividendSign, divisorSign))
    }

    /// `dividend = dividend / divisor`, or the rest, signed and of numbers in registers; the divisor is not 0. It and the signs
    /// are overwritten.
    func divide(_ operation: Operation, _ dividend: Register, by divisor: Register, signs: (Register, Register)) {
        let isQuotient = operation == .divide
        for (value, sign) in [(dividend, signs.0), (divisor, signs.1)] {
            code.move(sign, value)
            code.alu(.shiftRightArithmetic, sign, 63)
            code.alu(.xor, value, sign)
            code.alu(.subtract, value, sign)
        }
        code.alu(isQuotient ? .divide : .modulo, dividend, divisor)
        if isQuotient { code.alu(.xor, signs.0, signs.1) }
        code.alu(.xor, dividend, signs.0)
        code.alu(.subtract, dividend, signs.0)
    }
}
