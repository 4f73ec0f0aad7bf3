// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// One value that a program computes: the nodes of a capture plan reduced to what an attachment really has.
/// Operands are the numbers of earlier values in the same `ValueGraph`.
enum Value: Hashable {
    case constant(Int64)
    /// A word of the context that the verifier takes for a number.
    case contextWord(Int)
    /// A parameter of a traced function, or its result where the number is the count of parameters: possibly a typed
    /// pointer to the verifier.
    case argument(Int)
    /// pid in the upper, thread in the lower half.
    case task
    /// gid in the upper, uid in the lower half.
    case owner
    case processor
    /// The address of the current `struct task_struct`.
    case taskAddress
    /// Nanoseconds of CLOCK_MONOTONIC.
    case time
    /// The kernel's jiffies.
    case ticks
    /// A perf counter of the program.
    case counter(Int)
    /// A word of the control map.
    case control(Int)
    /// `size` bytes at an address, zero-extended; faults.
    case load(address: Int, size: Int, isUser: Bool)
    case unary(Operation, Int)
    case binary(Operation, Int, Int)
    /// Bits `lowest ..< lowest + width`, extended.
    case bits(Int, lowest: Int, width: Int, isSigned: Bool)
    case select(Int, Int, Int)
    case readable(Int)
    /// A saved entry value, by its place in the `EntryLayout`.
    case saved(Int, canFault: Bool)

    /// Whether its code comes together from several ways.
    var branches: Bool {
        switch self {
        case .unary(let operation, _): operation == .logicalNot
        case .binary(let operation, _, _): operation.condition != nil
        case .select, .readable, .counter: true
        default: false
        }
    }

    /// The values it is computed from, in the order of evaluation.
    var operands: [Int] {
        switch self {
        case .constant, .contextWord, .argument, .task, .owner, .processor, .taskAddress, .time, .ticks, .counter,
            .control, .saved:
            []
        case .load(let address, _, _): [address]
        case .unary(_, let operand), .bits(let operand, _, _, _), .readable(let operand): [operand]
        case .binary(_, let left, let right): [left, right]
        case .select(let condition, let first, let second): [condition, first, second]
        }
    }
}

extension Operation {
    /// How a jump compares its two operands; nil unless a comparison.
    var condition: JumpCondition? {
        switch self {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .signedLess
        case .lessEqual: .signedLessOrEqual
        case .greater: .signedGreater
        case .greaterEqual: .signedGreaterOrEqual
        default: nil
        }
    }

    /// The instruction that does it, apart from the masking of shift counts; nil for comparisons and division.
    var direct: ALUOperation? {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .and: .and
        case .or: .or
        case .xor: .xor
        case .shiftLeft: .shiftLeft
        case .shiftRight: .shiftRightArithmetic
        case .shiftRightLogical: .shiftRight
        default: nil
        }
    }

    var isShift: Bool { self == .shiftLeft || self == .shiftRight || self == .shiftRightLogical }

    var isDivision: Bool { self == .divide || self == .modulo }

    /// Whether the operands may change places.
    var isCommutative: Bool {
        switch self {
        case .add, .multiply, .and, .or, .xor, .equal, .notEqual: true
        default: false
        }
    }
}

extension JumpCondition {
    /// The condition that holds when this one does not; itself for `anyBit`, which has none.
    var opposite: JumpCondition {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .greater: .lessOrEqual
        case .lessOrEqual: .greater
        case .less: .greaterOrEqual
        case .greaterOrEqual: .less
        case .signedGreater: .signedLessOrEqual
        case .signedLessOrEqual: .signedGreater
        case .signedLess: .signedGreaterOrEqual
        case .signedGreaterOrEqual: .signedLess
        case .anyBit: .anyBit
        }
    }
}
