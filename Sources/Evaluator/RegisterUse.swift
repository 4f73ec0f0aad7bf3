// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// Which registers an instruction reads and writes, as the operation table says.
struct RegisterUse {
    let program: IRProgram

    func reads(_ code: Instruction) -> [Operand] {
        switch code.op {
        case .integerConstant, .stringConstant, .jump, .returnVoid, .nextOverload, .loadInteger, .loadString,
            .deleteGlobal, .iterationNext, .iterationEnd, .argument, .returnValue, .slotInteger, .slotString,
            .slotReadable, .action, .caughtError:
            return []
        case .integerMove, .negate, .complement, .logicalNot, .extend, .returnInteger, .storeInteger, .readMemory,
            .canReadMemory:
            return [.integer(code.a)]
        case .stringMove, .returnString, .storeString, .regexMatch: return [.string(code.a)]
        case .add, .subtract, .multiply, .divide, .modulo, .and, .or, .xor, .shiftLeft, .shiftRight,
            .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
            return [.integer(code.a), .integer(code.b)]
        case .concatenate, .stringEqual, .stringNotEqual, .stringLess, .stringLessEqual, .stringGreater,
            .stringGreaterEqual:
            return [.string(code.a), .string(code.b)]
        case .branch: return [.integer(code.dst)]
        case .fetchAdd: return [.integer(code.b)]
        case .elementLoadInteger, .elementLoadString, .elementExists, .elementDelete, .call, .builtin, .print, .format,
            .canReadString, .aggregateLoad, .histogramBucket, .histogramPrint, .histogramFormat:
            return list(code.b)
        case .elementStoreInteger, .elementFetchAdd, .aggregateAdd: return list(code.b) + [.integer(code.dst)]
        case .elementStoreString: return list(code.b) + [.string(code.dst)]
        case .iterationBegin:
            let iteration = program.iterations[Int(code.a)]
            return (iteration.slice ?? []) + (iteration.limit.map { [.integer($0)] } ?? [])
        }
    }

    func writes(_ code: Instruction) -> [Operand] {
        switch code.op {
        case .integerConstant, .integerMove, .add, .subtract, .multiply, .divide, .modulo, .and, .or, .xor, .shiftLeft,
            .shiftRight, .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .negate,
            .complement, .logicalNot, .extend, .stringEqual, .stringNotEqual, .stringLess, .stringLessEqual,
            .stringGreater, .stringGreaterEqual, .regexMatch, .loadInteger, .fetchAdd, .elementLoadInteger,
            .elementFetchAdd,
            .elementExists, .aggregateLoad, .histogramBucket, .argument, .returnValue, .readMemory, .canReadMemory,
            .canReadString, .slotInteger,
            .slotReadable:
            return [.integer(code.dst)]
        case .stringConstant, .stringMove, .concatenate, .loadString, .elementLoadString, .format, .histogramFormat,
            .slotString, .caughtError:
            return [.string(code.dst)]
        case .jump, .branch, .returnInteger, .returnString, .returnVoid, .nextOverload, .storeInteger, .storeString,
            .deleteGlobal, .elementStoreInteger, .elementStoreString, .elementDelete, .iterationBegin, .iterationEnd,
            .aggregateAdd, .histogramPrint, .print, .action:
            return []
        case .iterationNext:
            let iteration = program.iterations[Int(code.dst)]
            return iteration.keys + (iteration.value.map { [$0] } ?? [])
        case .call: return result(program.functions[Int(code.a)].result, code.dst)
        case .builtin:
            return result(Builtin(rawValue: UInt16(truncatingIfNeeded: code.a))?.signature.result ?? .unknown, code.dst)
        }
    }

    private func result(_ type: ValueType, _ register: Int32) -> [Operand] {
        switch type {
        case .long: [.integer(register)]
        case .string: [.string(register)]
        case .unknown, .statistics: []
        }
    }

    private func list(_ index: Int32) -> [Operand] { program.operandLists[Int(index)] }
}

/// How often each register of a unit is written and read.
struct RegisterCounts {
    private(set) var writes: [Operand: Int] = [:]
    private(set) var reads: [Operand: Int] = [:]

    init(_ unit: IRUnit, _ use: RegisterUse) {
        for parameter in unit.parameters { writes[parameter, default: 0] += 2 }
        for block in unit.blocks {
            for code in block.instructions {
                for operand in use.reads(code) { reads[operand, default: 0] += 1 }
                for operand in use.writes(code) { writes[operand, default: 0] += 1 }
            }
        }
    }

    /// Whether a register only carries a value from one instruction to another.
    func isTemporary(_ operand: Operand) -> Bool { writes[operand] == 1 && reads[operand] == 1 }

    func isWrittenOnce(_ operand: Operand) -> Bool { writes[operand] == 1 }

    func isRead(_ operand: Operand) -> Bool { reads[operand, default: 0] > 0 }
}
