// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Syntax

@Suite struct ExpressionTests {
    @Test(arguments: [
        // Levels, loosest first; each line would change if two neighbours swapped.
        ("a = b <<< c", "(= a (<<< b c))"),
        ("a = b = c", "(= a (= b c))"),
        ("a += b ? c : d", "(+= a (? b c d))"),
        ("a ? b = c : d", "(? a (= b c) d)"),
        ("a ? b : c ? d : e", "(? a b (? c d e))"),
        ("a ? b : c = d", "(= (? a b c) d)"),
        ("a || b ? c : d", "(? (|| a b) c d)"),
        ("a || b && c", "(|| a (&& b c))"),
        ("a && b || c", "(|| (&& a b) c)"),
        ("a && b | c", "(&& a (| b c))"),
        ("a | b ^ c", "(| a (^ b c))"),
        ("a ^ b & c", "(^ a (& b c))"),
        ("a & b in c", "(& a (in [b] c))"),
        ("a == b in c", "(in [(== a b)] c)"),
        ("!x in a", "(in [(! x)] a)"),
        ("a < b << c", "(< a (<< b c))"),
        ("a == b < c", "(< (== a b) c)"),
        ("a < b == c", "(== (< a b) c)"),
        ("a << b . c", "(<< a (. b c))"),
        ("1 . 2+3", "(. 1 (+ 2 3))"),
        ("\"a\" . \"b\" == \"ab\"", "(== (. 'a' 'b') 'ab')"),
        ("a + b * c", "(+ a (* b c))"),
        ("a - b - c", "(- (- a b) c)"),
        ("a / b % c", "(% (/ a b) c)"),
        ("a >> b >>> c << d", "(<< (>>> (>> a b) c) d)"),
        ("-a * b", "(* (- a) b)"),
        ("- - a", "(- (- a))"),
        ("!~a", "<expected literal string or number>"),
        ("! ~a", "(! (~ a))"),
        ("-a++", "(- (post++ a))"),
        ("++a", "(pre++ a)"),
        ("--a[1]", "(pre-- (element a [1]))"),
        ("a++ + ++b", "(+ (post++ a) (pre++ b))"),
        ("a =~ \"b\"", "(=~ a 'b')"),
        ("a . b !~ \"c\" \"d\"", "(!~ (. a b) 'cd')"),
        ("a =~ \"b\" && c", "(&& (=~ a 'b') c)"),
        ("a =~ \"b\" in c", "(in [(=~ a 'b')] c)"),
        ("a =~ \"b\" == c", "<expected literal string or number>"),
        ("a < b =~ \"c\"", "<expected literal string or number>"),
        ("a =~ b", "<expected literal string>"),
        ("a in b in c", "<expected statement>"),
        ("[a, *] in b", "(in [a, *] b)"),
        ("[a] in b && c", "(&& (in [a] b) c)"),
        ("a || [b] in c", "(|| a (in [b] c))"),
        ("1 + [a] in b", "<expected literal string or number>"),
        ("[a] + b", "<expected 'in'>"),
        ("a in @hist_log(b)", "(in [a] (hist log b))"),
        ("a[1] in b", "(in [(element a [1])] b)"),
        ("a in b[1]", "<expected 'in'>"),
    ])
    func precedence(_ text: String, _ expected: String) {
        #expect(expressionStructure(text) == expected)
    }

