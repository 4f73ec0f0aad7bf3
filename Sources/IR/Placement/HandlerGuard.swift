// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// What the kernel tests before a handler that runs there: the part of its filter that reads no memory. The rest the handler finds
/// out itself, and it does not test again what the filter has told.
public struct HandlerGuard {
    /// The plan, with that part as its filter.
    public private(set) var plan: CapturePlan
    /// The handler behind the filter; its blocks keep their numbers.
    public private(set) var unit: IRUnit

    private let program: IRProgram
    private let tables: ProgramTables
    /// Whether computing a node reads memory at the event.
    private var readsMemory: [Bool] = []
    /// The instruction that sets each integer register, where only one does.
    private var definitions: [Int32: Instruction] = [:]

    /// Guards a handler without calls.
    public init(_ unit: IRUnit, plan: CapturePlan, program: IRProgram) {
        self.unit = unit
        self.plan = plan
        self.program = program
        tables = ProgramTables(program)
        guard let filter = plan.filter else { return }
        for node in plan.nodes { readsMemory.append(reads(node)) }
        self.plan.filter = early(filter).flatMap { constant($0) == 0 ? nil : $0 }
        guard let filter = self.plan.filter else { return }
        findDefinitions()
        if specialize(filter) {
            PassManager(tables: tables, traits: FunctionTraits()).run([PassManager.removeDeadCode], on: &self.unit)
        }
    }

    // MARK: The filter

    private func reads(_ node: CaptureNode) -> Bool {
        switch node {
        case .load, .counter, .readable: true
        case .constant, .argument, .returnValue, .register, .context, .entryValue: false
        case .unary(_, let operand), .extend(let operand, _): readsMemory[operand]
        case .binary(_, let left, let right): readsMemory[left] || readsMemory[right]
        case .select(let condition, let first, let second):
            readsMemory[condition] || readsMemory[first] || readsMemory[second]
        }
    }

    private func constant(_ node: Int) -> Int64? {
        if case .constant(let constant) = plan.nodes[node] { constant } else { nil }
    }

    /// A node without reads that is not 0 only where the filter is not; nil when that is never.
    private mutating func early(_ node: Int) -> Int? {
        if !readsMemory[node] { return node }
        guard case .select(let condition, let first, let second) = plan.nodes[node], !readsMemory[condition] else {
            return nil
        }
        let (yes, no) = (early(first), early(second))
        guard yes != nil || no != nil else { return nil }
        let never = append(.constant(0))
        return append(.select(condition, yes ?? never, no ?? never))
    }

    private mutating func append(_ node: CaptureNode) -> Int {
        plan.nodes.append(node)
        readsMemory.append(reads(node))
        return plan.nodes.count - 1
    }

    // MARK: The handler

    private mutating func findDefinitions() {
        var counts: [Int32: Int] = [:]
        for block in unit.blocks {
            for instruction in block.instructions {
                guard case .integer(let register)? = tables.definition(of: instruction) else { continue }
                counts[register, default: 0] += 1
                definitions[register] = instruction
            }
        }
        for case .integer(let register) in program.registersReadBeforeSet(of: unit) {
            counts[register, default: 0] += 1
        }
        for (register, count) in counts where count != 1 { definitions[register] = nil }
    }

    /// Makes jumps of the branches that are decided where the filter is 0; whether there were some.
    private mutating func specialize(_ filter: Int) -> Bool {
        var (block, filter) = (0, filter)
        var changes = false
        for _ in unit.blocks.indices {
            guard let last = unit.blocks[block].instructions.last else { return changes }
            if last.op == .jump {
                block = Int(last.a)
                continue
            }
            guard last.op == .branch else { return changes }
            var (condition, whenTrue, whenFalse) = (filter, Int?.none, Int?.none)
            if case .select(let tested, let first, let second) = plan.nodes[filter] {
                if (constant(first) ?? 0) != 0 {
                    (condition, whenFalse) = (tested, second)
                } else if (constant(second) ?? 0) != 0 {
                    // The event passes where the condition holds.
                    (condition, whenTrue) = (tested, first)
                }
            }
            guard isSure(condition), let agrees = agreement(last.dst, condition) else { return changes }
            // What is left of the filter is the other arm; without one, the filter itself is the condition, and 0.
            let holds = (whenTrue != nil) == agrees
            let target = holds ? last.a : last.b
            unit.blocks[block].instructions[unit.blocks[block].instructions.count - 1] = Instruction(
                .jump, a: target, site: last.site)
            changes = true
            guard let rest = whenTrue ?? whenFalse else { return changes }
            (block, filter) = (Int(target), rest)
        }
        return changes
    }

