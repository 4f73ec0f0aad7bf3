// SPDX-License-Identifier: GPL-3.0-or-later

/// Array elements by their operand lists.
extension Evaluator {
    /// The entry that an operand list names; -1 when there is none, or no room for it.
    @inline(__always)
    func element(
        _ table: UnsafeMutablePointer<ArrayTable>, _ list: UnsafePointer<Int32>,
        _ integers: UnsafeMutablePointer<Int64>, _ strings: UnsafeMutablePointer<StringView>, create: Bool
    ) -> Int {
        guard list[0] == 1 else { return compositeElement(table, list, integers, strings, create: create) }
        let operand = PackedOperand(raw: list[1])
        if operand.kind == PackedOperand.integerKind {
            let key = integers[operand.register]
            let hash = ArrayTable.hash(of: key)
            let found = table.pointee.find(key, hash)
            return found >= 0 || !create ? found : table.pointee.insert(key, hash)
        }
        let key = strings[operand.register]
        let hash = ArrayTable.hash(of: key.pointer, key.length)
        let found = table.pointee.find(key.pointer, key.length, hash)
        return found >= 0 || !create ? found : table.pointee.insert(key.pointer, key.length, hash)
    }

    @inline(never)
    func insertNumber(_ table: UnsafeMutablePointer<ArrayTable>, _ key: Int64) -> Int {
        table.pointee.insert(key, ArrayTable.hash(of: key))
    }

    @inline(never)
    func findName(_ table: UnsafeMutablePointer<ArrayTable>, _ key: StringView) -> Int {
        table.pointee.find(key.pointer, key.length, ArrayTable.hash(of: key.pointer, key.length))
    }

    @inline(never)
    func insertName(_ table: UnsafeMutablePointer<ArrayTable>, _ key: StringView) -> Int {
        table.pointee.insert(key.pointer, key.length, ArrayTable.hash(of: key.pointer, key.length))
    }

    @inline(never)
    func numberLoadString(
        _ table: UnsafeMutablePointer<ArrayTable>, _ key: Int64, _ register: Int,
        _ strings: UnsafeMutablePointer<StringView>, _ slots: UnsafeMutablePointer<UInt8>
    ) {
        let found = table.pointee.find(key, ArrayTable.hash(of: key))
        let slot = slots + register &* stride
        let value = found >= 0 ? table.pointee.string(at: found) : StringView(pointer: pool.empty, length: 0)
        copyBytes(slot, value.pointer, value.length)
        strings[register] = StringView(pointer: UnsafePointer(slot), length: value.length)
    }

    private func compositeElement(
        _ table: UnsafeMutablePointer<ArrayTable>, _ list: UnsafePointer<Int32>,
        _ integers: UnsafeMutablePointer<Int64>, _ strings: UnsafeMutablePointer<StringView>, create: Bool
    ) -> Int {
        let count = Int(list[0])
        encoder.pointee.clear()
        var position = 1
        while position <= count {
            let operand = PackedOperand(raw: list[position])
            if operand.kind == PackedOperand.integerKind {
                encoder.pointee.append(integers[operand.register])
            } else {
                encoder.pointee.append(strings[operand.register], isLast: position == count)
            }
            position += 1
        }
        let bytes = UnsafePointer(encoder.pointee.bytes)
        let length = encoder.pointee.count
        let hash = ArrayTable.hash(of: bytes, length)
        let found = table.pointee.find(bytes, length, hash)
        return found >= 0 || !create ? found : table.pointee.insert(bytes, length, hash)
    }

    private func hasWildcard(_ list: UnsafePointer<Int32>) -> Bool {
        (0..<Int(list[0])).contains { PackedOperand(raw: list[1 + $0]).kind == PackedOperand.wildcardKind }
    }

    /// Fills filters from an operand list; their strings are views of the registers.
    private func fill(
        _ filters: UnsafeMutablePointer<KeyFilter>, _ list: UnsafePointer<Int32>,
        _ integers: UnsafeMutablePointer<Int64>, _ strings: UnsafeMutablePointer<StringView>
    ) {
        for position in 0..<Int(list[0]) {
            let operand = PackedOperand(raw: list[1 + position])
            switch operand.kind {
            case PackedOperand.integerKind: filters[position] = .long(integers[operand.register])
            case PackedOperand.stringKind: filters[position] = .string(strings[operand.register])
            default: filters[position] = .any
            }
        }
    }

    @inline(never)
    func elementExists(
        _ table: UnsafeMutablePointer<ArrayTable>, _ list: UnsafePointer<Int32>,
        _ integers: UnsafeMutablePointer<Int64>, _ strings: UnsafeMutablePointer<StringView>
    ) -> Bool {
        guard hasWildcard(list) else { return element(table, list, integers, strings, create: false) >= 0 }
        return withUnsafeTemporaryAllocation(of: KeyFilter.self, capacity: Int(list[0])) { filters in
            fill(filters.baseAddress!, list, integers, strings)
            return table.pointee.containsMatch(UnsafeBufferPointer(filters))
        }
    }

    @inline(never)
    func elementDelete(
        _ table: UnsafeMutablePointer<ArrayTable>, _ list: UnsafePointer<Int32>,
        _ integers: UnsafeMutablePointer<Int64>, _ strings: UnsafeMutablePointer<StringView>
    ) {
        guard hasWildcard(list) else {
            let found = element(table, list, integers, strings, create: false)
            if found >= 0 { table.pointee.remove(at: found) }
            return
        }
        withUnsafeTemporaryAllocation(of: KeyFilter.self, capacity: Int(list[0])) { filters in
            fill(filters.baseAddress!, list, integers, strings)
            table.pointee.removeMatches(UnsafeBufferPointer(filters))
        }
    }

