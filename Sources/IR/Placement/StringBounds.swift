// SPDX-License-Identifier: GPL-3.0-or-later

/// What the string registers of a handler can hold: for code that keeps strings in places of a fixed size.
struct StringBounds {
    /// For each string register the bytes that its longest value takes with its NUL; nil where that is not known.
    let bounds: [Int?]

    init(_ unit: IRUnit, plan: CapturePlan, program: IRProgram) {
        var bounds = [Int?](repeating: 1, count: unit.stringRegisters)
        func raise(_ register: Int32, to bound: Int?) -> Bool {
            guard let old = bounds[Int(register)] else { return false }
            guard let bound else {
                bounds[Int(register)] = nil
                return true
            }
            if bound > old { bounds[Int(register)] = bound }
            return bound > old
        }
        var changes = true
        while changes {
            changes = false
            for block in unit.blocks {
                for instruction in block.instructions {
                    switch instruction.op {
                    case .stringConstant:
                        let length = program.strings[Int(instruction.a)].bytes.count
                        changes = raise(instruction.dst, to: length + 1) || changes
                    case .slotString:
                        changes = raise(instruction.dst, to: Self.bound(ofSlot: Int(instruction.a), plan)) || changes
                    case .stringMove:
                        changes = raise(instruction.dst, to: bounds[Int(instruction.a)]) || changes
                    case .concatenate, .loadString, .elementLoadString, .format, .histogramFormat, .caughtError:
                        changes = raise(instruction.dst, to: nil) || changes
                    case .builtin:
                        let builtin = ProgramTables(program).builtin(instruction)
                        guard builtin.signature.result == .string else { continue }
                        let slot = builtin.fact.flatMap { plan.facts[$0] }
                        changes = raise(instruction.dst, to: slot.flatMap { Self.bound(ofSlot: $0, plan) }) || changes
                    default: break
                    }
                }
            }
        }
        self.bounds = bounds
    }

    private static func bound(ofSlot slot: Int, _ plan: CapturePlan) -> Int? {
        let string: CaptureString
        switch plan.slots[slot] {
        case .string(let own): string = own
        case .entryString(let index): string = plan.entryStrings[index]
        case .integer, .bytes, .stack, .registers: return nil
        }
        switch string {
        case .command: return 16
        case .memory(_, _, let limit): return limit + 1
        }
    }
}
