// SPDX-License-Identifier: GPL-3.0-or-later

/// Makes up handlers of `probed` that use integers, branches, loops, functions and kernel reads.
struct ScriptGenerator {
    private var state: UInt64
    private let isReturn: Bool

    init(seed: UInt64, isReturn: Bool) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        self.isReturn = isReturn
    }

    private mutating func pick(_ count: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % count
    }

    private mutating func one(_ choices: String...) -> String { choices[pick(choices.count)] }

    mutating func script() -> String {
        """
        global g = 1, h = 1
        function reader(n) { if (n == 1) return 7; return @cast(n, "inner")->value }
        function next_of(n) { if (n == 2) next; n++; return @cast(n, "outer")->kind }
        function next_of(n) { return n - 3 }
        function plain(n) { return n * 2 + 1 }
        probe kernel.function("probed")\(isReturn ? ".return" : "") {
        \(block(3))
        printf("%d %d %d\\n", x, y, z)
        }
        probe end { println(g, h) }
        """
    }

    private mutating func block(_ depth: Int) -> String {
        (0...pick(3)).map { _ in statement(depth) }.joined(separator: "\n")
    }

    private mutating func statement(_ depth: Int) -> String {
        switch pick(depth > 0 ? 13 : 5) {
        case 0, 1: "\(one("x", "y", "z")) = \(expression(2))"
        case 2: "println(\(expression(2)))"
        case 3: one("g = \(expression(1))", "h += \(expression(1))", "x++", "y -= 2", "g++")
        case 4: "z = \(load())"
        case 5, 6: "if (\(condition(2))) {\n\(block(depth - 1))\n}"
        case 7, 8: "if (\(condition(2))) {\n\(block(depth - 1))\n} else {\n\(block(depth - 1))\n}"
        case 9: "if (\(condition(1))) next"
        case 10, 11: "try {\n\(block(depth - 1))\n} catch {\n\(block(depth - 1))\n}"
        default:
            "for (i\(depth) = 0; i\(depth) < 3; i\(depth)++) {\n\(block(depth - 1))\n"
                + "if (\(condition(1))) \(one("break", "continue"))\n}"
        }
    }

    private mutating func condition(_ depth: Int) -> String {
        switch pick(depth > 0 ? 7 : 4) {
        case 0: "\(expression(1)) \(one("==", "!=", "<", ">=")) \(pick(4) - 1)"
        case 1: "execname() == \"x\""
        case 2: one("pid()", "x", "y", "g", "$number")
        case 3: "!\(atom())"
        case 4: "\(condition(depth - 1)) && \(condition(depth - 1))"
        case 5: "(\(condition(depth - 1)) || \(condition(depth - 1)))"
        default: one("0", "1", "target() == 42", "pid() == 1")
        }
    }

    private mutating func expression(_ depth: Int) -> String {
        switch pick(depth > 0 ? 8 : 2) {
        case 0, 1: atom()
        case 2:
            "(\(expression(depth - 1)) \(one("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")) \(expression(depth - 1)))"
        case 3: "(\(condition(depth - 1)) ? \(expression(depth - 1)) : \(expression(depth - 1)))"
        case 4: load()
        case 5: "(\(condition(depth - 1)) && \(condition(depth - 1)))"
        case 6: "\(one("plain", "reader", "next_of"))(\(expression(depth - 1)))"
        default: isReturn ? "@entry(\(entry()))" : "(x = \(atom()))"
        }
    }

    private mutating func load() -> String {
        one(
            "@cast(\(expression(1)), \"inner\")->value", "$o->inner->value", "$o->kind", "$o->low",
            "@cast(\(atom()), \"inner\")->next->value")
    }

    private mutating func entry() -> String {
        one(
            "pid()", "$number + tid()", "$number ? $o->kind : 2", "reader($number)", "$o->inner->value",
            "next_of($number)")
    }

    private mutating func atom() -> String {
        one("x", "y", "z", "1", "-1", "3", "g", "pid()", "$number", "$o", isReturn ? "$return" : "tid()", "cpu()")
    }
}
