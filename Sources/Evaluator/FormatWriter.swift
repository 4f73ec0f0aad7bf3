// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// The printf table: sections 4.1 to 4.3 of the language.
extension Evaluator {
    /// Writes a format with its arguments; the failure that ended it, or nil.
    func write(format: Int, _ arguments: BuiltinArguments, _ writer: inout TextWriter) -> Failure? {
        let (start, end) = pool.formatRanges[format]
        var argument = 0
        var index = start
        while index < end {
            let piece = pool.formats + index
            index += 1
            switch piece.pointee.kind {
            case .literal: writer.append(piece.pointee.literal.pointer, piece.pointee.literal.length)
            case .plainDecimal:
                writer.appendDecimal(arguments.integer(argument))
                argument += 1
            case .plainString:
                let text = arguments.string(argument)
                writer.append(text.pointer, text.length)
                argument += 1
            case .directive:
                if let failure = directive(piece.pointee, arguments, &argument, &writer) { return failure }
            }
        }
        return nil
    }

    private func directive(
        _ piece: FormatCode, _ arguments: BuiltinArguments, _ argument: inout Int, _ writer: inout TextWriter
    ) -> Failure? {
        var layout = piece.layout
        if piece.widthKind == .dynamic {
            // A negative width counts as 0.
            layout.width = Int(min(max(arguments.integer(argument), 0), Int64(Evaluator.widthLimit)))
            argument += 1
        }
        if piece.precisionKind == .dynamic {
            layout.precision = Int(min(max(arguments.integer(argument), -1), Int64(Evaluator.widthLimit)))
            argument += 1
        }
        defer { argument += 1 }
        switch FormatConversion(rawValue: piece.conversion) {
        case .signed, .unsigned, .octal, .hexLower, .hexUpper, .pointer:
            layout.write(arguments.integer(argument), to: &writer)
        case .string:
            let text = arguments.string(argument)
            let length = layout.precision >= 0 ? min(layout.precision, text.length) : text.length
            padded(layout, length, &writer) { $0.append(text.pointer, length) }
            if layout.flag == .zero { writer.append(0) }
        case .character: character(UInt8(truncatingIfNeeded: arguments.integer(argument)), layout, &writer)
        case .binary: binary(arguments.integer(argument), layout, hasWidth: piece.widthKind != .none, &writer)
        case .memory, .memoryHex:
            return memoryBytes(at: arguments.integer(argument), piece.conversion, layout, &writer)
        case nil: break
        }
        return nil
    }

    /// Spaces before, or behind with `-`, up to the width.
    private func padded(
        _ layout: IntegerLayout, _ length: Int, _ writer: inout TextWriter, _ body: (inout TextWriter) -> Void
    ) {
        if layout.flag != .minus { writer.fill(UInt8(ascii: " "), layout.width - length) }
        body(&writer)
        if layout.flag == .minus { writer.fill(UInt8(ascii: " "), layout.width - length) }
    }

    private func character(_ byte: UInt8, _ layout: IntegerLayout, _ writer: inout TextWriter) {
        guard layout.flag == .alternate else {
            padded(layout, 1, &writer) { $0.append(byte) }
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8) { memory in
            var text = TextWriter(memory.baseAddress!, capacity: 8)
            appendEscapedCharacter(byte, &text)
            padded(layout, text.count, &writer) { $0.append(text.start, text.count) }
        }
    }

    private func binary(_ value: Int64, _ layout: IntegerLayout, hasWidth: Bool, _ writer: inout TextWriter) {
        func isSize(_ number: Int) -> Bool { [1, 2, 4, 8].contains(number) }
        let size = isSize(layout.precision) ? layout.precision : hasWidth && isSize(layout.width) ? layout.width : 8
        if layout.flag != .minus { writer.fill(0, layout.width - size) }
        withUnsafeBytes(of: value.littleEndian) { bytes in
            for byte in bytes.prefix(size) { writer.append(byte) }
        }
        if layout.flag == .minus { writer.fill(0, layout.width - size) }
    }

    private func memoryBytes(
        at address: Int64, _ conversion: UInt8, _ layout: IntegerLayout, _ writer: inout TextWriter
    ) -> Failure? {
        let count = layout.precision >= 0 ? layout.precision : 1
        let isHex = conversion == FormatConversion.memoryHex.rawValue
        return withUnsafeTemporaryAllocation(byteCount: max(count, 1), alignment: 1) { memory -> Failure? in
            let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
            let isUser = layout.flag == .alternate
            guard count == 0 || readMemory(at: UInt64(bitPattern: address), into: bytes, isUser: isUser) else {
                return .readFault(UInt64(bitPattern: address))
            }
            padded(layout, isHex ? count * 2 : count, &writer) { writer in
                for byte in bytes {
                    if isHex {
                        writer.append(lowercaseHexDigit(byte >> 4))
                        writer.append(lowercaseHexDigit(byte & 15))
                    } else {
                        writer.append(byte)
                    }
                }
            }
            if layout.flag == .zero { writer.append(0) }
            return nil
        }
    }
}

func lowercaseHexDigit(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
}

/// The letter of the escape for a control character that has one; nil for the others.
func escapeLetter(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 7: UInt8(ascii: "a")
    case 8: UInt8(ascii: "b")
    case 9: UInt8(ascii: "t")
    case 10: UInt8(ascii: "n")
    case 11: UInt8(ascii: "v")
    case 12: UInt8(ascii: "f")
    case 13: UInt8(ascii: "r")
    default: nil
    }
}

func appendOctalEscape(_ byte: UInt8, _ writer: inout TextWriter) {
    writer.append(UInt8(ascii: "\\"))
    writer.append(UInt8(ascii: "0") + (byte >> 6))
    writer.append(UInt8(ascii: "0") + (byte >> 3 & 7))
    writer.append(UInt8(ascii: "0") + (byte & 7))
}

/// A character as `%#c` shows it.
func appendEscapedCharacter(_ byte: UInt8, _ writer: inout TextWriter) {
    if let letter = escapeLetter(byte) {
        writer.append(UInt8(ascii: "\\"))
        writer.append(letter)
    } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\") {
        writer.append(UInt8(ascii: "\\"))
        writer.append(byte)
    } else if byte < 32 || byte >= 127 {
        appendOctalEscape(byte, &writer)
    } else {
        writer.append(byte)
    }
}
