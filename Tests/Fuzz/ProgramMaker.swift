// SPDX-License-Identifier: GPL-3.0-or-later

/// Makes up well-typed programs of longs, strings, arrays, functions and loops.
struct ProgramMaker {
    var random: FuzzRandom
    /// Whether the code is inside a loop, and how many loops there are already.
    private var depth = 0
    private var loops = 0

    init(random: FuzzRandom) { self.random = random }

    mutating func program() -> String {
        """
        global gn = \(number()), gs = "\(text())"
        global byNumber, byName, names, pairs\(random.chance(1, in: 3) ? "%" : "")[\(1 + random.pick(8))]
        function twice(n) { \(random.chance(1, in: 4) ? "if (n > 100) next;" : "") return n + n }
        function twice(n) { return n - 1 }
        function down(n) { if (n <= 0) return \(long(1)); return down(n - 1) + 1 }
        function join:string(a:string, n:long) { \(block(1)) return a . sprint(n) }
        function nothing(n) { gn += n }
        probe begin { byNumber[1] = 2; byName["a"] = 1; names[3] = "c"; pairs["p", 1] = 1; a = 1; b = 2; s = "s"
        t = "t"
        \(block(3)) }
        probe begin(1) { \(block(2)) }
        probe end, error { a = 0; b = 0; s = ""; t = ""
        \(block(2)) }
        """
    }

    private mutating func number() -> String {
        random.one([
            "0", "1", "-1", "2", "7", "100", "63", "64", "65", "0x7fffffffffffffff", "-0x7fffffffffffffff",
            "4294967296",
            "-2147483648", "2147483647", "255", "\(random.pick(1000))", "\(Int64(bitPattern: random.next() >> 1))",
        ])
    }

    private mutating func text() -> String {
        random.one([
            "", "a", "abc", "a b c", "%d", "\\n", "\\\"", "\\0x", "0x1f", "12", "\\377\\376",
            "long \(random.next()) text",
            String(repeating: "xyzzy ", count: random.pick(40)),
        ])
    }

    private mutating func block(_ size: Int) -> String {
        depth += 1
        defer { depth -= 1 }
        return (0...random.pick(size + 2)).map { _ in statement() }.joined(separator: "\n")
    }

    private mutating func statement() -> String {
        let isSmall = depth > 4
        switch random.pick(isSmall ? 14 : 22) {
        case 0, 1:
            return
                random.one(["a", "b", "gn"]) + " "
                + random.one(["=", "+=", "-=", "*=", "^=", "|=", "<<=", ">>="]) + " \(long())"
        case 2: return "\(random.one(["s", "t", "gs"])) \(random.one(["=", ".="])) \(string())"
        case 3: return "byNumber[\(long(1))] \(random.one(["=", "+=", "-="])) \(long(1))"
        case 4: return "byName[\(string(1))]\(random.one(["++", "--", " = 3", " += a"]))"
        case 5: return "names[\(long(1))] \(random.one(["=", ".="])) \(string(1))"
        case 6: return "pairs[\(string(1)), \(long(1))]\(random.one(["++", " = b", " += 2"]))"
        case 7: return print()
        case 8:
            return
                "delete "
                + random.one([
                    "byNumber[\(long(1))]", "byName[\(string(1))]", "names", "pairs[\(string(1)), *]", "pairs", "gn",
                    "gs", "byNumber",
                ])
        case 9: return "nothing(\(long(1)))"
        case 10: return "\(random.one(["a", "b"]))\(random.one(["++", "--"]))"
        case 11: return "if (\(long(1))) \(random.one(["next", "a++", "gn--", "error(\(string(1)))", "exit()"])) "
        case 12: return "println(\(random.one([long(), string()])))"
        case 13: return "a = \(long())"
        case 14, 15: return "if (\(long())) {\n\(block(1))\n} else {\n\(block(1))\n}"
        case 16:
            loops += 1
            let name = "i\(loops)"
            return
                "for (\(name) = 0; \(name) \(random.one(["<", "<=", "!="])) \(random.pick(6)); "
                + "\(name)\(random.one(["++", " += 2", "--"]))) {\n\(block(1))\n\(jump())\n}"
        case 17:
            loops += 1
            return "i\(loops) = \(random.pick(8)); while (i\(loops)-- > 0) {\n\(block(1))\n\(jump())\n}"
        case 18:
            loops += 1
            return "foreach (\(loop("byNumber", "k\(loops)"))) {\n\(block(1))\n\(jump())\n}"
        case 19:
            loops += 1
            return "foreach (\(loop("byName", "w\(loops)"))) {\nprintln(w\(loops))\n\(jump())\n}"
        case 20:
            loops += 1
            return
                "foreach ([x\(loops), y\(loops)] in pairs\(random.one(["", "+", "-"]))\(limit())) {\n"
                + "print(x\(loops), y\(loops))\n\(jump())\n}"
        default: return "{ \(block(1)) }"
        }
    }

