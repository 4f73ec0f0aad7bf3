// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Parses a pattern: POSIX extended regular expressions with `(?:…)`, and the backslash as a mere quote.
struct RegexParser {
    /// Repeat counts are less than this.
    static let repetitionLimit = 12345
    /// The deepest nesting of groups and repetitions.
    static let maximumDepth = 200

    private let bytes: [UInt8]
    private var position = 0
    /// The groups that are open.
    private var depth = 0
    /// The height of the tree that was parsed last.
    private var height = 0
    /// The number of groups so far.
    private(set) var groups = 0

    init(_ pattern: ByteString) {
        // NUL ends a string.
        bytes = Array(pattern.bytes.prefix { $0 != 0 })
    }

    /// Parses the whole pattern.
    mutating func parse() throws(RegexError) -> RegexNode {
        let node = try parseAlternation()
        if position < bytes.count { throw error("unbalanced ')'") }
        return node
    }

    private func error(_ reason: String, at place: Int? = nil) -> RegexError {
        RegexError(reason: reason, position: place ?? position)
    }

    private func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    private func isNext(_ character: Unicode.Scalar) -> Bool { peek() == UInt8(ascii: character) }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard isNext(character) else { return false }
        position += 1
        return true
    }

    // MARK: Structure

    private mutating func parseAlternation() throws(RegexError) -> RegexNode {
        var parts = [try parseSequence()]
        var highest = height
        while accept("|") {
            parts.append(try parseSequence())
            highest = max(highest, height)
        }
        height = highest
        return parts.count == 1 ? parts[0] : .alternation(parts)
    }

    private mutating func parseSequence() throws(RegexError) -> RegexNode {
        var parts: [RegexNode] = []
        var highest = 0
        while let byte = peek(), byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            parts.append(try parseRepetition())
            highest = max(highest, height)
        }
        height = highest
        switch parts.count {
        case 0: return .empty
        case 1: return parts[0]
        default: return .sequence(parts)
        }
    }

    private mutating func parseRepetition() throws(RegexError) -> RegexNode {
        height = 0
        var node = try parseAtom()
        while let byte = peek() {
            let place = position
            switch byte {
            case UInt8(ascii: "*"): node = try repetition(node, 0, nil, place, length: 1)
            case UInt8(ascii: "+"): node = try repetition(node, 1, nil, place, length: 1)
            case UInt8(ascii: "?"): node = try repetition(node, 0, 1, place, length: 1)
            case UInt8(ascii: "{"):
                let (least, most) = try parseCounts()
                node = try repetition(node, least, most, place, length: 0)
            default: return node
            }
        }
        return node
    }

    private mutating func repetition(
        _ node: RegexNode, _ least: Int, _ most: Int?, _ place: Int, length: Int
    ) throws(RegexError) -> RegexNode {
        if node == .start || node == .end { throw closure(at: place) }
        position += length
        // `a**` and the like say nothing new.
        if case .repetition(_, 0, nil, _) = node, least <= 1, most == nil { return node }
        height += 1
        if height > Self.maximumDepth { throw error("nested too deeply", at: place) }
        return .repetition(node, least: least, most: most, position: place)
    }

    private func closure(at place: Int) -> RegexError {
        error("postfix closure '\(Unicode.Scalar(bytes[place]))' applied to anchoring operator", at: place)
    }

    /// The position of the last character.
    private var last: Int { max(bytes.count - 1, 0) }

    /// `{n}`, `{n,}`, `{n,m}`.
    private mutating func parseCounts() throws(RegexError) -> (Int, Int?) {
        let place = position
        position += 1
        guard let least = try parseNumber() else { throw error("expected number", at: position + 1) }
        if accept("}") { return (least, least) }
        guard accept(",") else {
            throw error(peek() == nil ? "unexpected end of regex" : "expected ',' or '}'")
        }
        if accept("}") { return (least, nil) }
        let most = try parseNumber()
        guard let most, accept("}") else {
            throw error("expected '}' or number", at: min(position + 1, bytes.count))
        }
        if most < least { throw error("the second number is smaller than the first", at: place) }
        return (least, most)
    }

    private mutating func parseNumber() throws(RegexError) -> Int? {
        let place = position
        var value: Int?
        while let byte = peek(), UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
            value = min((value ?? 0) * 10 + Int(byte - UInt8(ascii: "0")), Self.repetitionLimit)
            position += 1
        }
        if value == Self.repetitionLimit {
            let digits = String(decoding: bytes[place..<position].prefix(20), as: UTF8.self)
            throw error("\(digits) is too large", at: min(position + 1, bytes.count))
        }
        return value
    }

    // MARK: Atoms

    private mutating func parseAtom() throws(RegexError) -> RegexNode {
        guard let byte = peek() else { return .empty }
        let place = position
        position += 1
        switch byte {
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
            throw error("unexpected '\(Unicode.Scalar(byte))'", at: place)
        case UInt8(ascii: "."): return .set(.any)
        case UInt8(ascii: "^"): return .start
        case UInt8(ascii: "$"): return .end
        case UInt8(ascii: "["): return .set(try parseBracket())
        case UInt8(ascii: "("): return try parseGroup(place)
        case UInt8(ascii: "\\"):
            guard let quoted = peek() else { throw error("unexpected end of regex", at: position + 1) }
            position += 1
            return .set(ByteSet(quoted))
        default: return .set(ByteSet(byte))
        }
    }

    private mutating func parseGroup(_ place: Int) throws(RegexError) -> RegexNode {
        depth += 1
        if depth > Self.maximumDepth { throw error("nested too deeply", at: place) }
        var number: Int?
        if isNext("?"), peek(1) == UInt8(ascii: ":") {
            position += 2
        } else if isNext("?") {
            let text = String(decoding: bytes[place..<min(place + 3, bytes.count)], as: UTF8.self)
            throw error("unexpected '\(text)'", at: min(place + 2, last))
        } else {
            groups += 1
            number = groups
        }
        let inner = try parseAlternation()
        guard accept(")") else { throw error("expected ), found end of regex", at: last) }
        depth -= 1
        height += 1
        if height > Self.maximumDepth { throw error("nested too deeply", at: place) }
        return .group(inner, number)
    }

    // MARK: Brackets

    /// What follows `[`, up to and with `]`.
    private mutating func parseBracket() throws(RegexError) -> ByteSet {
        let isInverted = accept("^")
        var set = ByteSet()
        var isFirst = true
        while true {
            guard peek() != nil else { throw error("unclosed character class", at: last) }
            // At the start it is a character like any other.
            if !isFirst, accept("]") { break }
            isFirst = false
            if let named = try parseClass() {
                set = set.union(named)
                continue
            }
            let start = position
            let first = try parseBracketByte()
            guard isRange else {
                set.insert(first)
                continue
            }
            position += 1
            let last = try parseBracketByte()
            guard first <= last else {
                let text = String(decoding: bytes[start..<position], as: UTF8.self)
                throw error("Inverted character range \(text)")
            }
            set = set.union(ByteSet(first...last))
        }
        return isInverted ? set.inverted : set
    }

    /// Whether `-` follows and is not the last character before `]`.
    private var isRange: Bool { isNext("-") && peek(1) != nil && peek(1) != UInt8(ascii: "]") }

    private mutating func parseBracketByte() throws(RegexError) -> UInt8 {
        _ = accept("\\")
        guard let byte = peek() else { throw error("unclosed character class", at: last) }
        position += 1
        return byte
    }

    /// `[:name:]`; nil when something else follows.
    private mutating func parseClass() throws(RegexError) -> ByteSet? {
        guard isNext("["), peek(1) == UInt8(ascii: ":") else { return nil }
        let place = position
        var end = position + 2
        while end + 1 < bytes.count, bytes[end] != UInt8(ascii: ":"), bytes[end] != UInt8(ascii: "]") { end += 1 }
        guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: ":"), bytes[end + 1] == UInt8(ascii: "]") else {
            let text = String(decoding: bytes[place..<min(end + 1, bytes.count)], as: UTF8.self)
            throw error("unclosed character class '\(text)'", at: bytes.count)
        }
        let name = String(decoding: bytes[(position + 2)..<end], as: UTF8.self)
        guard let set = ByteSet(class: name) else { throw error("unknown character class '\(name)'", at: place) }
        position = end + 2
        return set
    }
}
