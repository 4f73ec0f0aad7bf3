// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

extension IRText {
    /// One instruction as text.
    func describe(_ instruction: Instruction) -> String {
        let text = operation(instruction)
        return instruction.atEntry ? "@entry " + text : text
    }

    private func operation(_ instruction: Instruction) -> String {
        let (dst, a, b) = (instruction.dst, instruction.a, instruction.b)
        switch instruction.op {
        case .integerConstant: return "i\(dst) = \(program.integers[Int(a)])"
        case .stringConstant: return "s\(dst) = \(quoted(program.strings[Int(a)]))"
        case .integerMove: return "i\(dst) = i\(a)"
        case .stringMove: return "s\(dst) = s\(a)"
        case .negate, .complement, .logicalNot: return "i\(dst) = \(instruction.op.symbol)i\(a)"
        case .extend: return "i\(dst) = \(IntegerShape(code: b).name)(i\(a))"
        case .concatenate: return "s\(dst) = s\(a) . s\(b)"
        case .stringEqual, .stringNotEqual, .stringLess, .stringLessEqual, .stringGreater, .stringGreaterEqual:
            return "i\(dst) = s\(a) \(instruction.op.symbol) s\(b)"
        case .regexMatch: return "i\(dst) = s\(a) =~ \(quoted(program.regexes[Int(b)].pattern))"
        case .jump: return "jump b\(a)"
        case .branch: return "if i\(dst) jump b\(a) else b\(b)"
        case .returnInteger: return "return i\(a)"
        case .returnString: return "return s\(a)"
        case .returnVoid: return "return"
        case .nextOverload: return "next overload"
        case .loadInteger: return "i\(dst) = \(global(a))"
        case .loadString: return "s\(dst) = \(global(a))"
        case .storeInteger: return "\(global(dst)) = i\(a)"
        case .storeString: return "\(global(dst)) = s\(a)"
        case .fetchAdd: return "i\(dst) = \(global(a)); \(global(a)) += i\(b)"
        case .deleteGlobal: return "delete \(global(a))"
        case .iterationBegin: return begin(Int(a))
        case .iterationNext: return next(instruction)
        case .iterationEnd: return "end loop \(a)"
        case .action: return "action \(a)"
        case .caughtError: return "s\(dst) = caught error"
        case .print: return "print \(format(a))\(arguments(b))"
        case .format: return "s\(dst) = format \(format(a))\(arguments(b))"
        default:
            return instruction.op.isIntegerBinary
                ? "i\(dst) = i\(a) \(instruction.op.symbol) i\(b)" : access(instruction)
        }
    }

    /// Elements, calls, and the kernel's side.
    private func access(_ instruction: Instruction) -> String {
        let (dst, a, b) = (instruction.dst, instruction.a, instruction.b)
        switch instruction.op {
        case .elementLoadInteger: return "i\(dst) = \(element(a, b))"
        case .elementLoadString: return "s\(dst) = \(element(a, b))"
        case .elementStoreInteger: return "\(element(a, b)) = i\(dst)"
        case .elementStoreString: return "\(element(a, b)) = s\(dst)"
        case .elementFetchAdd: return "i\(dst) = \(element(a, b)); \(element(a, b)) += i\(dst)"
        case .elementExists: return "i\(dst) = [\(list(b))] in \(global(a))"
        case .elementDelete: return "delete \(element(a, b))"
        case .aggregateAdd: return "\(variable(a, b)) <<< i\(dst)"
        case .aggregateLoad:
            let read = program.aggregates[Int(a)]
            return "i\(dst) = @\(read.operation.rawValue)(\(variable(Int32(read.global), b)))"
        case .histogramBucket:
            let operands = program.operandLists[Int(b)]
            let keys = operands.dropLast().map { operand($0) }.joined(separator: ", ")
            let name = global(a) + (keys.isEmpty ? "" : "[\(keys)]")
            return "i\(dst) = histogram \(name), bucket \(operands.last.map { operand($0) } ?? "?")"
        case .histogramPrint: return "print histogram \(variable(a, b))"
        case .histogramFormat: return "s\(dst) = histogram \(variable(a, b))"
        case .call:
            let unit = program.functions[Int(a)]
            return result(dst, unit.result) + "\(unit.name)(\(list(b)))"
        case .builtin:
            guard let builtin = Builtin(rawValue: UInt16(truncatingIfNeeded: a)) else { return "builtin \(a)" }
            return result(dst, builtin.signature.result) + "\(builtin.signature.name)(\(list(b)))"
        case .argument: return "i\(dst) = arg\(a)"
        case .returnValue: return "i\(dst) = return value"
        case .readMemory: return "i\(dst) = \(program.accesses[Int(b)].name)[i\(a)]"
        case .canReadMemory: return "i\(dst) = can read \(program.accesses[Int(b)].name)[i\(a)]"
        case .canReadString:
            let name = Builtin(rawValue: UInt16(truncatingIfNeeded: a))?.signature.name ?? "builtin \(a)"
            return "i\(dst) = can read \(name)(\(list(b)))"
        case .slotInteger: return "i\(dst) = slot \(a)"
        case .slotString: return "s\(dst) = slot \(a)"
        case .slotReadable: return "i\(dst) = can read slot \(a)"
        default: return "\(instruction.op) \(dst), \(a), \(b)"
        }
    }

