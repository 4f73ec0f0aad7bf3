// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// How a handler uses one global.
struct GlobalUse: OptionSet {
    let rawValue: Int
    /// Adds to it and does not look at the result.
    static let adds = GlobalUse(rawValue: 1)
    /// Reads it.
    static let reads = GlobalUse(rawValue: 2)
    /// Changes it in another way.
    static let changes = GlobalUse(rawValue: 4)
}

/// Whether the kernel can run a handler, and what it does to the globals.
struct Eligibility {
    /// How the globals are used, by index.
    private(set) var uses: [Int: GlobalUse] = [:]
    /// The bytes that the keys of arrays need, by array.
    private(set) var keySizes: [Int: [Int]] = [:]
    /// How many instructions name each global.
    private(set) var accesses: [Int: Int] = [:]
    /// The arrays that it deletes elements of.
    private(set) var deletes: Set<Int> = []
    /// The positions of keys that are always the number of the running thread, by array.
    private(set) var threadKeys: [Int: Set<Int>] = [:]
    /// Whether it prints.
    private(set) var prints = false
    /// Whether it ends the session.
    private(set) var exits = false
    /// Why the kernel cannot run it.
    private(set) var refusal: Refusal?

    private let unit: IRUnit
    private let plan: CapturePlan
    private let program: IRProgram
    private let tables: ProgramTables
    private let bounds: StringBounds
    /// The registers that hold the number of the running thread.
    private let threads: Set<Int32>
    /// Whether the block that is looked at is run more than once.
    private var isRepeated = false

    /// Looks at a handler without calls.
    init(_ unit: IRUnit, plan: CapturePlan, program: IRProgram, abilities: KernelAbilities) {
        self.unit = unit
        self.plan = plan
        self.program = program
        tables = ProgramTables(program)
        bounds = StringBounds(unit, plan: plan, program: program)
        threads = Self.threadRegisters(unit, plan, tables)
        let flow = ControlFlow(unit)
        var useCounts = [Int](repeating: 0, count: unit.integerRegisters)
        for block in flow.order {
            for instruction in unit.blocks[block].instructions {
                tables.forEachUse(of: instruction) {
                    if case .integer(let register) = $0 { useCounts[Int(register)] += 1 }
                }
            }
        }
        let shape = LoopShape(unit)
        if let reason = abilities.refusal(of: shape, unit, program.limits) { refuse(reason) }
        for block in flow.order {
            isRepeated = shape.repeated.contains(block)
            for instruction in unit.blocks[block].instructions { examine(instruction, useCounts) }
        }
    }

    private mutating func refuse(_ reason: String) { if refusal == nil { refusal = Refusal(reason) } }

