// SPDX-License-Identifier: GPL-3.0-or-later

/// A shell-style pattern: `*`, `?` and `[…]`.
public struct Glob: Sendable {
    private let pattern: [UInt8]

    /// Creates a pattern from its bytes.
    public init(_ pattern: ByteString) { self.pattern = pattern.bytes }

    /// Creates a pattern from its text.
    public init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

    /// Whether the pattern has a wildcard, so that it can match other text than itself.
    public var hasWildcard: Bool {
        pattern.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
    }

    /// Whether the pattern matches all of `text`; takes at most pattern times text steps.
    public func matches(_ text: String) -> Bool { matches(Array(text.utf8)) }

    /// Whether the pattern matches all of the bytes `text`.
    public func matches(_ text: [UInt8]) -> Bool {
        var patternIndex = 0
        var textIndex = 0
        // Where to go on when a later part fails: after the last star, one byte further on.
        var retry: (pattern: Int, text: Int)?
        while textIndex < text.count {
            if patternIndex < pattern.count {
                if pattern[patternIndex] == UInt8(ascii: "*") {
                    patternIndex += 1
                    retry = (patternIndex, textIndex)
                    continue
                }
                if let next = matchOne(patternIndex, text[textIndex]) {
                    patternIndex = next
                    textIndex += 1
                    continue
                }
            }
            guard let saved = retry else { return false }
            retry = (saved.pattern, saved.text + 1)
            patternIndex = saved.pattern
            textIndex = saved.text + 1
        }
        return pattern[patternIndex...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// The index after the element at `index` when it takes `byte`.
    private func matchOne(_ index: Int, _ byte: UInt8) -> Int? {
        switch pattern[index] {
        case UInt8(ascii: "?"):
            return index + 1
        case UInt8(ascii: "["):
            return matchSet(index, byte) ?? (byte == UInt8(ascii: "[") && !isSet(index) ? index + 1 : nil)
        case UInt8(ascii: "\\") where index + 1 < pattern.count:
            return pattern[index + 1] == byte ? index + 2 : nil
        default:
            return pattern[index] == byte ? index + 1 : nil
        }
    }

    /// The index of the bracket that closes the set at `index`.
    private func closing(_ index: Int) -> Int? {
        var start = index + 1
        if start < pattern.count, pattern[start] == UInt8(ascii: "!") || pattern[start] == UInt8(ascii: "^") {
            start += 1
        }
        // A bracket in first place is a member.
        guard start + 1 < pattern.count else { return nil }
        return pattern[(start + 1)...].firstIndex(of: UInt8(ascii: "]"))
    }

    private func isSet(_ index: Int) -> Bool { closing(index) != nil }

    private func matchSet(_ index: Int, _ byte: UInt8) -> Int? {
        guard let end = closing(index) else { return nil }
        var position = index + 1
        let isNegated = pattern[position] == UInt8(ascii: "!") || pattern[position] == UInt8(ascii: "^")
        if isNegated { position += 1 }
        var isMember = false
        while position < end {
            if position + 2 < end, pattern[position + 1] == UInt8(ascii: "-") {
                if pattern[position] <= byte && byte <= pattern[position + 2] { isMember = true }
                position += 3
            } else {
                if pattern[position] == byte { isMember = true }
                position += 1
            }
        }
        return isMember != isNegated ? end + 1 : nil
    }
}
