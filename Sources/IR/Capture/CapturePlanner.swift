// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// Finds out what a captured handler reads of the kernel, as expressions over the event's context, and makes
/// the handler read the record's slots instead. A read whose address the kernel cannot know at the event stays as it is.
///
/// Registers with one assignment have one value in the whole unit; the others have one at the end of each block,
/// and where branches meet, the conditions that led there choose between them (`select`).
struct CapturePlanner {
    private(set) var unit: IRUnit
    private(set) var diagnostics: [Diagnostic] = []
    let tables: ProgramTables
    let traits: FunctionTraits
    var graph = CaptureGraph()
    let flow: ControlFlow
    private let dominators: [Int]
    private let single: SingleAssignments
    /// What registers with one assignment hold.
    private var values: [KnownValue]
    /// The places in a state of the registers with several.
    private var places: [Int]
    /// The registers with several assignments, by place.
    private var variables: [Int32] = []
    /// What the variables hold at the end of each block.
    private var states: [[KnownValue]]
    /// What each block branches on.
    var conditions: [KnownValue]
    /// The slots so far; only those that are used at the end stay.
    private var slots: [CaptureSlot] = []
    private var slotIndex: [CaptureSlot: Int32] = [:]
    private var entryStrings: [CaptureString] = []
    private var entryStringIndex: [CaptureString: Int] = [:]
    /// Bytes that built-in functions work on, and the registers that hold their numbers.
    var byteSlots: [CaptureSlot] = []
    var byteNumbers: [Int32: Int] = [:]
    /// Why instructions could not be captured; they are errors when they are still used at the end.
    var failures: [Instruction: UnknownReason] = [:]
    /// Why reads stay in the handler.
    var late: [Instruction: UnknownReason] = [:]
    /// The tests of reads that a later test makes superfluous when that one is captured; see `UnitLowering.readable`.
    private let impliedTests: [Int32: Int32]
    /// The results of tests that are captured.
    private var capturedTests: Set<Int32> = []

    init(unit: IRUnit, tables: ProgramTables, traits: FunctionTraits, impliedTests: [Int32: Int32] = [:]) {
        self.unit = unit
        self.tables = tables
        self.traits = traits
        self.impliedTests = impliedTests
        flow = ControlFlow(unit)
        dominators = flow.dominators()
        single = SingleAssignments(unit, tables)
        values = Array(repeating: .unknown(.computation), count: unit.integerRegisters)
        places = Array(repeating: -1, count: unit.integerRegisters)
        for register in 0..<Int32(unit.integerRegisters) where !single.contains(.integer(register)) {
            places[Int(register)] = variables.count
            variables.append(register)
        }
        states = Array(repeating: [], count: unit.blocks.count)
        conditions = Array(repeating: .unknown(.computation), count: unit.blocks.count)
    }

    /// Plans the captures; afterwards `unit` reads slots, and memory only late.
    mutating func run() -> CapturePlan {
        for block in flow.order { interpret(block) }
        dropImpliedTests()
        // Address arithmetic is dead now, with the branches that chose among addresses.
        PassManager(tables: tables, traits: traits).run(PassManager.trimming, on: &unit)
        let reachable = ControlFlow(unit).position
        for block in unit.blocks.indices where reachable[block] < 0 {
            unit.blocks[block].instructions = [Instruction(.returnVoid)]
            unit.blocks[block].handler = nil
        }
        var filter = CaptureFilter(planner: self)
        let filterNode = filter.run(unit)
        graph = filter.graph
        report()
        return finish(filter: filterNode)
    }

    // MARK: Values

    /// The value of a node at the event.
    private mutating func materialize(_ value: KnownValue) -> Int? {
        switch value {
        case .event(let node): node
        case .entry(let node): graph.entryValue(node)
        case .unknown: nil
        }
    }

    private func isConstant(_ value: KnownValue) -> Bool {
        if case .event(let node) = value { return graph.constant(of: node) != nil }
        return false
    }

    private func value(of register: Int32, _ state: [KnownValue]) -> KnownValue {
        let place = places[Int(register)]
        return place < 0 ? values[Int(register)] : state[place]
    }

    /// An operand's node, at the time when its instruction is evaluated.
    private mutating func node(_ register: Int32, atEntry: Bool, _ state: [KnownValue]) -> Result<Int, Unknown> {
        switch value(of: register, state) {
        case .event(let node):
            if atEntry, graph.constant(of: node) == nil { return .failure(Unknown(reason: .notAtEntry)) }
            return .success(node)
        case .entry(let node): return .success(atEntry ? node : graph.entryValue(node))
        case .unknown(let reason): return .failure(Unknown(reason: reason))
        }
    }

