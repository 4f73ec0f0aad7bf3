// SPDX-License-Identifier: GPL-3.0-or-later

/// 64-bit arithmetic from single bits, to have nothing in common with the code that it checks.
enum BitModel {
    private static func bits(_ value: Int64) -> [Bool] { (0..<64).map { value >> Int64($0) & 1 == 1 } }

    private static func value(_ bits: [Bool]) -> Int64 {
        var result: Int64 = 0
        for (place, bit) in bits.prefix(64).enumerated() where bit { result |= 1 << Int64(place) }
        return result
    }

    static func add(_ left: Int64, _ right: Int64) -> Int64 {
        var carry = false
        let sum = zip(bits(left), bits(right)).map { a, b in
            defer { carry = (a && b) || (carry && (a || b)) }
            return (a != b) != carry
        }
        return value(sum)
    }

    static func negate(_ number: Int64) -> Int64 { add(value(bits(number).map { !$0 }), 1) }

    static func multiply(_ left: Int64, _ right: Int64) -> Int64 {
        var sum: Int64 = 0
        for (place, bit) in bits(right).enumerated() where bit { sum = add(sum, shiftLeft(left, place)) }
        return sum
    }

    static func shiftLeft(_ number: Int64, _ count: Int) -> Int64 {
        value([Bool](repeating: false, count: count) + bits(number))
    }

    static func shiftRight(_ number: Int64, _ count: Int, fill: Bool) -> Int64 {
        value(bits(number).dropFirst(count) + [Bool](repeating: fill, count: count))
    }

    /// Long division of magnitudes, then the signs.
    static func divide(_ left: Int64, _ right: Int64) -> (quotient: Int64, rest: Int64) {
        let divisor = right.magnitude
        var rest: UInt64 = 0
        var quotient: UInt64 = 0
        for bit in bits(Int64(bitPattern: left.magnitude)).reversed() {
            let top = rest >> 63
            rest = rest << 1 | (bit ? 1 : 0)
            quotient <<= 1
            if top == 1 || rest >= divisor {
                rest = rest &- divisor
                quotient |= 1
            }
        }
        let signed = Int64(bitPattern: quotient)
        let remainder = Int64(bitPattern: rest)
        return ((left < 0) != (right < 0) ? negate(signed) : signed, left < 0 ? negate(remainder) : remainder)
    }

    static func binary(_ op: String, _ a: Int64, _ b: Int64) -> Int64? {
        switch op {
        case "+": add(a, b)
        case "-": add(a, negate(b))
        case "*": multiply(a, b)
        case "/": b == 0 ? nil : divide(a, b).quotient
        case "%": b == 0 ? nil : divide(a, b).rest
        case "&": value(zip(bits(a), bits(b)).map { $0 && $1 })
        case "|": value(zip(bits(a), bits(b)).map { $0 || $1 })
        case "^": value(zip(bits(a), bits(b)).map { $0 != $1 })
        case "<<": shiftLeft(a, Int(b & 63))
        case ">>": shiftRight(a, Int(b & 63), fill: a < 0)
        case ">>>": shiftRight(a, Int(b & 63), fill: false)
        case "==": a == b ? 1 : 0
        case "!=": a == b ? 0 : 1
        case "<": a < b ? 1 : 0
        case "<=": a < b || a == b ? 1 : 0
        case ">": b < a ? 1 : 0
        case ">=": b < a || a == b ? 1 : 0
        case "&&": a != 0 && b != 0 ? 1 : 0
        default: a != 0 || b != 0 ? 1 : 0
        }
    }
}