    // MARK: Iterations

    /// Sorts the array and takes note of limit and slice, whose registers the loop may change.
    @inline(never)
    func beginIteration(
        _ shape: UnsafeMutablePointer<IterationShape>, _ base: Int, _ integers: UnsafeMutablePointer<Int64>,
        _ strings: UnsafeMutablePointer<StringView>
    ) {
        let state = memory.iterations + base + shape.pointee.slot
        // No loop around this one visits the array when it has dead entries: it may not change there.
        tables[shape.pointee.array].pointee.compactBeforeLoop()
        state.pointee.cursor = tables[shape.pointee.array].pointee.firstLive - 1
        let limit = shape.pointee.limit >= 0 ? Int(integers[Int(shape.pointee.limit)]) : nil
        state.pointee.remaining = limit.map { max($0, 0) } ?? Int.max
        state.pointee.filterCount = 0
        if shape.pointee.slice >= 0 { keepSlice(pool.lists + Int(shape.pointee.slice), state, integers, strings) }
        if let order = shape.pointee.sort {
            // Up to 30 elements are put in place one by one; beyond that the whole array is sorted.
            let leading = limit.flatMap { 1...30 ~= $0 ? $0 : nil }
            ArraySorter(tables[shape.pointee.array], order).sort(leading: leading)
            state.pointee.cursor = tables[shape.pointee.array].pointee.firstLive - 1
        }
    }

    private func keepSlice(
        _ list: UnsafePointer<Int32>, _ state: UnsafeMutablePointer<IterationState>,
        _ integers: UnsafeMutablePointer<Int64>, _ strings: UnsafeMutablePointer<StringView>
    ) {
        let count = Int(list[0])
        if state.pointee.filters == nil {
            state.pointee.filters = .allocate(capacity: 16)
            state.pointee.filterBytes = .allocate(capacity: 16 * stride)
            slices.append((state.pointee.filters!, state.pointee.filterBytes!))
        }
        guard let filters = state.pointee.filters, let bytes = state.pointee.filterBytes, count <= 16 else { return }
        fill(filters, list, integers, strings)
        for position in 0..<count {
            if case .string(let view) = filters[position] {
                let copy = bytes + position * stride
                copyBytes(copy, view.pointer, view.length)
                filters[position] = .string(StringView(pointer: UnsafePointer(copy), length: view.length))
            }
        }
        state.pointee.filterCount = count
    }

    func releaseSlices() {
        for (filters, bytes) in slices {
            filters.deallocate()
            bytes.deallocate()
        }
    }

    /// Goes to the next element that the loop visits and sets its registers; false at the end.
    func advanceIteration(
        _ shape: UnsafeMutablePointer<IterationShape>, _ base: Int, _ integers: UnsafeMutablePointer<Int64>,
        _ strings: UnsafeMutablePointer<StringView>, _ slots: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        let state = memory.iterations + base + shape.pointee.slot
        let table = tables[shape.pointee.array]
        while state.pointee.remaining > 0 {
            var cursor = state.pointee.cursor + 1
            while cursor < table.pointee.used, table.pointee.entries[cursor].keyLength == ArrayEntry.dead {
                cursor += 1
            }
            state.pointee.cursor = cursor
            if cursor >= table.pointee.used { break }
            state.pointee.remaining -= 1
            setKeys(table, cursor, pool.lists + Int(shape.pointee.keys), integers, strings, slots)
            if state.pointee.filterCount > 0, let filters = state.pointee.filters {
                let wanted = UnsafeBufferPointer(start: filters, count: state.pointee.filterCount)
                if !table.pointee.matches(wanted, at: cursor) { continue }
            }
            if shape.pointee.value >= 0 {
                let operand = PackedOperand(raw: pool.lists[Int(shape.pointee.value) + 1])
                if operand.kind == PackedOperand.integerKind {
                    integers[operand.register] = table.pointee.values[cursor]
                } else {
                    set(operand.register, table.pointee.string(at: cursor), strings, slots)
                }
            }
            return true
        }
        return false
    }

    @inline(__always)
    private func set(
        _ register: Int, _ text: StringView, _ strings: UnsafeMutablePointer<StringView>,
        _ slots: UnsafeMutablePointer<UInt8>
    ) {
        let slot = slots + register * stride
        copyBytes(slot, text.pointer, text.length)
        strings[register] = StringView(pointer: slot, length: text.length)
    }

    private func setKeys(
        _ table: UnsafeMutablePointer<ArrayTable>, _ index: Int, _ list: UnsafePointer<Int32>,
        _ integers: UnsafeMutablePointer<Int64>, _ strings: UnsafeMutablePointer<StringView>,
        _ slots: UnsafeMutablePointer<UInt8>
    ) {
        let count = Int(list[0])
        if table.pointee.isIntegerKey {
            integers[PackedOperand(raw: list[1]).register] = Int64(bitPattern: table.pointee.entries[index].key)
            return
        }
        let bytes = table.pointee.keyBytes(at: index)
        let end = Int(table.pointee.entries[index].keyLength)
        var offset = 0
        for position in 1...max(count, 1) {
            let operand = PackedOperand(raw: list[position])
            if operand.kind == PackedOperand.integerKind {
                integers[operand.register] = UnsafeRawPointer(bytes + offset).loadUnaligned(as: Int64.self)
                offset += 8
            } else {
                let length = position == count ? end - offset : lengthBeforeNul(bytes + offset, end - offset)
                set(operand.register, StringView(pointer: bytes + offset, length: length), strings, slots)
                offset += length + 1
            }
        }
    }
}
