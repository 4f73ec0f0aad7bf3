// SPDX-License-Identifier: GPL-3.0-or-later

/// Writes bytes into memory of a fixed size; what does not fit is dropped in silence, as every limit of the
/// language on text does.
struct TextWriter {
    let start: UnsafeMutablePointer<UInt8>
    private(set) var position: UnsafeMutablePointer<UInt8>
    private let end: UnsafeMutablePointer<UInt8>

    init(_ start: UnsafeMutablePointer<UInt8>, capacity: Int) {
        self.start = start
        position = start
        end = start + capacity
    }

    var count: Int { position - start }
    var room: Int { end - position }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if position < end {
            position.pointee = byte
            position += 1
        }
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        let taken = min(count, room)
        copyBytes(position, bytes, taken)
        position += taken
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { if let base = $0.baseAddress { append(base, $0.count) } }
    }

    mutating func append(_ text: StaticString) { append(text.utf8Start, text.utf8CodeUnitCount) }

    mutating func fill(_ byte: UInt8, _ count: Int) {
        let taken = min(count, room)
        if taken > 0 {
            position.update(repeating: byte, count: taken)
            position += taken
        }
    }

    /// Appends a signed decimal.
    @inline(__always)
    mutating func appendDecimal(_ value: Int64) {
        if value < 0 {
            append(UInt8(ascii: "-"))
            appendUnsigned(value.magnitude)
        } else if value < 10 {
            append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value))
        } else {
            appendUnsigned(UInt64(bitPattern: value))
        }
    }

    mutating func appendUnsigned(_ value: UInt64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { digits in
            let base = digits.baseAddress!
            let first = writeDecimalDigits(value, before: base + 24)
            append(first, (base + 24) - first)
        }
    }
}

/// The decimal digits of pairs 00…99, so that two digits cost one division.
private let digitPairs: StaticString = """
    0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
    5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
    """

/// Writes the decimal digits of `value` so that they end before `end`; the first digit's place.
func writeDecimalDigits(_ value: UInt64, before end: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    let pairs = digitPairs.utf8Start
    var position = end
    var rest = value
    while rest >= 100 {
        let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
        position -= 2
        position[0] = pairs[Int(pair) * 2]
        position[1] = pairs[Int(pair) * 2 + 1]
        rest = quotient
    }
    if rest >= 10 {
        position -= 2
        position[0] = pairs[Int(rest) * 2]
        position[1] = pairs[Int(rest) * 2 + 1]
    } else {
        position -= 1
        position[0] = UInt8(ascii: "0") + UInt8(rest)
    }
    return position
}

/// Copies bytes between places that may overlap; short copies, which most are, without a call.
@inline(__always)
func copyBytes(_ target: UnsafeMutablePointer<UInt8>, _ source: UnsafePointer<UInt8>, _ count: Int) {
    if count <= 0 { return }
    if count <= 16 {
        let to = UnsafeMutableRawPointer(target)
        let from = UnsafeRawPointer(source)
        if count >= 8 {
            let head = from.loadUnaligned(as: UInt64.self)
            let tail = from.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            to.storeBytes(of: head, as: UInt64.self)
            to.storeBytes(of: tail, toByteOffset: count - 8, as: UInt64.self)
        } else if count >= 4 {
            let head = from.loadUnaligned(as: UInt32.self)
            let tail = from.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            to.storeBytes(of: head, as: UInt32.self)
            to.storeBytes(of: tail, toByteOffset: count - 4, as: UInt32.self)
        } else {
            let (first, middle, last) = (source[0], source[count >> 1], source[count - 1])
            target[0] = first
            target[count >> 1] = middle
            target[count - 1] = last
        }
        return
    }
    target.update(from: source, count: count)
}
