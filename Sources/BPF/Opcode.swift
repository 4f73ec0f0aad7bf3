// SPDX-License-Identifier: GPL-3.0-or-later

/// The parts that opcodes are made of (linux/bpf_common.h and linux/bpf.h).
public enum Opcode {
    static let classLD: UInt8 = 0x00
    static let classLDX: UInt8 = 0x01
    static let classST: UInt8 = 0x02
    static let classSTX: UInt8 = 0x03
    static let classALU32: UInt8 = 0x04
    static let classJMP: UInt8 = 0x05
    static let classJMP32: UInt8 = 0x06
    static let classALU64: UInt8 = 0x07
    static let modeMemory: UInt8 = 0x60
    static let modeAtomic: UInt8 = 0xc0
    static let sourceRegister: UInt8 = 0x08
    static let toBigEndian: UInt8 = 0xd8

    /// `ld_imm64`: two instructions, the second of which has opcode 0.
    public static let loadImmediate64: UInt8 = 0x18
    /// A call of a helper.
    public static let call: UInt8 = 0x85
    /// The end of the program.
    public static let exit: UInt8 = 0x95
    /// An unconditional jump.
    public static let jump: UInt8 = 0x05
}

/// The size of a memory access.
public enum AccessSize: UInt8, Sendable, CaseIterable {
    case word = 0x00
    case half = 0x08
    case byte = 0x10
    case double = 0x18

    /// The number of bytes.
    public var bytes: Int {
        switch self {
        case .byte: 1
        case .half: 2
        case .word: 4
        case .double: 8
        }
    }

    /// The size of that many bytes; nil unless 1, 2, 4 or 8.
    public init?(bytes: Int) {
        switch bytes {
        case 1: self = .byte
        case 2: self = .half
        case 4: self = .word
        case 8: self = .double
        default: return nil
        }
    }
}

/// An arithmetic operation, of 64 bits or of the low 32 with the high ones cleared. Division is unsigned.
public enum ALUOperation: UInt8, Sendable, CaseIterable {
    case add = 0x00
    case subtract = 0x10
    case multiply = 0x20
    case divide = 0x30
    case or = 0x40
    case and = 0x50
    case shiftLeft = 0x60
    case shiftRight = 0x70
    case negate = 0x80
    case modulo = 0x90
    case xor = 0xa0
    case move = 0xb0
    case shiftRightArithmetic = 0xc0
}

/// The condition of a jump; `signed…` compare as signed.
public enum JumpCondition: UInt8, Sendable, CaseIterable {
    case equal = 0x10
    case greater = 0x20
    case greaterOrEqual = 0x30
    case anyBit = 0x40
    case notEqual = 0x50
    case signedGreater = 0x60
    case signedGreaterOrEqual = 0x70
    case less = 0xa0
    case lessOrEqual = 0xb0
    case signedLess = 0xc0
    case signedLessOrEqual = 0xd0
}
