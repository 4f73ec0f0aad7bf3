// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// Checks what every consumer of a lowered program relies on: terminators, register bounds, table indices, types of
/// operands, and the invariants of capture plans. Returns what is wrong, in words; nothing for a good program.
public func validate(_ program: IRProgram) -> [String] {
    var validator = Validator(program: program)
    for (index, unit) in program.functions.enumerated() {
        validator.check(unit, in: "function \(index) \(unit.name)", plan: nil, isHandler: false)
    }
    for (index, unit) in program.handlers.enumerated() {
        let name = "probe \(index) \(unit.name)"
        guard program.captures.indices.contains(index), program.probes.indices.contains(index) else {
            validator.problems.append("\(name): no probe or capture")
            continue
        }
        let plan = program.captures[index]
        if (plan != nil) != program.probes[index].event.isKernel {
            validator.problems.append("\(name): a capture exactly for kernel events is expected")
        }
        if let plan { validator.problems += CaptureValidator(plan: plan).check().map { "\(name): \($0)" } }
        validator.check(unit, in: name, plan: plan, isHandler: true)
    }
    return validator.problems
}

/// Checks units.
private struct Validator {
    let program: IRProgram
    let tables: ProgramTables
    var problems: [String] = []
    private var place = ""

    init(program: IRProgram) {
        self.program = program
        tables = ProgramTables(limits: program.limits)
        tables.program = program
    }

