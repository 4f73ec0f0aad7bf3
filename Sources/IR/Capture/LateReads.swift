// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// Which instructions read memory when they run.
extension ProgramTables {
    /// Whether an instruction reads memory at an address, or tells whether it could.
    func readsMemory(_ instruction: Instruction) -> Bool {
        switch instruction.op {
        case .readMemory, .canReadMemory, .canReadString: true
        case .builtin: builtin(instruction).signature.effect == .memory
        default: false
        }
    }

    /// Whether it prints memory at an address.
    func printsMemory(_ instruction: Instruction) -> Bool {
        (instruction.op == .print || instruction.op == .format)
            && program.formats[Int(instruction.a)].contains(where: \.readsMemory)
    }

    /// Whether the memory that it reads or prints may be that of the process.
    func readsProcess(_ instruction: Instruction) -> Bool {
        switch instruction.op {
        case .readMemory, .canReadMemory: program.accesses[Int(instruction.b)].isUser
        case .canReadString, .builtin: builtin(instruction).asksForProcess
        case .print, .format: program.formats[Int(instruction.a)].contains(where: \.readsProcess)
        default: false
        }
    }
}

extension FormatPiece {
    /// Whether it prints memory at an address.
    var readsMemory: Bool {
        guard case .directive(_, _, _, let conversion) = self else { return false }
        return conversion == .memory || conversion == .memoryHex
    }

    /// Whether it prints memory of the process: `%#m`, `%#M`.
    var readsProcess: Bool {
        guard readsMemory, case .directive(let flag, _, _, _) = self else { return false }
        return flag == .alternate
    }
}
