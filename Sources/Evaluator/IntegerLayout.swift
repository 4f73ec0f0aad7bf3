// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// How one integer is laid out by printf: section 4.3 of the language, as one value.
struct IntegerLayout {
    enum Base: UInt8 { case decimal, octal, hexLower, hexUpper }

    var base: Base
    var isSigned: Bool
    var flag: FormatFlag
    /// `#`, or `%p`, which has it whatever its flag is.
    var hasPrefix: Bool
    var width: Int
    /// -1 where none is given.
    var precision: Int

    /// Writes spaces, sign, prefix, zeros, digits and spaces, in this order.
    func write(_ value: Int64, to writer: inout TextWriter) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { memory in
            let end = memory.baseAddress! + 32
            let magnitude = isSigned ? value.magnitude : UInt64(bitPattern: value)
            let first = digits(of: magnitude, before: end)
            let digitCount = end - first
            var sign: UInt8 = 0
            if isSigned {
                if value < 0 {
                    sign = UInt8(ascii: "-")
                } else if flag == .plus {
                    sign = UInt8(ascii: "+")
                } else if flag == .space {
                    sign = UInt8(ascii: " ")
                }
            }
            let leading = max(precision, digitCount) - digitCount
            let padding = width - leading - digitCount - (sign == 0 ? 0 : 1) - prefixLength
            if flag != .zero && flag != .minus { writer.fill(UInt8(ascii: " "), padding) }
            if sign != 0 { writer.append(sign) }
            writePrefix(to: &writer)
            if flag == .zero { writer.fill(UInt8(ascii: "0"), padding) }
            writer.fill(UInt8(ascii: "0"), leading)
            writer.append(first, digitCount)
            if flag == .minus { writer.fill(UInt8(ascii: " "), padding) }
        }
    }

    private var prefixLength: Int {
        guard hasPrefix else { return 0 }
        return switch base {
        case .decimal: 0
        case .octal: 1
        case .hexLower, .hexUpper: 2
        }
    }

    private func writePrefix(to writer: inout TextWriter) {
        guard hasPrefix, base != .decimal else { return }
        writer.append(UInt8(ascii: "0"))
        if base == .hexLower { writer.append(UInt8(ascii: "x")) }
        if base == .hexUpper { writer.append(UInt8(ascii: "X")) }
    }

    private func digits(of value: UInt64, before end: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        if base == .decimal { return writeDecimalDigits(value, before: end) }
        let shift: UInt64 = base == .octal ? 3 : 4
        let letters = base == .hexUpper ? UInt8(ascii: "A") - 10 : UInt8(ascii: "a") - 10
        var position = end
        var rest = value
        repeat {
            let digit = UInt8(rest & ((1 << shift) - 1))
            position -= 1
            position.pointee = digit < 10 ? UInt8(ascii: "0") + digit : letters + digit
            rest >>= shift
        } while rest != 0
        return position
    }
}
