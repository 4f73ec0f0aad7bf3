// SPDX-License-Identifier: GPL-3.0-or-later

/// Builds the bytes of a composite key in memory that is used again: longs as eight bytes, strings as their bytes
/// and, but for the last position, a NUL, which no string contains. Equal keys are equal bytes.
struct KeyEncoder {
    private(set) var bytes: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        bytes = .allocate(capacity: capacity)
    }

    func deallocate() { bytes.deallocate() }

    @inline(__always)
    mutating func clear() { count = 0 }

    @inline(__always)
    mutating func append(_ value: Int64) {
        if count + 8 > capacity { grow(8) }
        UnsafeMutableRawPointer(bytes + count).storeBytes(of: value, as: Int64.self)
        count += 8
    }

    @inline(__always)
    mutating func append(_ string: StringView, isLast: Bool) {
        if count + string.length + 1 > capacity { grow(string.length + 1) }
        copyBytes(bytes + count, string.pointer, string.length)
        count += string.length
        if !isLast {
            bytes[count] = 0
            count += 1
        }
    }

    private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        memory.update(from: bytes, count: count)
        bytes.deallocate()
        bytes = memory
        capacity = larger
    }
}

/// A string register: where its bytes are and how many. It points into its own slot, or at bytes that cannot change
/// while it is used: a constant, the record, a slot of the caller.
struct StringView {
    var pointer: UnsafePointer<UInt8>
    var length: Int
}

@inline(__always)
func isEqual(_ left: StringView, _ right: StringView) -> Bool {
    left.length == right.length && equalBytes(left.pointer, right.pointer, left.length)
}

/// Negative, zero or positive as `left` is before, at or after `right`, byte by byte.
@inline(__always)
func compare(_ left: StringView, _ right: StringView) -> Int {
    let order = compareBytes(left.pointer, right.pointer, min(left.length, right.length))
    return order != 0 ? order : left.length - right.length
}
