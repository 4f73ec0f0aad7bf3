// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// One step of a pattern's non-deterministic automaton.
public struct RegexStep: Sendable, Hashable {
    /// What a step does. Paths that are tried first are preferred.
    public enum Kind: UInt8, Sendable {
        /// Takes a byte of `sets[a]` and goes on with the next step.
        case set
        /// Goes on with step a, and with step b where that does not lead to a match.
        case split
        /// Goes on with step a.
        case jump
        /// Notes the position in slot a: the start of group n in slot 2n, its end in slot 2n+1.
        case save
        /// Goes on at the start of the string only.
        case start
        /// Goes on at the end of the string only.
        case end
        /// The pattern matches.
        case match
    }

    /// What it does.
    public var kind: Kind
    /// The first operand.
    public var a: Int32
    /// The second operand.
    public var b: Int32

    init(_ kind: Kind, _ a: Int = 0, _ b: Int = 0) {
        self.kind = kind
        self.a = Int32(truncatingIfNeeded: a)
        self.b = Int32(truncatingIfNeeded: b)
    }
}

/// A compiled pattern of `=~` and `!~`: what all consumers match with. Matches are leftmost, repetition is greedy,
/// earlier alternatives are preferred; a match takes time that is linear in the text.
public struct RegexAutomaton: Sendable {
    /// The pattern as the script says it.
    public let pattern: ByteString
    /// The non-deterministic automaton; it starts at step 0.
    public let steps: [RegexStep]
    /// The sets that its steps name.
    public let sets: [ByteSet]
    /// The number of groups, with group 0, which is the whole match.
    public let groupCount: Int
    /// The class of each byte: the pattern cannot tell bytes of one class apart.
    public let classes: [UInt8]
    /// One byte of each class.
    public let representatives: [UInt8]
    /// The deterministic automaton, where it is small.
    public private(set) var table: RegexTable?

    /// The most steps of an automaton.
    static let maximumSteps = 32768
    /// The most steps times slots, of which a match with groups keeps two sets.
    static let maximumSlots = 1 << 21

    /// Compiles a pattern.
    public init(_ pattern: ByteString) throws(RegexError) {
        self.pattern = pattern
        let compiler: RegexCompiler
        (compiler, groupCount) = try Self.translate(pattern)
        steps = compiler.steps
        sets = compiler.sets
        (classes, representatives) = Self.classes(of: compiler.sets)
        table = RegexTable(steps: steps, sets: sets, classes: classes, representatives: representatives)
    }

    /// Throws what compiling a pattern would, for less.
    static func check(_ pattern: ByteString) throws(RegexError) { _ = try translate(pattern) }

    private static func translate(_ pattern: ByteString) throws(RegexError) -> (RegexCompiler, groupCount: Int) {
        var parser = RegexParser(pattern)
        let tree = try parser.parse()
        var compiler = RegexCompiler()
        try compiler.compile(tree, groups: parser.groups)
        return (compiler, parser.groups + 1)
    }

    /// Makes consumers build states as they are met.
    public mutating func forgetTable() { table = nil }

    /// Splits the bytes into classes that all sets respect.
    private static func classes(of sets: [ByteSet]) -> ([UInt8], [UInt8]) {
        var classes = [UInt8](repeating: 0, count: 256)
        var representatives: [UInt8] = []
        var known: [[Bool]: UInt8] = [:]
        for byte in UInt8(0)...128 {
            let membership = sets.map { $0.contains(byte) }
            if known[membership] == nil {
                known[membership] = UInt8(representatives.count)
                representatives.append(byte)
            }
            classes[Int(byte)] = known[membership] ?? 0
        }
        for byte in 129...255 { classes[byte] = classes[128] }
        return (classes, representatives)
    }
}
