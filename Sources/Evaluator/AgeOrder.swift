// SPDX-License-Identifier: GPL-3.0-or-later

/// The entries of a sorted array by their age, so that a full one that wraps need not look for the oldest each time.
struct AgeOrder {
    private var indexes: UnsafeMutablePointer<UInt32>?
    private var count = 0
    private var next = 0

    /// The oldest live entry of those that were there when this was first asked; nil when none of them is left.
    mutating func oldest(of entries: UnsafeMutablePointer<ArrayEntry>, _ used: Int, _ live: Int) -> Int? {
        let order = indexes ?? build(entries, used, live)
        while next < count {
            let index = Int(order[next])
            if entries[index].keyLength != ArrayEntry.dead { return index }
            next += 1
        }
        return nil
    }

    func deallocate() { indexes?.deallocate() }

    /// To be called when entries change their places.
    mutating func forget() {
        indexes?.deallocate()
        indexes = nil
    }

    private mutating func build(
        _ entries: UnsafeMutablePointer<ArrayEntry>, _ used: Int, _ live: Int
    ) -> UnsafeMutablePointer<UInt32> {
        let order = UnsafeMutablePointer<UInt32>.allocate(capacity: live)
        count = 0
        next = 0
        for index in 0..<used where entries[index].keyLength != ArrayEntry.dead {
            order[count] = UInt32(truncatingIfNeeded: index)
            count += 1
        }
        var listed = UnsafeMutableBufferPointer(start: order, count: count)[...]
        listed.sort { entries[Int($0)].sequence < entries[Int($1)].sequence }
        indexes = order
        return order
    }
}
