// SPDX-License-Identifier: GPL-3.0-or-later

/// A set of the bytes of a string as patterns tell them apart: 1…127 one by one, 128…255 together.
public struct ByteSet: Sendable, Hashable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var hasOthers = false

    /// Creates an empty set.
    public init() {}

    /// Creates a set of one byte.
    init(_ byte: UInt8) { insert(byte) }

    /// Creates a set of all bytes of a range.
    init(_ range: ClosedRange<UInt8>) { for byte in range { insert(byte) } }

    /// Every byte but NUL, which ends strings.
    static let any = ByteSet(1...255)

    /// The bytes of a class by its name, such as `alpha`; nil for an unknown name.
    init?(class name: String) {
        switch name {
        case "alpha": self = .letters
        case "alnum": self = ByteSet.letters.union(.digits)
        case "blank": self = ByteSet(0x20).union(ByteSet(0x09))
        case "cntrl": self = ByteSet(1...0x1f).union(ByteSet(0x7f))
        case "d", "digit": self = .digits
        case "xdigit": self = ByteSet.digits.union(ByteSet(0x41...0x46)).union(ByteSet(0x61...0x66))
        case "graph": self = ByteSet(0x21...0x7e)
        case "l", "lower": self = ByteSet(0x61...0x7a)
        case "print": self = ByteSet(0x20...0x7e)
        case "punct":
            self = ByteSet(0x21...0x2f).union(ByteSet(0x3a...0x40)).union(ByteSet(0x5b...0x60))
                .union(ByteSet(0x7b...0x7e))
        case "s", "space": self = ByteSet(0x09...0x0d).union(ByteSet(0x20))
        case "u", "upper": self = ByteSet(0x41...0x5a)
        default: return nil
        }
    }

    private static let letters = ByteSet(0x41...0x5a).union(ByteSet(0x61...0x7a))
    private static let digits = ByteSet(0x30...0x39)

    /// Whether a byte belongs to the set.
    @inline(__always)
    public func contains(_ byte: UInt8) -> Bool {
        if byte >= 128 { return hasOthers }
        let word = byte < 64 ? low : high
        return word >> UInt64(byte & 63) & 1 != 0
    }

    mutating func insert(_ byte: UInt8) {
        if byte >= 128 {
            hasOthers = true
        } else if byte >= 64 {
            high |= 1 << UInt64(byte - 64)
        } else {
            low |= 1 << UInt64(byte)
        }
    }

    /// The bytes of either set.
    func union(_ other: ByteSet) -> ByteSet {
        var result = self
        result.low |= other.low
        result.high |= other.high
        result.hasOthers = hasOthers || other.hasOthers
        return result
    }

    /// Every byte but NUL and those of the set.
    var inverted: ByteSet {
        var result = ByteSet()
        result.low = ~low & ~1
        result.high = ~high
        result.hasOthers = !hasOthers
        return result
    }
}
