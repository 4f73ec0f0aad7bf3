// SPDX-License-Identifier: GPL-3.0-or-later

extension IRProgram {
    /// For each unit, functions first: its registers, parameters aside, that may be read before anything sets them.
    /// They must be 0 or "" at its start; what the others hold there cannot be told.
    public func initialRegisters() -> [[Operand]] {
        let tables = ProgramTables(limits: limits)
        tables.program = self
        return (functions + handlers).map { unit in
            guard !unit.blocks.isEmpty else { return [] }
            let live = Liveness(unit, tables).atEntry
            let all =
                (0..<unit.integerRegisters).map { Operand.integer(Int32($0)) }
                + (0..<unit.stringRegisters).map { Operand.string(Int32($0)) }
            return all.filter { live.contains($0) && !unit.parameters.contains($0) }
        }
    }
}