    mutating func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition { problems.append("\(place): \(message())") }
    }

    mutating func check(_ unit: IRUnit, in name: String, plan: CapturePlan?, isHandler: Bool) {
        place = name
        expect(!unit.blocks.isEmpty, "no blocks")
        for parameter in unit.parameters { check(parameter, unit) }
        for (number, block) in unit.blocks.enumerated() {
            place = "\(name) b\(number)"
            expect(block.instructions.last?.op.isTerminator ?? false, "no terminator at the end")
            if let handler = block.handler {
                expect(unit.blocks.indices.contains(handler) && handler != 0, "errors go to block \(handler)")
            }
            for (index, instruction) in block.instructions.enumerated() {
                place = "\(name) b\(number)[\(index)] \(instruction.op)"
                if index < block.instructions.count - 1 {
                    expect(!instruction.op.isTerminator, "a terminator in the middle")
                }
                if instruction.op == .caughtError {
                    expect(index == 0 && unit.blocks.contains { $0.handler == number }, "no error leads here")
                }
                guard checkTables(instruction) else { continue }
                if let definition = tables.definition(of: instruction) { check(definition, unit) }
                for variable in tables.loopVariables(of: instruction) { check(variable, unit) }
                var uses: [Operand] = []
                tables.forEachUse(of: instruction) { uses.append($0) }
                for use in uses { check(use, unit) }
                for target in instruction.successors {
                    expect(unit.blocks.indices.contains(target), "jumps to block \(target)")
                }
                checkTypes(instruction)
                if let plan { checkCapture(instruction, plan) } else { checkUncaptured(instruction) }
                if isHandler {
                    expect(
                        instruction.op != .returnInteger && instruction.op != .returnString,
                        "a handler returns a value")
                }
            }
        }
    }

    private mutating func check(_ operand: Operand, _ unit: IRUnit) {
        switch operand {
        case .integer(let register):
            expect((0..<unit.integerRegisters).contains(Int(register)), "register i\(register)")
        case .string(let register): expect((0..<unit.stringRegisters).contains(Int(register)), "register s\(register)")
        case .wildcard: break
        }
    }

    /// Whether the tables have what an instruction names.
    private mutating func checkTables(_ instruction: Instruction) -> Bool {
        let before = problems.count
        let (dst, a, b) = (Int(instruction.dst), Int(instruction.a), Int(instruction.b))
        expect(program.sites.indices.contains(Int(instruction.site)), "site \(instruction.site)")
        switch instruction.op {
        case .integerConstant: expect(program.integers.indices.contains(a), "integer \(a)")
        case .stringConstant: expect(program.strings.indices.contains(a), "string \(a)")
        case .loadInteger, .loadString, .fetchAdd, .deleteGlobal:
            expect(program.globals.indices.contains(a), "global \(a)")
        case .storeInteger, .storeString: expect(program.globals.indices.contains(dst), "global \(dst)")
        case .elementLoadInteger, .elementLoadString, .elementStoreInteger, .elementStoreString, .elementFetchAdd,
            .elementExists, .elementDelete, .aggregateAdd, .histogramBucket, .histogramPrint, .histogramFormat:
            expect(program.globals.indices.contains(a), "global \(a)")
            expect(program.operandLists.indices.contains(b), "operands \(b)")
        case .aggregateLoad:
            expect(program.aggregates.indices.contains(a), "aggregate \(a)")
            expect(program.operandLists.indices.contains(b), "operands \(b)")
        case .iterationBegin, .iterationEnd: expect(program.iterations.indices.contains(a), "iteration \(a)")
        case .iterationNext: expect(program.iterations.indices.contains(dst), "iteration \(dst)")
        case .call:
            expect(program.functions.indices.contains(a), "function \(a)")
            expect(program.operandLists.indices.contains(b), "operands \(b)")
        case .builtin, .canReadString:
            expect(Builtin(rawValue: UInt16(truncatingIfNeeded: a)) != nil, "builtin \(a)")
            expect(program.operandLists.indices.contains(b), "operands \(b)")
        case .print, .format:
            expect(program.formats.indices.contains(a), "format \(a)")
            expect(program.operandLists.indices.contains(b), "operands \(b)")
        case .regexMatch: expect(program.regexes.indices.contains(b), "regex \(b)")
        case .readMemory, .canReadMemory: expect(program.accesses.indices.contains(b), "access \(b)")
        default: break
        }
        return problems.count == before
    }

    /// Whether operand lists have the types that the callee or array wants.
    private mutating func checkTypes(_ instruction: Instruction) {
        let a = Int(instruction.a)
        switch instruction.op {
        case .loadInteger, .fetchAdd: expect(program.globals[a].valueType == .long, "an integer of something else")
        case .loadString: expect(program.globals[a].valueType == .string, "a string of an integer")
        case .elementLoadInteger, .elementFetchAdd, .elementStoreInteger:
            expect(program.globals[a].valueType == .long, "an integer of something else")
            checkList(instruction.b, program.globals[a].keyTypes, wildcards: false)
        case .elementLoadString, .elementStoreString:
            expect(program.globals[a].valueType == .string, "a string of an integer")
            checkList(instruction.b, program.globals[a].keyTypes, wildcards: false)
        case .aggregateAdd, .aggregateLoad, .histogramBucket, .histogramPrint, .histogramFormat:
            checkStatistics(instruction)
        case .elementExists, .elementDelete: checkList(instruction.b, program.globals[a].keyTypes, wildcards: true)
        case .call:
            let types = program.functions[a].parameters.map { parameter -> ValueType in
                if case .string = parameter { return .string }
                return .long
            }
            checkList(instruction.b, types, wildcards: false)
        case .builtin:
            checkList(instruction.b, tables.builtin(instruction).signature.parameters, wildcards: false)
        case .print, .format: checkFormat(instruction)
        case .iterationBegin:
            let iteration = program.iterations[a]
            let keys = program.globals[iteration.array].keyTypes
            expect(keys.count == iteration.keys.count, "\(iteration.keys.count) loop variables for \(keys.count) keys")
            if let slice = iteration.slice { checkOperands(slice, keys, wildcards: true) }
            checkOperands(iteration.keys, keys, wildcards: false)
        default: break
        }
    }

    private mutating func checkStatistics(_ instruction: Instruction) {
        let a = Int(instruction.a)
        let global = program.globals[instruction.op == .aggregateLoad ? program.aggregates[a].global : a]
        expect(global.valueType == .statistics && global.statistics != nil, "statistics of something else")
        switch instruction.op {
        case .histogramBucket, .histogramPrint, .histogramFormat:
            expect(global.statistics?.histogram != nil, "a variable without a histogram")
        default: break
        }
        let last: [ValueType] = instruction.op == .histogramBucket ? [.long] : []
        checkList(instruction.b, global.keyTypes + last, wildcards: false)
    }

    private mutating func checkFormat(_ instruction: Instruction) {
        var types: [ValueType] = []
        for case .directive(_, let width, let precision, let conversion) in program.formats[Int(instruction.a)] {
            if width == .dynamic { types.append(.long) }
            if precision == .dynamic { types.append(.long) }
            types.append(conversion == .string ? .string : .long)
        }
        checkList(instruction.b, types, wildcards: false)
    }

    private mutating func checkList(_ index: Int32, _ types: [ValueType], wildcards: Bool) {
        checkOperands(program.operandLists[Int(index)], types, wildcards: wildcards)
    }

    private mutating func checkOperands(_ operands: [Operand], _ types: [ValueType], wildcards: Bool) {
        expect(operands.count == types.count, "\(operands.count) operands where \(types.count) are wanted")
        for (operand, type) in zip(operands, types) {
            switch operand {
            case .integer: expect(type != .string, "a long where a string is wanted")
            case .string: expect(type == .string, "a string where a long is wanted")
            case .wildcard: expect(wildcards, "a wildcard")
            }
        }
    }

    private mutating func checkCapture(_ instruction: Instruction, _ plan: CapturePlan) {
        expect(!instruction.atEntry, "still at the entry")
        switch instruction.op {
        case .argument, .returnValue: expect(false, "asks for the event in a captured handler")
        case .readMemory, .canReadMemory:
            let isUser = program.accesses[Int(instruction.b)].isUser
            expect(!isUser || plan.facts[.context(.pid)] != nil, "reads a process that the record does not name")
        case .builtin, .canReadString:
            let builtin = tables.builtin(instruction)
            expect(
                builtin.fact.map { plan.facts[$0] != nil } ?? (builtin.signature.effect != .context),
                "asks for what the record does not hold")
            expect(
                !builtin.asksForProcess || plan.facts[.context(.pid)] != nil,
                "reads a process that the record does not name")
        case .slotInteger, .slotString, .slotReadable:
            guard plan.slots.indices.contains(Int(instruction.a)) else { return expect(false, "slot \(instruction.a)") }
            switch (instruction.op, plan.slots[Int(instruction.a)]) {
            case (.slotInteger, .integer), (.slotReadable, _), (.slotString, .string), (.slotString, .entryString):
                break
            default: expect(false, "a slot of another kind")
            }
        default: break
        }
    }

    private mutating func checkUncaptured(_ instruction: Instruction) {
        switch instruction.op {
        case .slotInteger, .slotString, .slotReadable: expect(false, "a slot without a capture")
        default: break
        }
    }
}

