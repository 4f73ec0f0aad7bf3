// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// The tables that all units of a program share while it is translated, and the fixed pairs of operations.
final class TranslationTables {
    private let program: IRProgram
    /// Operand lists one after the other, each with its count first; lists of merged actions too.
    private(set) var lists: [Int32] = []
    private(set) var iterations: [IterationShape] = []
    private(set) var formats: [[FormatPiece]] = []
    private var listOffsets: [Int32: Int32] = [:]

    init(_ program: IRProgram) { self.program = program }

    // MARK: Tables

    /// The offset of an operand list of the program.
    func list(_ index: Int32) -> Int32 {
        if let offset = listOffsets[index] { return offset }
        let offset = list(program.operandLists[Int(index)])
        listOffsets[index] = offset
        return offset
    }

    func list(_ operands: [Operand]) -> Int32 {
        let offset = Int32(lists.count)
        lists.append(Int32(operands.count))
        for operand in operands {
            switch operand {
            case .integer(let register): lists.append(PackedOperand.pack(register, PackedOperand.integerKind))
            case .string(let register): lists.append(PackedOperand.pack(register, PackedOperand.stringKind))
            case .wildcard: lists.append(PackedOperand.pack(0, PackedOperand.wildcardKind))
            }
        }
        return offset
    }

    func addActionParts(_ parts: [(count: Int32, site: Int32)]) -> Int32 {
        let offset = Int32(lists.count)
        lists.append(Int32(parts.count))
        for part in parts { lists += [part.count, part.site] }
        return offset
    }

    func format(_ index: Int32) -> Int32 { index }

    /// The shape of an iteration of the program in a frame's `slot`.
    func iteration(_ index: Int32, slot: Int) -> Int32 {
        let source = program.iterations[Int(index)]
        var sort: SortOrder?
        if let (key, direction) = source.sort {
            switch key {
            case .value(let operation):
                // There is no order by variance; what asks for it gets that by count.
                let aggregate = operation == .variance ? .count : operation ?? .count
                sort = SortOrder(key: nil, isDescending: direction == .descending, aggregate: aggregate)
            case .key(let position): sort = SortOrder(key: position, isDescending: direction == .descending)
            }
        }
        let value = source.value.map { list([$0]) } ?? -1
        iterations.append(
            IterationShape(
                array: source.array, sort: sort, limit: source.limit ?? -1,
                slice: source.slice.map { list($0) } ?? -1, keys: list(source.keys), value: value, slot: slot))
        return Int32(iterations.count - 1)
    }

    // MARK: Operations

    /// The operations that stay as they are.
    let plain: [IR.Operation: Opcode] = [
        .integerMove: .move, .stringConstant: .stringConstant, .stringMove: .stringMove, .add: .add,
        .subtract: .subtract, .multiply: .multiply, .divide: .divide, .modulo: .modulo, .and: .and, .or: .or,
        .xor: .xor, .shiftLeft: .shiftLeft, .shiftRight: .shiftRight, .shiftRightLogical: .shiftRightLogical,
        .equal: .equal, .notEqual: .notEqual, .less: .less, .lessEqual: .lessEqual, .negate: .negate,
        .complement: .complement, .logicalNot: .logicalNot, .concatenate: .concatenate, .stringEqual: .stringEqual,
        .stringNotEqual: .stringNotEqual, .stringLess: .stringLess, .stringLessEqual: .stringLessEqual,
        .regexMatch: .regexMatch, .returnInteger: .returnInteger, .returnString: .returnString,
        .returnVoid: .returnVoid,
        .nextOverload: .nextOverload, .loadInteger: .loadInteger, .loadString: .loadString,
        .storeInteger: .storeInteger, .storeString: .storeString, .deleteGlobal: .deleteGlobal,
        .elementLoadInteger: .elementLoadInteger, .elementLoadString: .elementLoadString,
        .elementStoreInteger: .elementStoreInteger, .elementStoreString: .elementStoreString,
        .elementFetchAdd: .elementFetchAdd, .elementExists: .elementExists, .elementDelete: .elementDelete,
        .argument: .argument, .returnValue: .returnValue, .readMemory: .readMemory, .canReadMemory: .canReadMemory,
        .canReadString: .canReadString, .slotInteger: .slotInteger, .slotString: .slotString,
        .slotReadable: .slotReadable, .caughtError: .caughtError, .aggregateAdd: .aggregateAdd,
        .aggregateLoad: .aggregateLoad,
        .histogramBucket: .histogramBucket, .histogramPrint: .histogramPrint, .histogramFormat: .histogramFormat,
    ]

