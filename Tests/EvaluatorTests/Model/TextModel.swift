// SPDX-License-Identifier: GPL-3.0-or-later

/// The string functions on arrays of bytes, from the words of the language's definition.
enum TextModel {
    typealias Bytes = [UInt8]

    static func precedes(_ left: Bytes, _ right: Bytes) -> Bool { left.lexicographicallyPrecedes(right) }

    static func substr(_ text: Bytes, _ start: Int64, _ count: Int64) -> Bytes {
        guard start >= 0, start < Int64(text.count), count > 0 else { return [] }
        return Bytes(text.dropFirst(Int(start)).prefix(Int(min(count, 1000))))
    }

    static func position(_ needle: Bytes, in text: Bytes) -> Int64 {
        var start = 0
        while start + needle.count <= text.count {
            if text.dropFirst(start).starts(with: needle) { return Int64(start) }
            start += 1
        }
        return -1
    }

    static func replace(_ text: Bytes, _ old: Bytes, _ new: Bytes) -> Bytes {
        guard !old.isEmpty else { return text }
        guard let place = Int(exactly: position(old, in: text)), place >= 0 else { return text }
        return text.prefix(place) + new + replace(Bytes(text.dropFirst(place + old.count)), old, new)
    }

    /// In bases without a prefix of their own.
    static func number(_ text: Bytes, _ base: Int64) -> Int64 {
        let isNegative = text.first == UInt8(ascii: "-")
        var value: Int64 = 0
        for byte in text.dropFirst(isNegative ? 1 : 0) {
            guard
                let digit = Character(Unicode.Scalar(byte)).isASCII
                    ? Int64(String(Character(Unicode.Scalar(byte))), radix: 36) : nil, digit < base, byte != 43,
                byte != 45
            else { break }
            value = BitModel.add(BitModel.multiply(value, base), digit)
        }
        return isNegative ? BitModel.negate(value) : value
    }

    /// All tokens of a text.
    static func tokens(_ text: Bytes, _ delimiters: Bytes) -> [Bytes] {
        text.split { delimiters.contains($0) }.map(Bytes.init)
    }

    // MARK: Quoting

    /// What each character of a text is shown as.
    private static func shown(_ text: Bytes) -> [String] {
        var result: [String] = []
        var rest = text[...]
        while let first = rest.first {
            // As many bytes as make one character of UTF-8, or one byte.
            let length = (2...4).first { length in
                guard rest.count >= length, let text = String(validating: rest.prefix(length), as: UTF8.self)
                else { return false }
                return text.unicodeScalars.count == 1
            }
            if first >= 128, let length {
                let scalar = String(decoding: rest.prefix(length), as: UTF8.self).unicodeScalars.first!.value
                let digits = String(scalar, radix: 16, uppercase: true)
                let width = scalar > 0xffff ? 8 : 4
                result.append(
                    (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits)
                rest = rest.dropFirst(length)
                continue
            }
            switch first {
            case 34, 92: result.append("\\" + String(Unicode.Scalar(first)))
            case 32...126: result.append(String(Unicode.Scalar(first)))
            case 7...13: result.append("\\" + String(Array("abtnvfr")[Int(first) - 7]))
            default:
                let digits = String(first, radix: 8)
                result.append("\\" + String(repeating: "0", count: 3 - digits.count) + digits)
            }
            rest = rest.dropFirst()
        }
        return result
    }

    /// `text_strn` for lengths of at least 5; 0 means the limit of strings.
    static func quoted(_ text: Bytes, _ length: Int, isQuoted: Bool, limit: Int) -> Bytes {
        let pieces = shown(text)
        let room = length == 0 ? limit : min(length, limit)
        func fitting(_ room: Int) -> String {
            var result = ""
            for piece in pieces {
                if result.count + piece.count > room { break }
                result += piece
            }
            return result
        }
        guard isQuoted else { return Bytes(fitting(room).utf8) }
        let whole = pieces.joined()
        if whole.count + 2 <= room { return Bytes("\"\(whole)\"".utf8) }
        return Bytes("\"\(fitting(room - 5))\"...".utf8)
    }

    // MARK: Formats

    /// One directive with an integer: section 4.3.
    static func layout(
        _ value: Int64, _ conversion: Character, flag: Character?, width: Int, precision: Int?
    ) -> String {
        let isSigned = "di".contains(conversion)
        let isPointer = conversion == "p"
        let bits = UInt64(bitPattern: value)
        var digits: String
        switch conversion {
        case "d", "i": digits = String(value.magnitude)
        case "u": digits = String(bits)
        case "o": digits = String(bits, radix: 8)
        default: digits = String(bits, radix: 16, uppercase: conversion == "X")
        }
        if let precision, precision > digits.count {
            digits = String(repeating: "0", count: precision - digits.count) + digits
        }
        var front = ""
        if isSigned { front = value < 0 ? "-" : flag == "+" ? "+" : flag == " " ? " " : "" }
        if flag == "#" || isPointer {
            switch conversion {
            case "o": front = "0"
            case "x", "p": front = "0x"
            case "X": front = "0X"
            default: break
            }
        }
        let missing = max(width - digits.count - front.count, 0)
        if flag == "-" { return front + digits + String(repeating: " ", count: missing) }
        if flag == "0" { return front + String(repeating: "0", count: missing) + digits }
        return String(repeating: " ", count: missing) + front + digits
    }
}
