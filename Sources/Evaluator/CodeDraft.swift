// SPDX-License-Identifier: GPL-3.0-or-later

/// An instruction whose jump targets are still blocks.
struct CodeDraft {
    var code: Code
    var site: Int32
    /// The block that it goes to when its condition holds; -1 for none. `iterationNext`: the next element.
    var target = -1
    /// `iterationNext`: the block at the end.
    var otherTarget = -1
    /// The block that its errors go to; -1 for none.
    var handler = -1

    var isConditional: Bool {
        switch code.op {
        case .jumpIf, .jumpUnless, .jumpEqual, .jumpNotEqual, .jumpLess, .jumpLessEqual, .jumpEqualImmediate,
            .jumpNotEqualImmediate, .jumpLessImmediate, .jumpGreaterImmediate, .jumpMaskZero, .jumpMaskNotZero,
            .jumpStringEqual, .jumpStringNotEqual:
            true
        default: false
        }
    }

    /// The jump with the opposite condition to another block; nil where the number leaves no room for it.
    func inverted(to block: Int) -> CodeDraft? {
        var other = self
        other.target = block
        switch code.op {
        case .jumpIf: other.code.op = .jumpUnless
        case .jumpUnless: other.code.op = .jumpIf
        case .jumpEqual: other.code.op = .jumpNotEqual
        case .jumpNotEqual: other.code.op = .jumpEqual
        case .jumpEqualImmediate: other.code.op = .jumpNotEqualImmediate
        case .jumpNotEqualImmediate: other.code.op = .jumpEqualImmediate
        case .jumpMaskZero: other.code.op = .jumpMaskNotZero
        case .jumpMaskNotZero: other.code.op = .jumpMaskZero
        case .jumpStringEqual: other.code.op = .jumpStringNotEqual
        case .jumpStringNotEqual: other.code.op = .jumpStringEqual
        case .jumpLess, .jumpLessEqual:
            other.code.op = code.op == .jumpLess ? .jumpLessEqual : .jumpLess
            other.code.a = code.b
            other.code.b = code.a
        case .jumpLessImmediate:
            guard code.b > Int32.min else { return nil }
            other.code.op = .jumpGreaterImmediate
            other.code.b = code.b - 1
        case .jumpGreaterImmediate:
            guard code.b < Int32.max else { return nil }
            other.code.op = .jumpLessImmediate
            other.code.b = code.b + 1
        default: return nil
        }
        return other
    }

    /// Whether it only computes the integer register `dst`.
    var isInteger: Bool {
        switch code.op {
        case .stringConstant, .stringMove, .concatenate: false
        default: isInvisible
        }
    }

    /// Whether it can neither fail nor be seen from outside its handler, so that statements may be counted before it.
    var isInvisible: Bool {
        switch code.op {
        case .constant, .immediate, .move, .stringConstant, .stringMove, .add, .subtract, .multiply, .and, .or, .xor,
            .shiftLeft, .shiftRight, .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .addImmediate,
            .multiplyImmediate, .divideImmediate, .moduloImmediate, .dividePower, .moduloPower, .andImmediate,
            .shiftLeftImmediate, .shiftRightImmediate, .shiftRightLogicalImmediate, .equalImmediate, .notEqualImmediate,
            .lessImmediate,
            .greaterImmediate, .negate, .complement, .logicalNot, .extend, .concatenate, .stringEqual,
            .stringNotEqual, .stringLess, .stringLessEqual:
            true
        default: false
        }
    }
}
