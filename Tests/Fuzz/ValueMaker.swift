// SPDX-License-Identifier: GPL-3.0-or-later

/// Expressions of the programs that are made up.
extension ProgramMaker {
    /// Functions of the library by what they take, d for a long and s for a string.
    private static let longFunctions: [(String, String)] = [
        ("strlen", "s"), ("strtol", "sd"), ("stringat", "sd"), ("isinstr", "ss"), ("strpos", "ss"), ("isdigit", "s"),
        ("randint", "d"), ("htons", "d"), ("htonl", "d"), ("ntohll", "d"), ("bswap16", "d"), ("MAJOR", "d"),
        ("MKDEV", "dd"), ("fp_add", "dd"), ("fp_div", "dd"), ("fp_mul", "dd"), ("fp_sqrt", "d"), ("fp_le", "dd"),
        ("long_to_fp", "d"), ("fp_to_long", "ddd"), ("string_to_fp", "s"), ("fp32_to_fp64", "d"),
        ("errno_p", "d"), ("rlimit_from_str", "s"), ("cputime_to_msecs", "d"), ("kernel_long", "d"), ("user_int", "d"),
        ("read_stopwatch_us", "s"), ("little_endian4", "d"), ("indent_depth", "d"), ("fp_rem", "dd"),
    ]
    private static let stringFunctions: [(String, String)] = [
        ("substr", "sdd"), ("str_replace", "sss"), ("text_str", "s"), ("text_strn", "sdd"), ("string_quoted", "s"),
        ("tokenize", "ss"), ("tokenize", "s"), ("ctime", "d"), ("tz_ctime", "d"), ("errno_str", "d"),
        ("return_str", "dd"), ("ip_ntop", "d"), ("fp_to_string", "dd"), ("bytes_to_string", "d"),
        ("msecs_to_string", "d"), ("signal_str", "d"), ("kernel_string", "d"), ("user_string_quoted", "d"),
        ("kernel_string_n", "dd"), ("symname", "d"), ("sprint_syms", "s"), ("tcp_sockstate_str", "d"),
        ("sa_flags_str", "d"), ("sigset_mask_str", "d"), ("cmdline_args", "dds"), ("usecs_to_string", "d"),
    ]

    private mutating func call(_ functions: [(String, String)], _ size: Int) -> String {
        let (name, parameters) = random.one(functions)
        return "\(name)(\(parameters.map { $0 == "d" ? long(size) : string(size) }.joined(separator: ", ")))"
    }

    mutating func long(_ size: Int = 3) -> String {
        guard size > 0 else { return random.one(["a", "b", "gn", number(), "byNumber[1]", "\(random.pick(10))"]) }
        let less = size - 1
        switch random.pick(21) {
        case 0, 1: return number()
        case 2: return random.one(["a", "b", "gn"])
        case 3, 4, 5:
            let op = random.one(["+", "-", "*", "&", "|", "^", "<<", ">>", ">>>", "%", "/"])
            return "(\(long(less)) \(op) \(long(less)))"
        case 6:
            let op = random.one(["==", "!=", "<", "<=", ">", ">=", "&&", "||"])
            return "(\(long(less)) \(op) \(long(less)))"
        case 7: return "(\(string(less)) \(random.one(["==", "!=", "<", "<=", ">", ">="])) \(string(less)))"
        case 8: return "(\(long(less)) ? \(long(less)) : \(long(less)))"
        case 9: return "\(random.one(["-", "~", "!"]))(\(long(less)))"
        case 10, 11: return element(less)
        case 12: return membership(less)
        case 13:
            return random.one(["twice", "down", "odd", "even"] + (isQuiet ? [] : ["tried"])) + "(\(random.pick(12)))"
        case 14, 15: return call(Self.longFunctions, less)
        case 16: return statistic(less)
        case 17: return "(\(string(less)) \(random.one(["=~", "!~"])) \(pattern()))"
        case 18: return "@inc(\(long(less)))"
        case 19 where mayChange: return "byNumber[\(long(less))]\(random.one(["++", "--"]))"
        default: return random.one(["pid()", "gn++", "++gn", "a--", "cpu()", "ngroups()", "target()", "$1", "HZ()"])
        }
    }

    private mutating func element(_ size: Int) -> String {
        switch random.pick(4) {
        case 0: "byNumber[\(long(size))]"
        case 1: "byName[\(string(size))]"
        case 2: "pairs[\(string(size)), \(long(size))]"
        default: "wide[\(long(0)), \(string(0)), \(long(0)), \(string(size))]"
        }
    }

    private mutating func membership(_ size: Int) -> String {
        switch random.pick(6) {
        case 0: "([\(long(size))] in \(random.one(["byNumber", "names", "perNumber"])))"
        case 1: "(\(string(size)) in byName)"
        case 2: "([\(string(size)), \(long(size))] in \(random.one(["pairs", "titles", "perName"])))"
        case 3: "([*, \(long(size))] in \(random.one(["pairs", "titles", "perName"])))"
        case 4: "([\(string(size)), *] in \(random.one(["pairs", "titles", "perName"])))"
        default: "([*, \(string(0)), *, *] in wide)"
        }
    }

    private mutating func statistic(_ size: Int) -> String {
        let variable = random.one([
            "total", "timing", "spread", "perNumber[\(long(size))]", "perName[\(string(size)), \(long(0))]",
            "perNumber[1]", "perName[\"a\", 2]",
        ])
        return switch random.pick(8) {
        case 0: "@variance(total)"
        case 1: "@hist_log(timing)[\(random.one(["64", "65", "\(random.pick(130))", long(size)]))]"
        case 2: "@hist_linear(spread, 0, 100, 10)[\(random.one(["0", "3", long(size)]))]"
        default: "\(random.one(["@count", "@sum", "@min", "@max", "@avg", "@count"]))(\(variable))"
        }
    }

