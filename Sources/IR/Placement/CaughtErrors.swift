// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// The errors of handlers in the kernel, by number.
public enum KernelErrorKind: UInt32, Sendable, CaseIterable {
    case divisionByZero = 1
    case readFault
    case kernelStringFault
    case userStringFault
    case overflow
    case actions
    /// The script's own.
    case message

    /// Whether something is said of what it is about: an address, or an array.
    public var hasOperand: Bool {
        switch self {
        case .readFault, .kernelStringFault, .userStringFault, .overflow: true
        case .divisionByZero, .actions, .message: false
        }
    }

    /// Whether `try` can catch it.
    public var isCatchable: Bool { self != .actions }

    /// What it says, with its operand as hexadecimal digits between the two; nil for what depends on more.
    public var words: (before: ByteString, after: ByteString?)? {
        switch self {
        case .divisionByZero: ("division by 0", nil)
        case .actions: ("MAXACTION exceeded", nil)
        case .readFault: ("read fault [man error::fault] at 0x", "")
        case .kernelStringFault: ("kernel string copy fault at 0x", " [man error::fault]")
        case .userStringFault: ("user string copy fault at 0x", " [man error::fault]")
        case .overflow, .message: nil
        }
    }
}

extension IRGlobal {
    /// What the error of an element too many says.
    public var overflowWords: ByteString {
        isDeclaredSize
            ? ByteString("Array overflow, check size limit (\(capacity))") : "Array overflow, check MAXMAPENTRIES"
    }
}

/// The registers that take the kind of a caught error and what it is about.
public struct CaughtRegisters: Sendable, Hashable {
    /// The register of the `KernelErrorKind`.
    public var kind: Int32
    /// The register of the operand.
    public var operand: Int32
}

extension InlineCalls {
    /// Makes the messages of caught errors from their kinds, and of `error()` a way out or a jump; the registers of each block that
    /// asks for its message.
    func settleErrors(in unit: inout IRUnit) -> [Int: CaughtRegisters] {
        var caught: [Int: CaughtRegisters] = [:]
        var rests: [Int: (block: Int, message: Int32)] = [:]
        for block in unit.blocks.indices {
            guard let first = unit.blocks[block].instructions.first, first.op == .caughtError else { continue }
            var rest = unit.blocks[block]
            rest.instructions.removeFirst()
            unit.blocks.append(rest)
            rests[block] = (unit.blocks.count - 1, first.dst)
            caught[block] = CaughtRegisters(
                kind: Int32(unit.integerRegisters), operand: Int32(unit.integerRegisters + 1))
            unit.integerRegisters += 2
        }
        for block in unit.blocks.indices { endByError(block, in: &unit, rests) }
        for (block, rest) in rests.sorted(by: { $0.key < $1.key }) {
            guard let registers = caught[block] else { continue }
            word(block, in: &unit, registers, message: rest.message, to: Int32(rest.block))
        }
        return caught
    }

    /// Ends a block at `error()`: behind it nothing runs.
    private func endByError(_ block: Int, in unit: inout IRUnit, _ rests: [Int: (block: Int, message: Int32)]) {
        let place = unit.blocks[block].instructions.firstIndex { $0.op == .builtin && program.builtin($0) == .error }
        guard let place else { return }
        let error = unit.blocks[block].instructions[place]
        guard let handler = unit.blocks[block].handler else {
            unit.blocks[block].instructions.removeSubrange((place + 1)...)
            unit.blocks[block].instructions.append(Instruction(.returnVoid, site: error.site))
            return
        }
        unit.blocks[block].instructions.removeSubrange(place...)
        if let rest = rests[handler], case .string(let text)? = program.operandLists[Int(error.b)].first {
            unit.blocks[block].instructions.append(
                Instruction(.stringMove, dst: rest.message, a: text, site: error.site))
        }
        let target = rests[handler]?.block ?? handler
        unit.blocks[block].instructions.append(Instruction(.jump, a: Int32(target), site: error.site))
    }

    /// Puts the message of an error into its register and goes on.
    private func word(
        _ block: Int, in unit: inout IRUnit, _ registers: CaughtRegisters, message: Int32, to rest: Int32
    ) {
        let site = unit.blocks[block].instructions.first?.site ?? 0
        let around = unit.blocks[block].handler
        var kinds: [KernelErrorKind] = []
        var arrays: [Int] = []
        for source in unit.blocks where source.handler == block {
            for instruction in source.instructions {
                for kind in self.kinds(of: instruction) where !kinds.contains(kind) { kinds.append(kind) }
                if let global = program.global(of: instruction), !program.globals[global].keyTypes.isEmpty,
                    !arrays.contains(global)
                {
                    arrays.append(global)
                }
            }
        }
        func text(_ text: ByteString) -> [Instruction] {
            [Instruction(.stringConstant, dst: message, a: tables.string(text), site: site)]
        }
        // What is told apart by the value of which register, and what makes the message then.
        var cases: [(register: Int32, value: Int64, code: [Instruction])] = []
        for kind in kinds {
            guard let words = kind.words else { continue }
            var code = text(words.before)
            if let after = words.after {
                let number = FormatPiece.directive(flag: .none, width: .none, precision: .none, conversion: .hexLower)
                let pieces = [.literal(words.before), number] + (after.isEmpty ? [] : [FormatPiece.literal(after)])
                code = [
                    Instruction(
                        .format, dst: message, a: tables.format(pieces),
                        b: tables.operands([.integer(registers.operand)]), site: site)
                ]
            }
            cases.append((registers.kind, Int64(kind.rawValue), code))
        }
        for array in arrays {
            cases.append((registers.operand, Int64(array), text(program.globals[array].overflowWords)))
        }
        unit.blocks[block].instructions = []
        var current = block
        for one in cases {
            let (value, isEqual) = (Int32(unit.integerRegisters), Int32(unit.integerRegisters + 1))
            unit.integerRegisters += 2
            let (make, next) = (unit.blocks.count, unit.blocks.count + 1)
            for _ in 0..<2 {
                var new = IRBlock()
                new.handler = around
                unit.blocks.append(new)
            }
            unit.blocks[current].instructions += [
                Instruction(.integerConstant, dst: value, a: tables.integer(one.value), site: site),
                Instruction(.equal, dst: isEqual, a: one.register, b: value, site: site),
                Instruction(.branch, dst: isEqual, a: Int32(make), b: Int32(next), site: site),
            ]
            unit.blocks[make].instructions = one.code + [Instruction(.jump, a: rest, site: site)]
            current = next
        }
        unit.blocks[current].instructions = text("") + [Instruction(.jump, a: rest, site: site)]
    }

    /// The errors that an instruction of a handler in the kernel may raise, those of arrays aside.
    private func kinds(of instruction: Instruction) -> [KernelErrorKind] {
        switch instruction.op {
        case .divide, .modulo: [.divisionByZero]
        case .readMemory, .slotInteger: [.readFault]
        case .slotString: [.kernelStringFault, .userStringFault]
        case .builtin: [.readFault, .kernelStringFault, .userStringFault]
        default: []
        }
    }
}
