// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

extension IRProgram {
    /// The register that an instruction always sets.
    func definition(of instruction: Instruction) -> Operand? {
        switch instruction.op {
        case .integerConstant, .integerMove, .add, .subtract, .multiply, .divide, .modulo, .and, .or, .xor,
            .shiftLeft, .shiftRight, .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .greater,
            .greaterEqual, .negate, .complement, .logicalNot, .extend, .stringEqual, .stringNotEqual, .stringLess,
            .stringLessEqual, .stringGreater, .stringGreaterEqual, .regexMatch, .loadInteger, .fetchAdd,
            .elementLoadInteger,
            .elementFetchAdd, .elementExists, .aggregateLoad, .histogramBucket, .argument, .returnValue, .readMemory,
            .canReadMemory, .canReadString,
            .slotInteger, .slotReadable:
            return .integer(instruction.dst)
        case .stringConstant, .stringMove, .concatenate, .loadString, .elementLoadString, .format, .histogramFormat,
            .slotString, .caughtError:
            return .string(instruction.dst)
        case .call: return register(instruction.dst, functions[Int(instruction.a)].result)
        case .builtin: return register(instruction.dst, builtin(instruction).signature.result)
        case .jump, .branch, .returnInteger, .returnString, .returnVoid, .nextOverload, .storeInteger, .storeString,
            .deleteGlobal, .elementStoreInteger, .elementStoreString, .elementDelete, .iterationBegin, .iterationNext,
            .iterationEnd, .aggregateAdd, .histogramPrint, .print, .action:
            return nil
        }
    }

    /// The registers that `iterationNext` sets on the way into the loop's body.
    func loopVariables(of instruction: Instruction) -> [Operand] {
        guard instruction.op == .iterationNext else { return [] }
        let iteration = iterations[Int(instruction.dst)]
        return iteration.keys + [iteration.value].compactMap { $0 }
    }

    /// Visits the registers that an instruction reads.
    func forEachUse(of instruction: Instruction, _ visit: (Operand) -> Void) {
        switch instruction.op {
        case .integerMove, .negate, .complement, .logicalNot, .extend, .returnInteger, .storeInteger, .readMemory,
            .canReadMemory:
            visit(.integer(instruction.a))
        case .add, .subtract, .multiply, .divide, .modulo, .and, .or, .xor, .shiftLeft, .shiftRight,
            .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
            visit(.integer(instruction.a))
            visit(.integer(instruction.b))
        case .stringMove, .returnString, .storeString, .regexMatch: visit(.string(instruction.a))
        case .concatenate, .stringEqual, .stringNotEqual, .stringLess, .stringLessEqual, .stringGreater,
            .stringGreaterEqual:
            visit(.string(instruction.a))
            visit(.string(instruction.b))
        case .branch: visit(.integer(instruction.dst))
        case .fetchAdd: visit(.integer(instruction.b))
        case .elementStoreInteger, .elementFetchAdd, .aggregateAdd:
            visit(.integer(instruction.dst))
            list(instruction.b).forEach(visit)
        case .elementStoreString:
            visit(.string(instruction.dst))
            list(instruction.b).forEach(visit)
        case .elementLoadInteger, .elementLoadString, .elementExists, .elementDelete, .call, .builtin, .print,
            .format, .canReadString, .aggregateLoad, .histogramBucket, .histogramPrint, .histogramFormat:
            list(instruction.b).forEach(visit)
        case .iterationBegin:
            let iteration = iterations[Int(instruction.a)]
            if let limit = iteration.limit { visit(.integer(limit)) }
            (iteration.slice ?? []).forEach(visit)
        case .integerConstant, .stringConstant, .jump, .returnVoid, .nextOverload, .loadInteger, .loadString,
            .deleteGlobal, .iterationNext, .iterationEnd, .argument, .returnValue, .slotInteger, .slotString,
            .slotReadable, .action, .caughtError:
            break
        }
    }

    /// Whether an instruction may raise an error that can be caught.
    func mayRaise(_ instruction: Instruction) -> Bool {
        switch instruction.op {
        case .integerConstant, .stringConstant, .integerMove, .stringMove, .add, .subtract, .multiply, .and, .or, .xor,
            .shiftLeft, .shiftRight, .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .greater,
            .greaterEqual, .negate, .complement, .logicalNot, .extend, .concatenate, .stringEqual, .stringNotEqual,
            .stringLess, .stringLessEqual, .stringGreater, .stringGreaterEqual, .jump, .branch, .returnInteger,
            .returnString, .returnVoid, .loadInteger, .loadString, .storeInteger, .storeString, .fetchAdd,
            .deleteGlobal, .elementLoadInteger, .elementLoadString, .elementExists, .elementDelete, .iterationBegin,
            .iterationNext, .iterationEnd, .canReadMemory, .canReadString, .slotReadable, .caughtError, .action:
            false
        case .print, .format: formats[Int(instruction.a)].contains(where: \.readsMemory)
        default: true
        }
    }

