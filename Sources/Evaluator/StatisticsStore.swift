// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// The records of one statistics variable: one for a scalar, one for each element of an array. Adding a value to a
/// record that is there allocates nothing.
struct StatisticsStore {
    let shape: StatisticsShape
    private let words: Int
    private var memory: UnsafeMutablePointer<Int64>
    private var capacity: Int
    private var used = 0
    /// The released record that is used next; each names the one after it in its first word. -1 for none.
    private var free: Int64 = -1

    init(_ shape: StatisticsShape) {
        self.shape = shape
        words = shape.words
        capacity = 1
        memory = .allocate(capacity: words)
        memory.update(repeating: 0, count: words)
    }

    func deallocate() { memory.deallocate() }

    /// The words of a record; good until the next one is allocated.
    @inline(__always)
    func record(_ index: Int64) -> UnsafeMutablePointer<Int64> { memory + Int(index) * words }

    /// A record without values.
    mutating func allocate() -> Int64 {
        let index: Int64
        if free >= 0 {
            index = free
            free = record(index)[0]
        } else {
            if used == capacity { grow() }
            index = Int64(used)
            used += 1
        }
        record(index).update(repeating: 0, count: words)
        return index
    }

    mutating func release(_ index: Int64) {
        record(index)[0] = free
        free = index
    }

    mutating func removeAll() {
        used = 0
        free = -1
    }

    /// Empties the one record of a scalar.
    func reset() { memory.update(repeating: 0, count: words) }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Int64>.allocate(capacity: capacity * 2 * words)
        larger.update(from: memory, count: used * words)
        memory.deallocate()
        memory = larger
        capacity *= 2
    }
}
