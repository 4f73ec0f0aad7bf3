// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// Tells whether a pattern matches somewhere in a string, with one look-up for each byte. It allocates when it is
/// created, and not when it is used.
final class RegexMatcher {
    private let classes: UnsafeMutablePointer<UInt8>
    private let next: UnsafeMutablePointer<UInt16>
    private let acceptsAtEnd: UnsafeMutablePointer<Bool>
    private let classCount: Int
    private let start: UInt16
    /// Builds the states that are met, where all of them would be too many.
    private let cache: RegexStateCache?

    init(_ regex: RegexAutomaton) {
        classes = .allocate(capacity: 256)
        for (index, number) in regex.classes.enumerated() { (classes + index).initialize(to: number) }
        let table = regex.table
        next = .allocate(capacity: max(table?.next.count ?? 0, 1))
        acceptsAtEnd = .allocate(capacity: max(table?.acceptsAtEnd.count ?? 0, 1))
        for (index, state) in (table?.next ?? []).enumerated() { (next + index).initialize(to: state) }
        for (index, accepts) in (table?.acceptsAtEnd ?? []).enumerated() {
            (acceptsAtEnd + index).initialize(to: accepts)
        }
        classCount = table?.classCount ?? 1
        start = table?.start ?? RegexTable.dead
        cache = table == nil ? RegexStateCache(regex, classes: classes) : nil
    }

    deinit {
        classes.deallocate()
        next.deallocate()
        acceptsAtEnd.deallocate()
    }

    /// Whether the pattern matches somewhere in a text.
    func matches(_ text: StringView) -> Bool {
        if let cache { return cache.matches(text) }
        var state = start
        for index in 0..<text.length {
            if state <= RegexTable.accepting { break }
            state = next[Int(state) * classCount + Int(classes[Int(text.pointer[index])])]
        }
        return acceptsAtEnd[Int(state)]
    }
}

/// The states of a large automaton that were met so far, in memory of a fixed size: when it is full, all are
/// forgotten. A state costs at most as much as one pass over the automaton, so a match stays linear in the text.
final class RegexStateCache {
    private static let maximumStates = 512
    private static let slotCount = 2048
    private static let dead: Int32 = 0
    private static let accepting: Int32 = 1
    private static let unknown: Int32 = -1

    private struct State {
        var offset: Int
        var count: Int
        /// Whether the string matches when it ends here; -1 until somebody asks.
        var acceptsAtEnd: Int8
    }

    private let paths: RegexPaths
    private let classes: UnsafeMutablePointer<UInt8>
    private let classCount: Int
    private let poolSize: Int
    private let pool: UnsafeMutablePointer<Int32>
    private let states: UnsafeMutablePointer<State>
    private let next: UnsafeMutablePointer<Int32>
    /// States by the hash of their steps; 0 is a free place.
    private let slots: UnsafeMutablePointer<Int32>
    private var poolUsed = 0
    private var stateCount = 0

    init(_ regex: RegexAutomaton, classes: UnsafeMutablePointer<UInt8>) {
        paths = RegexPaths(steps: regex.steps, sets: regex.sets)
        self.classes = classes
        classCount = regex.representatives.count
        poolSize = max(1 << 16, 4 * regex.steps.count)
        pool = .allocate(capacity: poolSize)
        states = .allocate(capacity: Self.maximumStates)
        next = .allocate(capacity: Self.maximumStates * classCount)
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: 0, count: Self.slotCount)
        clear()
    }

    deinit {
        pool.deallocate()
        states.deallocate()
        next.deallocate()
        slots.deallocate()
    }

    func matches(_ text: StringView) -> Bool {
        paths.begin()
        if paths.follow(from: 0, atStart: true, atEnd: false) { return true }
        if text.length == 0 {
            let (place, count) = keepAside()
            return paths.endMatches(place, count: count, atStart: true)
        }
        var state = intern()
        for index in 0..<text.length {
            let byte = text.pointer[index]
            let column = Int(classes[Int(byte)])
            let known = next[Int(state) * classCount + column]
            if known != Self.unknown {
                state = known
            } else {
                let from = states[Int(state)]
                let before = state
                let count = stateCount
                state = paths.take(byte, from: pool + from.offset, count: from.count) ? Self.accepting : intern()
                // When all were forgotten, the state that was left is no more.
                if stateCount >= count { next[Int(before) * classCount + column] = state }
            }
            if state == Self.accepting { return true }
            if state == Self.dead { return false }
        }
        let last = states[Int(state)]
        if last.acceptsAtEnd < 0 {
            let accepts = paths.endMatches(pool + last.offset, count: last.count, atStart: false)
            states[Int(state)].acceptsAtEnd = accepts ? 1 : 0
            return accepts
        }
        return last.acceptsAtEnd != 0
    }

    /// The current paths in memory that the next ones do not overwrite.
    private func keepAside() -> (UnsafePointer<Int32>, Int) {
        if poolUsed + paths.count > poolSize { clear() }
        (pool + poolUsed).update(from: paths.list, count: paths.count)
        return (UnsafePointer(pool + poolUsed), paths.count)
    }

    private func clear() {
        poolUsed = 0
        stateCount = 2
        slots.update(repeating: 0, count: Self.slotCount)
        states.initialize(repeating: State(offset: 0, count: 0, acceptsAtEnd: 0), count: 2)
    }

    /// The state of the current paths.
    private func intern() -> Int32 {
        let count = paths.count
        if count == 0 { return Self.dead }
        var slot = hash() & (Self.slotCount - 1)
        while slots[slot] != 0 {
            let state = states[Int(slots[slot])]
            if state.count == count, isEqual(pool + state.offset, count) { return slots[slot] }
            slot = (slot + 1) & (Self.slotCount - 1)
        }
        if stateCount == Self.maximumStates || poolUsed + count > poolSize {
            clear()
            slot = hash() & (Self.slotCount - 1)
        }
        (pool + poolUsed).update(from: paths.list, count: count)
        (states + stateCount).initialize(to: State(offset: poolUsed, count: count, acceptsAtEnd: -1))
        (next + stateCount * classCount).update(repeating: Self.unknown, count: classCount)
        poolUsed += count
        slots[slot] = Int32(stateCount)
        stateCount += 1
        return Int32(stateCount - 1)
    }

    private func hash() -> Int {
        var state: UInt64 = 0
        for index in 0..<paths.count { state = mix(state ^ UInt64(UInt32(bitPattern: paths.list[index]))) &+ 1 }
        return Int(truncatingIfNeeded: state >> 1)
    }

    private func isEqual(_ list: UnsafePointer<Int32>, _ count: Int) -> Bool {
        for index in 0..<count where list[index] != paths.list[index] { return false }
        return true
    }
}
