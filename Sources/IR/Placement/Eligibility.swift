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
    /// Sets elements.
    static let sets = GlobalUse(rawValue: 8)
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
    private let texts: UnitTexts
    private let abilities: KernelAbilities
    /// The registers that hold the number of the running thread.
    private let threads: Set<Int32>
    /// Whether the block that is looked at is run more than once.
    private var isRepeated = false

    /// The most bytes that the strings of a handler may take.
    static let maximumTextSize = 16384

    /// Looks at a handler without calls.
    init(
        _ unit: IRUnit, plan: CapturePlan, program: IRProgram, texts: UnitTexts, abilities: KernelAbilities
    ) {
        self.unit = unit
        self.plan = plan
        self.program = program
        self.texts = texts
        self.abilities = abilities
        threads = Self.threadRegisters(unit, plan, program)
        let flow = ControlFlow(unit)
        var useCounts = [Int](repeating: 0, count: unit.integerRegisters)
        for block in flow.order {
            for instruction in unit.blocks[block].instructions {
                program.forEachUse(of: instruction) {
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
        let made = zip(texts.bounds, texts.sources).reduce(0) { $0 + ($1.1 == .made ? ($1.0 + 7) / 8 * 8 : 0) }
        if made > Self.maximumTextSize { refuse("needs more than \(Self.maximumTextSize) bytes for its strings") }
    }

    private mutating func refuse(_ reason: String) { if refusal == nil { refusal = Refusal(reason) } }

    private mutating func examine(_ instruction: Instruction, _ useCounts: [Int]) {
        let (a, b) = (Int(instruction.a), Int(instruction.b))
        switch instruction.op {
        case .integerConstant, .stringConstant, .integerMove, .stringMove, .add, .subtract, .multiply, .divide, .modulo,
            .and, .or, .xor, .shiftLeft, .shiftRight, .shiftRightLogical, .equal, .notEqual, .less, .lessEqual,
            .greater, .greaterEqual, .negate, .complement, .logicalNot, .extend, .jump, .branch, .returnVoid,
            .readMemory, .canReadMemory, .slotInteger, .slotString, .slotReadable, .action, .concatenate, .stringEqual,
            .stringNotEqual,
            .stringLess, .stringLessEqual, .stringGreater, .stringGreaterEqual:
            break
        case .loadInteger, .loadString: use(a, .reads)
        case .storeInteger, .storeString: use(Int(instruction.dst), .changes)
        case .fetchAdd: use(a, useCounts[Int(instruction.dst)] == 0 ? .adds : [.reads, .changes])
        case .elementLoadInteger, .elementLoadString: element(a, b, .reads)
        case .elementStoreInteger, .elementStoreString: element(a, b, .sets)
        // It reads what it sets: that is one use.
        case .elementFetchAdd: element(a, b, useCounts[Int(instruction.dst)] == 1 ? .adds : [.reads, .changes])
        case .elementExists: element(a, b, .reads)
        case .elementDelete:
            element(a, b, .changes)
            deletes.insert(a)
        case .aggregateAdd: element(a, b, .adds)
        case .builtin:
            let builtin = program.builtin(instruction)
            switch builtin {
            case .exit: exits = true
            case .error: break
            case .cpu, .ktimeGetNs: break
            default:
                if builtin.isComputedInKernel { break }
                if let fact = builtin.fact, plan.facts[fact] != nil, case .context = fact { break }
                refuse("calls '\(builtin.signature.name)'")
            }
        case .print:
            prints = true
            if program.formats[a].contains(where: \.readsMemory) { refuse("prints memory") }
        case .histogramPrint: refuse("prints a histogram")
        case .format:
            if program.longestText(of: instruction, texts.bounds) == nil {
                refuse("makes a string by a format that the kernel cannot fill")
            }
        case .histogramFormat: refuse("makes a string of a histogram")
        case .regexMatch:
            if program.notesMatches { refuse("matches a pattern whose groups something asks for") }
            if program.regexes[b].table == nil { refuse("matches a pattern whose automaton is large") }
        case .deleteGlobal: refuse("empties '\(program.globals[a].name)'")
        case .aggregateLoad, .histogramBucket: refuse("reads statistics")
        case .iterationBegin:
            let iteration = program.iterations[a]
            let name = program.globals[iteration.array].name
            refuse(
                iteration.sort == nil
                    ? "loops over '\(name)' in the order of insertion, which the kernel's maps do not keep"
                    : "sorts '\(name)'")
        case .iterationNext, .iterationEnd: refuse("loops over an array")
        case .returnInteger, .returnString, .nextOverload, .call, .argument, .returnValue, .canReadString, .caughtError:
            refuse("uses \(instruction.op)")
        }
    }

    private mutating func use(_ global: Int, _ use: GlobalUse) {
        uses[global, default: []].formUnion(use)
        // A string is not read or changed at once.
        accesses[global, default: 0] += isRepeated || program.globals[global].valueType == .string ? 2 : 1
    }

    /// The registers whose every assignment is the number of the running thread.
    private static func threadRegisters(_ unit: IRUnit, _ plan: CapturePlan, _ program: IRProgram) -> Set<Int32> {
        var threads: Set<Int32> = []
        var others: Set<Int32> = []
        for block in unit.blocks {
            for instruction in block.instructions {
                guard case .integer(let register)? = program.definition(of: instruction) else { continue }
                if let slot = program.slot(of: instruction, plan), case .integer(let node) = plan.slots[slot],
                    plan.nodes[node] == .context(.tid)
                {
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
        if declared.wraps, declared.statistics != nil {
            refuse("keeps statistics in '\(declared.name)', whose oldest elements make room")
        } else if declared.wraps, abilities.loops != .callback {
            refuse("uses '\(declared.name)', whose oldest elements this kernel cannot find")
        }
        if declared.statistics?.shift != nil { refuse("keeps the variance of '\(declared.name)'") }
        var sizes = keySizes[global] ?? Array(repeating: 8, count: declared.keyTypes.count)
        for (position, operand) in program.operandLists[list].enumerated() {
            switch operand {
            case .integer: break
            case .wildcard: refuse("uses '*' with '\(declared.name)'")
            case .string(let register):
                sizes[position] = max(sizes[position], (texts.bounds[Int(register)] + 7) / 8 * 8)
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
