// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

extension PassManager {
    /// Computes what depends on constants only, and turns branches on constants into jumps.
    static let foldConstants = UnitPass(name: "fold-constants") { unit, context in
        let single = SingleAssignments(unit, context.tables)
        var constants: [Int64?] = Array(repeating: nil, count: unit.integerRegisters)
        var changed = false
        for block in ControlFlow(unit).order {
            for place in unit.blocks[block].instructions.indices {
                var instruction = unit.blocks[block].instructions[place]
                if let value = folded(instruction, constants, context.tables) {
                    if instruction.op != .integerConstant {
                        instruction.op = .integerConstant
                        instruction.a = context.tables.integer(value)
                        instruction.b = 0
                        unit.blocks[block].instructions[place] = instruction
                        changed = true
                    }
                    if single.contains(.integer(instruction.dst)) { constants[Int(instruction.dst)] = value }
                } else if instruction.op == .branch, let value = constants[Int(instruction.dst)] {
                    unit.blocks[block].instructions[place] = Instruction(
                        .jump, a: value != 0 ? instruction.a : instruction.b, site: instruction.site,
                        atEntry: instruction.atEntry)
                    changed = true
                } else if let source = identity(instruction, constants) {
                    unit.blocks[block].instructions[place] = Instruction(
                        .integerMove, dst: instruction.dst, a: source, site: instruction.site,
                        atEntry: instruction.atEntry)
                    changed = true
                }
            }
        }
        return changed
    }

    private static func folded(_ instruction: Instruction, _ constants: [Int64?], _ tables: ProgramTables) -> Int64? {
        switch instruction.op {
        case .integerConstant: return tables.program.integers[Int(instruction.a)]
        case .integerMove: return constants[Int(instruction.a)]
        case .negate, .complement, .logicalNot:
            return constants[Int(instruction.a)].flatMap { Arithmetic.unary(instruction.op, $0) }
        case .extend:
            return constants[Int(instruction.a)].map { Arithmetic.extend($0, IntegerShape(code: instruction.b)) }
        default:
            guard instruction.op.isIntegerBinary, let left = constants[Int(instruction.a)],
                let right = constants[Int(instruction.b)]
            else { return nil }
            return Arithmetic.binary(instruction.op, left, right)
        }
    }

    /// The operand that an instruction passes on unchanged: `x + 0`.
    private static func identity(_ instruction: Instruction, _ constants: [Int64?]) -> Int32? {
        switch instruction.op {
        case .add, .or, .xor:
            if constants[Int(instruction.b)] == 0 { return instruction.a }
            if constants[Int(instruction.a)] == 0 { return instruction.b }
            return nil
        case .subtract, .shiftLeft, .shiftRight, .shiftRightLogical:
            return constants[Int(instruction.b)] == 0 ? instruction.a : nil
        default: return nil
        }
    }
}
