// SPDX-License-Identifier: GPL-3.0-or-later

/// Which registers have exactly one assignment in a unit: it then reaches every use, for lowering sets every
/// register before it is read.
struct SingleAssignments {
    private(set) var integers: [UInt8]
    private(set) var strings: [UInt8]

    init(_ unit: IRUnit, _ tables: ProgramTables) {
        integers = Array(repeating: 0, count: unit.integerRegisters)
        strings = Array(repeating: 0, count: unit.stringRegisters)
        for parameter in unit.parameters { count(parameter) }
        for block in unit.blocks {
            for instruction in block.instructions {
                if let register = tables.definition(of: instruction) { count(register) }
                guard instruction.op == .iterationNext else { continue }
                // Set again by every turn, and not on the way out: never a single value.
                for register in tables.loopVariables(of: instruction) {
                    count(register)
                    count(register)
                }
            }
        }
    }

    private mutating func count(_ register: Operand) {
        switch register {
        case .integer(let index): integers[Int(index)] = min(2, integers[Int(index)] + 1)
        case .string(let index): strings[Int(index)] = min(2, strings[Int(index)] + 1)
        case .wildcard: break
        }
    }

    /// Whether a register has one assignment.
    func contains(_ register: Operand) -> Bool {
        switch register {
        case .integer(let index): integers[Int(index)] == 1
        case .string(let index): strings[Int(index)] == 1
        case .wildcard: false
        }
    }
}
