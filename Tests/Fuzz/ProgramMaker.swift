// SPDX-License-Identifier: GPL-3.0-or-later

/// Makes up well-formed, well-typed programs that use the whole language: globals of all types, functions, arrays,
/// statistics, regular expressions, try, foreach in all forms. Each statement is a line of its own.
struct ProgramMaker {
    var random: FuzzRandom
    /// How deep statements are in each other, and how many loops there are already.
    var depth = 0
    var loops = 0
    /// The arrays that loops around are visiting, which must not change, nor functions be called that change any.
    var visited: Set<String> = []
    /// Inside a function whose callers count on its changing no array, or no function at all.
    var isQuiet = false

    init(random: FuzzRandom) { self.random = random }

    /// Whether anything but local variables and the two scalar globals may be changed.
    var mayChange: Bool { !isQuiet && visited.isEmpty }

    mutating func program() -> String {
        var parts = [declarations(), functions()]
        parts.append("probe begin { \(preparation)\n\(block(4)) }")
        for _ in 0..<random.pick(3) { parts.append("\(probePoint()) { \(locals)\n\(block(2)) }") }
        parts.append("probe end, error { \(locals)\n\(block(3)) }")
        // All globals are used in ways that say their types.
        parts.append("probe never { \(preparation) }")
        return parts.joined(separator: "\n")
    }

    private let locals = "a = 0; b = 0; s = \"\"; t = \"\"; e = \"\""
    private let preparation = """
        a = 1; b = 2; s = "s"; t = "t"; e = ""
        byNumber[1] = 2
        byName["a"] = 1
        names[3] = "c"
        titles["x", 1] = "y"
        pairs["p", 1] = 1
        wide[1, "w", 2, "v"] = 5
        total <<< 5
        timing <<< 7
        spread <<< 12
        perNumber[1] <<< 3
        perName["a", 2] <<< 4
        """

    private mutating func declarations() -> String {
        func size(_ random: inout FuzzRandom) -> String {
            random.chance(1, in: 3) ? "\(random.one(["", "%"]))[\(1 + random.pick(9))]" : ""
        }
        return """
            global gn = \(number()), gs = "\(text())"
            global byNumber\(size(&random)), byName\(size(&random)), names\(size(&random)), titles\(size(&random))
            global pairs\(size(&random)), wide\(size(&random)), total, timing, spread
            global perNumber\(size(&random)), perName\(size(&random))
            @define inc(n) %( (@n + 1) %)
            @define both(x, y) %( @x . @y %)
            """
    }

    private mutating func functions() -> String {
        isQuiet = true
        let join = block(1)
        let tried = block(1)
        isQuiet = false
        return """
            function twice(n) { \(random.chance(1, in: 4) ? "if (n > 100) next;" : "") return n + n }
            function twice(n) { \(random.chance(1, in: 6) ? "if (n % 2) next;" : "") return n - 1 }
            function down(n) { if (n <= 0) return \(number()); return down(n - 1) + 1 }
            function odd(n) { if (n < 1 || n > 40) return 0; return even(n - 1) }
            function even(n) { if (n < 1 || n > 40) return 1; return odd(n - 1) }
            private function \(random.one(["hidden", "secret"]))(x) { return x }
            function join:string(a:long, s:string) { b = 0; t = ""; e = ""
            \(join)
            return s . sprint(a) }
            function wrap:string(s:string, n:long) { if (n <= 0) return s; return wrap("<" . s . ">", n - 1) }
            function tried:long(a:long) { b = a; s = ""; t = ""
            try { \(tried)
            return b } catch (e) { println(e) }
            return a }
            function nothing(n) { gn += n }
            function change(n:long, s:string) { byNumber[n]++; byName[s] += n; names[n] = s; perNumber[n] <<< n }
            function change(n:long) { delete byNumber[n]; delete pairs; spread <<< n }
            """
    }

    private mutating func probePoint() -> String {
        let point = random.one([
            "begin(1)", "begin(-5)", "end(2)", "error(1)", "begin(1), end(-1)", "begin(9223372036854775807)",
            "timer.s(1)", "timer.ms(100).randomize(10)", "init", "oneshot",
        ])
        let condition = random.one(["", "", "", " if (gn > 3)", " if (gs == \"a\" || byNumber[1])"])
        return "probe \(point)\(point.hasPrefix("timer") ? condition : "")"
    }