    private struct Unknown: Error {
        var reason: UnknownReason
    }

    /// A node that an instruction computed, with the time when it did.
    private mutating func known(_ node: Int, atEntry: Bool) -> KnownValue {
        atEntry && graph.constant(of: node) == nil ? .entry(node) : .event(node)
    }

    // MARK: Blocks

    private mutating func interpret(_ block: Int) {
        var state = merged(block)
        var instructions: [Instruction] = []
        instructions.reserveCapacity(unit.blocks[block].instructions.count)
        for instruction in unit.blocks[block].instructions {
            let value = evaluate(instruction, state, into: &instructions)
            if case .integer(let register)? = tables.definition(of: instruction) {
                set(register, value, &state)
            }
            for case .integer(let register) in tables.loopVariables(of: instruction) {
                set(register, .unknown(.loop), &state)
            }
            if instruction.op == .branch { conditions[block] = self.value(of: instruction.dst, state) }
        }
        unit.blocks[block].instructions = instructions
        states[block] = state
    }

    private mutating func set(_ register: Int32, _ value: KnownValue, _ state: inout [KnownValue]) {
        let place = places[Int(register)]
        if place < 0 {
            values[Int(register)] = value
        } else {
            state[place] = value
        }
    }

    /// What the variables hold at the start of a block.
    private mutating func merged(_ block: Int) -> [KnownValue] {
        let forward = flow.predecessors[block].filter { !flow.isBackEdge(from: $0, to: block) }
        guard let first = forward.first else {
            let zero = graph.constant(0)
            return Array(repeating: .event(zero), count: variables.count)
        }
        var state = states[first]
        if forward.contains(where: { unit.blocks[$0].handler == block }) {
            return afterErrors(in: forward, state)
        }
        for place in state.indices where forward.contains(where: { states[$0][place] != state[place] }) {
            state[place] = choose(place, at: block)
        }
        if let loop = flow.loop(head: block) {
            for member in loop {
                for instruction in unit.blocks[member].instructions {
                    let changed = [tables.definition(of: instruction)].compactMap { $0 }
                    for case .integer(let register) in changed + tables.loopVariables(of: instruction) {
                        if places[Int(register)] >= 0 { state[places[Int(register)]] = .unknown(.loop) }
                    }
                }
            }
        }
        return state
    }

    /// What the variables hold when an error leaves one of these blocks, nobody knows where.
    private func afterErrors(in blocks: [Int], _ first: [KnownValue]) -> [KnownValue] {
        var state = first
        for block in blocks {
            for place in state.indices where states[block][place] != state[place] { state[place] = .unknown(.choice) }
            for instruction in unit.blocks[block].instructions {
                let changed = [tables.definition(of: instruction)].compactMap { $0 }
                for case .integer(let register) in changed where places[Int(register)] >= 0 {
                    state[places[Int(register)]] = .unknown(.choice)
                }
            }
        }
        return state
    }

    // MARK: Joins

    private enum Gate {
        /// The path does not lead to the join.
        case elsewhere
        case value(KnownValue)
    }

    /// The value of a variable where branches meet, chosen by the conditions since the block that dominates it.
    private mutating func choose(_ place: Int, at block: Int) -> KnownValue {
        let start = dominators[block]
        guard start >= 0 else { return .unknown(.choice) }
        var memo: [Int: Gate] = [:]
        switch gateBranch(start, place, block, &memo) {
        case .elsewhere: return .unknown(.choice)
        case .value(let value): return value
        }
    }

    private mutating func gate(_ from: Int, _ next: Int, _ place: Int, _ target: Int, _ memo: inout [Int: Gate]) -> Gate
    {
        if flow.isBackEdge(from: from, to: next) { return .elsewhere }
        if next == target { return .value(states[from][place]) }
        if flow.position[next] > flow.position[target] { return .elsewhere }
        if let known = memo[next] { return known }
        let result = gateBranch(next, place, target, &memo)
        memo[next] = result
        return result
    }

    private mutating func gateBranch(_ block: Int, _ place: Int, _ target: Int, _ memo: inout [Int: Gate]) -> Gate {
        let normal = gateTerminator(block, place, target, &memo)
        guard let handler = unit.blocks[block].handler else { return normal }
        switch (normal, gate(block, handler, place, target, &memo)) {
        case (.elsewhere, let other), (let other, .elsewhere): return other
        case (.value(let normal), .value(let caught)):
            // Whether an error comes is not known before it does.
            return .value(normal == caught ? normal : .unknown(.choice))
        }
    }

