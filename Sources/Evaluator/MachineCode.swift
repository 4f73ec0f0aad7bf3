// SPDX-License-Identifier: GPL-3.0-or-later

/// One instruction as the machine runs it: 16 bytes, jump targets as indexes into the program's one code array.
///
/// `i` integer register, `s` string register, `list` the offset of an operand list, `imm` a number of 32 bits.
struct Code {
    var op: Opcode
    /// A small operand: the shape of `extend`, the kind of a result, a signed number.
    var small: UInt8 = 0
    /// Jumps: the statements that are counted on the way. The target is then behind an `action`, which counts the same
    /// for those who run into it.
    var cost: UInt16 = 0
    var dst: Int32 = 0
    var a: Int32 = 0
    var b: Int32 = 0
}

/// The operations of the machine: those of the IR, and fused ones for what programs do most.
enum Opcode: UInt8 {
    // i dst = integers[a], i dst = imm a, i dst = i a.
    case constant, immediate, move
    // s dst = strings[a], s dst = s a.
    case stringConstant, stringMove
    // i dst = i a OP i b.
    case add, subtract, multiply, divide, modulo, and, or, xor, shiftLeft, shiftRight, shiftRightLogical
    case equal, notEqual, less, lessEqual
    // i dst = i a OP imm b; the divisors are neither 0 nor -1.
    case addImmediate, multiplyImmediate, divideImmediate, moduloImmediate
    /// i dst = i a / 2^b, i dst = i a % (b + 1) where that is a power of two.
    case dividePower, moduloPower
    case andImmediate, shiftLeftImmediate, shiftRightImmediate, shiftRightLogicalImmediate
    case equalImmediate, notEqualImmediate, lessImmediate, greaterImmediate
    // i dst = OP i a.
    case negate, complement, logicalNot, extend
    // Strings.
    case concatenate, stringEqual, stringNotEqual, stringLess, stringLessEqual
    /// i dst = whether pattern b matches in s a.
    case regexMatch
    // To a.
    case jump
    // To a when i dst is, or is not, 0.
    case jumpIf, jumpUnless
    // To dst when i a OP i b.
    case jumpEqual, jumpNotEqual, jumpLess, jumpLessEqual
    // To dst when i a OP imm b.
    case jumpEqualImmediate, jumpNotEqualImmediate, jumpLessImmediate, jumpGreaterImmediate
    // i a += small (signed), then to dst when i a < i b, or < imm b: the end of most loops.
    case addJumpLess, addJumpLessImmediate
    /// i a += i small, then to dst when i a < imm b.
    case stepJumpLessImmediate
    /// To dst when i a & imm b is, or is not, 0.
    case jumpMaskZero, jumpMaskNotZero
    // To dst when the strings s a and s b are equal, or not.
    case jumpStringEqual, jumpStringNotEqual
    // As in the IR.
    case returnInteger, returnString, returnVoid, nextOverload
    case loadInteger, loadString, storeInteger, storeString, fetchAdd
    /// global #a += i b.
    case addToGlobal
    /// global #a += imm b.
    case addImmediateToGlobal
    case deleteGlobal
    case elementLoadInteger, elementLoadString, elementStoreInteger, elementStoreString, elementFetchAdd
    /// element += small (signed).
    case elementAddSmall
    // The same where the key is one long, i b.
    case numberLoadInteger, numberLoadString, numberStoreInteger, numberAddSmall
    /// element = small (signed).
    case numberStoreSmall
    // The same where the key is one string, s b.
    case nameLoadInteger, nameAddSmall
    case elementExists, elementDelete
    case iterationBegin
    /// To a with the next element, to b at the end.
    case iterationNext
    case iterationEnd
    // As in the IR.
    case aggregateAdd, aggregateLoad, histogramBucket, histogramPrint, histogramFormat
    // `small`: 0 nothing, 1 i dst, 2 s dst.
    case call, builtin
    case print, format
    case argument, returnValue, readMemory, canReadMemory, canReadString
    case slotInteger, slotString, slotReadable
    /// Counts a statements; b is the list of (count, site) pairs that were merged, or -1.
    case action
    /// s dst = the message of the error that was caught.
    case caughtError
}

/// An operand in a flat list: two bits of kind below the register's number.
struct PackedOperand {
    static let integerKind: Int32 = 0
    static let stringKind: Int32 = 1
    static let wildcardKind: Int32 = 2

    let raw: Int32

    @inline(__always) var kind: Int32 { raw & 3 }
    @inline(__always) var register: Int { Int(raw >> 2) }

    static func pack(_ register: Int32, _ kind: Int32) -> Int32 { register << 2 | kind }
}

/// Where a unit's code is and what its frames need.
struct UnitShape {
    var entry: Int
    var integers: Int
    var strings: Int
    var iterations: Int
    /// The list of parameter registers.
    var parameters: Int
    /// Whether a string is among the parameters.
    var takesStrings: Bool
    /// The list of registers that must be 0 or "" at the start.
    var cleared: Int
    /// The statements that its first instruction counts; a call counts them and skips it.
    var cost: Int
    /// The unit that `nextOverload` goes on with, or -1.
    var next: Int
}

/// How to iterate, with everything that is known before the program runs.
struct IterationShape {
    var array: Int
    var sort: SortOrder?
    /// The register of the limit, or -1.
    var limit: Int32
    /// Lists of packed operands, or -1 for none.
    var slice: Int32
    var keys: Int32
    var value: Int32
    /// The place among the iterations of its unit's frame.
    var slot: Int
}

/// One piece of a format as the machine runs it.
struct FormatCode {
    enum Kind: UInt8 { case literal, directive, plainDecimal, plainString }
    enum Number: UInt8 { case none, fixed, dynamic }

    var kind: Kind
    var layout = IntegerLayout(
        base: .decimal, isSigned: false, flag: .none, hasPrefix: false, width: 0, precision: -1)
    var conversion: UInt8 = 0
    var widthKind = Number.none
    var precisionKind = Number.none
    var literal = StringView(pointer: emptyBytes, length: 0)
}

/// A place for strings without bytes to point at.
var emptyBytes: UnsafePointer<UInt8> { ("" as StaticString).utf8Start }
