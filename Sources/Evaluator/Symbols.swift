// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// The symbol that an address belongs to.
public struct CodeSymbol: Sendable, Equatable {
    /// The name; empty where only the module is known.
    public var name: ByteString
    /// The address's distance from the symbol's start, or from the module's.
    public var offset: UInt64
    /// The bytes of the symbol; 0 where nobody knows.
    public var size: UInt64
    /// `kernel`, the name of a kernel module, or the path of a file.
    public var module: ByteString

    /// Describes a symbol.
    public init(name: ByteString, offset: UInt64, size: UInt64, module: ByteString) {
        self.name = name
        self.offset = offset
        self.size = size
        self.module = module
    }
}

extension EvaluationHost {
    /// A session without a symbol table.
    public func kernelSymbol(at address: UInt64) -> CodeSymbol? { nil }
    /// A session without a symbol table.
    public func kernelAddress(of name: String) -> UInt64 { 0 }
    /// A session that knows no processes.
    public func processSymbol(_ process: Int32, at address: UInt64) -> CodeSymbol? { nil }
}

/// Addresses as text.
extension Evaluator {
    /// The symbol at an address of the kernel, or of the process of the event.
    func symbol(at address: UInt64, isUser: Bool) -> CodeSymbol? {
        guard isUser else { return host.kernelSymbol(at: address) }
        let process = record == nil ? facts.ownPid : recordedInteger(.context(.pid)) ?? 0
        return host.processSymbol(Int32(truncatingIfNeeded: process), at: address)
    }

    /// `symname`, `symdata`, `modname` and those of user space.
    func symbolBuiltin(_ builtin: Builtin, _ arguments: BuiltinArguments) -> BuiltinResult {
        let address = UInt64(bitPattern: arguments.integer(0))
        let isUser = builtin == .usymname || builtin == .usymdata || builtin == .umodname
        let symbol = symbol(at: address, isUser: isUser)
        return text { writer in
            switch builtin {
            case .modname, .umodname: writer.append(symbol?.module.bytes ?? Array("<unknown>".utf8))
            case .symname, .usymname:
                guard let symbol, !symbol.name.bytes.isEmpty else { return writer.appendAddress(address) }
                writer.append(symbol.name.bytes)
            default: writer.appendSymbol(symbol, address)
            }
        }
    }

    /// One line of a backtrace for each hexadecimal address in a text.
    func symbolLines(of text: StringView, isUser: Bool, _ writer: inout TextWriter) {
        var value: UInt64 = 0
        var hasDigits = false
        for place in 0...text.length {
            let byte = place < text.length ? text.pointer[place] : UInt8(ascii: " ")
            if byte == UInt8(ascii: "x"), value == 0 { continue }
            if let digit = hexValue(byte) {
                value = value << 4 | digit
                hasDigits = true
            } else {
                if hasDigits { symbolLine(value, isUser: isUser, &writer) }
                (value, hasDigits) = (0, false)
            }
        }
    }

    /// ` 0xffffffff81234567 : func+0x12/0x34 [kernel]`; brief: `func+0x12/0x34`.
    func symbolLine(_ address: UInt64, isUser: Bool, isBrief: Bool = false, _ writer: inout TextWriter) {
        let symbol = symbol(at: address, isUser: isUser)
        writer.append(UInt8(ascii: " "))
        if isBrief {
            if let symbol, !symbol.name.bytes.isEmpty {
                writer.append(symbol.name.bytes)
                writer.append("+")
                writer.appendAddress(symbol.offset)
                writer.append("/")
                writer.appendAddress(symbol.size)
            } else {
                writer.appendAddress(address)
            }
        } else if let symbol {
            writer.appendAddress(address)
            writer.append(" : ")
            writer.appendSymbol(symbol, address)
        } else {
            writer.appendAddress(address)
        }
        writer.append(UInt8(ascii: "\n"))
    }

    private func hexValue(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension TextWriter {
    /// Appends `0x` and hexadecimal digits.
    mutating func appendAddress(_ address: UInt64) { append(Array(("0x" + String(address, radix: 16)).utf8)) }

    /// Appends `func+0x12/0x34 [module]`, `+0x12 [module]`, or the address.
    mutating func appendSymbol(_ symbol: CodeSymbol?, _ address: UInt64) {
        guard let symbol else { return appendAddress(address) }
        append(symbol.name.bytes)
        append("+")
        appendAddress(symbol.offset)
        if !symbol.name.bytes.isEmpty {
            append("/")
            appendAddress(symbol.size)
        }
        append(" [")
        append(symbol.module.bytes)
        append("]")
    }
}