    mutating func string(_ size: Int = 3) -> String {
        guard size > 0 else { return random.one(["s", "t", "gs", "\"\(text())\"", "names[3]", "\"\(text())\""]) }
        let less = size - 1
        switch random.pick(17) {
        case 0, 1: return "\"\(text())\""
        case 2: return random.one(["s", "t", "gs"])
        case 3, 4: return "(\(string(less)) . \(string(less)))"
        case 5: return "names[\(long(less))]"
        case 6: return "titles[\(string(less)), \(long(less))]"
        case 7: return "sprint\(random.one(["", "ln"]))(\(random.one([long(less), string(less)])))"
        case 8: return isQuiet ? "wrap(\(string(less)), 2)" : "join(\(long(less)), \(string(less)))"
        case 9: return "(\(long(less)) ? \(string(less)) : \(string(less)))"
        case 10, 11, 12: return call(Self.stringFunctions, less)
        case 13: return "wrap(\(string(less)), \(random.pick(30)))"
        case 14: return "@both(\(string(less)), \(string(less)))"
        case 15: return formatted("sprintf", less)
        default:
            return random.one([
                "execname()", "pp()", "pn()", "sprintd(\"-\", \(long(less)), \(string(less)))", "@2", "probe_type()",
                "ctime()", "sprint(@hist_log(timing))", "tz_name()", "cmdline_str()", "ppfunc()", "thread_indent(0)",
            ])
        }
    }

    // MARK: Printing

    mutating func printing() -> String {
        switch random.pick(6) {
        case 0: "println(\(random.one([long(2), string(2)])))"
        case 1: "print(\(long(1)), \(string(1)))"
        case 2: "printd\(random.one(["", "ln"]))(\"\(random.one(["|", ", ", "", "\\n"]))\", \(long(1)), \(string(1)))"
        default: formatted("printf", 1)
        }
    }

    private mutating func formatted(_ function: String, _ size: Int) -> String {
        var format = ""
        var arguments: [String] = []
        for _ in 0...random.pick(5) {
            format += "%" + random.one(["", "", "", "0", "-", "+", " ", "#"])
            switch random.pick(5) {
            case 0:
                format += "*"
                // Mostly small, so that a line is not all padding.
                arguments.append(random.chance(1, in: 12) ? long(1) : "\(random.pick(40) - 8)")
            case 1: format += "\(1 + random.pick(random.chance(1, in: 20) ? 9000 : 30))"
            default: break
            }
            switch random.pick(6) {
            case 0:
                format += ".*"
                arguments.append(random.chance(1, in: 12) ? long(1) : "\(random.pick(20) - 3)")
            case 1: format += ".\(random.pick(24))"
            default: break
            }
            let conversion = random.one([
                "d", "i", "u", "x", "X", "o", "c", "p", "b", "s", "s", "s", "d", "d", "m", "M",
            ])
            // Raw memory is a fault where nothing is.
            let kept = "mM".contains(conversion) && !random.chance(1, in: 8) ? "s" : conversion
            format += (random.chance(1, in: 8) ? "l" : "") + kept + random.one(["", " ", "|", "%%", "\\n", "a"])
            arguments.append(kept == "s" ? string(size) : long(size))
        }
        return "\(function)(\"\(format)\\n\", \(arguments.joined(separator: ", ")))"
    }

    mutating func statisticPrint() -> String {
        random.one([
            "print(@hist_log(timing))", "println(@hist_linear(spread, 0, 100, 10))", "@prints(total)",
            "if (@count(total)) println(@avg(total), @variance(total))", "if (@count(spread)) @prints(spread)",
            visited.contains("perNumber") ? "println()" : "@prints1(perNumber)",
        ])
    }

    // MARK: Regular expressions

    mutating func matchUse() -> String {
        random.one([
            "println(matched(0))", "printdln(\"|\", ngroups(), matched(0), matched(1))", "println(matched_str())",
            "s = matched(\(random.pick(4)))", "println(strlen(matched(0)))",
        ])
    }

    /// A pattern as a literal, mostly a good one.
    mutating func pattern() -> String {
        let anchored = random.one(["", "", "", "^"])
        let end = random.one(["", "", "", "$"])
        let broken = random.chance(1, in: 400) ? random.one(["(", "[", "*", "{3", "\\\\", "a**", ")"]) : ""
        return "\"\(anchored)\(expression(3))\(broken)\(end)\""
    }

    private mutating func expression(_ size: Int) -> String {
        guard size > 0 else {
            return random.one([
                "a", "b", "ab", ".", "[a-c]", "[^ab]", "[[:digit:]]+", "x", " ", "[[:alpha:]_]", "\\\\.", "\\\\[",
                "yz*",
                "[0-9a-f]", "long", "[]a]", "[[:space:]]",
            ])
        }
        let less = size - 1
        switch random.pick(9) {
        case 0, 1: return expression(less) + expression(less)
        case 2: return "(\(expression(less))|\(expression(less)))"
        case 3: return "(\(expression(less)))" + random.one(["*", "+", "?", "{2}", "{1,3}", "{2,}", "{0,2}"])
        case 4: return "(?:\(expression(less)))" + random.one(["*", "+", "?", ""])
        case 5: return "(\(expression(less)))\(expression(less))"
        case 6: return "(|\(expression(less)))"
        case 7: return expression(0) + random.one(["*", "+", "?", "{3}", "{\(random.pick(60))}"])
        default: return expression(0)
        }
    }
}
