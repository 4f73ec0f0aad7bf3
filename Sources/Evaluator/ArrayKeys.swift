// SPDX-License-Identifier: GPL-3.0-or-later

/// What one position of a key must be.
enum KeyFilter {
    case any
    case long(Int64)
    case string(StringView)
}

/// Taking composite keys apart.
extension ArrayTable {
    /// The bytes before key `position` of the entry, strings skipped by their NULs.
    private func offset(ofKey position: Int, at index: Int) -> Int {
        let bytes = keyBytes(at: index)
        var offset = 0
        for kind in keyKinds.prefix(position) {
            offset += kind == .long ? 8 : lengthBeforeNul(bytes + offset, Int(entries[index].keyLength) - offset) + 1
        }
        return offset
    }

    func integerKey(_ position: Int, at index: Int) -> Int64 {
        if isIntegerKey { return Int64(bitPattern: entries[index].key) }
        return UnsafeRawPointer(keyBytes(at: index) + offset(ofKey: position, at: index))
            .loadUnaligned(as: Int64.self)
    }

    func stringKey(_ position: Int, at index: Int) -> StringView {
        let offset = offset(ofKey: position, at: index)
        let start = keyBytes(at: index) + offset
        if position == keyKinds.count - 1 {
            return StringView(pointer: start, length: Int(entries[index].keyLength) - offset)
        }
        return StringView(pointer: start, length: lengthBeforeNul(start, Int(entries[index].keyLength) - offset))
    }

    /// Whether the key of a live entry passes filters, one for each position.
    func matches(_ filters: UnsafeBufferPointer<KeyFilter>, at index: Int) -> Bool {
        if isIntegerKey {
            guard case .long(let wanted) = filters[0] else { return true }
            return Int64(bitPattern: entries[index].key) == wanted
        }
        let bytes = keyBytes(at: index)
        let end = Int(entries[index].keyLength)
        var offset = 0
        for (kind, filter) in zip(keyKinds, filters) {
            switch kind {
            case .long:
                if case .long(let wanted) = filter,
                    UnsafeRawPointer(bytes + offset).loadUnaligned(as: Int64.self) != wanted
                {
                    return false
                }
                offset += 8
            case .string:
                let length = lengthBeforeNul(bytes + offset, end - offset)
                if case .string(let wanted) = filter,
                    !isEqual(wanted, StringView(pointer: bytes + offset, length: length))
                {
                    return false
                }
                offset += length + 1
            }
        }
        return true
    }

    /// Whether an entry that passes the filters exists.
    func containsMatch(_ filters: UnsafeBufferPointer<KeyFilter>) -> Bool {
        for index in 0..<used where entries[index].keyLength != ArrayEntry.dead {
            if matches(filters, at: index) { return true }
        }
        return false
    }

    mutating func removeMatches(_ filters: UnsafeBufferPointer<KeyFilter>) {
        var index = 0
        while index < used {
            if entries[index].keyLength != ArrayEntry.dead, matches(filters, at: index) { remove(at: index) }
            index += 1
        }
    }
}
