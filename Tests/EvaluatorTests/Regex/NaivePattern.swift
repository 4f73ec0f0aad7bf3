// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// A pattern as a tree with a back-tracking matcher of its own, written from the text of the language and sharing
/// nothing with the engine.
indirect enum NaivePattern {
    case empty
    case byte(UInt8)
    case any
    case set([UInt8], isInverted: Bool)
    case start
    case end
    case sequence([NaivePattern])
    case alternation([NaivePattern])
    case group(NaivePattern, isCapturing: Bool)
    case repetition(NaivePattern, Int, Int?)

    /// The pattern as a script writes it.
    var text: [UInt8] {
        switch self {
        case .empty: return Array("(?:)".utf8)
        case .byte(let byte): return [byte]
        case .any: return [UInt8(ascii: ".")]
        case .set(let bytes, let isInverted):
            return Array((isInverted ? "[^" : "[").utf8) + bytes + [UInt8(ascii: "]")]
        case .start: return [UInt8(ascii: "^")]
        case .end: return [UInt8(ascii: "$")]
        case .sequence(let parts): return parts.flatMap(\.text)
        case .alternation(let parts):
            let joined = parts.map(\.text).joined(separator: [UInt8(ascii: "|")])
            return Array("(?:".utf8) + joined + [UInt8(ascii: ")")]
        case .group(let inner, let isCapturing):
            return Array((isCapturing ? "(" : "(?:").utf8) + inner.text + [UInt8(ascii: ")")]
        case .repetition(let inner, let least, let most):
            let body = Array("(?:".utf8) + inner.text + [UInt8(ascii: ")")]
            switch (least, most) {
            case (0, nil): return body + [UInt8(ascii: "*")]
            case (1, nil): return body + [UInt8(ascii: "+")]
            case (0, 1): return body + [UInt8(ascii: "?")]
            default: return body + Array("{\(least),\(most.map(String.init) ?? "")}".utf8)
            }
        }
    }

    /// Whether it can match the empty text.
    var isNullable: Bool {
        switch self {
        case .empty, .start, .end: true
        case .byte, .any, .set: false
        case .sequence(let parts): parts.allSatisfy(\.isNullable)
        case .alternation(let parts): parts.contains(where: \.isNullable)
        case .group(let inner, _): inner.isNullable
        case .repetition(let inner, let least, _): least == 0 || inner.isNullable
        }
    }

    /// Whether something that can be empty is repeated: which iteration is then the last is nobody's business.
    var repeatsNullable: Bool {
        switch self {
        case .empty, .byte, .any, .set, .start, .end: false
        case .sequence(let parts), .alternation(let parts): parts.contains(where: \.repeatsNullable)
        case .group(let inner, _): inner.repeatsNullable
        case .repetition(let inner, _, _): inner.isNullable || inner.repeatsNullable
        }
    }
}

/// Matches by trying.
struct NaiveMatcher {
    private let text: [UInt8]
    private var numbered: Numbered
    private(set) var groupCount = 1
    private var groups: [Range<Int>?] = []
    private var steps = 0
    /// Trying took too long to be waited for.
    var gaveUp: Bool { steps > 200_000 }

    /// The tree with its groups numbered by their opening parentheses.
    private indirect enum Numbered {
        case leaf(NaivePattern)
        case sequence([Numbered])
        case alternation([Numbered])
        case group(Numbered, Int?)
        case repetition(Numbered, Int, Int?)
    }

    init(_ pattern: NaivePattern, _ text: [UInt8]) {
        self.text = text
        numbered = .leaf(.empty)
        numbered = number(pattern)
    }

    private mutating func number(_ pattern: NaivePattern) -> Numbered {
        switch pattern {
        case .sequence(let parts): return .sequence(parts.map { number($0) })
        case .alternation(let parts): return .alternation(parts.map { number($0) })
        case .group(let inner, false): return .group(number(inner), nil)
        case .group(let inner, true):
            let own = groupCount
            groupCount += 1
            return .group(number(inner), own)
        case .repetition(let inner, let least, let most): return .repetition(number(inner), least, most)
        default: return .leaf(pattern)
        }
    }

