// SPDX-License-Identifier: GPL-3.0-or-later

/// Texts made printable: `text_str`, `text_strn`, `string_quoted`.
extension Evaluator {
    /// A text with escapes, of at most `length` characters (0: as long as a string may be); an escape is never split.
    /// Quoted, a text that is cut ends with `"...`, all within the length.
    func textStrn(_ text: StringView, _ length: Int64, isQuoted: Bool) -> BuiltinResult {
        let most = stride - 1
        var limit = length <= 0 || length > Int64(most) ? most : Int(length)
        guard isQuoted else {
            return self.text { escape(text, limit, &$0) }
        }
        limit = max(limit, 5)
        return self.text { writer in
            writer.append(UInt8(ascii: "\""))
            // The last place where `"...` still fits, to go back to when the whole does not.
            if escapedLength(text) + 2 <= limit {
                escape(text, limit - 2, &writer)
                writer.append(UInt8(ascii: "\""))
            } else {
                escape(text, limit - 5, &writer)
                writer.append("\"...")
            }
        }
    }

    private func escapedLength(_ text: StringView) -> Int {
        var position = 0
        var length = 0
        while position < text.length {
            let (used, escape) = EscapedCharacter.next(text, position)
            position += used
            length += escape.length
        }
        return length
    }

    private func escape(_ text: StringView, _ limit: Int, _ writer: inout TextWriter) {
        let start = writer.count
        var position = 0
        while position < text.length {
            let (used, escape) = EscapedCharacter.next(text, position)
            if writer.count - start + escape.length > limit { return }
            escape.write(to: &writer)
            position += used
        }
    }
}

/// One character of a text as it is shown.
private enum EscapedCharacter {
    case plain(UInt8)
    case letter(UInt8)
    case octal(UInt8)
    case unicode(UInt32)

    var length: Int {
        switch self {
        case .plain: 1
        case .letter: 2
        case .octal: 4
        case .unicode(let scalar): scalar > 0xffff ? 10 : 6
        }
    }

    /// The character at a position and the bytes that it takes.
    static func next(_ text: StringView, _ position: Int) -> (Int, EscapedCharacter) {
        let byte = text.pointer[position]
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return (1, .letter(byte)) }
        if let letter = escapeLetter(byte) { return (1, .letter(letter)) }
        if 32...126 ~= byte { return (1, .plain(byte)) }
        if let (used, scalar) = decode(text, position) { return (used, .unicode(scalar)) }
        return (1, .octal(byte))
    }

    func write(to writer: inout TextWriter) {
        switch self {
        case .plain(let byte): writer.append(byte)
        case .letter(let byte):
            writer.append(UInt8(ascii: "\\"))
            writer.append(byte)
        case .octal(let byte): appendOctalEscape(byte, &writer)
        case .unicode(let scalar):
            writer.append(scalar > 0xffff ? "\\U" : "\\u")
            var shift: UInt32 = scalar > 0xffff ? 28 : 12
            while true {
                let digit = UInt8(scalar >> shift & 15)
                writer.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
                if shift == 0 { break }
                shift -= 4
            }
        }
    }

    /// A well-formed UTF-8 sequence of two bytes or more.
    private static func decode(_ text: StringView, _ position: Int) -> (Int, UInt32)? {
        let lead = text.pointer[position]
        let (count, start): (Int, UInt32)
        switch lead {
        case 0xc2...0xdf: (count, start) = (2, UInt32(lead & 0x1f))
        case 0xe0...0xef: (count, start) = (3, UInt32(lead & 0x0f))
        case 0xf0...0xf4: (count, start) = (4, UInt32(lead & 0x07))
        default: return nil
        }
        guard position + count <= text.length else { return nil }
        var scalar = start
        for offset in 1..<count {
            let byte = text.pointer[position + offset]
            guard byte & 0xc0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(byte & 0x3f)
        }
        let least: UInt32 = count == 2 ? 0x80 : count == 3 ? 0x800 : 0x10000
        guard scalar >= least, scalar <= 0x10ffff, !(0xd800...0xdfff ~= scalar) else { return nil }
        return (count, scalar)
    }
}
