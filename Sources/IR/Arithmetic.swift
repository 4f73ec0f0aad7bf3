// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// What the integer operations of the table compute, for folding constants.
public enum Arithmetic {
    /// The result of a binary integer operation; nil for division by zero and for what is none.
    public static func binary(_ operation: Operation, _ left: Int64, _ right: Int64) -> Int64? {
        switch operation {
        case .add: left &+ right
        case .subtract: left &- right
        case .multiply: left &* right
        case .divide: right == 0 ? nil : left.dividedReportingOverflow(by: right).partialValue
        case .modulo: right == 0 ? nil : right == -1 ? 0 : left % right
        case .and: left & right
        case .or: left | right
        case .xor: left ^ right
        case .shiftLeft: left &<< right
        case .shiftRight: left &>> right
        case .shiftRightLogical: Int64(bitPattern: UInt64(bitPattern: left) &>> UInt64(bitPattern: right))
        case .equal: left == right ? 1 : 0
        case .notEqual: left != right ? 1 : 0
        case .less: left < right ? 1 : 0
        case .lessEqual: left <= right ? 1 : 0
        case .greater: left > right ? 1 : 0
        case .greaterEqual: left >= right ? 1 : 0
        default: nil
        }
    }

    /// The result of `negate`, `complement` or `logicalNot`; nil for what is none.
    public static func unary(_ operation: Operation, _ value: Int64) -> Int64? {
        switch operation {
        case .negate: 0 &- value
        case .complement: ~value
        case .logicalNot: value == 0 ? 1 : 0
        default: nil
        }
    }

    /// A value truncated to a shape and extended.
    public static func extend(_ value: Int64, _ shape: IntegerShape) -> Int64 {
        switch (shape.size, shape.isSigned) {
        case (1, true): Int64(Int8(truncatingIfNeeded: value))
        case (1, false): Int64(UInt8(truncatingIfNeeded: value))
        case (2, true): Int64(Int16(truncatingIfNeeded: value))
        case (2, false): Int64(UInt16(truncatingIfNeeded: value))
        case (4, true): Int64(Int32(truncatingIfNeeded: value))
        case (4, false): Int64(UInt32(truncatingIfNeeded: value))
        default: value
        }
    }
}

extension Operation {
    /// Whether it is one of the operations on two integers.
    public var isIntegerBinary: Bool {
        switch self {
        case .add, .subtract, .multiply, .divide, .modulo, .and, .or, .xor, .shiftLeft, .shiftRight,
            .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
            true
        default: false
        }
    }

    /// Whether its result is 0 or 1.
    public var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .logicalNot: true
        default: false
        }
    }
}