    /// Whether a node never has a fault instead of a value.
    private func isSure(_ node: Int) -> Bool {
        switch plan.nodes[node] {
        case .constant, .argument, .returnValue, .register, .context: true
        case .load, .counter, .readable, .entryValue: false
        case .unary(_, let operand), .extend(let operand, _): isSure(operand)
        case .binary(let operation, let left, let right):
            operation != .divide && operation != .modulo && isSure(left) && isSure(right)
        case .select(let condition, let first, let second): isSure(condition) && isSure(first) && isSure(second)
        }
    }

    /// Whether a register is not 0 where a node is not (true) or where it is (false); nil when that is not known.
    private func agreement(_ register: Int32, _ node: Int) -> Bool? {
        if isSame(register, node) { return true }
        guard let definition = definitions[register] else { return nil }
        if case .binary(let operation, let left, let right) = plan.nodes[node], operation.isComparison,
            operation.inverse == definition.op, isSame(definition.a, left), isSame(definition.b, right)
        {
            return false
        }
        if case .binary(.notEqual, let operand, let zero) = plan.nodes[node], constant(zero) == 0 {
            return agreement(register, operand)
        }
        if case .binary(.equal, let operand, let zero) = plan.nodes[node], constant(zero) == 0 {
            return agreement(register, operand).map { !$0 }
        }
        if case .unary(.logicalNot, let operand) = plan.nodes[node] {
            return agreement(register, operand).map { !$0 }
        }
        return nil
    }

    /// Whether a register always has the value of a node.
    private func isSame(_ register: Int32, _ node: Int) -> Bool {
        guard let definition = definitions[register] else { return false }
        switch (definition.op, plan.nodes[node]) {
        case (.integerMove, _): return isSame(definition.a, node)
        case (.integerConstant, .constant(let value)): return program.integers[Int(definition.a)] == value
        case (.slotInteger, _): return plan.slots[Int(definition.a)] == .integer(node: node)
        case (.builtin, _):
            guard let slot = tables.builtin(definition).fact.flatMap({ plan.facts[$0] }) else { return false }
            return plan.slots[slot] == .integer(node: node)
        case (.extend, .extend(let operand, let shape)):
            return IntegerShape(code: definition.b) == shape && isSame(definition.a, operand)
        case (_, .unary(definition.op, let operand)): return isSame(definition.a, operand)
        case (_, .binary(definition.op, let left, let right)):
            return isSame(definition.a, left) && isSame(definition.b, right)
        default: return false
        }
    }
}

extension IRUnit {
    /// Whether another unit does the same, possibly said at other places of the source.
    public func hasSameCode(as other: IRUnit) -> Bool {
        guard blocks.count == other.blocks.count, integerRegisters == other.integerRegisters,
            stringRegisters == other.stringRegisters
        else { return false }
        return zip(blocks, other.blocks).allSatisfy { one, two in
            guard one.handler == two.handler, one.instructions.count == two.instructions.count else { return false }
            return zip(one.instructions, two.instructions).allSatisfy { first, second in
                var second = second
                second.site = first.site
                return first == second
            }
        }
    }

    /// The block at whose start each slot that is used must be filled: it comes before all uses, and in no loop.
    public func slotBlocks(_ program: IRProgram, plan: CapturePlan) -> [Int: Int] {
        blocks(in: program) { $0.op == .slotReadable ? Int($0.a) : program.slot(of: $0, plan) }
    }

    /// The block, in no loop, that comes before all instructions which something is found for.
    public func blocks(in program: IRProgram, _ find: (Instruction) -> Int?) -> [Int: Int] {
        let flow = ControlFlow(self)
        let dominators = flow.dominators()
        var looping = Set<Int>()
        for block in flow.order { looping.formUnion(flow.loop(head: block) ?? []) }
        var places: [Int: Int] = [:]
        for block in flow.order {
            for instruction in blocks[block].instructions {
                guard let found = find(instruction) else { continue }
                places[found] = places[found].map { flow.common($0, block, dominators) } ?? block
            }
        }
        return places.mapValues { block in
            var block = block
            while looping.contains(block), dominators[block] >= 0 { block = dominators[block] }
            return block
        }
    }
}
