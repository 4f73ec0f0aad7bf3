// SPDX-License-Identifier: GPL-3.0-or-later

/// Lists a program, an instruction per line in the style of the kernel's verifier, with lines of the script and comments on lines
/// of their own.
public func listing(_ program: BPFProgram) -> String {
    let maps = Dictionary(program.relocations.map { ($0.index, $0.map) }, uniquingKeysWith: { first, _ in first })
    let functions = Dictionary(
        program.functions.dropFirst().map { ($0.start, $0) }, uniquingKeysWith: { first, _ in first })
    var shown: SourceLine?
    var text = ""
    var index = 0
    while index < program.instructions.count {
        let instruction = program.instructions[index]
        if let line = program.lines[index], line.text != shown?.text || line.line != shown?.line {
            text += "; \(line.file):\(line.line): \(line.text)\n"
            shown = line
        }
        if let function = functions[index] { text += "\(function.name):\n" }
        if let comment = program.comments[index] { text += "; \(comment)\n" }
        let digits = String(instruction.opcode, radix: 16)
        text += "\(index): (\(digits.count < 2 ? "0" : "")\(digits)) "
        if instruction.opcode == Opcode.loadImmediate64, index + 1 < program.instructions.count {
            let high = program.instructions[index + 1].immediate
            text += describeWideLoad(instruction, at: index, high: high, map: maps[index]) + "\n"
            index += 2
        } else {
            text += describe(instruction) + "\n"
            index += 1
        }
    }
    return text
}

private func describeWideLoad(
    _ instruction: BPFInstruction, at index: Int, high: Int32, map: MapReference?
) -> String {
    let target = "r\(instruction.destination) = "
    if instruction.source == PseudoSource.function {
        return target + "function[\(index + 1 + Int(instruction.immediate))]"
    }
    if let map {
        let isValue = instruction.source == PseudoSource.mapValue
        return target + (isValue ? "map_value[\(name(of: map))]+\(high)" : "map[\(name(of: map))]")
    }
    let value = UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: instruction.immediate))
    return target + "0x\(String(value, radix: 16))"
}

private func name(of map: MapReference) -> String {
    switch map {
    case .control: "control"
    case .counters: "counters"
    case .ring: "ring"
    case .entries(let number): "entries \(number)"
    case .zeros: "zeros"
    case .processes: "processes"
    case .programs: "programs"
    case .counterEvents(let number): "events of counter \(number)"
    case .counterStarts(let number): "starts of counter \(number)"
    case .counterTotals(let number): "totals of counter \(number)"
    case .reader: "reader"
    case .globals: "globals"
    case .sums: "sums"
    case .elements(let array, let generation): "elements \(array).\(generation)"
    case .scratch: "scratch"
    case .patterns: "patterns"
    }
}

private func describe(_ instruction: BPFInstruction) -> String {
    let memory = { (register: UInt8, size: AccessSize) in
        "*(u\(size.bytes * 8) *)(r\(register) \(signed(Int(instruction.offset))))"
    }
    let size = AccessSize(rawValue: instruction.opcode & 0x18) ?? .double
    switch instruction.opcode & 7 {
    case Opcode.classLDX: return "r\(instruction.destination) = \(memory(instruction.source, size))"
    case Opcode.classST: return "\(memory(instruction.destination, size)) = \(instruction.immediate)"
    case Opcode.classSTX:
        let target = memory(instruction.destination, size)
        guard instruction.opcode & 0xe0 == Opcode.modeAtomic else { return "\(target) = r\(instruction.source)" }
        switch instruction.immediate {
        case 0xf1: return "r0 = lock compare_exchange(\(target), r0, r\(instruction.source))"
        case 0x01: return "r\(instruction.source) = lock fetch_add(\(target), r\(instruction.source))"
        default: return "lock \(target) += r\(instruction.source)"
        }
    case Opcode.classALU64: return arithmetic(instruction, register: "r")
    case Opcode.classALU32: return arithmetic(instruction, register: "w")
    case Opcode.classJMP: return control(instruction, register: "r")
    case Opcode.classJMP32: return control(instruction, register: "w")
    default: return "?"
    }
}

private func signed(_ value: Int) -> String { value < 0 ? "\(value)" : "+\(value)" }

private func operand(_ instruction: BPFInstruction, register: String) -> String {
    instruction.opcode & Opcode.sourceRegister != 0 ? "\(register)\(instruction.source)" : "\(instruction.immediate)"
}

private func arithmetic(_ instruction: BPFInstruction, register: String) -> String {
    let target = "\(register)\(instruction.destination)"
    let right = operand(instruction, register: register)
    switch ALUOperation(rawValue: instruction.opcode & 0xf0) {
    case .add: return "\(target) += \(right)"
    case .subtract: return "\(target) -= \(right)"
    case .multiply: return "\(target) *= \(right)"
    case .divide: return "\(target) /= \(right)"
    case .or: return "\(target) |= \(right)"
    case .and: return "\(target) &= \(right)"
    case .shiftLeft: return "\(target) <<= \(right)"
    case .shiftRight: return "\(target) >>= \(right)"
    case .negate: return "\(target) = -\(target)"
    case .modulo: return "\(target) %= \(right)"
    case .xor: return "\(target) ^= \(right)"
    case .move: return "\(target) = \(right)"
    case .shiftRightArithmetic: return "\(target) s>>= \(right)"
    case nil: return "?"
    }
}

private func control(_ instruction: BPFInstruction, register: String) -> String {
    switch instruction.opcode {
    case Opcode.exit: return "exit"
    case Opcode.call:
        let name = Helper(rawValue: instruction.immediate)?.name ?? "helper"
        return "call \(name)#\(instruction.immediate)"
    case Opcode.jump: return "goto pc\(signed(Int(instruction.offset)))"
    default: break
    }
    let sign: String
    switch JumpCondition(rawValue: instruction.opcode & 0xf0) {
    case .equal: sign = "=="
    case .greater: sign = ">"
    case .greaterOrEqual: sign = ">="
    case .anyBit: sign = "&"
    case .notEqual: sign = "!="
    case .signedGreater: sign = "s>"
    case .signedGreaterOrEqual: sign = "s>="
    case .less: sign = "<"
    case .lessOrEqual: sign = "<="
    case .signedLess: sign = "s<"
    case .signedLessOrEqual: sign = "s<="
    case nil: return "?"
    }
    let right = operand(instruction, register: register)
    return "if \(register)\(instruction.destination) \(sign) \(right) goto pc\(signed(Int(instruction.offset)))"
}
