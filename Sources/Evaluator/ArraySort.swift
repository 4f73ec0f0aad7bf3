// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// One entry while its array is sorted: where it is, and a number that orders most entries without looking there.
struct SortItem {
    var rank: UInt64
    var index: UInt32
}

/// What an array is sorted by.
struct SortOrder {
    /// The position of the key; nil for the value.
    var key: Int?
    var isDescending: Bool
    /// What of statistics is compared.
    var aggregate = AggregateOperator.count
}

/// A stable sort of an array's entries, by longs or by strings.
struct ArraySorter {
    private let table: UnsafeMutablePointer<ArrayTable>
    private let order: SortOrder
    private let isString: Bool

    init(_ table: UnsafeMutablePointer<ArrayTable>, _ order: SortOrder) {
        self.table = table
        self.order = order
        if let key = order.key {
            isString = table.pointee.keyKinds[key] == .string
        } else {
            isString = table.pointee.hasStringValue
        }
    }

    /// Sorts the whole array, or puts only its first `leading` elements in place.
    func sort(leading: Int?) {
        let count = table.pointee.live
        guard count > 1 else { return }
        let items = UnsafeMutablePointer<SortItem>.allocate(capacity: count * 2)
        defer { items.deallocate() }
        var filled = 0
        for index in 0..<table.pointee.used where table.pointee.entries[index].keyLength != ArrayEntry.dead {
            items[filled] = SortItem(rank: rank(of: index), index: UInt32(truncatingIfNeeded: index))
            filled += 1
        }
        var sorted = items
        if let leading, leading < count {
            guard placeLeading(leading, items, count) else { return }
        } else {
            if isSorted(items, count) { return }
            sorted = mergeSort(items, items + count, count)
        }
        table.pointee.reorder(sorted)
    }

    // MARK: Comparing

    private func text(of index: Int) -> StringView {
        guard let key = order.key else { return table.pointee.string(at: index) }
        return table.pointee.stringKey(key, at: index)
    }

    private func value(of index: Int) -> Int64 {
        let value = table.pointee.values[index]
        guard let records = table.pointee.records else { return value }
        return records.pointee.read(order.aggregate, records.pointee.record(value)) ?? 0
    }

    private func rank(of index: Int) -> UInt64 {
        let ascending: UInt64
        if isString {
            let text = text(of: index)
            var prefix: UInt64 = 0
            for position in 0..<8 {
                prefix = prefix << 8 | (position < text.length ? UInt64(text.pointer[position]) : 0)
            }
            ascending = prefix
        } else {
            let number = order.key.map { table.pointee.integerKey($0, at: index) } ?? value(of: index)
            ascending = UInt64(bitPattern: number) ^ 1 << 63
        }
        return order.isDescending ? ~ascending : ascending
    }

    @inline(__always)
    private func isBefore(_ left: SortItem, _ right: SortItem) -> Bool {
        if left.rank != right.rank { return left.rank < right.rank }
        return isString && isLongTextBefore(left, right)
    }

    private func isLongTextBefore(_ left: SortItem, _ right: SortItem) -> Bool {
        let difference = compare(text(of: Int(left.index)), text(of: Int(right.index)))
        return order.isDescending ? difference > 0 : difference < 0
    }

    // MARK: Sorting

    private func isSorted(_ items: UnsafeMutablePointer<SortItem>, _ count: Int) -> Bool {
        for position in 1..<count where isBefore(items[position], items[position - 1]) { return false }
        return true
    }

    /// Moves the first `leading` elements of the sorted order to the front, the others staying in theirs; false when
    /// they are there already.
    private func placeLeading(_ leading: Int, _ items: UnsafeMutablePointer<SortItem>, _ count: Int) -> Bool {
        // Positions of the best so far, best first; equal ones in the order they stand.
        var best: [Int] = []
        best.reserveCapacity(leading + 1)
        for position in 0..<count {
            if best.count == leading, !isBefore(items[position], items[best[leading - 1]]) { continue }
            var place = best.count
            while place > 0, isBefore(items[position], items[best[place - 1]]) { place -= 1 }
            best.insert(position, at: place)
            if best.count > leading { best.removeLast() }
        }
        if best.elementsEqual(0..<leading) { return false }
        let front = best.map { items[$0] }
        best.sort(by: >)
        // From the back, the others close up over the gaps.
        var target = count - 1
        var skipped = 0
        var position = count - 1
        while position >= 0 {
            if skipped < best.count, best[skipped] == position {
                skipped += 1
            } else {
                items[target] = items[position]
                target -= 1
            }
            position -= 1
        }
        for (position, item) in front.enumerated() { items[position] = item }
        return true
    }

    /// Sorts with runs of insertion sort and merges between two halves of memory; where the result is.
    private func mergeSort(
        _ items: UnsafeMutablePointer<SortItem>, _ scratch: UnsafeMutablePointer<SortItem>, _ count: Int
    ) -> UnsafeMutablePointer<SortItem> {
        let run = 12
        var start = 0
        while start < count {
            let end = min(start + run, count)
            var position = start + 1
            while position < end {
                let item = items[position]
                var place = position
                while place > start, isBefore(item, items[place - 1]) {
                    items[place] = items[place - 1]
                    place -= 1
                }
                items[place] = item
                position += 1
            }
            start = end
        }
        var source = items
        var target = scratch
        var width = run
        while width < count {
            var left = 0
            while left < count {
                merge(source, target, left, min(left + width, count), min(left + width * 2, count))
                left += width * 2
            }
            swap(&source, &target)
            width *= 2
        }
        return source
    }

    @inline(__always)
    private func merge(
        _ source: UnsafeMutablePointer<SortItem>, _ target: UnsafeMutablePointer<SortItem>, _ start: Int,
        _ middle: Int, _ end: Int
    ) {
        var left = start
        var right = middle
        var output = start
        while left < middle && right < end {
            if isBefore(source[right], source[left]) {
                target[output] = source[right]
                right += 1
            } else {
                target[output] = source[left]
                left += 1
            }
            output += 1
        }
        if left < middle { (target + output).update(from: source + left, count: middle - left) }
        if right < end { (target + output).update(from: source + right, count: end - right) }
    }
}
