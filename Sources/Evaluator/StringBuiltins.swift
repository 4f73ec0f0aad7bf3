// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// The string functions of section 5.3.
extension Evaluator {
    func substr(_ text: StringView, _ start: Int64, _ length: Int64) -> BuiltinResult {
        guard start >= 0, start < Int64(text.length), length > 0 else {
            return .string(StringView(pointer: pool.empty, length: 0))
        }
        let rest = text.length - Int(start)
        return .string(StringView(pointer: text.pointer + Int(start), length: Int(min(length, Int64(rest)))))
    }

    func stringat(_ text: StringView, _ position: Int64) -> BuiltinResult {
        guard position >= 0, position < Int64(text.length) else { return .failed(.message("Position out of bounds")) }
        return .integer(Int64(text.pointer[Int(position)]))
    }

    func isdigit(_ text: StringView) -> BuiltinResult {
        .integer(text.length > 0 && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text.pointer[0]) ? 1 : 0)
    }

    func strReplace(_ text: StringView, _ old: StringView, _ new: StringView) -> BuiltinResult {
        guard old.length > 0 else { return .string(text) }
        return self.text { writer in
            var position = 0
            while let found = find(old, in: text, from: position) {
                writer.append(text.pointer + position, found - position)
                writer.append(new.pointer, new.length)
                position = found + old.length
            }
            writer.append(text.pointer + position, text.length - position)
        }
    }

    /// The number that a text starts with. Base 0 takes the base from the text, and 16 allows its prefix, as the
    /// kernel's own conversion does.
    func strtol(_ text: StringView, _ base: Int64) -> Int64 {
        var position = 0
        var isNegative = false
        if text.length > 0, text.pointer[0] == UInt8(ascii: "-") {
            isNegative = true
            position = 1
        }
        func letter(_ offset: Int) -> UInt8 {
            position + offset < text.length ? text.pointer[position + offset] : 0
        }
        func hasHexPrefix() -> Bool {
            letter(0) == UInt8(ascii: "0") && letter(1) | 0x20 == UInt8(ascii: "x") && digit(letter(2)) < 16
        }
        var radix = base
        if base == 0 { radix = hasHexPrefix() ? 16 : letter(0) == UInt8(ascii: "0") ? 8 : 10 }
        if radix == 16, hasHexPrefix() { position += 2 }
        guard 2...36 ~= radix else { return 0 }
        var value: Int64 = 0
        while position < text.length, digit(text.pointer[position]) < radix {
            value = value &* radix &+ digit(text.pointer[position])
            position += 1
        }
        return isNegative ? 0 &- value : value
    }

    private func digit(_ byte: UInt8) -> Int64 {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int64(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int64(byte - UInt8(ascii: "A")) + 10
        default: 99
        }
    }

    // MARK: Tokens

    func tokenizeStart(_ text: StringView, _ delimiters: StringView) -> BuiltinResult {
        if text.length > 0 { tokenizer.pointee.start(text) }
        return tokenizeNext(delimiters)
    }

    func tokenizeNext(_ delimiters: StringView) -> BuiltinResult { .string(tokenizer.pointee.next(delimiters)) }
}

/// The text that `tokenize` takes apart, for the whole script.
struct Tokenizer {
    private var text: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0
    private var position = 0

    init(capacity: Int) {
        self.capacity = capacity
        text = .allocate(capacity: capacity)
    }

    func deallocate() { text.deallocate() }

    mutating func start(_ source: StringView) {
        if source.length > capacity {
            text.deallocate()
            capacity = source.length
            text = .allocate(capacity: capacity)
        }
        copyBytes(text, source.pointer, source.length)
        count = source.length
        position = 0
    }

    /// The next stretch without delimiters; empty at the end. Good until the next text starts.
    mutating func next(_ delimiters: StringView) -> StringView {
        while position < count, isDelimiter(text[position], delimiters) { position &+= 1 }
        let start = position
        while position < count, !isDelimiter(text[position], delimiters) { position &+= 1 }
        return StringView(pointer: UnsafePointer(text + start), length: position &- start)
    }

    @inline(__always)
    private func isDelimiter(_ byte: UInt8, _ delimiters: StringView) -> Bool {
        var place = 0
        while place < delimiters.length {
            if delimiters.pointer[place] == byte { return true }
            place &+= 1
        }
        return false
    }
}
