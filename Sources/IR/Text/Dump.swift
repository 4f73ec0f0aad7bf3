// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// The text of `-p3`: globals, functions and handlers with their captures, one instruction a line, source lines
/// as comments.
public func dump(_ program: IRProgram) -> String {
    var text = IRText(program: program)
    text.dumpProgram()
    return text.output
}

/// Writes a program as text.
struct IRText {
    let program: IRProgram
    private(set) var output = ""
    private var lastLine: (file: String, line: Int32)?

    init(program: IRProgram) {
        self.program = program
    }

    mutating func line(_ text: String, indent: Int = 0) {
        output += String(repeating: " ", count: indent) + text + "\n"
    }

    mutating func dumpProgram() {
        if !program.globals.isEmpty { line("# globals") }
        for (index, global) in program.globals.enumerated() { line("g\(index) \(describe(global))") }
        let called = program.functions.indices.filter { isCalled($0) }
        if !called.isEmpty { line("# functions") }
        for index in called {
            let unit = program.functions[index]
            let parameters = unit.parameters.map { operand($0) }.joined(separator: ", ")
            let result = unit.result == .unknown ? "" : ":\(unit.result)"
            line("function f\(index) \(unit.name)\(result) (\(parameters))")
            if let next = unit.nextOverload { line("next overload: f\(next)", indent: 2) }
            dump(unit)
        }
        if !program.handlers.isEmpty { line("# handlers") }
        for (index, unit) in program.handlers.enumerated() {
            line("probe \(index) \(unit.name)")
            if let plan = program.captures[index] { dump(plan) }
            dump(unit)
            if program.conditions.indices.contains(index), let condition = program.conditions[index] {
                line("armed when", indent: 2)
                dump(program.functions[condition])
            }
        }
    }

    /// Whether something calls a function: those that are expanded everywhere are not shown.
    private func isCalled(_ function: Int) -> Bool {
        (program.handlers + program.functions).contains { unit in
            unit.nextOverload == function
                || unit.blocks.contains { block in
                    block.instructions.contains { $0.op == .call && $0.a == Int32(function) }
                }
        }
    }

    private func describe(_ global: IRGlobal) -> String {
        var text = "\(global.name):\(global.valueType)"
        if !global.keyTypes.isEmpty {
            text += " [" + global.keyTypes.map(\.description).joined(separator: ", ") + "]"
            text += " capacity \(global.capacity)\(global.wraps ? ", wraps" : "")"
        }
        switch global.initial {
        case .number(let value)?: text += " = \(value)"
        case .string(let value)?: text += " = \(quoted(value))"
        case nil: break
        }
        return text
    }

    private mutating func dump(_ unit: IRUnit) {
        lastLine = nil
        for (number, block) in unit.blocks.enumerated() {
            line("b\(number):\(block.handler.map { " errors to b\($0)" } ?? "")", indent: 2)
            for instruction in block.instructions {
                comment(instruction)
                line(describe(instruction), indent: 4)
            }
        }
    }

    /// The source line of an instruction, where it is another than the one before.
    private mutating func comment(_ instruction: Instruction) {
        guard program.sites.indices.contains(Int(instruction.site)) else { return }
        let location = program.sites[Int(instruction.site)].token.location
        if let last = lastLine, last.line == location.line, last.file == location.file.name { return }
        lastLine = (location.file.name, location.line)
        let source = String(decoding: location.file.line(Int(location.line)), as: UTF8.self)
        let text = source.drop { $0 == " " || $0 == "\t" }
        line("# \(location.file.name):\(location.line): \(text)", indent: 4)
    }

    func operand(_ operand: Operand) -> String {
        switch operand {
        case .integer(let register): "i\(register)"
        case .string(let register): "s\(register)"
        case .wildcard: "*"
        }
    }

    func quoted(_ text: ByteString) -> String {
        var result = "\""
        for byte in text.bytes {
            switch byte {
            case UInt8(ascii: "\n"): result += "\\n"
            case UInt8(ascii: "\t"): result += "\\t"
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += "\\" + String(UnicodeScalar(byte))
            case 32..<127: result += String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 8)
                result += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }
        }
        return result + "\""
    }
}