    @Test(arguments: [
        ("$x", "(target $x  0)"), ("$x$", "(target $x  1)"), ("$x$$", "(target $x  2)"),
        ("$$vars", "(target $$vars  0)"), ("$$vars$", "(target $$vars  1)"), ("$$vars$$", "(target $$vars  2)"),
        ("a$b", "a$b"), ("a$", "a$"),
        ("$x->y->z[1]", "(target $x ->y->z[1] 0)"), ("$x[a + 1]", "(target $x [(+ a 1)] 0)"),
        ("$x->y$", "(target $x ->y 1)"), ("$x->y$$", "(target $x ->y 2)"), ("$x[0]$", "(target $x [0] 1)"),
        ("$x->next->if", "(target $x ->next->if 0)"),
        ("&$x", "(target &$x  0)"), ("&$x->y", "(target &$x ->y 0)"), ("&($x->y)", "(target &$x ->y 0)"),
        ("&@cast(a, \"t\")->b", "(target &(cast a 't' none) ->b 0)"), ("&a->b", "(target &(auto a) ->b 0)"),
        ("a & &$x", "(& a (target &$x  0))"), ("&a", "<expected @cast, @var or $var>"),
        ("& &$x", "<expected @cast, @var or $var>"),
        ("a->b", "(target (auto a) ->b 0)"), ("a[i]->b", "(target (auto (element a [i])) ->b 0)"),
        ("f(x)->y", "(target (auto (call f [x])) ->y 0)"), ("f(x)[1]", "(target (auto (call f [x])) [1] 0)"),
        ("a[i][j]", "(target (auto (element a [i])) [j] 0)"), ("(a)[i]", "(target (auto a) [i] 0)"),
        ("(a->b)->c", "(target (auto a) ->b->c 0)"), ("(&$x)->b", "(target (auto (target &$x  0)) ->b 0)"),
        ("@cast(a, \"t\" \"u\", \"m\")->b", "(target (cast a 'tu' m) ->b 0)"),
        ("@cast(a, \"t\")", "(target (cast a 't' none)  0)"), ("@cast(a, \"t\")$", "(target (cast a 't' none)  1)"),
        ("@var(\"v@f.c\")", "(target (var 'v@f.c' none)  0)"),
        ("@var(\"v\", \"m\")->x[1]$$", "(target (var 'v' m) ->x[1] 2)"),
        ("$x->$", "<expected identifier>"), ("$", "<expected identifier>"),
        ("$x$->y", "<expected literal string or number>"),
        ("$x->1", "<expected identifier>"),
        ("@defined($x->y)", "(defined (target $x ->y 0))"), ("@entry($x)", "(entry (target $x  0))"),
        ("@entry($x)->y", "(target (auto (entry (target $x  0))) ->y 0)"),
        ("@perf(\"c\")", "(perf 'c')"), ("@enum(\"E\")", "(enum 'E')"),
        ("@enumname(1)", "(enumname 1 none none)"), ("@enumname(1, \"t\")", "(enumname 1 t none)"),
        ("@enumname(1, \"t\", \"m\")", "(enumname 1 t m)"),
        ("@uregister(3)", "(register true 3)"), ("@uderef(8, a)", "(deref true 8 a)"),
        ("@probewrite(x)", "(probewrite x)"),
        ("@const(\"X\")", "<using @const operator not permitted; need stap -g>"),
        ("@kregister(0)", "<using @kregister operator not permitted; need stap -g>"),
        ("@kderef(8, a)", "<using @kderef operator not permitted; need stap -g>"),
        ("@nothing(1)", "<unknown operator @nothing>"),
    ])
    func targets(_ text: String, _ expected: String) {
        #expect(expressionStructure(text) == expected)
    }

    @Test(arguments: [
        ("@const(\"X\")", "(const 'X')"), ("@kregister(0)", "(register false 0)"),
        ("@kderef(8, a)", "(deref false 8 a)"),
        ("%{ 1 %}", "(embedded [32, 49, 32])"),
    ])
    func guruOnly(_ text: String, _ expected: String) {
        #expect(expressionStructure(text, guru: true) == expected)
    }