    private mutating func gateTerminator(_ block: Int, _ place: Int, _ target: Int, _ memo: inout [Int: Gate]) -> Gate {
        let next = unit.blocks[block].instructions.last?.successors ?? BlockTargets()
        guard let first = next.first else { return .elsewhere }
        let yes = gate(block, first, place, target, &memo)
        guard next.count > 1 else { return yes }
        let no = gate(block, next[1], place, target, &memo)
        switch (yes, no) {
        case (.elsewhere, let other), (let other, .elsewhere): return other
        case (.value(let yes), .value(let no)):
            if yes == no { return .value(yes) }
            return .value(select(conditions[block], yes, no))
        }
    }

    private mutating func select(_ condition: KnownValue, _ yes: KnownValue, _ no: KnownValue) -> KnownValue {
        for case .unknown(let reason) in [yes, no] { return .unknown(reason) }
        if case .unknown(let reason) = condition {
            return .unknown(reason == .text || reason == .computation ? .choice : reason)
        }
        let parts = [condition, yes, no]
        let isEntry = parts.allSatisfy { part in
            if case .entry = part { return true }
            return isConstant(part)
        }
        if isEntry {
            let nodes = parts.compactMap { part -> Int? in
                switch part {
                case .event(let node), .entry(let node): node
                case .unknown: nil
                }
            }
            return known(graph.add(.select(nodes[0], nodes[1], nodes[2])), atEntry: true)
        }
        guard let condition = materialize(condition), let yes = materialize(yes), let no = materialize(no) else {
            return .unknown(.choice)
        }
        return .event(graph.add(.select(condition, yes, no)))
    }

    // MARK: Instructions

    /// Appends what replaces an instruction; returns what its integer result is.
    private mutating func evaluate(
        _ instruction: Instruction, _ state: [KnownValue], into output: inout [Instruction]
    ) -> KnownValue {
        var replaced = instruction
        replaced.atEntry = false
        do {
            let (value, replacement) = try compute(instruction, state)
            switch replacement {
            case .keep: output.append(replaced)
            case .integerSlot(let slot):
                replaced.op = .slotInteger
                (replaced.a, replaced.b) = (slot, 0)
                output.append(replaced)
            case .stringSlot(let slot, let length):
                replaced.op = .slotString
                (replaced.a, replaced.b) = (slot, 0)
                append(replaced, cutTo: length, &output)
            case .recorded(let builtin, let number): appendRecorded(replaced, builtin, number, &output)
            case .readableSlot(let slot):
                replaced.op = .slotReadable
                (replaced.a, replaced.b) = (slot, 0)
                capturedTests.insert(replaced.dst)
                output.append(replaced)
            }
            return value
        } catch {
            // What is meant at the entry is gone when the handler runs.
            if !instruction.atEntry, tables.readsMemory(instruction) {
                late[replaced] = error.reason
                output.append(replaced)
                return .unknown(.late)
            }
            failures[replaced] = error.reason
            output.append(replaced)
            return .unknown(.reported)
        }
    }

    /// Lets a test whose successor is captured succeed: the successor's slot has the faults of both.
    private mutating func dropImpliedTests() {
        let implied = impliedTests.filter { capturedTests.contains($0.value) && capturedTests.contains($0.key) }
        guard !implied.isEmpty else { return }
        let one = graph.constant(1)
        for block in flow.order {
            for place in unit.blocks[block].instructions.indices {
                let instruction = unit.blocks[block].instructions[place]
                guard implied[instruction.dst] != nil else { continue }
                if instruction.op == .slotReadable {
                    unit.blocks[block].instructions[place] = Instruction(
                        .integerConstant, dst: instruction.dst, a: tables.integer(1), site: instruction.site)
                } else if instruction.op == .branch {
                    conditions[block] = .event(one)
                }
            }
        }
    }

    /// A string slot, cut afterwards where the length is not known to the kernel.
    private mutating func append(_ slot: Instruction, cutTo length: Int32?, _ output: inout [Instruction]) {
        guard let length else { return output.append(slot) }
        var slot = slot
        let whole = Int32(unit.stringRegisters)
        let zero = Int32(unit.integerRegisters)
        unit.stringRegisters += 1
        unit.integerRegisters += 1
        let list = tables.operands([.string(whole), .integer(zero), .integer(length)])
        let result = slot.dst
        slot.dst = whole
        output.append(slot)
        output.append(Instruction(.integerConstant, dst: zero, a: tables.integer(0), site: slot.site))
        output.append(
            Instruction(.builtin, dst: result, a: Int32(Builtin.substr.rawValue), b: list, site: slot.site))
    }

