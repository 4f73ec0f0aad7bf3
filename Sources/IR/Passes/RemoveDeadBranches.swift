// SPDX-License-Identifier: GPL-3.0-or-later

extension PassManager {
    /// Drops branches that decide about nothing: between them and where their ways meet again there is no effect and
    /// no value that an effect needs. Statements that are passed over so are not counted. Loops stay.
    static let removeDeadBranches = UnitPass(name: "remove-dead-branches") { unit, context in
        let flow = ControlFlow(unit)
        guard let following = PostDominators(flow) else { return false }
        var marker = LivenessMarker(unit: unit, flow: flow, following: following, context: context)
        marker.run()
        var changed = false
        for block in flow.order where !marker.isDecisive[block] {
            let place = unit.blocks[block].instructions.count - 1
            let last = unit.blocks[block].instructions[place]
            guard last.op == .branch else { continue }
            changed = true
            if let target = following.next[block] {
                unit.blocks[block].instructions[place] = Instruction(.jump, a: Int32(target), site: last.site)
            } else {
                unit.blocks[block].instructions[place] = Instruction(.returnVoid, site: last.site)
            }
        }
        return changed
    }
}

/// The nearest block that every way from a block to the end of the unit passes.
struct PostDominators {
    /// nil where that is the end itself.
    let next: [Int?]

    /// nil when some block never reaches an end.
    init?(_ flow: ControlFlow) {
        let count = flow.successors.count
        let exit = count
        var order: [Int] = []
        var isSeen = [Bool](repeating: false, count: count)
        // Postorder of the reversed graph, from every end.
        for start in flow.order where flow.successors[start].isEmpty && !isSeen[start] {
            var stack: [(block: Int, edge: Int)] = [(start, 0)]
            isSeen[start] = true
            while let top = stack.last {
                guard top.edge < flow.predecessors[top.block].count else {
                    order.append(top.block)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].edge += 1
                let previous = flow.predecessors[top.block][top.edge]
                if !isSeen[previous] {
                    isSeen[previous] = true
                    stack.append((previous, 0))
                }
            }
        }
        guard order.count == flow.order.count else { return nil }
        var rank = [Int](repeating: -1, count: count + 1)
        for (place, block) in order.enumerated() { rank[block] = place }
        rank[exit] = order.count
        var dominator = [Int](repeating: -1, count: count + 1)
        dominator[exit] = exit
        var changed = true
        while changed {
            changed = false
            for block in order.reversed() {
                let targets = flow.successors[block].isEmpty ? BlockTargets(first: exit) : flow.successors[block]
                var candidate = -1
                for target in targets where dominator[target] >= 0 {
                    guard candidate >= 0 else {
                        candidate = target
                        continue
                    }
                    var (left, right) = (candidate, target)
                    while left != right {
                        while rank[left] < rank[right] { left = dominator[left] }
                        while rank[right] < rank[left] { right = dominator[right] }
                    }
                    candidate = left
                }
                if candidate != dominator[block] {
                    dominator[block] = candidate
                    changed = true
                }
            }
        }
        next = dominator.dropLast().map { $0 < 0 || $0 == exit ? nil : $0 }
    }
}

/// Marks the branches that effects depend on.
private struct LivenessMarker {
    /// Whether the end of a block decides about an effect.
    private(set) var isDecisive: [Bool]
    private let unit: IRUnit
    private let flow: ControlFlow
    private let context: PassContext
    /// The blocks whose branches decide whether a block runs.
    private var deciders: [[Int]]
    private var isLive: [Bool]
    private var waiting: [Instruction] = []
    private var waitingBlocks: [Int] = []
    /// Where registers are set, linked by register.
    private var definitions: [Definition] = []
    private var lastDefinition: [Int]
    private var isWanted: [Bool]

    private struct Definition {
        var block: Int
        var instruction: Instruction
        var previous: Int
    }

    init(unit: IRUnit, flow: ControlFlow, following: PostDominators, context: PassContext) {
        self.unit = unit
        self.flow = flow
        self.context = context
        isDecisive = Array(repeating: false, count: unit.blocks.count)
        isLive = isDecisive
        lastDefinition = Array(repeating: -1, count: unit.integerRegisters + unit.stringRegisters)
        isWanted = Array(repeating: false, count: unit.integerRegisters + unit.stringRegisters)
        deciders = Array(repeating: [], count: unit.blocks.count)
        for block in flow.order where flow.successors[block].count > 1 {
            for target in flow.successors[block] {
                var runner: Int? = target
                while let current = runner, current != following.next[block] {
                    deciders[current].append(block)
                    runner = following.next[current]
                }
            }
        }
    }

    mutating func run() {
        for block in flow.order {
            for instruction in unit.blocks[block].instructions {
                if let register = context.tables.definition(of: instruction) { define(register, instruction, block) }
                for variable in context.tables.loopVariables(of: instruction) { define(variable, instruction, block) }
            }
        }
        for block in flow.order {
            for instruction in unit.blocks[block].instructions where isRoot(instruction, in: block) {
                mark(instruction, in: block)
            }
        }
        while true {
            if let instruction = waiting.popLast() {
                context.tables.forEachUse(of: instruction) { want($0) }
            } else if let block = waitingBlocks.popLast() {
                for decider in deciders[block] where !isDecisive[decider] {
                    isDecisive[decider] = true
                    if let last = unit.blocks[decider].instructions.last { mark(last, in: decider) }
                }
            } else {
                return
            }
        }
    }

    private func isRoot(_ instruction: Instruction, in block: Int) -> Bool {
        switch instruction.op {
        case .action, .returnVoid, .branch, .jump:
            // What may run forever is left alone.
            return flow.successors[block].contains { flow.isBackEdge(from: block, to: $0) }
        default: return !context.isRemovable(instruction, isProtected: unit.blocks[block].handler != nil)
        }
    }

    private mutating func mark(_ instruction: Instruction, in block: Int) {
        waiting.append(instruction)
        guard !isLive[block] else { return }
        isLive[block] = true
        waitingBlocks.append(block)
    }

    /// The place of a register in the tables of both files.
    private func place(_ operand: Operand) -> Int? {
        switch operand {
        case .integer(let register): Int(register)
        case .string(let register): unit.integerRegisters + Int(register)
        case .wildcard: nil
        }
    }

    private mutating func define(_ operand: Operand, _ instruction: Instruction, _ block: Int) {
        guard let place = place(operand) else { return }
        definitions.append(Definition(block: block, instruction: instruction, previous: lastDefinition[place]))
        lastDefinition[place] = definitions.count - 1
    }

    private mutating func want(_ operand: Operand) {
        guard let place = place(operand), !isWanted[place] else { return }
        isWanted[place] = true
        var next = lastDefinition[place]
        while next >= 0 {
            let definition = definitions[next]
            mark(definition.instruction, in: definition.block)
            next = definition.previous
        }
    }
}