    @Test(arguments: [
        ("18446744073709551615", "-1"), ("9223372036854775808", "-9223372036854775808"), ("0x10", "16"),
        ("010", "8"), ("0", "0"), ("-5", "(- 5)"), ("0xFFFFFFFFFFFFFFFF", "-1"), ("0X1f", "31"),
        ("18446744073709551616", "<number invalid or out of range>"), ("08", "<number invalid or out of range>"),
        ("0x", "<number invalid or out of range>"), ("12ab", "<number invalid or out of range>"),
        ("0x10000000000000000", "<number invalid or out of range>"), ("1_0", "1; _0"),
        ("x = \"a\" /* and */ \"b\"\n\"c\"", "(= x 'abc')"),
        ("string(1) long()", "(call string [1]); (call long [])"),
        ("f(1, a[2, *])", "(call f [1, (element a [2, *])])"),
        ("f(", "<expected literal string or number>"), ("f(1", "<expected ','>"),
        ("f(1,)", "<expected literal string or number>"),
        ("a[", "<expected literal string or number>"), ("a[]", "<expected literal string or number>"),
    ])
    func primaries(_ text: String, _ expected: String) {
        #expect(expressionStructure(text) == expected)
    }

    @Test(arguments: [
        ("print(1, 2)", "(print none [1, 2])"), ("println()", "(println none [])"),
        ("sprintln()", "(sprintln none [])"),
        ("print()", "<expected literal string or number>"), ("sprint()", "<expected literal string or number>"),
        ("printd(\",\", 1, 2)", "(printd [44] [1, 2])"), ("printdln(\"\", 1, 2, 3)", "(printdln [] [1, 2, 3])"),
        ("printd(\",\", 1)", "<expected ','>"), ("printd(a, 1, 2)", "<expected literal string>"),
        ("printf(\"x\")", "(printf [120] [])"), ("sprintf(\"%d\" \"%d\", 1, 2)", "(sprintf [37, 100, 37, 100] [1, 2])"),
        ("printf(1)", "<expected literal string>"), ("printf(\"x\",)", "<expected literal string or number>"),
        ("print_char(65)", "(print_char none [65])"), ("print_char()", "<expected literal string or number>"),
        ("print_char(1, 2)", "<expected ')'>"), ("print", "print"), ("print = 1", "(= print 1)"),
        ("print(@hist_log(x))", "(print none [(hist log x)])"),
        ("println(1, @hist_linear(x, -5, 10, 1))", "(println none [1, (hist (low: -5, high: 10, step: 1) x)])"),
        ("print(@hist_log(x)[1] + 1)", "(print none [(+ (bucket (hist log x) 1) 1)])"),
        ("x = @hist_log(y)", "<expected '['>"), ("print((@hist_log(x)))", "<expected '['>"),
        ("f(@hist_log(x))", "<expected '['>"), ("printf(\"\", @hist_log(x))", "<expected '['>"),
        ("print(f(@hist_log(x)))", "<expected '['>"), ("@hist_log(x)[2]", "(bucket (hist log x) 2)"),
        ("@count(x) + @sum(x)", "(+ (@count x -1) (@sum x -1))"), ("@variance(x, 3)", "(@variance x 3)"),
        ("@variance(x)", "(@variance x -1)"), ("@avg(x, 3)", "<not more than 1 parameter allowed>"),
        ("@hist_linear(x, 1, 2)", "<expected ','>"), ("@hist_linear(x, a, 2, 3)", "<expected number>"),
    ])
    func printsAndStatistics(_ text: String, _ expected: String) {
        #expect(expressionStructure(text) == expected)
    }

    @Test func printTakesUpTo32Values() {
        let list = Array(repeating: "1", count: 32).joined(separator: ", ")
        #expect(!expressionStructure("print(\(list))").hasPrefix("<"))
        #expect(expressionStructure("print(\(list), 1)") == "<too many arguments to print>")
        #expect(expressionStructure("printf(\"\", \(list), 1)") == "<too many arguments to print>")
    }

    @Test func everyInfixOperatorOfTheTableParses() {
        for row in OperatorTable.infix {
            switch row.shape {
            case .conditional: #expect(expressionStructure("a ? b : c") == "(? a b c)")
            case .membership: #expect(expressionStructure("a in b") == "(in [a] b)")
            case .regexMatch: #expect(expressionStructure("a \(row.text) \"b\"") == "(\(row.text) a 'b')")
            default: #expect(expressionStructure("a \(row.text) b") == "(\(row.text) a b)")
            }
        }
        #expect(OperatorTable.infix.count == 37)
    }
}
