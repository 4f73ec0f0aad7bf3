// SPDX-License-Identifier: GPL-3.0-or-later

/// Makes handlers of `sys_enter` at random, a statement a line.
struct HandlerGenerator {
    private var state: UInt64
    private var lines: [String] = []
    private var locals = 0
    private var loops = 0
    /// Whether globals are only added to, so that the kernel keeps sums.
    private let onlyAdds: Bool

    init(seed: UInt64) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678_9abc_def1
        onlyAdds = seed % 3 == 0
    }

    static let declarations = """
        global x, y, z, a, b[5], c, s, t, w
        global u = "start", v, n, o, names, e%[4], d%[3], latest
        function f(p, q) { if (p > q) return p - q; return q * 3 + p }
        function g(p) { if (p < 0) next; return p >>> 1 }
        function g(p) { return -p }
        function h(p) { for (q = 0; q < 9; q++) { if (q * q > p) return q; if (p == 77) next; r += q } return r }
        function h(p) { while (p > 0) { try { p -= 10 / (p - 47) + 20 } catch { break } } return p }
        function join(p, q) { return p . "/" . q }
        function k(p) { return p in names ? names[p] : "UNDEF" }

        """

    private mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    private mutating func below(_ count: Int) -> Int { Int(next() >> 11) % count }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    /// A whole script.
    mutating func script() -> String {
        lines = []
        for _ in 0..<1 + below(4) {
            locals = 0
            lines.append("probe kernel.trace(\"sys_enter\") {")
            // What gives all locals their type.
            lines.append("if ($id == 4711) { s0 = s1 = s2 = \"\"; l0 = l1 = l2 = l3 = 0 }")
            block(depth: 0, count: 2 + below(8))
            lines.append("}")
        }
        lines.append("probe begin { for (i = 0; i < 12; i++) names[i] = sprintf(\"name %d\", i * i * i) }")
        // What keeps all globals alive and has their types.
        lines.append("probe begin { if (x) { a[1] = 0; b[1] = 0; c[\"k\", 1] = 0; s <<< 0; t[1] <<< 0; w[1] <<< 0 } }")
        lines.append(
            "probe begin { if (x) { u = \"\"; v = \"\"; n[1] = \"\"; o[\"\"] = \"\" } else { n[5] = \"from begin\"; latest[1] = \"before\" } }"
        )
        lines.append("probe end {")
        lines.append("println(x, \" \", y, \" \", z)")
        for text in [
            "foreach (k in a) printf(\"a %d %d\\n\", k, a[k])", "foreach (k in b) printf(\"b %d %d\\n\", k, b[k])",
            "foreach ([m, l] in c) printf(\"c %s %d %d\\n\", m, l, c[m, l])",
            "if (@count(s)) printf(\"%d %d %d %d %d\\n\", @count(s), @sum(s), @min(s), @max(s), @avg(s))",
            "foreach (k in t) printf(\"t %d %d %d %d %d\\n\", k, @count(t[k]), @sum(t[k]), @min(t[k]), @max(t[k]))",
            "foreach (k in t) print(@hist_log(t[k]))",
            "foreach (k in w) print(@hist_linear(w[k], -10, 90, 10))", "delete x", "delete y", "delete z",
            "println(u, \"|\", v)", "foreach (k in n) printf(\"n %d %s\\n\", k, n[k])",
            "foreach (q in o) printf(\"o %s %s\\n\", q, o[q])", "delete u", "delete v", "delete names",
            "foreach (k in e) printf(\"e %d %d\\n\", k, e[k])", "foreach (q in d) printf(\"d %s %s\\n\", q, d[q])",
            "foreach (k in latest) printf(\"l %d %s\\n\", k, latest[k])",
        ] {
            lines.append(text)
        }
        lines.append("}")
        return Self.declarations + lines.joined(separator: "\n") + "\n"
    }

    private mutating func block(depth: Int, count: Int) {
        for _ in 0..<count { statement(depth: depth) }
    }

    private mutating func statement(depth: Int) {
        if below(6) == 0, depth < 3 { return flow(depth: depth) }
        if loops > 0, below(8) == 0 {
            return lines.append("if (\(expression(1))) \(pick(["break", "continue", "break", "continue", "next"]))")
        }
        if below(3) == 0 { return textStatement() }
        switch below(onlyAdds ? 11 : 17) {
        case 0:
            if locals < 4 { locals += 1 }
            lines.append("l\(below(locals)) = \(expression(2))")
        case 1: lines.append("\(pick(["x", "y", "z"])) += \(expression(2))")
        case 2: lines.append("\(pick(["x", "y", "z"]))\(pick(["++", "--"]))")
        case 3: lines.append("\(element()) += \(expression(2))")
        case 4: lines.append("\(element())++")
        case 5: lines.append("s <<< \(expression(2))")
        case 6: lines.append("t[\(expression(1))] <<< \(expression(2))")
        case 7: lines.append("w[\(expression(0))] <<< \(expression(2))")
        case 8, 9:
            if depth >= 3 { return lines.append("x++") }
            lines.append("if (\(expression(2))) {")
            block(depth: depth + 1, count: 1 + below(3))
            if below(2) == 0 {
                lines.append("} else {")
                block(depth: depth + 1, count: 1 + below(3))
            }
            lines.append("}")
        case 10:
            lines.append("printf(\"%d %s %x\\n\", \(expression(2)), \(pick(["\"\"", "\"text\""])), \(expression(1)))")
        case 16: lines.append("\(pick(["x", "y", "z"])) = \(expression(3))")
        case 11: lines.append("\(element()) = \(expression(2))")
        case 12: lines.append("delete \(element())")
        case 13: lines.append("l0 = \(element())++ + \(pick(["x", "y"]))++")
        case 14:
            if below(6) == 0 { lines.append("if (\(expression(1))) next") } else { lines.append("l1 = ++x") }
        default: lines.append("l2 = \(element()) > \(expression(1)) ? \(expression(1)) : \(expression(1))")
        }
        if locals < 3 { locals = 3 }
    }

    /// A loop or a `try`.
    private mutating func flow(depth: Int) {
        let index = "i\(loops)"
        switch below(6) {
        case 0, 1:
            let limit = pick(["\(below(7))", "($id & 7)", "40", expression(0)])
            lines.append("for (\(index) = 0; \(index) < \(limit); \(index)++) {")
            loop(depth: depth)
        case 2:
            lines.append("\(index) = \(pick(["3", "$id", "12"]))")
            lines.append("while (\(index)-- > \(pick(["0", "1", "-2"]))) {")
            loop(depth: depth)
        case 3:
            lines.append("while (\(expression(1))) {")
            loops += 1
            block(depth: depth + 1, count: 1 + below(2))
            loops -= 1
            lines.append(below(20) == 0 ? "x++" : "break")
            lines.append("}")
        default:
            lines.append("try {")
            block(depth: depth + 1, count: 1 + below(3))
            if below(2) == 0 { lines.append("y += 7 \(pick(["/", "%"])) (\(expression(1)))") }
            if below(4) == 0 {
                lines.append("if (\(expression(1))) error(\(pick(["\"own\"", "execname()", "sprint($id)"])))")
            }
            if below(8) == 0 { lines.append("z += @cast($id, \"struct task_struct\")->pid") }
            if below(2) == 0 {
                lines.append("} catch (m\(depth)) {")
                lines.append("printf(\"%s %d\\n\", m\(depth), y)")
                if below(4) == 0 { lines.append("if (\(expression(0)) > 3) error(m\(depth))") }
                if below(4) == 0 { lines.append("x += (m\(depth) == \"division by 0\")") }
            } else {
                lines.append("} catch {")
            }
            block(depth: depth + 1, count: below(3))
            lines.append("}")
        }
    }

    private mutating func loop(depth: Int) {
        loops += 1
        block(depth: depth + 1, count: 1 + below(3))
        loops -= 1
        lines.append("}")
    }

    private mutating func textStatement() {
        if below(8) == 0 { return lines.append("latest[\(expression(0))] = \(text(1))") }
        switch below(onlyAdds ? 4 : 10) {
        case 0, 1: lines.append("s\(below(3)) = \(text(2))")
        case 2: lines.append("s\(below(3)) .= \(text(1))")
        case 3: lines.append("printf(\"<%s> %d\\n\", \(text(2)), \(condition()))")
        case 4: lines.append("\(pick(["u", "v"])) = \(text(2))")
        case 5: lines.append("\(pick(["u", "v"])) .= \(text(1))")
        case 6: lines.append("n[\(expression(1))] = \(text(2))")
        case 9: lines.append("d[\(text(1))] = \(text(1))")
        case 7: lines.append("o[\(text(1))] = \(text(1))")
        default: lines.append(pick(["delete n[\(expression(1))]", "delete o[\(text(1))]", "n[5] .= \"+\""]))
        }
    }

    /// A string.
    private mutating func text(_ depth: Int) -> String {
        if depth == 0 || below(3) == 0 {
            switch below(9) {
            case 0: return "execname()"
            case 1: return pick(["\"\"", "\"a\"", "\"seven b\"", "\"eight by\"", "\"text of seventeen\""])
            case 2: return pick(["\"\\377\\001\\200\"", "\"\\t%d\\n\"", "\"ab\\000cd\""])
            case 3: return "\"\(String(repeating: "0123456789", count: pick([7, 25, 51, 60])))\""
            case 4, 5: return "s\(below(3))"
            default: return onlyAdds ? "\"only\"" : pick(["u", "v", "n[\(expression(0))]", "o[s0]", "n[5]"])
            }
        }
        switch below(9) {
        case 0, 1: return "\(text(depth - 1)) . \(text(depth - 1))"
        case 2: return "join(\(text(depth - 1)), \(text(depth - 1)))"
        case 5, 6: return format(depth)
        case 7: return "substr(\(text(depth - 1)), \(place()), \(place()))"
        case 8: return pick(["ip_ntop(\(expression(1)))", "ipv6_text(\(expression(1)), \(expression(1)))"])
        case 3: return "(\(expression(1)) ? \(text(depth - 1)) : \(text(depth - 1)))"
        default: return "k(\(expression(1)))"
        }
    }

    /// A place in a string, or a number beyond.
    private mutating func place() -> String {
        pick(["0", "1", "3", "8", "20", "64", "511", "-1", "1 << 40", "$id", expression(1)])
    }

    private mutating func format(_ depth: Int) -> String {
        var (format, arguments) = ("", "")
        for _ in 0..<below(4) {
            format += pick(["", "", ":", "a literal of many bytes %% ", "\\t"])
            if below(3) == 0 {
                format += "%s"
                arguments += ", " + text(depth - 1)
            } else {
                let width = pick(["", "", "3", "10", "21", "40"])
                let flag = pick(["", "", "-", "0", "+", " ", "#"])
                format += "%" + flag + width + pick(["d", "d", "u", "x", "o", "p", flag == "-" ? "i" : "X"])
                arguments += ", " + expression(1)
            }
        }
        return "sprintf(\"\(format)\"\(arguments))"
    }

    /// A number that strings decide.
    private mutating func condition() -> String {
        if below(3) == 0 {
            let pattern = pick(["a", "^0*1", "(na|te)[^ ]*t", "[[:digit:]]$", "5(67|x)?8.*9$", "b|^$", "x{2,}", ".*"])
            return "(\(text(1)) \(pick(["=~", "!~"])) \"\(pattern)\")"
        }
        if below(4) == 0 { return pick(["strlen(\(text(1)))", "isdigit(\(text(1)))", "bswap16(\(expression(1)))"]) }
        return "((\(text(1))) \(pick(["==", "!=", "<", "<=", ">", ">="])) (\(text(1))))"
    }

    private mutating func element() -> String {
        if below(8) == 0 { return "c[\(text(1)), \(expression(0))]" }
        switch below(4) {
        case 2 where below(2) == 0: return "e[\(pick(["$id", expression(1)]))]"
        case 0: return "a[\(expression(1))]"
        case 1: return "b[\(pick(["1", "2", "$id", "3", "$id & 7"]))]"
        case 2: return "c[\(pick(["\"k\"", "\"\"", "\"a longer key\""])), \(expression(1))]"
        default: return "a[$id]"
        }
    }

    private mutating func expression(_ depth: Int) -> String {
        if depth == 0 || below(4) == 0 {
            switch below(6) {
            case 0: return "\(below(10))"
            case 1: return pick(["0x7fffffffffffffff", "-1", "0x100000000", "-0x8000000000000000", "1000000007"])
            case 2, 3: return "$id"
            case 4 where loops > 0 && below(2) == 0: return "i\(below(loops))"
            case 4: return locals > 0 ? "l\(below(locals))" : "7"
            default: return onlyAdds ? "3" : pick(["x", "y", "z"])
            }
        }
        if below(12) == 0 { return condition() }
        let left = expression(depth - 1)
        let right = expression(depth - 1)
        switch below(onlyAdds ? 12 : 15) {
        case 0, 1: return "(\(left) + \(right))"
        case 2: return "(\(left) - \(right))"
        case 3: return "(\(left) * \(right))"
        case 4: return "(\(left) \(pick(["/", "%"])) \(pick(["3", "-7", "16", right])))"
        case 5: return "(\(left) \(pick(["<<", ">>", ">>>"])) \(right))"
        case 6: return "(\(left) \(pick(["&", "|", "^"])) \(right))"
        case 7: return "(\(left) \(pick(["<", "<=", ">", ">=", "==", "!="])) \(right))"
        case 8: return "\(pick(["-", "~", "!"]))(\(left))"
        case 9: return "(\(left) ? \(right) : \(expression(0)))"
        case 10: return "(\(left) \(pick(["&&", "||"])) \(right))"
        case 11: return pick(["f(\(left), \(right))", "g(\(left))", "h(\(left))"])
        case 12: return "(\(right) in a)"
        case 13: return "a[\(left)]"
        default: return "b[$id & 3]"
        }
    }
}
