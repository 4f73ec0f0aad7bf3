// SPDX-License-Identifier: GPL-3.0-or-later

/// What code generation asks of a unit.
extension IRProgram {
    /// The integer register that an instruction sets.
    public func integerDefinition(of instruction: Instruction) -> Int32? {
        if case .integer(let register)? = definition(of: instruction) { return register }
        return nil
    }

    /// The string register that an instruction sets.
    public func stringDefinition(of instruction: Instruction) -> Int32? {
        if case .string(let register)? = definition(of: instruction) { return register }
        return nil
    }

    /// Visits the integer registers that an instruction reads.
    public func forEachIntegerUse(of instruction: Instruction, _ visit: (Int32) -> Void) {
        forEachUse(of: instruction) { operand in
            if case .integer(let register) = operand { visit(register) }
        }
    }

    /// The registers of a unit that may be read before they are set: those are 0 or "" then.
    public func registersReadBeforeSet(of unit: IRUnit) -> Set<Operand> {
        let flow = ControlFlow(unit)
        var live = [Set<Operand>](repeating: [], count: unit.blocks.count)
        var changes = true
        while changes {
            changes = false
            for block in flow.order.reversed() {
                var now: Set<Operand> = []
                for next in flow.successors[block] { now.formUnion(live[next]) }
                for instruction in unit.blocks[block].instructions.reversed() {
                    if let set = definition(of: instruction) { now.remove(set) }
                    for variable in loopVariables(of: instruction) { now.remove(variable) }
                    forEachUse(of: instruction) { if $0 != .wildcard { now.insert($0) } }
                }
                // An error may leave the block before anything is set.
                if let handler = unit.blocks[block].handler { now.formUnion(live[handler]) }
                if now != live[block] {
                    live[block] = now
                    changes = true
                }
            }
        }
        return live.first ?? []
    }
}

extension IRUnit {
    /// The reachable blocks in an order in which all but loops go forward.
    public var blockOrder: [Int] { ControlFlow(self).order }
}
