// SPDX-License-Identifier: GPL-3.0-or-later

/// A pattern as a tree, no deeper than `RegexParser.maximumDepth`.
indirect enum RegexNode: Equatable {
    /// Matches the empty text.
    case empty
    /// One byte of a set.
    case set(ByteSet)
    /// `^`: the start of the string.
    case start
    /// `$`: the end of the string.
    case end
    case sequence([RegexNode])
    /// Earlier alternatives are preferred.
    case alternation([RegexNode])
    /// A group; its number from 1, or nil for `(?:…)`.
    case group(RegexNode, Int?)
    /// Greedy repetition, without end where `most` is nil. `position` is that of its operator.
    case repetition(RegexNode, least: Int, most: Int?, position: Int)
}

/// Why a pattern is no regular expression, and where: an offset into the pattern, from 0.
public struct RegexError: Error, Equatable {
    /// What is wrong.
    public var reason: String
    /// Where.
    public var position: Int

    /// The message of the semantic error.
    public var message: String { "regex compilation error (at position \(position)): \(reason)" }
}
