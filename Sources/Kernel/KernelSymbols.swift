// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// A symbol that an address belongs to.
public struct FoundSymbol: Sendable, Equatable {
    /// The name; empty where only the module is known.
    public let name: String
    /// The distance from the symbol's start, or from the module's.
    public let offset: UInt64
    /// The bytes of the symbol.
    public let size: UInt64
    /// `kernel`, a kernel module's name, or the path of a file.
    public let module: String
}

/// The kernel's code by address: /proc/kallsyms, sorted. Read anew for each instance, so that what was loaded since is in it.
public final class KernelSymbols {
    private let text: [UInt8]
    private var addresses: [String: UInt64] = [:]
    private var symbols: [(address: UInt64, name: UInt32)] = []

    /// Reads the table; without addresses, as the kernel shows it to those who may not see them, nothing is ever found.
    public convenience init() { self.init(text: readFile("/proc/kallsyms") ?? []) }

    /// Takes in lines `ADDRESS TYPE NAME` or `ADDRESS TYPE NAME\t[MODULE]`.
    init(text: [UInt8]) {
        self.text = text
        symbols.reserveCapacity(text.count / 45)
        var line = 0
        text.withUnsafeBufferPointer { buffer in
            while line < buffer.count {
                var at = line
                var address: UInt64 = 0
                while at < buffer.count, let digit = Self.hexValue(buffer[at]) {
                    address = address << 4 | digit
                    at += 1
                }
                if at + 3 < buffer.count, address != 0, Self.isCode(buffer[at + 1]) {
                    symbols.append((address, UInt32(truncatingIfNeeded: at + 3)))
                }
                while at < buffer.count, buffer[at] != UInt8(ascii: "\n") { at += 1 }
                line = at + 1
            }
        }
        // Of several names for one place the first in the file counts, as for the kernel itself.
        symbols.sort { ($0.address, $0.name) < ($1.address, $1.name) }
    }

    /// The symbol at or below an address; nil below the first and far above the last.
    public func symbol(at address: UInt64) -> FoundSymbol? {
        var low = 0
        var high = symbols.count
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, low < symbols.count else { return nil }
        let start = symbols[low - 1].address
        var first = low - 1
        while first > 0, symbols[first - 1].address == start { first -= 1 }
        let (name, module) = describe(Int(symbols[first].name))
        return FoundSymbol(name: name, offset: address - start, size: symbols[low].address - start, module: module)
    }

    /// The address of a function or variable of the kernel proper, else of a module; 0 for none.
    public func address(of name: String) -> UInt64 {
        if let known = addresses[name] { return known }
        let found = search(Array(" \(name)".utf8))
        addresses[name] = found
        return found
    }

    private func search(_ wanted: [UInt8]) -> UInt64 {
        guard wanted.count > 1 else { return 0 }
        return text.withUnsafeBytes { buffer -> UInt64 in
            var other: UInt64 = 0
            var from = 0
            while let place = swtap_find(buffer.baseAddress! + from, buffer.count - from, wanted, wanted.count) {
                let start = place - buffer.baseAddress!
                from = start + 1
                let end = start + wanted.count
                // `ADDRESS T name`: the blank in front of the name is the second of the line.
                guard start >= 18, end < buffer.count, buffer[start - 2] == UInt8(ascii: " ") else { continue }
                let digits = String(decoding: buffer[(start - 18)..<(start - 2)], as: UTF8.self)
                let address = UInt64(digits, radix: 16) ?? 0
                if buffer[end] == UInt8(ascii: "\n") { return address }
                if buffer[end] == UInt8(ascii: "\t"), other == 0 { other = address }
            }
            return other
        }
    }

    private func describe(_ start: Int) -> (name: String, module: String) {
        let line = text[start...].prefix { $0 != UInt8(ascii: "\n") }
        let parts = line.split(separator: UInt8(ascii: "\t"))
        let module = parts.count > 1 ? parts[1].filter { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") } : []
        return (
            parts.first.map { String(decoding: $0, as: UTF8.self) } ?? "",
            module.isEmpty ? "kernel" : String(decoding: module, as: UTF8.self)
        )
    }

    private static func isCode(_ letter: UInt8) -> Bool {
        switch letter {
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "w"), UInt8(ascii: "W"): true
        default: false
        }
    }

    private static func hexValue(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        default: nil
        }
    }
}