/// Checks capture plans.
private struct CaptureValidator {
    let plan: CapturePlan

    func check() -> [String] {
        var problems: [String] = []
        func expect(_ condition: Bool, _ message: String) {
            if !condition { problems.append(message) }
        }
        for (index, node) in plan.nodes.enumerated() {
            expect(node.operands.allSatisfy { (0..<index).contains($0) }, "node \(index) names a later node")
            switch node {
            case .unary(let op, _): expect(Arithmetic.unary(op, 1) != nil, "node \(index) is no unary operation")
            case .binary(let op, _, let right):
                expect(op.isIntegerBinary, "node \(index) is no integer operation")
                if op == .divide || op == .modulo, plan.nodes.indices.contains(right) {
                    if case .constant(let value) = plan.nodes[right], value != 0 { continue }
                    problems.append("node \(index) may divide by zero")
                }
            case .readable(let load):
                if plan.nodes.indices.contains(load), case .load = plan.nodes[load] { continue }
                problems.append("node \(index) asks whether something else than a load is readable")
            case .entryValue(let entry):
                expect(plan.entryNodes.indices.contains(entry), "node \(index) names entry value \(entry)")
            case .context(let builtin):
                expect(
                    builtin.signature.effect == .context && builtin.signature.result == .long,
                    "node \(index) is no fact of the context")
            default: break
            }
        }
        func check(_ string: CaptureString) {
            guard case .memory(let address, _, let limit) = string else { return }
            expect(plan.nodes.indices.contains(address), "a string's address is node \(address)")
            expect(limit >= 0, "a string's limit is \(limit)")
        }
        for slot in plan.slots {
            switch slot {
            case .integer(let node): expect(plan.nodes.indices.contains(node), "a slot names node \(node)")
            case .string(let string): check(string)
            case .entryString(let index):
                expect(plan.entryStrings.indices.contains(index), "a slot names entry string \(index)")
            case .bytes(let address, _, let length, let limit):
                expect([address, length].allSatisfy(plan.nodes.indices.contains), "bytes name missing nodes")
                expect(limit >= 0, "the limit of bytes is \(limit)")
            case .stack(_, let depth): expect(depth >= 0, "a stack of \(depth) addresses")
            case .registers: break
            }
        }
        expect(Set(plan.slots).count == plan.slots.count, "a slot is there twice")
        for (fact, slot) in plan.facts {
            expect(plan.slots.indices.contains(slot), "the slot of \(fact) is \(slot)")
        }
        for string in plan.entryStrings {
            check(string)
            if case .memory(let address, _, _) = string {
                expect(isAtEntry(address), "an entry string is not of the entry")
            }
        }
        for node in plan.entryNodes {
            expect(plan.nodes.indices.contains(node), "an entry value names node \(node)")
            expect(isAtEntry(node), "entry node \(node) is not of the entry")
        }
        if let scope = plan.scope { expect(plan.nodes.indices.contains(scope), "the scope is node \(scope)") }
        if let filter = plan.filter { expect(plan.nodes.indices.contains(filter), "the filter is node \(filter)") }
        return problems
    }

    /// Whether a node needs nothing that the return brings.
    private func isAtEntry(_ node: Int) -> Bool {
        guard plan.nodes.indices.contains(node) else { return false }
        switch plan.nodes[node] {
        case .returnValue, .entryValue: return false
        default: return plan.nodes[node].operands.allSatisfy { $0 < node && isAtEntry($0) }
        }
    }
}

extension CaptureNode {
    /// The nodes that it needs.
    public var operands: [Int] {
        switch self {
        case .constant, .argument, .returnValue, .register, .counter, .context, .entryValue: []
        case .load(let operand, _), .unary(_, let operand), .extend(let operand, _), .readable(let operand): [operand]
        case .binary(_, let left, let right): [left, right]
        case .select(let condition, let yes, let no): [condition, yes, no]
        }
    }
}