    fileprivate func list(_ index: Int32) -> [Operand] { operandLists[Int(index)] }

    private func register(_ index: Int32, _ type: ValueType) -> Operand? {
        switch type {
        case .long: .integer(index)
        case .string: .string(index)
        case .unknown, .statistics: nil
        }
    }

    /// The built-in function of an instruction.
    public func builtin(_ instruction: Instruction) -> Builtin {
        Builtin(rawValue: UInt16(truncatingIfNeeded: instruction.a)) ?? .abort
    }
}

extension ProgramTables {
    /// The register that an instruction always sets.
    func definition(of instruction: Instruction) -> Operand? { program.definition(of: instruction) }

    /// The registers that `iterationNext` sets on the way into the loop's body.
    func loopVariables(of instruction: Instruction) -> [Operand] { program.loopVariables(of: instruction) }

    /// Visits the registers that an instruction reads.
    func forEachUse(of instruction: Instruction, _ visit: (Operand) -> Void) {
        program.forEachUse(of: instruction, visit)
    }

    /// Whether an instruction may raise an error that can be caught.
    func mayRaise(_ instruction: Instruction) -> Bool { program.mayRaise(instruction) }

    /// The built-in function of an instruction.
    func builtin(_ instruction: Instruction) -> Builtin { program.builtin(instruction) }

    /// Replaces the registers that an instruction reads. What it sets stays, but for `elementFetchAdd`.
    func rewriteUses(of instruction: inout Instruction, _ map: (Operand) -> Operand) {
        switch instruction.op {
        case .integerMove, .negate, .complement, .logicalNot, .extend, .returnInteger, .storeInteger, .readMemory,
            .canReadMemory:
            instruction.a = map(.integer(instruction.a)).index
        case .add, .subtract, .multiply, .divide, .modulo, .and, .or, .xor, .shiftLeft, .shiftRight,
            .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
            instruction.a = map(.integer(instruction.a)).index
            instruction.b = map(.integer(instruction.b)).index
        case .stringMove, .returnString, .storeString, .regexMatch: instruction.a = map(.string(instruction.a)).index
        case .concatenate, .stringEqual, .stringNotEqual, .stringLess, .stringLessEqual, .stringGreater,
            .stringGreaterEqual:
            instruction.a = map(.string(instruction.a)).index
            instruction.b = map(.string(instruction.b)).index
        case .branch: instruction.dst = map(.integer(instruction.dst)).index
        case .fetchAdd: instruction.b = map(.integer(instruction.b)).index
        case .elementStoreInteger, .elementFetchAdd, .aggregateAdd:
            instruction.dst = map(.integer(instruction.dst)).index
            instruction.b = rewrite(instruction.b, map)
        case .elementStoreString:
            instruction.dst = map(.string(instruction.dst)).index
            instruction.b = rewrite(instruction.b, map)
        case .elementLoadInteger, .elementLoadString, .elementExists, .elementDelete, .call, .builtin, .print,
            .format, .canReadString, .aggregateLoad, .histogramBucket, .histogramPrint, .histogramFormat:
            instruction.b = rewrite(instruction.b, map)
        case .iterationBegin:
            let place = Int(instruction.a)
            program.iterations[place].limit = program.iterations[place].limit.map { map(.integer($0)).index }
            program.iterations[place].slice = program.iterations[place].slice?.map(map)
        default: break
        }
    }

    private func rewrite(_ index: Int32, _ map: (Operand) -> Operand) -> Int32 {
        let list = program.list(index)
        let mapped = list.map(map)
        return mapped == list ? index : operands(mapped)
    }
}

extension Operand {
    /// The number of the register; -1 for a wildcard.
    var index: Int32 {
        switch self {
        case .integer(let register), .string(let register): register
        case .wildcard: -1
        }
    }
}

extension Instruction {
    /// The blocks that a terminator may go to.
    var successors: BlockTargets {
        switch op {
        case .jump: BlockTargets(first: Int(a))
        case .branch, .iterationNext: BlockTargets(first: Int(a), second: Int(b))
        default: BlockTargets()
        }
    }
}

/// At most three blocks: those of a terminator, and the one for errors.
struct BlockTargets: RandomAccessCollection {
    private var first = 0
    private var second = 0
    private var third = 0
    private(set) var count: Int

    init() { count = 0 }

    init(first: Int) {
        self.first = first
        count = 1
    }

    init(first: Int, second: Int) {
        self.first = first
        self.second = second
        count = 2
    }

    /// Adds the block for errors.
    mutating func append(_ block: Int) {
        switch count {
        case 0: first = block
        case 1: second = block
        default: third = block
        }
        count += 1
    }

    var startIndex: Int { 0 }
    var endIndex: Int { count }
    subscript(position: Int) -> Int { position == 0 ? first : position == 1 ? second : third }
}
