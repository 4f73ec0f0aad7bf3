// SPDX-License-Identifier: GPL-3.0-or-later

extension PassManager {
    /// Counts statements that follow each other at once.
    static let mergeActions = UnitPass(name: "merge-actions") { unit, _ in
        var changed = false
        for block in unit.blocks.indices {
            var merged: [Instruction] = []
            for instruction in unit.blocks[block].instructions {
                if instruction.op == .action, let last = merged.last, last.op == .action {
                    merged[merged.count - 1].a &+= instruction.a
                    changed = true
                } else {
                    merged.append(instruction)
                }
            }
            unit.blocks[block].instructions = merged
        }
        return changed
    }

    /// Drops zeros that variables start with anyway, at the start of a unit.
    static let dropInitialZeros = UnitPass(name: "drop-initial-zeros") { unit, context in
        let flow = ControlFlow(unit)
        guard flow.predecessors[0].isEmpty else { return false }
        let tables = context.tables
        let single = SingleAssignments(unit, tables)
        var isSet: Set<Operand> = Set(unit.parameters)
        let before = unit.blocks[0].instructions.count
        unit.blocks[0].instructions.removeAll { instruction in
            guard let definition = tables.definition(of: instruction) else { return false }
            guard isSet.insert(definition).inserted, !single.contains(definition) else { return false }
            switch instruction.op {
            case .integerConstant: return tables.program.integers[Int(instruction.a)] == 0
            case .stringConstant: return tables.program.strings[Int(instruction.a)].isEmpty
            default: return false
            }
        }
        return unit.blocks[0].instructions.count != before
    }

    /// Numbers the registers that are left without gaps, in order of appearance; parameters first.
    static let compactRegisters = UnitPass(name: "compact-registers") { unit, context in
        let tables = context.tables
        var numbers: [Operand: Operand] = [:]
        var integers: Int32 = 0
        var strings: Int32 = 0
        func number(_ operand: Operand) -> Operand {
            if let known = numbers[operand] { return known }
            let new: Operand
            switch operand {
            case .integer:
                new = .integer(integers)
                integers += 1
            case .string:
                new = .string(strings)
                strings += 1
            case .wildcard: new = operand
            }
            numbers[operand] = new
            return new
        }
        unit.parameters = unit.parameters.map(number)
        for block in unit.blocks.indices {
            for place in unit.blocks[block].instructions.indices {
                var instruction = unit.blocks[block].instructions[place]
                let definition = tables.definition(of: instruction)
                tables.rewriteUses(of: &instruction, number)
                if let definition { instruction.dst = number(definition).index }
                if instruction.op == .iterationNext {
                    let iteration = Int(instruction.dst)
                    tables.program.iterations[iteration].keys = tables.program.iterations[iteration].keys.map(number)
                    tables.program.iterations[iteration].value =
                        tables.program.iterations[iteration].value.map(number)
                }
                unit.blocks[block].instructions[place] = instruction
            }
        }
        let changed = unit.integerRegisters != Int(integers) || unit.stringRegisters != Int(strings)
        unit.integerRegisters = Int(integers)
        unit.stringRegisters = Int(strings)
        return changed
    }
}
