// SPDX-License-Identifier: GPL-3.0-or-later

/// The character classes of the C locale.
extension UInt8 {
    var isSpace: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D) }
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
    var isPrintable: Bool { self >= 0x20 && self < 0x7F }
    var isPunctuation: Bool { self > 0x20 && self < 0x7F && !isDigit && !isLetter }

    /// Whether an identifier may start with this byte.
    var startsIdentifier: Bool { isLetter || self == UInt8(ascii: "_") || self == UInt8(ascii: "$") }

    /// Whether an identifier may go on with this byte.
    var continuesIdentifier: Bool { startsIdentifier || isDigit }

    /// The value of a hexadecimal digit.
    var hexValue: UInt8? {
        if isDigit { return self - 0x30 }
        let lower = self | 0x20
        return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : nil
    }
}