    mutating func number() -> String {
        random.one([
            "0", "1", "-1", "2", "7", "100", "63", "64", "65", "0x7fffffffffffffff", "-0x7fffffffffffffff",
            "(-9223372036854775807 - 1)", "4294967296", "-2147483648", "2147483647", "255", "\(random.pick(1000))",
            "\(Int64(bitPattern: random.next() >> 1))", "\(random.pick(10))", "\(random.pick(10))",
        ])
    }

    mutating func text() -> String {
        random.one([
            "", "a", "abc", "a b c", "%d", "\\n", "\\\"", "\\0x", "0x1f", "12", "\\377\\376", "key=value",
            "2024-01-31", "\\303\\244\\342\\202\\254", "long \(random.next()) text", "a.b.c,d", "\\t\\\\",
            String(repeating: "xyzzy ", count: random.pick(40)), String(repeating: "ab", count: random.pick(300)),
        ])
    }

    mutating func block(_ size: Int) -> String {
        depth += 1
        defer { depth -= 1 }
        return (0...random.pick(size + 2)).map { _ in statement() }.joined(separator: "\n")
    }

    // MARK: Statements

    private mutating func statement() -> String {
        switch random.pick(depth > 2 ? 16 : 30) {
        case 0, 1: assignment()
        case 2, 3: mayChange ? arrayChange() : assignment()
        case 4: mayChange ? statisticChange() : printing()
        case 5, 6, 7: printing()
        case 8: mayChange ? deletion() : assignment()
        case 9: mayChange ? random.one(["nothing(\(long(1)))", call()]) : "nothing(\(long(1)))"
        case 10: "\(random.one(["a", "b", "gn"]))\(random.one(["++", "--"]))"
        case 11: "if (\(long(1))) \(leave())"
        case 12: statisticPrint()
        case 13: "if (\(string(1)) \(random.one(["=~", "!~"])) \(pattern())) \(matchUse())"
        case 14: sideEffect()
        case 15: "a = \(long())"
        case 16, 17: "if (\(long())) {\n\(block(1))\n} else {\n\(block(1))\n}"
        case 18: forLoop()
        case 19: whileLoop()
        case 20, 21, 22, 23: foreachLoop()
        case 24: bucketLoop()
        case 25, 26:
            "try {\n\(block(2))\n} catch\(random.one([" (e)", " (s)", ""])) {\nprintln(e)\n\(block(1))\n}"
        case 27:
            "%( \(random.one(["1 == 1", "kernel_v >= \"5.0\"", "arch == \"x86_64\""])) %? \(assignment()) %: b = 3 %)"
        case 28: "{ \(block(1)) }"
        default: "if (\(string(1)) =~ \(pattern())) {\n\(matchUse())\n\(block(1))\n}"
        }
    }

    private mutating func assignment() -> String {
        random.chance(1, in: 2)
            ? "\(random.one(["s", "t", "gs"])) \(random.one(["=", ".="])) \(string())"
            : random.one(["a", "b", "gn"]) + " "
                + random.one(["=", "+=", "-=", "*=", "^=", "|=", "&=", "<<=", ">>=", "/=", "%="]) + " \(long())"
    }

    private mutating func arrayChange() -> String {
        let change = random.one(["++", "--", " = \(long(1))", " += \(long(1))", " -= a", " *= 3", " %= b", " <<= 2"])
        switch random.pick(6) {
        case 0: return "byNumber[\(long(1))]\(change)"
        case 1: return "byName[\(string(1))]\(change)"
        case 2: return "names[\(long(1))] \(random.one(["=", ".="])) \(string(1))"
        case 3: return "titles[\(string(1)), \(long(1))] \(random.one(["=", ".="])) \(string(1))"
        case 4: return "pairs[\(string(1)), \(long(1))]\(change)"
        default: return "wide[\(long(0)), \(string(0)), \(long(1)), \(string(1))]\(change)"
        }
    }

    private mutating func statisticChange() -> String {
        random.one(["total", "timing", "spread", "perNumber[\(long(1))]", "perName[\(string(1)), \(long(0))]"])
            + " <<< \(long(1))"
    }

    private mutating func deletion() -> String {
        "delete "
            + random.one([
                "byNumber[\(long(1))]", "byName[\(string(1))]", "names", "names[\(long(1))]", "byNumber", "gn", "gs",
                "pairs[\(string(1)), *]", "pairs[*, \(long(1))]", "pairs", "pairs[*, *]", "titles[*, \(long(1))]",
                "wide[*, \(string(1)), *, *]", "wide[\(long(0)), *, *, \(string(0))]", "total", "timing", "perNumber",
                "perNumber[\(long(1))]", "perName[*, 2]", "perName[\(string(1)), \(long(1))]",
            ])
    }

    private mutating func call() -> String {
        random.one(["change(\(long(1)), \(string(1)))", "change(\(long(1)))"])
    }

    private mutating func leave() -> String {
        random.one([
            "next", "a++", "gn--", "error(\(string(1)))", "exit()", "assert(\(long(0)), \(string(0)))", "abort()",
            isQuiet ? "gn++" : "next",
        ])
    }

    private mutating func sideEffect() -> String {
        random.one([
            "warn(\(string(1)))", "log(\(string(1)))", "print_char(\(long(1)))", "ansi_set_color(\(long(0)))",
            "start_stopwatch(\"w\")", "println(indent(\(random.pick(5) - 2)))", "speculate(\(long(0)), \(string(0)))",
            "println(thread_indent(\(random.pick(5) - 2)))", "tokenize(\(string(0)), \(string(0)))",
        ])
    }

    // MARK: Loops

    private mutating func forLoop() -> String {
        loops += 1
        let name = "i\(loops)"
        return "for (\(name) = \(random.pick(3)); \(name) \(random.one(["<", "<=", "!=", ">"])) \(random.pick(9)); "
            + "\(name)\(random.one(["++", " += 2", "--", " <<= 1"]))) {\n\(block(1))\n\(jump())\n}"
    }

    private mutating func whileLoop() -> String {
        loops += 1
        return "i\(loops) = \(random.pick(8)); while (i\(loops)-- > \(random.one(["0", "0", long(1)]))) {"
            + "\n\(block(1))\n\(jump())\n}"
    }

    private mutating func foreachLoop() -> String {
        loops += 1
        let n = loops
        let (array, keys): (String, [Bool]) = random.one([
            ("byNumber", [true]), ("byName", [false]), ("names", [true]), ("titles", [false, true]),
            ("pairs", [false, true]), ("pairs", [false, true]), ("wide", [true, false, true, false]),
            ("perNumber", [true]), ("perName", [false, true]),
        ])
        let isStatistic = array.hasPrefix("per")
        // A sort is a change of the array.
        let sign = isQuiet || visited.contains(array) ? "" : random.one(["", "+", "-"])
        let place = random.pick(keys.count + 2)
        let names = keys.indices.map { "k\(n)_\($0)\(place == $0 ? sign : "")" }
        var head = keys.count == 1 && random.chance(1, in: 2) ? names[0] : "[\(names.joined(separator: ", "))]"
        // A value of statistics has no variable.
        let hasValue = !isStatistic && random.chance(1, in: 3)
        if hasValue { head = "v\(n) = [\(names.joined(separator: ", "))]" }
        var target = array
        if place == keys.count {
            target += (isStatistic ? random.one(["", " @sum", " @max", " @avg", " @count", " @min"]) : "") + sign
            if sign == "" { target = array }
        } else if random.chance(1, in: 3) {
            target +=
                "[\(keys.map { random.chance(1, in: 2) ? "*" : $0 ? long(1) : string(1) }.joined(separator: ", "))]"
        }
        let limit = random.chance(1, in: 3) ? " limit \(long(1))" : ""
        let isFirst = visited.insert(array).inserted
        let body = block(1)
        if isFirst { visited.remove(array) }
        let shown = keys.indices.map { "k\(n)_\($0)" } + (hasValue ? ["v\(n)"] : [])
        return
            "foreach (\(head) in \(target)\(limit)) {\nprintln(\(shown.joined(separator: ", ")))\n\(body)\n\(jump())\n}"
    }

    private mutating func bucketLoop() -> String {
        loops += 1
        let name = "i\(loops)"
        let head = random.chance(1, in: 2) ? name : "n\(loops) = \(name)"
        let histogram = random.one(["@hist_log(timing)", "@hist_linear(spread, 0, 100, 10)"])
        return "foreach (\(head) in \(histogram)) {\nif (\(histogram)[\(name)]) println(\(name))\n\(jump())\n}"
    }

    private mutating func jump() -> String {
        random.chance(1, in: 3) ? "if (\(long(1))) \(random.one(["break", "continue"]))" : ""
    }
}
