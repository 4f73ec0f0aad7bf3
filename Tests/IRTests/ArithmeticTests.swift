// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@Test func arithmeticWraps() {
    #expect(Arithmetic.binary(.add, .max, 1) == .min)
    #expect(Arithmetic.binary(.subtract, .min, 1) == .max)
    #expect(Arithmetic.binary(.multiply, .max, 2) == -2)
    #expect(Arithmetic.unary(.negate, .min) == .min)
}

@Test func divisionTruncatesAndNeverTraps() {
    #expect(Arithmetic.binary(.divide, -7, 2) == -3)
    #expect(Arithmetic.binary(.modulo, -7, 2) == -1)
    #expect(Arithmetic.binary(.divide, .min, -1) == .min)
    #expect(Arithmetic.binary(.modulo, .min, -1) == 0)
    #expect(Arithmetic.binary(.divide, 1, 0) == nil)
    #expect(Arithmetic.binary(.modulo, 1, 0) == nil)
}

@Test func shiftCountsAreMasked() {
    #expect(Arithmetic.binary(.shiftLeft, 1, 65) == 2)
    #expect(Arithmetic.binary(.shiftLeft, 1, -1) == .min)
    #expect(Arithmetic.binary(.shiftRight, -8, 1) == -4)
    #expect(Arithmetic.binary(.shiftRightLogical, -1, 60) == 15)
}

@Test func extensionKeepsOrDropsTheSign() {
    #expect(Arithmetic.extend(0x1ff, IntegerShape(size: 1, isSigned: true)) == -1)
    #expect(Arithmetic.extend(0x1ff, IntegerShape(size: 1, isSigned: false)) == 255)
    #expect(Arithmetic.extend(-1, IntegerShape(size: 4, isSigned: false)) == 0xffff_ffff)
    #expect(Arithmetic.extend(.min, .long) == .min)
}
