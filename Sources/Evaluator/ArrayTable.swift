// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// One element but for its value: entries lie in their order of iteration, dead ones between them until the next
/// compaction.
struct ArrayEntry {
    static let dead = UInt32.max

    var hash: UInt32
    /// The bytes of the key; `dead` for a deleted element.
    var keyLength: UInt32
    /// The key itself where it is one long, else the offset of its bytes.
    var key: UInt64
    /// Counts insertions: which element is the oldest does not change when a sort reorders them.
    var sequence: UInt64
}

/// A global array: densely stored entries in order, and an open-addressing index over them.
struct ArrayTable {
    let keyKinds: [KeyKind]
    /// Whether the key is one long, which is then its own hash input and needs no bytes.
    let isIntegerKey: Bool
    let hasStringValue: Bool
    /// Where the records of statistics are that the values name; nil for other values.
    let records: UnsafeMutablePointer<StatisticsStore>?
    let limit: Int
    let wraps: Bool

    private(set) var entries: UnsafeMutablePointer<ArrayEntry>
    /// The value of each entry: a long, what `string(at:)` decodes, or the number of a record of statistics. Apart from the
    /// entries, because loops over keys that follow each other need nothing else.
    private(set) var values: UnsafeMutablePointer<Int64>
    /// Entries in use, dead ones included.
    private(set) var used = 0
    private(set) var live = 0
    /// While the keys are longs that follow each other and were inserted in order, there is no index: entry `n` has the
    /// key `denseBase + n`. Later that place is still the first to look at.
    private var isDense: Bool
    private var denseBase: Int64 = 0
    private var allocated = 16
    private var sequence: UInt64 = 0
    private var isReordered = false
    private var ages = AgeOrder()
    /// The first entry that is alive, where one is.
    private(set) var firstLive = 0
    /// Hash in the upper half, index of the entry plus 1 in the lower; 0 is free.
    private var slots: UnsafeMutablePointer<UInt64>
    private var slotMask = 31
    var keys = ByteArena()
    private var texts = ByteArena()

    enum KeyKind: UInt8 { case long, string }

    init(
        keyKinds: [KeyKind], hasStringValue: Bool, limit: Int, wraps: Bool,
        records: UnsafeMutablePointer<StatisticsStore>? = nil
    ) {
        self.records = records
        self.keyKinds = keyKinds
        isIntegerKey = keyKinds.count == 1 && keyKinds[0] == .long
        isDense = isIntegerKey
        self.hasStringValue = hasStringValue
        self.limit = max(limit, 1)
        self.wraps = wraps
        entries = .allocate(capacity: allocated)
        values = .allocate(capacity: allocated)
        slots = .allocate(capacity: slotMask + 1)
        slots.update(repeating: 0, count: slotMask + 1)
    }

    func deallocate() {
        entries.deallocate()
        slots.deallocate()
        keys.deallocate()
        values.deallocate()
        texts.deallocate()
        ages.deallocate()
    }

    // MARK: Looking up

