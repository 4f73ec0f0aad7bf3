// SPDX-License-Identifier: GPL-3.0-or-later

/// What code generation asks of a unit.
extension IRProgram {
    /// The integer register that an instruction sets.
    public func integerDefinition(of instruction: Instruction) -> Int32? {
        if case .integer(let register)? = ProgramTables(self).definition(of: instruction) { return register }
        return nil
    }

    /// The string register that an instruction sets.
    public func stringDefinition(of instruction: Instruction) -> Int32? {
        if case .string(let register)? = ProgramTables(self).definition(of: instruction) { return register }
        return nil
    }

    /// Visits the integer registers that an instruction reads.
    public func forEachIntegerUse(of instruction: Instruction, _ visit: (Int32) -> Void) {
        ProgramTables(self).forEachUse(of: instruction) { operand in
            if case .integer(let register) = operand { visit(register) }
        }
    }

    /// The bytes that the longest value of each string register takes with its NUL; nil where that is not known.
    public func stringBounds(of unit: IRUnit, plan: CapturePlan) -> [Int?] {
        StringBounds(unit, plan: plan, program: self).bounds
    }
}

extension IRUnit {
    /// The reachable blocks in an order in which all but loops go forward.
    public var blockOrder: [Int] { ControlFlow(self).order }
}