    private func global(_ index: Int32) -> String { program.globals[Int(index)].name }

    private func list(_ index: Int32) -> String {
        program.operandLists[Int(index)].map { operand($0) }.joined(separator: ", ")
    }

    private func element(_ array: Int32, _ keys: Int32) -> String { "\(global(array))[\(list(keys))]" }

    /// A scalar, or an element of an array.
    private func variable(_ global: Int32, _ keys: Int32) -> String {
        program.operandLists[Int(keys)].isEmpty ? self.global(global) : element(global, keys)
    }

    private func arguments(_ index: Int32) -> String {
        let text = list(index)
        return text.isEmpty ? "" : ", " + text
    }

    private func result(_ register: Int32, _ type: ValueType) -> String {
        switch type {
        case .long: "i\(register) = "
        case .string: "s\(register) = "
        case .unknown, .statistics: ""
        }
    }

    private func begin(_ index: Int) -> String {
        let iteration = program.iterations[index]
        var text = "begin loop \(index) over \(program.globals[iteration.array].name)"
        if let slice = iteration.slice { text += "[" + slice.map { operand($0) }.joined(separator: ", ") + "]" }
        if let sort = iteration.sort {
            switch sort.key {
            case .value(nil): text += ", by value"
            case .value(let aggregate?): text += ", by @\(aggregate.rawValue)"
            case .key(let key): text += ", by key \(key)"
            }
            text += sort.direction == .ascending ? " up" : " down"
        }
        if let limit = iteration.limit { text += ", limit i\(limit)" }
        return text
    }

    private func next(_ instruction: Instruction) -> String {
        let iteration = program.iterations[Int(instruction.dst)]
        var text = "[" + iteration.keys.map { operand($0) }.joined(separator: ", ") + "]"
        if let value = iteration.value { text = "\(operand(value)) = " + text }
        return "next \(text) of loop \(instruction.dst) jump b\(instruction.a) else b\(instruction.b)"
    }

    private func format(_ index: Int32) -> String {
        var bytes: [UInt8] = []
        for piece in program.formats[Int(index)] {
            switch piece {
            case .literal(let text):
                for byte in text.bytes { bytes += byte == UInt8(ascii: "%") ? [byte, byte] : [byte] }
            case .directive(let flag, let width, let precision, let conversion):
                bytes.append(UInt8(ascii: "%"))
                if flag != .none { bytes.append(flag.rawValue) }
                bytes += number(width)
                if precision != .none { bytes.append(UInt8(ascii: ".")) }
                bytes += number(precision)
                bytes.append(conversion.rawValue)
            }
        }
        return quoted(ByteString(bytes))
    }

    private func number(_ number: FormatNumber) -> [UInt8] {
        switch number {
        case .none: []
        case .fixed(let value): Array(String(value).utf8)
        case .dynamic: [UInt8(ascii: "*")]
        }
    }
}

extension Operation {
    /// The operator's sign in dumps.
    var symbol: String {
        switch self {
        case .add: "+"
        case .subtract, .negate: "-"
        case .multiply: "*"
        case .divide: "/"
        case .modulo: "%"
        case .and: "&"
        case .or: "|"
        case .xor: "^"
        case .shiftLeft: "<<"
        case .shiftRight: ">>"
        case .shiftRightLogical: ">>>"
        case .equal, .stringEqual: "=="
        case .notEqual, .stringNotEqual: "!="
        case .less, .stringLess: "<"
        case .lessEqual, .stringLessEqual: "<="
        case .greater, .stringGreater: ">"
        case .greaterEqual, .stringGreaterEqual: ">="
        case .complement: "~"
        case .logicalNot: "!"
        default: "\(self)"
        }
    }
}

extension IntegerShape {
    /// The name in dumps: `s32`, `u8`.
    var name: String { (isSigned ? "s" : "u") + String(Int(size) * 8) }
}

extension MemoryAccess {
    /// The name in dumps: `load32`, `user load u8 bits 3..5`.
    var name: String {
        var text = (isUser ? "user " : "") + "load " + shape.name
        if let bits = bitField { text += " bits \(bits.offset)..\(Int(bits.offset) + Int(bits.width) - 1) of " }
        return text
    }
}