    /// The operation that means the same with its operands swapped.
    let mirrored: [IR.Operation: IR.Operation] = [
        .add: .add, .multiply: .multiply, .and: .and, .equal: .equal, .notEqual: .notEqual, .less: .greater,
        .greater: .less, .lessEqual: .greaterEqual, .greaterEqual: .lessEqual,
    ]

    /// The form with an immediate right operand, and that operand; nil where there is none.
    func immediateForm(_ op: IR.Operation, _ number: Int32) -> (Opcode, Int32)? {
        switch op {
        case .add: return (.addImmediate, number)
        case .subtract: return number == Int32.min ? nil : (.addImmediate, -number)
        case .multiply: return (.multiplyImmediate, number)
        case .divide:
            if number > 0, number & (number - 1) == 0 { return (.dividePower, Int32(number.trailingZeroBitCount)) }
            return number == 0 || number == -1 ? nil : (.divideImmediate, number)
        case .modulo:
            if number > 0, number & (number - 1) == 0 { return (.moduloPower, number - 1) }
            return number == 0 || number == -1 ? nil : (.moduloImmediate, number)
        case .and: return (.andImmediate, number)
        case .shiftLeft: return (.shiftLeftImmediate, number & 63)
        case .shiftRight: return (.shiftRightImmediate, number & 63)
        case .shiftRightLogical: return (.shiftRightLogicalImmediate, number & 63)
        case .equal: return (.equalImmediate, number)
        case .notEqual: return (.notEqualImmediate, number)
        case .less: return (.lessImmediate, number)
        case .greater: return (.greaterImmediate, number)
        case .lessEqual: return number == Int32.max ? nil : (.lessImmediate, number + 1)
        case .greaterEqual: return number == Int32.min ? nil : (.greaterImmediate, number - 1)
        default: return nil
        }
    }

    /// The jump that does what masking a number and a branch on the result do; `onZero` says for which result.
    func maskedJump(_ code: Code, onZero: Bool) -> Code? {
        // A rest by a power of two is 0 for the same numbers as the bits below it are.
        guard code.op == .andImmediate || code.op == .moduloPower else { return nil }
        return Code(op: onZero ? .jumpMaskZero : .jumpMaskNotZero, a: code.a, b: code.b)
    }

    /// The jump that does what a comparison and a branch on its result do.
    func fusedJump(_ code: Code) -> Code? {
        switch code.op {
        case .logicalNot: return Code(op: .jumpUnless, dst: code.a)
        case .equal: return Code(op: .jumpEqual, a: code.a, b: code.b)
        case .notEqual: return Code(op: .jumpNotEqual, a: code.a, b: code.b)
        case .less: return Code(op: .jumpLess, a: code.a, b: code.b)
        case .lessEqual: return Code(op: .jumpLessEqual, a: code.a, b: code.b)
        case .equalImmediate: return Code(op: .jumpEqualImmediate, a: code.a, b: code.b)
        case .notEqualImmediate: return Code(op: .jumpNotEqualImmediate, a: code.a, b: code.b)
        case .lessImmediate: return Code(op: .jumpLessImmediate, a: code.a, b: code.b)
        case .greaterImmediate: return Code(op: .jumpGreaterImmediate, a: code.a, b: code.b)
        case .stringEqual: return Code(op: .jumpStringEqual, a: code.a, b: code.b)
        case .stringNotEqual: return Code(op: .jumpStringNotEqual, a: code.a, b: code.b)
        default: return nil
        }
    }
}
