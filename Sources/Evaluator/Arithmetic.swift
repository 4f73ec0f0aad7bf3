// SPDX-License-Identifier: GPL-3.0-or-later

/// a / b, truncated; nil when b is 0. The one quotient that does not fit wraps.
@inline(__always)
func divide(_ a: Int64, _ b: Int64) -> Int64? {
    if b == 0 { return nil }
    return b == -1 ? 0 &- a : quickQuotient(a, b)
}

/// a % b with the sign of a; nil when b is 0.
@inline(__always)
func remainder(_ a: Int64, _ b: Int64) -> Int64? {
    if b == 0 { return nil }
    return b == -1 ? 0 : quickRemainder(a, b)
}

/// a / b for b other than 0 and -1; small numbers take the processor's much faster 32-bit division.
@inline(__always)
func quickQuotient(_ a: Int64, _ b: Int64) -> Int64 {
    if UInt64(bitPattern: a | b) >> 32 == 0 {
        return Int64(UInt32(truncatingIfNeeded: a) / UInt32(truncatingIfNeeded: b))
    }
    return a / b
}

/// a % b for b other than 0 and -1.
@inline(__always)
func quickRemainder(_ a: Int64, _ b: Int64) -> Int64 {
    if UInt64(bitPattern: a | b) >> 32 == 0 {
        return Int64(UInt32(truncatingIfNeeded: a) % UInt32(truncatingIfNeeded: b))
    }
    return a % b
}

@inline(__always)
func logicalShift(_ a: Int64, _ count: Int64) -> Int64 {
    Int64(bitPattern: UInt64(bitPattern: a) &>> UInt64(bitPattern: count))
}

/// The low bytes of a number as the shape says: bits 0…3 the size, bit 4 the sign.
@inline(__always)
func extend(_ value: Int64, _ shape: UInt8) -> Int64 {
    switch shape {
    case 1: Int64(UInt8(truncatingIfNeeded: value))
    case 2: Int64(UInt16(truncatingIfNeeded: value))
    case 4: Int64(UInt32(truncatingIfNeeded: value))
    case 17: Int64(Int8(truncatingIfNeeded: value))
    case 18: Int64(Int16(truncatingIfNeeded: value))
    case 20: Int64(Int32(truncatingIfNeeded: value))
    default: value
    }
}

/// Joins two strings in a slot that one or both of them may lie in; the length, cut to the limit.
@inline(__always)
func concatenate(
    _ left: StringView, _ right: StringView, into slot: UnsafeMutablePointer<UInt8>, _ maxLength: Int
) -> Int {
    let total = min(left.length + right.length, maxLength)
    if left.pointer == UnsafePointer(slot) {
        copyBytes(slot + left.length, right.pointer, total - left.length)
    } else {
        if right.pointer == UnsafePointer(slot) {
            // Copied before the left part is written over it; the regions overlap.
            (slot + left.length).update(from: slot, count: total - left.length)
        } else {
            copyBytes(slot + left.length, right.pointer, total - left.length)
        }
        copyBytes(slot, left.pointer, left.length)
    }
    return total
}
