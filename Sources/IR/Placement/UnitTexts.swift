// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// What the string registers of a unit hold: for code that keeps strings in places of a fixed size.
public struct UnitTexts: Sendable {
    /// Where the only value of a register comes from.
    public enum Source: Sendable, Hashable {
        /// It is `IRProgram.strings` of that index.
        case constant(Int)
        /// It is the string of that slot.
        case slot(Int)
        /// It has several values, or one that the unit makes.
        case made
    }

    /// The bytes that the longest value of each string register takes with its NUL, at most MAXSTRINGLEN.
    public let bounds: [Int]
    /// The source of each string register.
    public let sources: [Source]

    /// Of a unit without strings.
    public static let none = UnitTexts(bounds: [], sources: [])

    private init(bounds: [Int], sources: [Source]) {
        self.bounds = bounds
        self.sources = sources
    }

    /// Looks at a unit whose globals hold strings of at most so many bytes, with the NUL; without a plan nothing is known of what it
    /// is called with.
    init(_ unit: IRUnit, plan: CapturePlan?, program: IRProgram, globals: [Int: Int]) {
        var definitions = [[Instruction]](repeating: [], count: unit.stringRegisters)
        for block in unit.blocks {
            for instruction in block.instructions {
                if case .string(let register)? = program.definition(of: instruction) {
                    definitions[Int(register)].append(instruction)
                }
                for case .string(let register) in program.loopVariables(of: instruction) {
                    // What a loop sets comes from keys and values of any length.
                    definitions[Int(register)] += [instruction, instruction]
                }
            }
        }
        let bounds = Self.bounds(unit, definitions, plan, program, globals)
        let unset = program.registersReadBeforeSet(of: unit)
        sources = definitions.indices.map { register in
            var source = register
            // Follows moves between registers that are assigned once.
            for _ in 0...definitions.count {
                guard definitions[source].count == 1, !unset.contains(.string(Int32(source))) else { return .made }
                let one = definitions[source][0]
                switch one.op {
                case .stringConstant: return .constant(Int(one.a))
                case .stringMove: source = Int(one.a)
                default:
                    guard let plan, let slot = program.slot(of: one, plan), plan.string(ofSlot: slot) != nil else {
                        return .made
                    }
                    return .slot(slot)
                }
            }
            return .made
        }
        self.bounds = bounds
    }

    private static func bounds(
        _ unit: IRUnit, _ definitions: [[Instruction]], _ plan: CapturePlan?, _ program: IRProgram,
        _ globals: [Int: Int]
    ) -> [Int] {
        let limit = max(1, program.limits.maxStringLength)
        var bounds = [Int](repeating: 1, count: unit.stringRegisters)
        for case .string(let register) in unit.parameters { bounds[Int(register)] = limit }
        var round = 0
        var changes = true
        while changes {
            changes = false
            round += 1
            for (register, all) in definitions.enumerated() where bounds[register] < limit {
                for one in all {
                    var bound = min(limit, self.bound(of: one, bounds, plan, program, globals))
                    // What still grows is made of itself.
                    if round > 8, bound > bounds[register] { bound = limit }
                    guard bound > bounds[register] else { continue }
                    bounds[register] = bound
                    changes = true
                }
            }
        }
        return bounds
    }

    private static func bound(
        of instruction: Instruction, _ bounds: [Int], _ plan: CapturePlan?, _ program: IRProgram, _ globals: [Int: Int]
    ) -> Int {
        let (a, b) = (Int(instruction.a), Int(instruction.b))
        switch instruction.op {
        case .stringConstant: return program.strings[a].bytes.count + 1
        case .stringMove: return bounds[a]
        case .concatenate: return bounds[a] + bounds[b] - 1
        case .loadString, .elementLoadString: return globals[a] ?? Int.max
        case .slotString, .builtin:
            if let plan, let slot = program.slot(of: instruction, plan) {
                return plan.string(ofSlot: slot)?.size ?? Int.max
            }
            guard instruction.op == .builtin else { return Int.max }
            switch program.builtin(instruction) {
            case .ipNtop: return 16
            case .ipv6Text: return 40
            case .substr:
                guard case .string(let text)? = program.operandLists[b].first else { return Int.max }
                return bounds[Int(text)]
            default: return Int.max
            }
        case .format: return (program.longestText(of: instruction, bounds) ?? Int.max - 1) + 1
        default: return Int.max
        }
    }
}

extension CapturePlan {
    /// The string that a slot holds; nil for a slot of another kind.
    public func string(ofSlot slot: Int) -> CaptureString? {
        switch slots[slot] {
        case .string(let own): own
        case .entryString(let index): entryStrings[index]
        case .integer, .bytes, .stack, .registers: nil
        }
    }
}

extension CaptureString {
    /// The bytes that the longest value takes with its NUL.
    public var size: Int {
        switch self {
        case .command: 16
        case .memory(_, _, let limit): limit + 1
        }
    }
}

extension IRProgram {
    /// The slot whose value an instruction of a captured handler reads; nil when it reads none.
    public func slot(of instruction: Instruction, _ plan: CapturePlan) -> Int? {
        switch instruction.op {
        case .slotInteger, .slotString: Int(instruction.a)
        case .builtin: builtin(instruction).fact.flatMap { plan.facts[$0] }
        default: nil
        }
    }
}
