// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// How handlers in the kernel lay a number out, as section 4.3 of the language says; no precision is given.
public struct NumberText: Sendable, Hashable {
    /// The base: `signed`, `unsigned`, `octal`, `hexLower` or `hexUpper`.
    public var conversion: FormatConversion
    /// The flag.
    public var flag: FormatFlag
    /// `#`, or `%p`.
    public var hasPrefix: Bool
    /// At most `maximumWidth`.
    public var width: Int

    /// The widest number that the kernel lays out.
    public static let maximumWidth = 64

    /// The digits of the longest number.
    public var digits: Int {
        switch conversion {
        case .octal: 22
        case .hexLower, .hexUpper: 16
        default: 20
        }
    }

    /// The bytes of the prefix.
    public var prefixLength: Int {
        guard hasPrefix else { return 0 }
        return switch conversion {
        case .octal: 1
        case .hexLower, .hexUpper: 2
        default: 0
        }
    }

    /// The bytes of the longest text.
    public var length: Int { max(width, digits + prefixLength + (conversion == .signed ? 1 : 0)) }
}

extension FormatPiece {
    /// How the kernel lays the number of a directive out; nil where it does not, or for another piece.
    public var numberText: NumberText? {
        guard case .directive(let flag, let width, .none, let conversion) = self else { return nil }
        let fixed: Int
        switch width {
        case .none: fixed = 0
        case .fixed(let width): fixed = width
        case .dynamic: return nil
        }
        guard 0...NumberText.maximumWidth ~= fixed else { return nil }
        switch conversion {
        case .signed, .unsigned, .octal, .hexLower, .pointer: break
        // The bytes behind what is short of the width are made spaces by a bit that these letters lack.
        case .hexUpper: if flag == .minus && fixed > 0 { return nil }
        case .binary, .character, .string, .memory, .memoryHex: return nil
        }
        return NumberText(
            conversion: conversion == .pointer ? .hexLower : conversion, flag: flag,
            hasPrefix: flag == .alternate || conversion == .pointer, width: fixed)
    }

    /// Whether it is a string as it is.
    public var isPlainText: Bool {
        guard case .directive(let flag, .none, .none, .string) = self else { return false }
        return flag != .zero
    }

    /// The bytes of the longest text that the kernel makes of it, where the string of its argument has `argument` bytes at most; nil
    /// where it cannot.
    func longestText(argument: Int) -> Int? {
        if case .literal(let text) = self { return text.bytes.contains(0) ? nil : text.bytes.count }
        return isPlainText ? argument : numberText?.length
    }
}

extension IRProgram {
    /// The pieces of a format with the arguments of its directives; nil where the numbers of both do not fit.
    public func pieces(of instruction: Instruction) -> [(piece: FormatPiece, argument: Operand?)]? {
        var arguments = operandLists[Int(instruction.b)].makeIterator()
        var pieces: [(piece: FormatPiece, argument: Operand?)] = []
        for piece in formats[Int(instruction.a)] {
            if case .literal = piece {
                pieces.append((piece, nil))
            } else {
                guard let argument = arguments.next() else { return nil }
                pieces.append((piece, argument))
            }
        }
        return pieces
    }

    /// The bytes of the longest text of `format`, where string registers take `bounds` bytes with their NUL; nil where the kernel
    /// cannot make it.
    func longestText(of instruction: Instruction, _ bounds: [Int]) -> Int? {
        var sum = 0
        for (piece, argument) in pieces(of: instruction) ?? [] {
            var bound = 1
            if case .string(let register)? = argument { bound = bounds[Int(register)] }
            guard let length = piece.longestText(argument: bound - 1) else { return nil }
            sum += length
        }
        return sum
    }
}

extension Builtin {
    /// Whether handlers in the kernel compute it from its arguments.
    var isComputedInKernel: Bool {
        switch self {
        case .strlen, .substr, .isdigit, .ipNtop, .ipv6Text, .bswap16, .bswap32, .bswap64: true
        default: false
        }
    }
}
