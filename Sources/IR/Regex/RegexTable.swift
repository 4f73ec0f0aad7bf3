// SPDX-License-Identifier: GPL-3.0-or-later

/// The deterministic automaton of a small pattern: whether a string matches, at one look-up for each byte.
public struct RegexTable: Sendable {
    /// The state in which nothing can match any more.
    public static let dead: UInt16 = 0
    /// The state in which the pattern has matched, whatever follows.
    public static let accepting: UInt16 = 1

    /// The state at the start of a string.
    public let start: UInt16
    /// The next state at `state * classCount + class`.
    public let next: [UInt16]
    /// The number of byte classes.
    public let classCount: Int
    /// Whether the string matches when it ends in a state.
    public let acceptsAtEnd: [Bool]

    /// The most states of a table.
    static let maximumStates = 1024
    /// The most entries of a table.
    static let maximumEntries = 1 << 16
    /// The most steps that are visited to build one.
    static let maximumVisits = 1 << 18

    /// Builds the table; nil where it would become too large.
    init?(steps: [RegexStep], sets: [ByteSet], classes: [UInt8], representatives: [UInt8]) {
        var builder = RegexTableBuilder(steps: steps, sets: sets, representatives: representatives)
        guard let start = builder.run() else { return nil }
        self.start = start
        next = builder.next
        classCount = representatives.count
        acceptsAtEnd = builder.acceptsAtEnd
    }
}

/// Builds the table state by state.
private struct RegexTableBuilder {
    private(set) var next: [UInt16] = []
    private(set) var acceptsAtEnd: [Bool] = []
    private let paths: RegexPaths
    private let representatives: [UInt8]
    private var lists: [[Int32]] = []
    private var known: [[Int32]: UInt16] = [:]

    init(steps: [RegexStep], sets: [ByteSet], representatives: [UInt8]) {
        paths = RegexPaths(steps: steps, sets: sets)
        self.representatives = representatives
        let width = representatives.count
        lists = [[], []]
        acceptsAtEnd = [false, true]
        next = Array(repeating: RegexTable.dead, count: width) + Array(repeating: RegexTable.accepting, count: width)
        known[[]] = RegexTable.dead
    }

    /// Builds all states; the first one, or nil where there are too many.
    mutating func run() -> UInt16? {
        paths.begin()
        if paths.follow(from: 0, atStart: true, atEnd: false) { return RegexTable.accepting }
        // The start is a state of its own: only there `^` holds.
        let first = add(current(), atStart: true)
        var state = Int(first)
        while state < lists.count {
            for (column, byte) in representatives.enumerated() {
                let list = lists[state]
                let matches = list.withUnsafeBufferPointer { buffer in
                    // An empty buffer has no address, and no step is read of it.
                    guard let base = buffer.baseAddress else {
                        return withUnsafePointer(to: Int32(0)) { paths.take(byte, from: $0, count: 0) }
                    }
                    return paths.take(byte, from: base, count: buffer.count)
                }
                if paths.visits > RegexTable.maximumVisits { return nil }
                let target = matches ? RegexTable.accepting : number(of: current())
                next[state * representatives.count + column] = target
            }
            if lists.count > RegexTable.maximumStates
                || lists.count * representatives.count > RegexTable.maximumEntries
            {
                return nil
            }
            state += 1
        }
        return first
    }

    /// The waiting steps, in an order that does not depend on how they were reached.
    private func current() -> [Int32] {
        Array(UnsafeBufferPointer(start: paths.list, count: paths.count)).sorted()
    }

    private mutating func number(of list: [Int32]) -> UInt16 {
        if let number = known[list] { return number }
        let number = add(list, atStart: false)
        known[list] = number
        return number
    }

    private mutating func add(_ list: [Int32], atStart: Bool) -> UInt16 {
        lists.append(list)
        let matches = list.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            return paths.endMatches(base, count: buffer.count, atStart: atStart)
        }
        acceptsAtEnd.append(matches)
        next += Array(repeating: RegexTable.dead, count: representatives.count)
        return UInt16(truncatingIfNeeded: lists.count - 1)
    }
}
