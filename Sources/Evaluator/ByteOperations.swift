// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Whether two stretches of memory hold the same bytes.
@inline(__always)
func equalBytes(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    if count >= 8 && count <= 16 {
        let a = UnsafeRawPointer(left)
        let b = UnsafeRawPointer(right)
        return a.loadUnaligned(as: UInt64.self) == b.loadUnaligned(as: UInt64.self)
            && a.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
                == b.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    }
    if count > 16 && count <= 32 {
        let a = UnsafeRawPointer(left)
        let b = UnsafeRawPointer(right)
        let first =
            a.loadUnaligned(as: SIMD2<UInt64>.self) .== b.loadUnaligned(as: SIMD2<UInt64>.self)
        let last =
            a.loadUnaligned(fromByteOffset: count - 16, as: SIMD2<UInt64>.self)
            .== b.loadUnaligned(fromByteOffset: count - 16, as: SIMD2<UInt64>.self)
        return all(first .& last)
    }
    return count == 0 || memcmp(left, right, count) == 0
}

/// Compares bytes as unsigned numbers: negative, zero or positive.
@inline(__always)
func compareBytes(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Int {
    count == 0 ? 0 : Int(memcmp(left, right, count))
}

/// The number of bytes before the first NUL, at most `limit`.
func lengthBeforeNul(_ bytes: UnsafePointer<UInt8>, _ limit: Int) -> Int {
    guard limit > 0, let nul = memchr(bytes, 0, limit) else { return max(limit, 0) }
    return UnsafeRawPointer(nul) - UnsafeRawPointer(bytes)
}

/// The offset of the first `needle` in `text` at or after `from`; nil where there is none.
func find(_ needle: StringView, in text: StringView, from: Int = 0) -> Int? {
    if needle.length == 0 { return from <= text.length ? from : nil }
    var start = from
    while start + needle.length <= text.length {
        let candidates = text.length - needle.length - start + 1
        guard let hit = memchr(text.pointer + start, Int32(needle.pointer[0]), candidates) else { return nil }
        let offset = UnsafeRawPointer(hit) - UnsafeRawPointer(text.pointer)
        if equalBytes(text.pointer + offset, needle.pointer, needle.length) { return offset }
        start = offset + 1
    }
    return nil
}

/// Spreads the bits of a 64-bit number over all of it.
@inline(__always)
func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low
}

/// A hash of bytes, eight at a time; good enough for keys that nobody chooses to collide within the capacity limit.
@inline(__always)
func hashBytes(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    let raw = UnsafeRawPointer(bytes)
    var state = UInt64(truncatingIfNeeded: count) &* 0xff51_afd7_ed55_8ccd
    if count >= 8 {
        var offset = 0
        while offset + 8 <= count {
            state = mix(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        if offset < count {
            state = mix(state ^ raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
        }
        return state
    }
    if count >= 4 {
        let head = UInt64(raw.loadUnaligned(as: UInt32.self))
        let tail = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        return mix(state ^ (head << 32 | tail))
    }
    if count > 0 {
        let middle = UInt64(bytes[count >> 1]) << 8
        return mix(state ^ (UInt64(bytes[0]) << 16 | middle | UInt64(bytes[count - 1])))
    }
    return mix(state)
}
