// SPDX-License-Identifier: GPL-3.0-or-later

/// Addresses and return values as text.
extension Evaluator {
    /// A dotted quad of an address as memory holds it: its first byte is the lowest.
    func ipNtop(_ address: Int64) -> BuiltinResult {
        text { writer in
            for byte in 0..<4 {
                if byte > 0 { writer.append(UInt8(ascii: ".")) }
                writer.appendDecimal(address >> Int64(byte * 8) & 0xff)
            }
        }
    }

    /// Eight groups of four digits, none left out, of the halves of an address as memory holds them.
    func ipv6Text(_ first: Int64, _ last: Int64) -> BuiltinResult {
        text { writer in
            for byte in 0..<16 {
                if byte > 0, byte % 2 == 0 { writer.append(UInt8(ascii: ":")) }
                let half = UInt64(bitPattern: byte < 8 ? first : last)
                let value = UInt8(truncatingIfNeeded: half >> UInt64(byte % 8 * 8))
                writer.append(lowercaseHexDigit(value >> 4))
                writer.append(lowercaseHexDigit(value & 15))
            }
        }
    }

    /// A return value: 1 decimal, 2 hex, 3 octal; a known error always as `-2 (ENOENT)`.
    func returnStr(_ format: Int64, _ value: Int64) -> BuiltinResult {
        text { writer in
            if value < 0, let name = Errno.name(value) {
                writer.appendDecimal(value)
                writer.append(" (")
                writer.append(name)
                writer.append(UInt8(ascii: ")"))
                return
            }
            var layout = IntegerLayout(
                base: .decimal, isSigned: true, flag: .none, hasPrefix: true, width: 0, precision: -1)
            if format == 2 { layout.base = .hexLower }
            if format == 3 { layout.base = .octal }
            layout.isSigned = layout.base == .decimal
            layout.write(value, to: &writer)
        }
    }
}
