// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics

/// Floating point in longs that hold the bits of IEEE doubles: section 5.5.
extension Evaluator {
    func floatBuiltin(_ builtin: Builtin, _ arguments: BuiltinArguments) -> BuiltinResult {
        func double(_ position: Int) -> Double { Double(bitPattern: UInt64(bitPattern: arguments.integer(position))) }
        func bits(_ value: Double) -> BuiltinResult { .integer(Int64(bitPattern: value.bitPattern)) }
        switch builtin {
        case .fpAdd: return bits(double(0) + double(1))
        case .fpSub: return bits(double(0) - double(1))
        case .fpMul: return bits(double(0) * double(1))
        case .fpDiv: return bits(double(0) / double(1))
        case .fpRem: return bits(remainder(double(0), double(1)))
        case .fpSqrt: return bits(double(0).squareRoot())
        case .fpEq: return .integer(double(0) == double(1) ? 1 : 0)
        case .fpLe: return .integer(double(0) <= double(1) ? 1 : 0)
        case .fpLt: return .integer(double(0) < double(1) ? 1 : 0)
        case .longToFp: return bits(Double(arguments.integer(0)))
        case .fp32ToFp64:
            return bits(Double(Float(bitPattern: UInt32(truncatingIfNeeded: arguments.integer(0)))))
        case .fpToLong: return .integer(long(double(0), roundedBy: arguments.integer(1)))
        case .fpToString: return fpToString(double(0), arguments.integer(1))
        default: return stringToFp(arguments.string(0))
        }
    }

    /// Rounds by the modes of the language: 0 to nearest and even, 1 toward zero, 2 down, 3 up, 4 to nearest and away
    /// from zero, 6 to odd. What no long holds is the smallest one, as on x86.
    private func long(_ value: Double, roundedBy mode: Int64) -> Int64 {
        let whole: Double
        switch mode {
        case 1: whole = value.rounded(.towardZero)
        case 2: whole = value.rounded(.down)
        case 3: whole = value.rounded(.up)
        case 4: whole = value.rounded(.toNearestOrAwayFromZero)
        case 6:
            let down = value.rounded(.down)
            let isExact = down == value
            whole = isExact || down.remainder(dividingBy: 2) != 0 ? down : value.rounded(.up)
        default: whole = value.rounded(.toNearestOrEven)
        }
        return Int64(exactly: whole) ?? Int64.min
    }

    private func fpToString(_ value: Double, _ precision: Int64) -> BuiltinResult {
        if value.isNaN { return text { $0.append("nan") } }
        let digits = CInt(truncatingIfNeeded: min(max(precision, 0), 512))
        // The longest double has 309 digits before its point.
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
            let count = withVaList([digits, value]) { vsnprintf(buffer.baseAddress, buffer.count, "%.*f", $0) }
            return text { writer in
                for index in 0..<min(Int(count), buffer.count - 1) { writer.append(UInt8(bitPattern: buffer[index])) }
            }
        }
    }

    /// A decimal number with an optional fraction and exponent, and nothing else.
    private func stringToFp(_ text: StringView) -> BuiltinResult {
        guard isDecimal(text) else { return .failed(.message("invalid format")) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.length + 1) { buffer in
            for index in 0..<text.length { buffer[index] = CChar(bitPattern: text.pointer[index]) }
            buffer[text.length] = 0
            guard let base = buffer.baseAddress else { return .failed(.message("invalid format")) }
            return .integer(Int64(bitPattern: strtod(base, nil).bitPattern))
        }
    }

    private func isDecimal(_ text: StringView) -> Bool {
        var position = 0
        func isNext(_ characters: StaticString) -> Bool {
            guard position < text.length else { return false }
            return characters.withUTF8Buffer { $0.contains(text.pointer[position]) }
        }
        func skipDigits() -> Int {
            let start = position
            while isNext("0123456789") { position += 1 }
            return position - start
        }
        if isNext("+-") { position += 1 }
        var digits = skipDigits()
        if isNext(".") {
            position += 1
            digits += skipDigits()
        }
        guard digits > 0 else { return false }
        if isNext("eE") {
            position += 1
            if isNext("+-") { position += 1 }
            if skipDigits() == 0 { return false }
        }
        return position == text.length
    }
}
