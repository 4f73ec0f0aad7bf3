// SPDX-License-Identifier: GPL-3.0-or-later

/// What is wrong with a format.
public struct FormatProblem: Error {
    /// The message of the error.
    public let message: String
}

/// Parses printf formats into pieces.
public enum FormatParser {
    /// The pieces, neighbouring literals joined.
    public static func parse(_ format: ByteString) -> Result<[FormatPiece], FormatProblem> {
        let bytes = format.bytes
        var pieces: [FormatPiece] = []
        var literal: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte != percent {
                literal.append(byte)
                continue
            }
            if at == bytes.count || bytes[at] == percent {
                // `%%`, and a lone `%` at the end.
                literal.append(percent)
                at += 1
                continue
            }
            switch directive(bytes, &at) {
            case .failure(let problem): return .failure(problem)
            case .success(let piece):
                if !literal.isEmpty { pieces.append(.literal(ByteString(literal))) }
                literal = []
                pieces.append(piece)
            }
        }
        if !literal.isEmpty { pieces.append(.literal(ByteString(literal))) }
        return .success(pieces)
    }

    private static let percent = UInt8(ascii: "%")

    private static func directive(_ bytes: [UInt8], _ at: inout Int) -> Result<FormatPiece, FormatProblem> {
        var flag = FormatFlag.none
        if at < bytes.count, bytes[at] != 0, let found = FormatFlag(rawValue: bytes[at]) {
            flag = found
            at += 1
        }
        let width = number(bytes, &at) ?? .none
        var precision = FormatNumber.none
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            precision = number(bytes, &at) ?? .fixed(0)
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: "l") { at += 1 }
        guard at < bytes.count else {
            return .failure(FormatProblem(message: "trailing incomplete print format conversion"))
        }
        let letter = bytes[at] == UInt8(ascii: "i") ? UInt8(ascii: "d") : bytes[at]
        guard let conversion = FormatConversion(rawValue: letter) else {
            return .failure(FormatProblem(message: "invalid or missing conversion specifier"))
        }
        at += 1
        return .success(.directive(flag: flag, width: width, precision: precision, conversion: conversion))
    }

    private static func number(_ bytes: [UInt8], _ at: inout Int) -> FormatNumber? {
        guard at < bytes.count else { return nil }
        if bytes[at] == UInt8(ascii: "*") {
            at += 1
            return .dynamic
        }
        var value = 0
        let start = at
        while at < bytes.count, case let digit = bytes[at] &- 0x30, digit < 10 {
            // Wider than any output: larger numbers mean the same.
            value = min(value * 10 + Int(digit), 1_000_000)
            at += 1
        }
        return at == start ? nil : .fixed(value)
    }
}
