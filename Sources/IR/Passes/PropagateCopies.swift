// SPDX-License-Identifier: GPL-3.0-or-later

extension PassManager {
    /// Reads the source of a move between registers of one assignment directly.
    static let propagateCopies = UnitPass(name: "propagate-copies") { unit, context in
        let single = SingleAssignments(unit, context.tables)
        var sources: [Operand: Operand] = [:]
        for block in unit.blocks {
            for instruction in block.instructions {
                let (destination, source): (Operand, Operand)
                switch instruction.op {
                case .integerMove: (destination, source) = (.integer(instruction.dst), .integer(instruction.a))
                case .stringMove: (destination, source) = (.string(instruction.dst), .string(instruction.a))
                default: continue
                }
                // A read of a variable inside @entry stays visible to the planner.
                guard !instruction.atEntry, single.contains(destination), single.contains(source) else { continue }
                sources[destination] = source
            }
        }
        if sources.isEmpty { return false }
        func origin(_ operand: Operand) -> Operand {
            var origin = operand
            while let source = sources[origin], source != origin { origin = source }
            return origin
        }
        for block in unit.blocks.indices {
            for place in unit.blocks[block].instructions.indices {
                context.tables.rewriteUses(of: &unit.blocks[block].instructions[place], origin)
            }
        }
        for block in unit.blocks.indices {
            unit.blocks[block].instructions.removeAll { instruction in
                switch instruction.op {
                case .integerMove: sources[.integer(instruction.dst)] != nil
                case .stringMove: sources[.string(instruction.dst)] != nil
                default: false
                }
            }
        }
        return true
    }
}