    /// The groups of the first match from the left; nil when there is none.
    mutating func run() -> [Range<Int>?]? {
        for start in 0...text.count {
            groups = Array(repeating: nil, count: groupCount)
            var found: [Range<Int>?]?
            let matches = match(numbered, start) { matcher, end in
                found = matcher.groups
                found?[0] = start..<end
                return true
            }
            if matches { return found }
            if gaveUp { return nil }
        }
        return nil
    }

    private typealias Rest = (inout NaiveMatcher, Int) -> Bool

    private mutating func match(_ pattern: Numbered, _ position: Int, _ rest: Rest) -> Bool {
        steps += 1
        if gaveUp { return false }
        switch pattern {
        case .leaf(let leaf): return match(leaf, position).map { rest(&self, $0) } ?? false
        case .sequence(let parts): return match(parts[...], position, rest)
        case .alternation(let parts):
            for part in parts where match(part, position, rest) { return true }
            return false
        case .group(let inner, nil): return match(inner, position, rest)
        case .group(let inner, let number?):
            return match(inner, position) { matcher, end in
                let before = matcher.groups[number]
                matcher.groups[number] = position..<end
                if rest(&matcher, end) { return true }
                matcher.groups[number] = before
                return false
            }
        case .repetition(let inner, let least, let most):
            return iterate(inner, least, most, 0, position, rest)
        }
    }

    private func match(_ leaf: NaivePattern, _ position: Int) -> Int? {
        let byte = position < text.count ? text[position] : nil
        switch leaf {
        case .empty: return position
        case .byte(let wanted): return byte.map { fold($0) == fold(wanted) } == true ? position + 1 : nil
        case .any: return byte == nil ? nil : position + 1
        case .set(let bytes, let isInverted):
            return byte.map { bytes.map(fold).contains(fold($0)) != isInverted } == true ? position + 1 : nil
        case .start: return position == 0 ? position : nil
        case .end: return position == text.count ? position : nil
        default: return nil
        }
    }

    private func fold(_ byte: UInt8) -> UInt8 { min(byte, 128) }

    private mutating func match(_ parts: ArraySlice<Numbered>, _ position: Int, _ rest: Rest) -> Bool {
        guard let first = parts.first else { return rest(&self, position) }
        return match(first, position) { matcher, end in matcher.match(parts.dropFirst(), end, rest) }
    }

    private mutating func iterate(
        _ inner: Numbered, _ least: Int, _ most: Int?, _ done: Int, _ position: Int, _ rest: Rest
    ) -> Bool {
        if most.map({ done < $0 }) ?? true {
            let matches = match(inner, position) { matcher, end in
                // A further iteration that takes nothing would go on for ever.
                if done >= least, end == position { return false }
                return matcher.iterate(inner, least, most, done + 1, end, rest)
            }
            if matches { return true }
        }
        return done >= least && rest(&self, position)
    }
}

/// Makes up patterns and texts.
struct PatternGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func number(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % limit
    }

    private mutating func byte() -> UInt8 { [0x61, 0x61, 0x62, 0x63, 0xe9][number(5)] }

    mutating func text() -> [UInt8] {
        (0..<number(10)).map { _ in number(12) == 0 ? 0xe8 : [0x61, 0x61, 0x62, 0x63][number(4)] }
    }

    mutating func pattern(_ depth: Int) -> NaivePattern {
        if depth == 0 || number(5) == 0 {
            switch number(16) {
            case 0: return .empty
            case 1: return .start
            case 2: return .end
            case 3, 4: return .any
            case 5: return .set([byte(), byte()], isInverted: false)
            case 6: return .set([byte()], isInverted: true)
            default: return .byte(byte())
            }
        }
        switch number(7) {
        case 0, 1: return .sequence((0..<(2 + number(2))).map { _ in pattern(depth - 1) })
        case 2, 3: return .alternation((0..<(2 + number(2))).map { _ in pattern(depth - 1) })
        case 4, 5: return .group(pattern(depth - 1), isCapturing: number(3) > 0)
        default:
            let least = number(3)
            let counts: [(Int, Int?)] = [(0, nil), (1, nil), (0, 1), (least, least + number(3)), (least, nil)]
            let (low, high) = counts[number(5)]
            return .repetition(pattern(depth - 1), low, high)
        }
    }
}