    private enum Replacement {
        case keep
        /// A built-in function takes its memory from the record: the number of the bytes.
        case recorded(Builtin, Int)
        case integerSlot(Int32)
        case stringSlot(Int32, length: Int32?)
        case readableSlot(Int32)
    }

    private mutating func compute(
        _ instruction: Instruction, _ state: [KnownValue]
    ) throws(Unknown) -> (KnownValue, Replacement) {
        let atEntry = instruction.atEntry
        switch instruction.op {
        case .integerConstant:
            return (.event(graph.constant(tables.program.integers[Int(instruction.a)])), .keep)
        case .integerMove:
            let value = value(of: instruction.a, state)
            guard atEntry else { return (value, .keep) }
            switch value {
            case .entry, .unknown(.computedAtEntry): return (value, .keep)
            case .event where isConstant(value): return (value, .keep)
            default: throw Unknown(reason: .notAtEntry)
            }
        case .negate, .complement, .logicalNot:
            guard let operand = try? node(instruction.a, atEntry: atEntry, state).get() else {
                return (unknown([instruction.a], atEntry, state), .keep)
            }
            return (known(graph.add(.unary(instruction.op, operand)), atEntry: atEntry), .keep)
        case .extend:
            guard let operand = try? node(instruction.a, atEntry: atEntry, state).get() else {
                return (unknown([instruction.a], atEntry, state), .keep)
            }
            let shape = IntegerShape(code: instruction.b)
            return (known(graph.add(.extend(operand, shape)), atEntry: atEntry), .keep)
        case let op where op.isIntegerBinary:
            guard let left = try? node(instruction.a, atEntry: atEntry, state).get(),
                let right = try? node(instruction.b, atEntry: atEntry, state).get()
            else { return (unknown([instruction.a, instruction.b], atEntry, state), .keep) }
            // A record could not tell the fault of a division from that of a read.
            if op == .divide || op == .modulo, (graph.constant(of: right) ?? 0) == 0 {
                return (.unknown(atEntry ? .computedAtEntry : .computation), .keep)
            }
            return (known(graph.add(.binary(op, left, right)), atEntry: atEntry), .keep)
        case .argument: return capture(graph.add(.argument(Int(instruction.a))), atEntry)
        case .returnValue:
            if atEntry { throw Unknown(reason: .notAtEntry) }
            return capture(graph.add(.returnValue), false)
        case .readMemory:
            let address = try node(instruction.a, atEntry: atEntry, state).get()
            return capture(graph.add(.load(address: address, tables.program.accesses[Int(instruction.b)])), atEntry)
        case .canReadMemory:
            let address = try node(instruction.a, atEntry: atEntry, state).get()
            let load = graph.add(.load(address: address, tables.program.accesses[Int(instruction.b)]))
            let (_, slot) = capture(load, atEntry)
            guard case .integerSlot(let index) = slot else { return (.unknown(.computation), .keep) }
            return (known(graph.add(.readable(load)), atEntry: atEntry), .readableSlot(index))
        case .canReadString:
            let builtin = tables.builtin(instruction)
            if builtin.recorded != nil || builtin == .userVariable {
                let number = try byteSlot(builtin, instruction, state)
                return (.unknown(.text), .readableSlot(slot(byteSlots[number])))
            }
            let (slot, _) = try string(builtin, instruction, state)
            return (.unknown(.text), .readableSlot(slot))
        case .builtin: return try builtin(instruction, state)
        default: return try other(instruction)
        }
    }

    /// The unknown result of arithmetic on these registers.
    private func unknown(_ registers: [Int32], _ atEntry: Bool, _ state: [KnownValue]) -> KnownValue {
        for register in registers {
            if case .unknown(let reason) = value(of: register, state) { return .unknown(reason) }
        }
        return .unknown(atEntry ? .notAtEntry : .computation)
    }

    /// Captures an integer node, at the event or at the entry.
    private mutating func capture(_ node: Int, _ atEntry: Bool) -> (KnownValue, Replacement) {
        if let value = graph.constant(of: node) { return (.event(graph.constant(value)), .keep) }
        let captured = atEntry ? graph.entryValue(node) : node
        return (known(node, atEntry: atEntry), .integerSlot(slot(.integer(node: captured))))
    }

