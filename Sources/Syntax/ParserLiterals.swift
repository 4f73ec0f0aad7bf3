// SPDX-License-Identifier: GPL-3.0-or-later

extension Parser {
    /// A number with its optional sign, or adjacent strings.
    func parseLiteral() throws(Failure) -> Literal {
        if next?.kind == .string { return .string(try parseString()) }
        guard next?.kind == .number || at("-") else { throw unexpected("expected literal string or number") }
        return .number(try parseIntegerLiteral())
    }

    /// Adjacent string literals as one.
    func parseString() throws(Failure) -> ByteString {
        guard let first = next, first.kind == .string else { throw unexpected("expected literal string") }
        index += 1
        guard version.joinsStrings, next?.kind == .string else { return first.content }
        var bytes = first.content.bytes
        while let more = next, more.kind == .string {
            bytes += more.content.bytes
            index += 1
        }
        return ByteString(bytes)
    }

    /// A number with an optional sign.
    func parseIntegerLiteral() throws(Failure) -> Int64 {
        let isNegative = accept("-")
        guard let token = next, token.kind == .number else { throw unexpected("expected number") }
        let magnitude = try parseNumber(token)
        if isNegative {
            guard magnitude <= 1 << 63 else { throw refused("number invalid or out of range", token) }
            return Int64(truncatingIfNeeded: 0 &- magnitude)
        }
        return Int64(truncatingIfNeeded: magnitude)
    }

    /// Takes a number token and converts it as a whole.
    func parseNumber(_ token: Token) throws(Failure) -> UInt64 {
        guard let value = parseUnsigned(token.content.bytes) else {
            throw refused("number invalid or out of range", token)
        }
        index += 1
        return value
    }
}

/// The value of a number as C writes it: decimal, `0x` hexadecimal or `0` octal; nil when it is not one or needs more than 64 bits.
func parseUnsigned(_ bytes: [UInt8]) -> UInt64? {
    var digits = bytes[...]
    var base: UInt64 = 10
    if digits.first == UInt8(ascii: "0") && digits.count > 1 {
        digits.removeFirst()
        base = 8
        if digits.first == UInt8(ascii: "x") || digits.first == UInt8(ascii: "X") {
            digits.removeFirst()
            base = 16
        }
    }
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in digits {
        guard let digit = byte.hexValue, UInt64(digit) < base else { return nil }
        let (product, productOverflow) = value.multipliedReportingOverflow(by: base)
        let (sum, sumOverflow) = product.addingReportingOverflow(UInt64(digit))
        guard !productOverflow && !sumOverflow else { return nil }
        value = sum
    }
    return value
}
