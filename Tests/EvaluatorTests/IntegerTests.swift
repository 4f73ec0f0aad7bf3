// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Evaluator

/// Section 3.3 for constants, variables and mixtures of both, against a model in 128 bits.
@Suite("Integers")
struct IntegerTests {
    private static let values: [Int64] = [
        0, 1, -1, 2, -2, 3, 7, -7, 63, 64, 65, 127, -128, 255, 256, 4095, 1 << 31, -(1 << 31), (1 << 32) + 5,
        Int64.max, Int64.max - 1, Int64.min, Int64.min + 1, 0x1234_5678_9abc_def0, -0x7654_3210_fedc_ba98,
    ]

    private static func cut(_ wide: Int128) -> Int64 { Int64(truncatingIfNeeded: wide) }

    /// The value by the words of the section; nil for the error.
    private static func model(_ op: String, _ a: Int64, _ b: Int64) -> Int64? {
        let (left, right) = (Int128(a), Int128(b))
        let count = Int(((right % 64) + 64) % 64)
        switch op {
        case "+": return cut(left + right)
        case "-": return cut(left - right)
        case "*": return cut(left * right)
        case "/": return b == 0 ? nil : cut(left / right)
        case "%": return b == 0 ? nil : cut(left % right)
        case "&": return bits(a, b) { $0 && $1 }
        case "|": return bits(a, b) { $0 || $1 }
        case "^": return bits(a, b) { $0 != $1 }
        case "<<": return cut((0..<count).reduce(left) { value, _ in Int128(cut(value * 2)) })
        case ">>":
            return cut((0..<count).reduce(left) { value, _ in value >= 0 ? value / 2 : (value - 1) / 2 })
        case ">>>":
            return cut((0..<count).reduce(left < 0 ? left + (Int128(1) << 64) : left) { value, _ in value / 2 })
        case "==": return left == right ? 1 : 0
        case "!=": return left == right ? 0 : 1
        case "<": return left < right ? 1 : 0
        case "<=": return left <= right ? 1 : 0
        case ">": return left > right ? 1 : 0
        case ">=": return left >= right ? 1 : 0
        case "&&": return a != 0 && b != 0 ? 1 : 0
        case "||": return a != 0 || b != 0 ? 1 : 0
        default: return nil
        }
    }

    private static func bits(_ a: Int64, _ b: Int64, _ rule: (Bool, Bool) -> Bool) -> Int64 {
        var result: UInt64 = 0
        for bit in 0..<64 {
            let mask = UInt64(1) << UInt64(bit)
            if rule(UInt64(bitPattern: a) & mask != 0, UInt64(bitPattern: b) & mask != 0) { result |= mask }
        }
        return Int64(bitPattern: result)
    }

    /// A literal that no `-` is needed for at the minimum.
    private static func literal(_ value: Int64) -> String { "(\(value))" }

    @Test(arguments: [
        "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>", "==", "!=", "<", "<=", ">", ">=", "&&", "||",
    ])
    func operators(op: String) {
        var settings = ScriptSettings()
        settings.limits.maxActionInterruptible = 1_000_000
        var lines: [String] = []
        var expected: [String] = []
        for a in Self.values {
            for b in Self.values {
                let (left, right) = (Self.literal(a), Self.literal(b))
                let value = Self.model(op, a, b).map(String.init) ?? "division by 0"
                // Constants, variables, either side a constant, and the operator with assignment.
                for text in ["\(left) \(op) \(right)", "x \(op) y", "\(left) \(op) y", "x \(op) \(right)"] {
                    lines.append(
                        "x = \(left); y = \(right); try { println(\(text)) } catch (m) { println(m) }")
                    expected.append(value)
                }
                if op.count < 3, !["==", "!=", "<", "<=", ">", ">=", "&&", "||"].contains(op) {
                    lines.append(
                        "x = \(left); y = \(right); try { x \(op)= y; println(x) } catch (m) { println(m) }")
                    expected.append(value)
                }
            }
        }
        // Many handlers, so that none is too long for anybody.
        var script = "global x, y\n"
        for start in stride(from: 0, to: lines.count, by: 50) {
            script += "probe begin {\n\(lines[start..<min(start + 50, lines.count)].joined(separator: "\n"))\n}\n"
        }
        let outcome = evaluate(script, settings)
        let found = outcome.output.split(separator: "\n").map(String.init)
        #expect(outcome.errors == [])
        #expect(found.count == expected.count)
        for (line, (value, wanted)) in zip(lines, zip(found, expected)) where value != wanted {
            Issue.record("\(line): \(value) instead of \(wanted)")
            return
        }
    }

    @Test("-, ~, ! and the steps before and after")
    func unary() {
        for value in Self.values {
            let outcome = evaluate(
                """
                global x, a
                probe begin {
                  x = \(Self.literal(value)); a["k"] = x
                  l = x
                  println(-x); println(~x); println(!x); println(x++); println(x); println(--x)
                  println(a["k"]++); println(++a["k"]); println(a["k"]--); println(--a["k"])
                  println(l--); println(++l)
                }
                """)
            let next = value &+ 1
            let expected: [Int64] = [
                0 &- value, -1 - value, value == 0 ? 1 : 0, value, next, value, value, next &+ 1, next &+ 1, value,
                value, value,
            ]
            #expect(outcome.output.split(separator: "\n").map { Int64($0) } == expected, "\(value)")
        }
    }

    @Test("Operands are evaluated from left to right, keys before the right side")
    func order() {
        let outcome = evaluate(
            """
            global a, log
            function f(n) { log = log . sprint(n); return n }
            probe begin {
              a[f(1), f(2)] = f(3) + f(4) * f(5) - (f(6) ? f(7) : f(8))
              a[f(1), f(2)] += f(9)
              x = f(0) && f(8); y = f(5) || f(8)
              printf("%s %d %d %d\\n", log, a[1, 2], x, y)
            }
            """)
        #expect(outcome == ScriptOutcome(output: "123456712905 25 0 1\n", errors: [], status: 0))
    }
}
