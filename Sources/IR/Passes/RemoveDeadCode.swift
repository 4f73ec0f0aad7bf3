// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

extension PassContext {
    /// Whether an instruction may be dropped when nothing reads its result. A read that could fault is among
    /// them, as SystemTap drops unused expressions with their errors.
    func isRemovable(_ instruction: Instruction, isProtected: Bool = false) -> Bool {
        // Inside `try`, an error has an effect.
        if isProtected, tables.mayRaise(instruction) { return false }
        return switch instruction.op {
        case .jump, .branch, .returnInteger, .returnString, .returnVoid, .nextOverload, .storeInteger, .storeString,
            .fetchAdd, .deleteGlobal, .elementStoreInteger, .elementStoreString, .elementFetchAdd, .elementDelete,
            .iterationBegin, .iterationNext, .iterationEnd, .aggregateAdd, .histogramPrint, .print, .action:
            false
        case .call: traits.isPure[Int(instruction.a)]
        case .regexMatch: !tables.program.notesMatches
        case .builtin: tables.builtin(instruction).signature.effect != .effect
        default: true
        }
    }
}

extension PassManager {
    /// Drops instructions without effect whose result nothing reads.
    static let removeDeadCode = UnitPass(name: "remove-dead-code") { unit, context in
        let live = Liveness(unit, context.tables)
        var changed = false
        for block in unit.blocks.indices {
            var set = live.atEnd(of: block)
            let afterErrors = live.atHandler(of: block)
            var kept: [Instruction] = []
            kept.reserveCapacity(unit.blocks[block].instructions.count)
            for instruction in unit.blocks[block].instructions.reversed() {
                let definition = context.tables.definition(of: instruction)
                let isMoveToItself =
                    (instruction.op == .integerMove || instruction.op == .stringMove)
                    && instruction.dst == instruction.a
                if context.isRemovable(instruction, isProtected: afterErrors != nil),
                    isMoveToItself || !(definition.map(set.contains) ?? false)
                {
                    changed = true
                    continue
                }
                if let definition, !(afterErrors?.contains(definition) ?? false) { set.remove(definition) }
                context.tables.forEachUse(of: instruction) { set.insert($0) }
                kept.append(instruction)
            }
            if kept.count != unit.blocks[block].instructions.count {
                unit.blocks[block].instructions = kept.reversed()
            }
        }
        return changed
    }
}

/// A set of registers of both files.
struct RegisterSet: Equatable {
    private var words: [UInt64]
    private let integerCount: Int

    init(_ unit: IRUnit) {
        integerCount = unit.integerRegisters
        words = Array(repeating: 0, count: (unit.integerRegisters + unit.stringRegisters + 63) / 64)
    }

    private func place(_ operand: Operand) -> Int? {
        switch operand {
        case .integer(let register): Int(register)
        case .string(let register): integerCount + Int(register)
        case .wildcard: nil
        }
    }

    func contains(_ operand: Operand) -> Bool {
        guard let place = place(operand) else { return false }
        return words[place >> 6] & (1 << UInt64(place & 63)) != 0
    }

    mutating func insert(_ operand: Operand) {
        guard let place = place(operand) else { return }
        words[place >> 6] |= 1 << UInt64(place & 63)
    }

    mutating func remove(_ operand: Operand) {
        guard let place = place(operand) else { return }
        words[place >> 6] &= ~(1 << UInt64(place & 63))
    }

    /// Adds what is in `other`, but for what is in `except`; returns whether that added anything.
    mutating func add(_ other: RegisterSet, except: RegisterSet? = nil) -> Bool {
        var changed = false
        for index in words.indices {
            let new = words[index] | (other.words[index] & ~(except?.words[index] ?? 0))
            if new != words[index] {
                words[index] = new
                changed = true
            }
        }
        return changed
    }
}

/// Which registers are read later, at the end of each block.
struct Liveness {
    private let successors: [BlockTargets]
    private let handlers: [Int?]
    private var atStart: [RegisterSet]
    private let empty: RegisterSet

    init(_ unit: IRUnit, _ tables: ProgramTables) {
        let flow = ControlFlow(unit)
        successors = flow.successors
        handlers = unit.blocks.map(\.handler)
        empty = RegisterSet(unit)
        atStart = Array(repeating: empty, count: unit.blocks.count)
        // What each block sets before any read, and reads before it sets.
        var sets = atStart
        for block in flow.order {
            for instruction in unit.blocks[block].instructions.reversed() {
                if let definition = tables.definition(of: instruction) {
                    sets[block].insert(definition)
                    atStart[block].remove(definition)
                }
                tables.forEachUse(of: instruction) { atStart[block].insert($0) }
            }
        }
        var changed = true
        while changed {
            changed = false
            for block in flow.order.reversed() {
                for next in successors[block] where next != block {
                    // An error may come before anything is set.
                    let except = next == handlers[block] ? nil : sets[block]
                    if atStart[block].add(atStart[next], except: except) { changed = true }
                }
            }
        }
    }

    /// The registers that are read after an error in the block; nil when it is not caught.
    func atHandler(of block: Int) -> RegisterSet? { handlers[block].map { atStart[$0] } }

    /// The registers that are read after the block.
    func atEnd(of block: Int) -> RegisterSet {
        var result = empty
        for next in successors[block] { _ = result.add(atStart[next]) }
        return result
    }

    /// The registers that are read before the unit sets them.
    var atEntry: RegisterSet { atStart[0] }
}