    private mutating func loop(_ array: String, _ key: String) -> String {
        switch random.pick(4) {
        case 0: "\(key) in \(array)\(random.one(["", "+", "-"]))\(limit())"
        case 1: "\(key)\(random.one(["+", "-"])) in \(array)\(limit())"
        case 2: "v\(key) = [\(key)] in \(array)\(random.one(["", "+", "-"]))\(limit())"
        default: "\(key) in \(array)"
        }
    }

    private mutating func limit() -> String { random.chance(1, in: 3) ? " limit \(long(1))" : "" }

    private mutating func jump() -> String {
        random.chance(1, in: 3) ? "if (\(long(1))) \(random.one(["break", "continue"]))" : ""
    }

    private mutating func print() -> String {
        let directives: [(String, Bool)] = [
            ("%d", true), ("%u", true), ("%x", true), ("%#X", true), ("%o", true), ("%08d", true), ("%-20d", true),
            ("%c", true), ("%#c", true), ("%p", true), ("%+5d", true), ("% d", true), ("%.3d", true), ("%b", true),
            ("%4b", true), ("%s", false), ("%10s", false), ("%-10s", false), ("%.2s", false), ("%0s", false),
        ]
        var format = ""
        var arguments: [String] = []
        for _ in 0...random.pick(4) {
            if random.chance(1, in: 6) {
                format += random.one(["%*d", "%-*d", "%.*x"])
                arguments += [long(1), long(1)]
                continue
            }
            let (directive, isLong) = random.one(directives)
            format += directive + random.one(["", " ", "|"])
            arguments.append(isLong ? long(1) : string(1))
        }
        let call = "\"\(format)\\n\", \(arguments.joined(separator: ", ")))"
        return random.chance(1, in: 3) ? "s = sprintf(\(call)" : "printf(\(call)"
    }

    mutating func long(_ size: Int = 3) -> String {
        guard size > 0 else { return random.one(["a", "b", "gn", number(), "byNumber[1]"]) }
        switch random.pick(16) {
        case 0, 1: return number()
        case 2: return random.one(["a", "b", "gn"])
        case 3, 4, 5:
            return
                "(\(long(size - 1)) "
                + random.one(["+", "-", "*", "&", "|", "^", "<<", ">>", ">>>", "%", "/"]) + " \(long(size - 1)))"
        case 6:
            return "(\(long(size - 1)) \(random.one(["==", "!=", "<", "<=", ">", ">=", "&&", "||"])) \(long(size - 1)))"
        case 7: return "(\(string(size - 1)) \(random.one(["==", "!=", "<", "<=", ">", ">="])) \(string(size - 1)))"
        case 8: return "(\(long(size - 1)) ? \(long(size - 1)) : \(long(size - 1)))"
        case 9: return "\(random.one(["-", "~", "!"]))(\(long(size - 1)))"
        case 10:
            return random.one([
                "byNumber[\(long(size - 1))]", "byName[\(string(size - 1))]",
                "pairs[\(string(size - 1)), \(long(size - 1))]",
            ])
        case 11: return "([\(long(size - 1))] in \(random.one(["byNumber", "names"])))"
        case 12: return random.one(["twice", "down"]) + "(\(random.pick(12)))"
        case 13: return "strlen(\(string(size - 1)))"
        case 14: return "strtol(\(string(size - 1)), \(random.one(["0", "8", "10", "16", "36", "99", long(size - 1)])))"
        default:
            return random.one([
                "stringat(\(string(size - 1)), \(long(size - 1)))", "isinstr(\(string(size - 1)), \(string(size - 1)))",
                "pid()", "gn++", "++gn", "a--", "byNumber[\(long(size - 1))]++", "randint(\(long(size - 1)))",
            ])
        }
    }

    mutating func string(_ size: Int = 3) -> String {
        guard size > 0 else { return random.one(["s", "t", "gs", "\"\(text())\"", "names[3]"]) }
        switch random.pick(12) {
        case 0, 1: return "\"\(text())\""
        case 2: return random.one(["s", "t", "gs"])
        case 3, 4: return "(\(string(size - 1)) . \(string(size - 1)))"
        case 5: return "substr(\(string(size - 1)), \(long(size - 1)), \(long(size - 1)))"
        case 6: return "names[\(long(size - 1))]"
        case 7: return "sprint(\(random.one([long(size - 1), string(size - 1)])))"
        case 8: return "join(\(string(size - 1)), \(long(size - 1)))"
        case 9: return "(\(long(size - 1)) ? \(string(size - 1)) : \(string(size - 1)))"
        case 10: return "str_replace(\(string(size - 1)), \(string(size - 1)), \(string(size - 1)))"
        default:
            return random.one([
                "tokenize(\(string(size - 1)), \(string(size - 1)))", "text_str(\(string(size - 1)))",
                "string_quoted(\(string(size - 1)))", "text_strn(\(string(size - 1)), \(long(size - 1)), 1)",
                "execname()", "errno_str(\(long(size - 1)))", "ctime(\(long(size - 1)))", "pp()",
            ])
        }
    }
}
