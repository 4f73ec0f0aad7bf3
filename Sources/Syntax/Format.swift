// SPDX-License-Identifier: GPL-3.0-or-later

/// A width or precision of a format directive.
public enum FormatNumber: Sendable, Hashable {
    case none
    case fixed(Int)
    /// `*`: the next argument.
    case dynamic
}

/// The conversions of the printf table; the raw value is the letter.
public enum FormatConversion: UInt8, Sendable, Hashable {
    case binary = 0x62  // b
    case character = 0x63  // c
    case signed = 0x64  // d and i
    case octal = 0x6f  // o
    case unsigned = 0x75  // u
    case hexLower = 0x78  // x
    case hexUpper = 0x58  // X
    case pointer = 0x70  // p
    case string = 0x73  // s
    case memory = 0x6d  // m
    case memoryHex = 0x4d  // M
}

/// The one flag character of a directive.
public enum FormatFlag: UInt8, Sendable, Hashable {
    case none = 0
    case zero = 0x30  // 0
    case plus = 0x2b  // +
    case minus = 0x2d  // -
    case space = 0x20
    case alternate = 0x23  // #
}

/// One piece of a parsed format.
public enum FormatPiece: Sendable, Hashable {
    case literal(ByteString)
    case directive(flag: FormatFlag, width: FormatNumber, precision: FormatNumber, conversion: FormatConversion)
}