    @inline(__always)
    static func hash(of key: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: mix(UInt64(bitPattern: key) ^ 0x5851_f42d_4c95_7f2d))
    }

    @inline(__always)
    static func hash(of bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: hashBytes(bytes, count))
    }

    /// The index of the entry with this key, or -1.
    @inline(__always)
    func find(_ key: Int64, _ hash: UInt32) -> Int {
        let guess = Int(key &- denseBase)
        let isInside = UInt(bitPattern: guess) < UInt(bitPattern: used)
        if isDense { return isInside ? guess : -1 }
        if isInside, entries[guess].key == UInt64(bitPattern: key), entries[guess].keyLength != ArrayEntry.dead {
            return guess
        }
        return findInSlots(key, hash)
    }

    @inline(never)
    private func findInSlots(_ key: Int64, _ hash: UInt32) -> Int {
        var position = Int(hash) & slotMask
        while true {
            let slot = slots[position]
            if slot == 0 { return -1 }
            if UInt32(truncatingIfNeeded: slot >> 32) == hash {
                let index = Int(UInt32(truncatingIfNeeded: slot)) - 1
                if entries[index].key == UInt64(bitPattern: key) { return index }
            }
            position = (position + 1) & slotMask
        }
    }

    /// The index of the entry with these key bytes, or -1.
    @inline(__always)
    func find(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt32) -> Int {
        var position = Int(hash) & slotMask
        while true {
            let slot = slots[position]
            if slot == 0 { return -1 }
            if UInt32(truncatingIfNeeded: slot >> 32) == hash {
                let index = Int(UInt32(truncatingIfNeeded: slot)) - 1
                let entry = entries + index
                if Int(entry.pointee.keyLength) == count,
                    equalBytes(keys.base + Int(entry.pointee.key), bytes, count)
                {
                    return index
                }
            }
            position = (position + 1) & slotMask
        }
    }

    // MARK: Inserting

    /// Appends an element with the value 0, "" or no values; -1 when the array is full and does not wrap.
    mutating func insert(_ key: Int64, _ hash: UInt32) -> Int {
        guard makeRoom() else { return -1 }
        if used == 0 {
            denseBase = key
        } else if isDense, key != denseBase &+ Int64(used) {
            leaveDense()
        }
        return append(hash: hash, keyLength: 8, key: UInt64(bitPattern: key))
    }

    /// Appends an element with the value 0, "" or no values; -1 when the array is full and does not wrap.
    mutating func insert(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt32) -> Int {
        guard makeRoom() else { return -1 }
        let offset = keys.allocate(count)
        copyBytes(keys.base + offset, bytes, count)
        return append(hash: hash, keyLength: UInt32(truncatingIfNeeded: count), key: UInt64(offset))
    }

    private mutating func append(hash: UInt32, keyLength: UInt32, key: UInt64) -> Int {
        let index = used
        entries[index] = ArrayEntry(
            hash: hash, keyLength: keyLength, key: key, sequence: sequence)
        values[index] = records?.pointee.allocate() ?? 0
        sequence &+= 1
        used += 1
        live += 1
        if !isDense { occupySlot(hash, index) }
        return index
    }

    private mutating func makeRoom() -> Bool {
        if live >= limit {
            if !wraps { return false }
            remove(at: oldest())
        }
        if used == allocated {
            if live * 4 <= used * 3 { compact() } else { growEntries() }
        }
        if !isDense, (live + 1) * 2 > slotMask + 1 { rebuildSlots(count: (slotMask + 1) * 2) }
        return true
    }

    private mutating func oldest() -> Int {
        guard isReordered else { return firstLive }
        if let index = ages.oldest(of: entries, used, live) { return index }
        // What is left was inserted after the sort, in order.
        isReordered = false
        ages.forget()
        return firstLive
    }

    private mutating func growEntries() {
        let larger = UnsafeMutablePointer<ArrayEntry>.allocate(capacity: allocated * 2)
        larger.update(from: entries, count: used)
        entries.deallocate()
        entries = larger
        let more = UnsafeMutablePointer<Int64>.allocate(capacity: allocated * 2)
        more.update(from: values, count: used)
        values.deallocate()
        values = more
        allocated *= 2
    }

    @inline(__always)
    private mutating func occupySlot(_ hash: UInt32, _ index: Int) {
        var position = Int(hash) & slotMask
        while slots[position] != 0 { position = (position + 1) & slotMask }
        slots[position] = UInt64(hash) << 32 | UInt64(UInt32(truncatingIfNeeded: index + 1))
    }

    private mutating func rebuildSlots(count: Int) {
        if count != slotMask + 1 {
            slots.deallocate()
            slots = .allocate(capacity: count)
            slotMask = count - 1
        }
        slots.update(repeating: 0, count: count)
        for index in 0..<used where entries[index].keyLength != ArrayEntry.dead {
            occupySlot(entries[index].hash, index)
        }
    }

    /// Makes the index that dense keys do without.
    private mutating func leaveDense() {
        guard isDense else { return }
        isDense = false
        var count = slotMask + 1
        while (live + 1) * 2 > count { count *= 2 }
        rebuildSlots(count: count)
    }

    /// Drops dead entries and the bytes of their keys and values.
    private mutating func compact() {
        var kept = 0
        var freshKeys = ByteArena()
        var freshTexts = ByteArena()
        for index in 0..<used where entries[index].keyLength != ArrayEntry.dead {
            var entry = entries[index]
            if !isIntegerKey {
                let count = Int(entry.keyLength)
                let offset = freshKeys.allocate(count)
                copyBytes(freshKeys.base + offset, keys.base + Int(entry.key), count)
                entry.key = UInt64(offset)
            }
            values[kept] = hasStringValue ? texts.copyString(values[index], into: &freshTexts) : values[index]
            entries[kept] = entry
            kept += 1
        }
        keys.deallocate()
        texts.deallocate()
        keys = freshKeys
        texts = freshTexts
        ages.forget()
        used = kept
        firstLive = 0
        rebuildSlots(count: slotMask + 1)
    }

    /// Drops the dead entries where they are most, before somebody goes over them. Places of entries change.
    mutating func compactBeforeLoop() {
        if used > 64, live * 2 < used { compact() }
    }

    // MARK: Removing

    mutating func remove(at index: Int) {
        leaveDense()
        releaseSlot(of: index)
        records?.pointee.release(values[index])
        entries[index].keyLength = ArrayEntry.dead
        live -= 1
        if live == 0 { return removeAll() }
        while entries[firstLive].keyLength == ArrayEntry.dead { firstLive += 1 }
    }

    mutating func removeAll() {
        if used > 0, !isDense { slots.update(repeating: 0, count: slotMask + 1) }
        isDense = isIntegerKey
        used = 0
        live = 0
        firstLive = 0
        isReordered = false
        ages.forget()
        keys.removeAll()
        texts.removeAll()
        records?.pointee.removeAll()
    }

    private mutating func releaseSlot(of index: Int) {
        let wanted = UInt32(truncatingIfNeeded: index + 1)
        var hole = Int(entries[index].hash) & slotMask
        while UInt32(truncatingIfNeeded: slots[hole]) != wanted { hole = (hole + 1) & slotMask }
        var next = (hole + 1) & slotMask
        while slots[next] != 0 {
            let home = Int(slots[next] >> 32) & slotMask
            // An entry may fill the hole when its home is not between the hole and where it is.
            if (next &- home) & slotMask >= (next &- hole) & slotMask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & slotMask
        }
        slots[hole] = 0
    }

    // MARK: Order

    /// Puts the entries into the order of `order`, which names every live entry once, and drops dead ones.
    mutating func reorder(_ order: UnsafeMutablePointer<SortItem>) {
        leaveDense()
        let sorted = UnsafeMutablePointer<ArrayEntry>.allocate(capacity: allocated)
        let sortedValues = UnsafeMutablePointer<Int64>.allocate(capacity: allocated)
        for position in 0..<live {
            sorted[position] = entries[Int(order[position].index)]
            sortedValues[position] = values[Int(order[position].index)]
        }
        entries.deallocate()
        values.deallocate()
        entries = sorted
        values = sortedValues
        ages.forget()
        used = live
        firstLive = 0
        isReordered = true
        rebuildSlots(count: slotMask + 1)
    }

    // MARK: Strings

    @inline(__always)
    func string(at index: Int) -> StringView { texts.string(values[index]) }

    mutating func setString(at index: Int, _ string: StringView) {
        values[index] = texts.replaceString(values[index], string)
        if texts.garbage > 1 << 16 && texts.garbage * 2 > texts.used {
            var fresh = ByteArena()
            for index in 0..<used where entries[index].keyLength != ArrayEntry.dead {
                values[index] = texts.copyString(values[index], into: &fresh)
            }
            texts.deallocate()
            texts = fresh
        }
    }

    /// The bytes of an entry's key; not for tables with an integer key.
    @inline(__always)
    func keyBytes(at index: Int) -> UnsafePointer<UInt8> {
        UnsafePointer(keys.base + Int(entries[index].key))
    }
}