    private mutating func slot(_ slot: CaptureSlot) -> Int32 {
        if let known = slotIndex[slot] { return known }
        slots.append(slot)
        slotIndex[slot] = Int32(slots.count - 1)
        return Int32(slots.count - 1)
    }

    private mutating func builtin(
        _ instruction: Instruction, _ state: [KnownValue]
    ) throws(Unknown) -> (KnownValue, Replacement) {
        let builtin = tables.builtin(instruction)
        let operands = tables.program.operandLists[Int(instruction.b)]
        switch builtin {
        case .rawArgument:
            guard case .integer(let register)? = operands.first,
                case .event(let node) = value(of: register, state), let number = graph.constant(of: node),
                number >= 1, number <= 64
            else { throw Unknown(reason: .function(builtin.signature.name)) }
            return capture(graph.add(.argument(Int(number) - 1)), instruction.atEntry)
        case .rawRegister:
            guard case .integer(let register)? = operands.first,
                case .event(let node) = value(of: register, state), let number = graph.constant(of: node),
                (0..<64).contains(number)
            else { throw Unknown(reason: .function(builtin.signature.name)) }
            return capture(graph.add(.register(Int(number))), instruction.atEntry)
        case .perfCounter:
            guard case .integer(let register)? = operands.first,
                case .event(let node) = value(of: register, state), let number = graph.constant(of: node),
                (0..<64).contains(number)
            else { throw Unknown(reason: .function(builtin.signature.name)) }
            return capture(graph.add(.counter(Int(number))), instruction.atEntry)
        case .returnval:
            if instruction.atEntry { throw Unknown(reason: .notAtEntry) }
            return capture(graph.add(.returnValue), false)
        case .execname:
            return (.unknown(.text), .stringSlot(slot(.command, instruction.atEntry), length: nil))
        case .kernelString, .kernelStringN, .userString, .userStringN:
            let (slot, length) = try string(builtin, instruction, state)
            return (.unknown(.text), .stringSlot(slot, length: length))
        default: break
        }
        switch builtin.signature.effect {
        case .memory:
            let number = try byteSlot(builtin, instruction, state)
            return (.unknown(.text), builtin.recorded.map { .recorded($0, number) } ?? .keep)
        case .context: return capture(graph.add(.context(builtin)), instruction.atEntry)
        case .effect where instruction.atEntry: throw Unknown(reason: .notAtEntry)
        default:
            let reason = UnknownReason.function(builtin.signature.name)
            return (.unknown(instruction.atEntry ? .computedAtEntry : reason), .keep)
        }
    }

    /// The number of the bytes that a built-in function works on: its first argument is their address.
    private mutating func byteSlot(
        _ builtin: Builtin, _ instruction: Instruction, _ state: [KnownValue]
    ) throws(Unknown) -> Int {
        let operands = tables.program.operandLists[Int(instruction.b)]
        guard builtin.recorded != nil, case .integer(let register)? = operands.first else {
            throw Unknown(reason: .bytes)
        }
        if instruction.atEntry { throw Unknown(reason: .notAtEntry) }
        let address = try node(register, atEntry: false, state).get()
        let limit = max(0, tables.program.limits.maxStringLength - 1)
        let length: Int
        if builtin.signature.parameters.count > 1, case .integer(let register) = operands[1] {
            length = try node(register, atEntry: false, state).get()
        } else {
            length = graph.constant(Int64(limit))
        }
        let slot = CaptureSlot.bytes(address: address, isUser: builtin.readsProcess, length: length, limit: limit)
        if let known = byteSlots.firstIndex(of: slot) { return known }
        byteSlots.append(slot)
        return byteSlots.count - 1
    }

    /// Adds the number of the bytes to the arguments.
    private mutating func appendRecorded(
        _ call: Instruction, _ builtin: Builtin, _ number: Int, _ output: inout [Instruction]
    ) {
        let register = Int32(unit.integerRegisters)
        unit.integerRegisters += 1
        var call = call
        call.a = Int32(builtin.rawValue)
        call.b = tables.operands(tables.program.operandLists[Int(call.b)] + [.integer(register)])
        byteNumbers[register] = number
        output.append(
            Instruction(.integerConstant, dst: register, a: tables.integer(Int64(number)), site: call.site))
        output.append(call)
    }