    private mutating func examine(_ instruction: Instruction, _ useCounts: [Int]) {
        let (a, b) = (Int(instruction.a), Int(instruction.b))
        switch instruction.op {
        case .integerConstant, .stringConstant, .integerMove, .stringMove, .add, .subtract, .multiply, .divide, .modulo,
            .and, .or, .xor, .shiftLeft, .shiftRight, .shiftRightLogical, .equal, .notEqual, .less, .lessEqual,
            .greater, .greaterEqual, .negate, .complement, .logicalNot, .extend, .jump, .branch, .returnVoid,
            .readMemory, .canReadMemory, .slotInteger, .slotReadable, .action:
            break
        case .slotString: break
        case .stringEqual, .stringNotEqual:
            if bounds.bounds[a] == nil || bounds.bounds[b] == nil { refuse("compares strings that it makes") }
        case .loadInteger: use(a, .reads)
        case .storeInteger: use(Int(instruction.dst), .changes)
        case .fetchAdd: use(a, useCounts[Int(instruction.dst)] == 0 ? .adds : [.reads, .changes])
        case .elementLoadInteger: element(a, b, .reads)
        case .elementStoreInteger: element(a, b, .changes)
        // It reads what it sets: that is one use.
        case .elementFetchAdd: element(a, b, useCounts[Int(instruction.dst)] == 1 ? .adds : [.reads, .changes])
        case .elementExists: element(a, b, .reads)
        case .elementDelete:
            element(a, b, .changes)
            deletes.insert(a)
        case .aggregateAdd: element(a, b, .adds)
        case .builtin:
            let builtin = tables.builtin(instruction)
            switch builtin {
            case .exit: exits = true
            case .cpu, .ktimeGetNs: break
            default:
                if let fact = builtin.fact, plan.facts[fact] != nil, case .context = fact { break }
                refuse("calls '\(builtin.signature.name)'")
            }
        case .print:
            prints = true
            if program.formats[a].contains(where: \.readsMemory) { refuse("prints memory") }
            for case .string(let register) in program.operandLists[b] where bounds.bounds[Int(register)] == nil {
                refuse("prints strings that it makes")
            }
        case .histogramPrint: refuse("prints a histogram")
        case .format, .histogramFormat, .concatenate, .loadString, .elementLoadString: refuse("makes strings")
        case .storeString: refuse("keeps strings in '\(program.globals[Int(instruction.dst)].name)'")
        case .elementStoreString: refuse("keeps strings in '\(program.globals[a].name)'")
        case .stringLess, .stringLessEqual, .stringGreater, .stringGreaterEqual: refuse("orders strings")
        case .regexMatch: refuse("matches patterns")
        case .deleteGlobal: refuse("empties '\(program.globals[a].name)'")
        case .aggregateLoad, .histogramBucket: refuse("reads statistics")
        case .iterationBegin, .iterationNext, .iterationEnd: refuse("loops over an array")
        case .caughtError: refuse("names the error that it catches")
        case .returnInteger, .returnString, .nextOverload, .call, .argument, .returnValue, .canReadString:
            refuse("uses \(instruction.op)")
        }
    }

    private mutating func use(_ global: Int, _ use: GlobalUse) {
        uses[global, default: []].formUnion(use)
        accesses[global, default: 0] += isRepeated ? 2 : 1
    }

    /// The registers whose every assignment is the number of the running thread.
    private static func threadRegisters(_ unit: IRUnit, _ plan: CapturePlan, _ tables: ProgramTables) -> Set<Int32> {
        var threads: Set<Int32> = []
        var others: Set<Int32> = []
        for block in unit.blocks {
            for instruction in block.instructions {
                guard case .integer(let register)? = tables.definition(of: instruction) else { continue }
                var slot: Int?
                if instruction.op == .slotInteger { slot = Int(instruction.a) }
                if instruction.op == .builtin { slot = tables.builtin(instruction).fact.flatMap { plan.facts[$0] } }
                if let slot, case .integer(let node) = plan.slots[slot], plan.nodes[node] == .context(.tid) {
                    threads.insert(register)
                } else {
                    others.insert(register)
                }
            }
        }
        return threads.subtracting(others)
    }

    private mutating func element(_ global: Int, _ list: Int, _ use: GlobalUse) {
        self.use(global, use)
        let declared = program.globals[global]
        if declared.wraps { refuse("uses '\(declared.name)', whose oldest elements make room") }
        if declared.statistics?.shift != nil { refuse("keeps the variance of '\(declared.name)'") }
        var sizes = keySizes[global] ?? Array(repeating: 8, count: declared.keyTypes.count)
        for (position, operand) in program.operandLists[list].enumerated() {
            switch operand {
            case .integer: break
            case .wildcard: refuse("uses '*' with '\(declared.name)'")
            case .string(let register):
                guard let bound = bounds.bounds[Int(register)] else {
                    refuse("makes the keys of '\(declared.name)'")
                    continue
                }
                sizes[position] = max(sizes[position], (bound + 7) / 8 * 8)
            }
        }
        keySizes[global] = sizes
        let own = program.operandLists[list].indices.filter { position in
            if case .integer(let register) = program.operandLists[list][position] { return threads.contains(register) }
            return false
        }
        threadKeys[global] = threadKeys[global]?.intersection(own) ?? Set(own)
    }
}
