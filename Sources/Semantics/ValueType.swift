// SPDX-License-Identifier: GPL-3.0-or-later

/// The types of the language's values.
public enum ValueType: UInt8, Sendable, Equatable, CustomStringConvertible {
    /// Not inferred (yet): only of things that are never used for their value.
    case unknown
    /// A signed 64-bit integer.
    case long
    /// A byte string of at most MAXSTRINGLEN-1 bytes.
    case string
    /// A statistical aggregate.
    case statistics

    /// The word that messages use.
    public var description: String {
        switch self {
        case .unknown: "unknown"
        case .long: "long"
        case .string: "string"
        case .statistics: "stats"
        }
    }
}

/// How many bytes an integer has in memory or in a register, and whether its top bit is a sign.
public struct IntegerShape: Sendable, Hashable {
    /// 1, 2, 4 or 8 bytes.
    public var size: UInt8
    /// Whether to sign-extend to 64 bits.
    public var isSigned: Bool

    /// Creates a shape.
    public init(size: UInt8, isSigned: Bool) {
        self.size = size
        self.isSigned = isSigned
    }

    /// A full signed 64-bit integer.
    public static let long = IntegerShape(size: 8, isSigned: true)
}

/// How an integer is read from memory.
public struct MemoryAccess: Sendable, Hashable {
    /// The bytes to read, and the sign of the result (of the bit-field, where it is one).
    public var shape: IntegerShape
    /// For a bit-field: the lowest bit within the `shape.size` bytes read (little-endian), and its width.
    public var bitField: BitField?
    /// Whether the address is one of the current process's user memory.
    public var isUser: Bool

    /// Creates an access.
    public init(shape: IntegerShape, bitField: BitField? = nil, isUser: Bool = false) {
        self.shape = shape
        self.bitField = bitField
        self.isUser = isUser
    }
}

/// The bits of a bit-field within the integer that holds it.
public struct BitField: Sendable, Hashable {
    /// The lowest bit, from 0.
    public var offset: UInt8
    /// The number of bits, from 1.
    public var width: UInt8

    /// Creates a bit-field.
    public init(offset: UInt8, width: UInt8) {
        self.offset = offset
        self.width = width
    }
}