    private mutating func slot(_ string: CaptureString, _ atEntry: Bool) -> Int32 {
        guard atEntry else { return slot(.string(string)) }
        if let known = entryStringIndex[string] { return slot(.entryString(known)) }
        entryStrings.append(string)
        entryStringIndex[string] = entryStrings.count - 1
        return slot(.entryString(entryStrings.count - 1))
    }

    /// The slot of a string in memory, and the register of its length where that is not a constant.
    private mutating func string(
        _ builtin: Builtin, _ instruction: Instruction, _ state: [KnownValue]
    ) throws(Unknown) -> (slot: Int32, length: Int32?) {
        let operands = tables.program.operandLists[Int(instruction.b)]
        guard case .integer(let register)? = operands.first else { throw Unknown(reason: .computation) }
        let address = try node(register, atEntry: instruction.atEntry, state).get()
        let isUser = builtin == .userString || builtin == .userStringN
        var limit = max(0, tables.program.limits.maxStringLength - 1)
        var length: Int32?
        if operands.count > 1, case .integer(let register) = operands[1] {
            if case .event(let node) = value(of: register, state), let constant = graph.constant(of: node) {
                limit = Int(max(0, min(Int64(limit), constant)))
            } else {
                length = register
            }
        }
        let string = CaptureString.memory(address: address, isUser: isUser, limit: limit)
        return (slot(string, instruction.atEntry), length)
    }

    /// Instructions that the kernel does not know the results of.
    private func other(_ instruction: Instruction) throws(Unknown) -> (KnownValue, Replacement) {
        let program = tables.program
        let reason: UnknownReason
        switch instruction.op {
        case .loadInteger, .loadString, .fetchAdd: reason = .global(program.globals[Int(instruction.a)].name)
        case .storeInteger, .storeString: reason = .global(program.globals[Int(instruction.dst)].name)
        case .deleteGlobal: reason = .global(program.globals[Int(instruction.a)].name)
        case .elementLoadInteger, .elementLoadString, .elementExists, .elementStoreInteger, .elementStoreString,
            .elementFetchAdd, .elementDelete, .aggregateAdd, .histogramBucket, .histogramPrint, .histogramFormat:
            reason = .array(program.globals[Int(instruction.a)].name)
        case .aggregateLoad:
            reason = .array(program.globals[program.aggregates[Int(instruction.a)].global].name)
        case .call:
            reason = .function(program.functions[Int(instruction.a)].name)
            if instruction.atEntry, !traits.isPure[Int(instruction.a)] { throw Unknown(reason: .notAtEntry) }
        default:
            // What was computed from strings that were read at the entry may be computed at the return.
            if instruction.op == .print, instruction.atEntry { throw Unknown(reason: .notAtEntry) }
            return (.unknown(instruction.atEntry ? .computedAtEntry : .text), .keep)
        }
        if instruction.atEntry, instruction.op != .call { throw Unknown(reason: .notAtEntry) }
        return (.unknown(instruction.atEntry ? .computedAtEntry : reason), .keep)
    }

    // MARK: The plan

    /// Says what could not be captured and is used.
    private mutating func report() {
        for block in unit.blocks {
            for instruction in block.instructions {
                guard let reason = failures[instruction], reason != .reported else { continue }
                let token = tables.program.sites[Int(instruction.site)].token
                diagnostics.append(Diagnostic(.semanticError, message(instruction, reason), tokens: [token]))
            }
        }
    }

    /// Keeps what is used and numbers it anew, in order of use.
    private mutating func finish(filter: Int?) -> CapturePlan {
        var used: [Int32: Int32] = [:]
        var order: [CaptureSlot] = []
        for block in unit.blocks.indices {
            for place in unit.blocks[block].instructions.indices {
                let instruction = unit.blocks[block].instructions[place]
                switch instruction.op {
                case .slotInteger, .slotString, .slotReadable: break
                default: continue
                }
                if used[instruction.a] == nil {
                    used[instruction.a] = Int32(order.count)
                    order.append(slots[Int(instruction.a)])
                }
                unit.blocks[block].instructions[place].a = used[instruction.a] ?? 0
            }
        }
        var places: [CaptureFact: Int] = [:]
        for fact in facts() {
            let slot = slot(of: fact)
            if let known = order.firstIndex(of: slot) {
                places[fact] = known
            } else {
                places[fact] = order.count
                order.append(slot)
            }
        }
        var compaction = PlanCompaction(graph: graph, entryStrings: entryStrings)
        var plan = compaction.plan(slots: order, filter: filter)
        plan.facts = places
        plan.lateReads = lateReads()
        return plan
    }
}
