// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import IR
import Semantics
import Syntax

@testable import Evaluator

/// Builds programs by hand, without the rooms before the IR.
final class ProgramBuilder {
    var program = IRProgram()
    private let file = SourceFile(name: "<input>", text: "")

    func token(_ name: String, _ line: Int32 = 1, _ column: Int32 = 1, kind: TokenKind = .identifier) -> Token {
        Token(kind: kind, content: ByteString(name), location: SourceLocation(file: file, line: line, column: column))
    }

    func site(_ name: String, _ line: Int32 = 1, _ column: Int32 = 1, inlinedAt: Int32? = nil) -> Int32 {
        program.sites.append(SourceSite(token: token(name, line, column), inlinedAt: inlinedAt))
        return Int32(program.sites.count - 1)
    }

    func global(
        _ name: String, keys: [ValueType] = [], _ type: ValueType = .long, capacity: Int = 2048,
        isDeclaredSize: Bool = false, wraps: Bool = false, initial: Literal? = nil, isDisplayed: Bool = false,
        isPointer: Bool = false
    ) -> Int32 {
        program.globals.append(
            IRGlobal(
                name: name, keyTypes: keys, valueType: type, capacity: capacity, isDeclaredSize: isDeclaredSize,
                wraps: wraps, initial: initial, isDisplayed: isDisplayed, isPointer: isPointer))
        return Int32(program.globals.count - 1)
    }

    func integer(_ value: Int64) -> Int32 {
        program.integers.append(value)
        return Int32(program.integers.count - 1)
    }

    func string(_ value: ByteString) -> Int32 {
        program.strings.append(value)
        return Int32(program.strings.count - 1)
    }

    func list(_ operands: Operand...) -> Int32 {
        program.operandLists.append(operands)
        return Int32(program.operandLists.count - 1)
    }

    func format(_ pieces: FormatPiece...) -> Int32 {
        program.formats.append(pieces)
        return Int32(program.formats.count - 1)
    }

    /// A unit from its blocks, with as many registers as they name at most.
    func unit(
        _ name: String, integers: Int = 16, strings: Int = 8, parameters: [Operand] = [],
        result: ValueType = .unknown, next: Int? = nil, _ blocks: [[Instruction]]
    ) -> IRUnit {
        var unit = IRUnit(name: name)
        unit.blocks = blocks.map {
            var block = IRBlock()
            block.instructions = $0
            return block
        }
        unit.integerRegisters = integers
        unit.stringRegisters = strings
        unit.parameters = parameters
        unit.result = result
        unit.nextOverload = next
        return unit
    }

    /// Adds a probe with its handler; its index.
    @discardableResult
    func handler(_ blocks: [[Instruction]], point: String = "begin", event: ProbeEvent = .begin(0)) -> Int {
        let place = token("probe", kind: .keyword)
        program.probes.append(
            CheckedProbe(
                index: program.probes.count, point: point, scriptPoint: point, event: event, token: place,
                body: CheckedStatement(token: place, kind: .block([]))))
        program.captures.append(nil)
        program.handlers.append(unit(point, blocks))
        return program.handlers.count - 1
    }

    func function(_ unit: IRUnit) -> Int32 {
        program.functions.append(unit)
        return Int32(program.functions.count - 1)
    }
}

/// A session without a kernel; memory is what the test puts there.
final class TestHost: EvaluationHost {
    var memory: [UInt64: [UInt8]] = [:]
    var commands: [ByteString] = []
    var traces: [ByteString] = []

    func readMemory(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer, isUser: Bool) -> Bool {
        // Memory comes in pages: what follows the bytes of a test in theirs is 0.
        for (start, bytes) in memory where address >= start && address < start + UInt64(bytes.count) {
            guard address % 4096 + UInt64(buffer.count) <= 4096 else { return false }
            let known = bytes.dropFirst(Int(address - start)).prefix(buffer.count)
            buffer.copyBytes(from: known + [UInt8](repeating: 0, count: buffer.count - known.count))
            return true
        }
        return false
    }

    /// Memory of processes, by their ids.
    var processes: [Int32: [UInt64: [UInt8]]] = [:]
    var symbols: [UInt64: CodeSymbol] = [:]

    func readMemory(ofProcess process: Int32, at address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let other = TestHost()
        other.memory = processes[process] ?? [:]
        return other.readMemory(at: address, into: buffer, isUser: true)
    }

    /// The symbol at the next lower address within a page.
    private func symbol(at address: UInt64) -> CodeSymbol? {
        guard let start = symbols.keys.filter({ $0 <= address && address - $0 < 4096 }).max() else { return nil }
        var symbol = symbols[start]
        symbol?.offset = address - start
        return symbol
    }

    func kernelSymbol(at address: UInt64) -> CodeSymbol? { symbol(at: address) }
    func processSymbol(_ process: Int32, at address: UInt64) -> CodeSymbol? {
        process == 42 ? symbol(at: address) : nil
    }
    func kernelAddress(of name: String) -> UInt64 { symbols.first { $0.value.name == ByteString(name) }?.key ?? 0 }

    func currentTask() -> UInt64 { 0x1000 }
    /// The namespaces of process ids and of users.
    var namespaces: (UInt64, UInt64) = (0x2000, 0x3000)
    func namespace(ofUsers: Bool) -> UInt64 { ofUsers ? namespaces.1 : namespaces.0 }
    func startCommand(_ command: ByteString) { commands.append(command) }
    func trace(_ text: ByteString) { traces.append(text) }

    /// What was asked of the system, in order.
    var requests: [String] = []
    var cycleCount: Int64 = 0
    var failure: Int32?

    func jiffies() -> Int64? { 4_294_900_000 }
    func cycles() -> Int64 {
        cycleCount += 1000
        return cycleCount
    }
    func writeKernelLog(level: Int, _ text: ByteString) -> Int32? {
        requests.append("<\(level)>\(text)")
        return failure
    }
    func panic(_ text: ByteString) -> Int32 {
        requests.append("panic \(text)")
        return EPERM
    }
    func signal(process: Int32, thread: Int32, _ number: Int32) -> Int32? {
        requests.append("signal \(process) \(thread) \(number)")
        return failure
    }
}

extension Evaluator {
    /// What has been printed.
    var text: String { String(decoding: output.bytes, as: UTF8.self) }
}
