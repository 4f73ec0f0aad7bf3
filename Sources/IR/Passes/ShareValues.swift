// SPDX-License-Identifier: GPL-3.0-or-later

extension PassManager {
    /// Computes a value once where a computation of the same dominates another: constants, arithmetic, slots.
    static let shareValues = UnitPass(name: "share-values") { unit, context in
        let flow = ControlFlow(unit)
        let dominators = flow.dominators()
        let single = SingleAssignments(unit, context.tables)
        var children = [[Int]](repeating: [], count: unit.blocks.count)
        for block in flow.order.dropFirst() where dominators[block] >= 0 { children[dominators[block]].append(block) }
        var known: [ValueKey: Int32] = [:]
        var replacements: [Operand: Operand] = [:]
        // Each entry of the stack is a block to enter, or the keys that it brought and that end with it.
        enum Step {
            case enter(Int)
            case leave([ValueKey])
        }
        var stack: [Step] = [.enter(0)]
        while let step = stack.popLast() {
            switch step {
            case .leave(let keys): for key in keys { known[key] = nil }
            case .enter(let block):
                var brought: [ValueKey] = []
                for place in unit.blocks[block].instructions.indices {
                    var instruction = unit.blocks[block].instructions[place]
                    context.tables.rewriteUses(of: &instruction) { replacements[$0] ?? $0 }
                    unit.blocks[block].instructions[place] = instruction
                    guard let key = ValueKey(instruction, single, context.tables),
                        let definition = context.tables.definition(of: instruction), single.contains(definition)
                    else { continue }
                    if let first = known[key] {
                        replacements[definition] = definition.withIndex(first)
                    } else {
                        known[key] = instruction.dst
                        brought.append(key)
                    }
                }
                // An error may come before the values do: neither its handler sees them, nor what is reached through it.
                let afterErrors = unit.blocks[block].handler.map { flow.reachable(from: $0, avoiding: block) } ?? []
                for child in children[block].reversed() where afterErrors.contains(child) {
                    stack.append(.enter(child))
                }
                stack.append(.leave(brought))
                for child in children[block].reversed() where !afterErrors.contains(child) {
                    stack.append(.enter(child))
                }
            }
        }
        // The computations that are left over have no readers now.
        return !replacements.isEmpty
    }
}

/// What an instruction computes, when it computes the same everywhere in the unit.
private struct ValueKey: Hashable {
    var op: Operation
    var a: Int32
    var b: Int32

    init?(_ instruction: Instruction, _ single: SingleAssignments, _ tables: ProgramTables) {
        switch instruction.op {
        case .integerConstant, .stringConstant, .slotInteger, .slotString, .slotReadable: break
        case .negate, .complement, .logicalNot, .extend:
            guard single.contains(.integer(instruction.a)) else { return nil }
        default:
            guard instruction.op.isIntegerBinary, single.contains(.integer(instruction.a)),
                single.contains(.integer(instruction.b))
            else { return nil }
        }
        op = instruction.op
        a = instruction.a
        b = instruction.b
    }
}

extension Operand {
    /// The register of the same file with another number.
    fileprivate func withIndex(_ index: Int32) -> Operand {
        switch self {
        case .integer: .integer(index)
        case .string: .string(index)
        case .wildcard: self
        }
    }
}
