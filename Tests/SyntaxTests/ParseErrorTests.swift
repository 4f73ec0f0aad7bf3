// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Syntax

/// Everything that parsing `text` shows.
private func rendered(_ text: String, arguments: [String] = []) -> String {
    var renderer = DiagnosticRenderer()
    return parsed(text, arguments: arguments).diagnostics.map { renderer.render($0) }.joined()
}

/// One error in a one-line script: the message, how it relates to its token, the token and its column.
private struct Case: CustomTestStringConvertible {
    let text: String
    let message: String
    let label: String
    let token: String
    let column: Int

    init(_ text: String, _ message: String, _ label: String, _ token: String, _ column: Int) {
        self.text = text
        self.message = message
        self.label = label
        self.token = token
        self.column = column
    }

    var testDescription: String { text }

    var expected: String {
        let label = label == "at" ? "         at" : "        saw"
        let blanks = String(repeating: " ", count: 12 + column)
        return
            "parse error: \(message)\n\(label): \(token) at <input>:1:\(column)\n     source: \(text)\n\(blanks)^\n\n"
    }
}

@Suite struct ParseErrorTests {
    private static let cases: [Case] = [
        Case("foo", "expected 'probe', 'global', 'private', 'function', or '%{'", "saw", "identifier 'foo'", 1),
        Case("\u{1}", "expected 'probe', 'global', 'private', 'function', or '%{'", "saw", "junk '?'", 1),
        Case("%{ x %}", "embedded code in unprivileged script; need stap -g", "saw", "embedded-code", 1),
        Case("global", "unexpected end-of-file", "saw", "<input> EOF", 0),
        Case("probe a", "expected one of ', { } = +='", "saw", "<input> EOF", 0),
        Case("probe a {", "expected statement", "saw", "<input> EOF", 0),
        Case("probe a { x =", "expected value", "saw", "<input> EOF", 0),
        Case("global 5", "expected identifier", "saw", "number '5'", 8),
        Case("global if", "expected identifier", "saw", "keyword", 8),
        Case("global a, a", "duplicate global name", "saw", "identifier 'a'", 11),
        Case(
            "global a private a", "global versus private variable declaration conflict", "saw", "identifier 'a'", 18),
        Case(
            "probe begin { printf(\"%q\") }", "invalid or missing conversion specifier", "saw", "operator ')'", 26),
        Case(
            "probe begin { s = sprintf(\"%+-d\" \"x\", 1) }", "invalid or missing conversion specifier", "saw",
            "operator ','", 37),
        Case(
            "probe begin { printf(\"%5\", 1) }", "trailing incomplete print format conversion", "saw", "operator ','",
            26),
        Case(
            "probe begin { printf(\"%-5.2l\" x) }", "trailing incomplete print format conversion", "saw",
            "identifier 'x'", 31),
        Case("global a[0]", "array size out of range", "at", "number '0'", 10),
        Case("global a[-1]", "array size out of range", "at", "operator '-'", 10),
        Case("global a[2147483648]", "array size out of range", "at", "number '2147483648'", 10),
        Case("global a[x]", "expected number", "saw", "identifier 'x'", 10),
        Case("global a[5 6]", "expected ']'", "saw", "number '6'", 12),
        Case("global a[5] = 1", "only scalar globals can be initialized", "saw", "operator '='", 13),
        Case("global a = b", "expected literal string or number", "saw", "identifier 'b'", 12),
        Case("global a = 0x", "number invalid or out of range", "saw", "number '0x'", 12),
        Case(
            "global a = -9223372036854775809", "number invalid or out of range", "saw", "number '9223372036854775809'",
            13),
        Case("global a = \"b", "Could not find matching closing quote", "at", "junk 'b'", 12),
        Case("function 1() {}", "expected identifier", "saw", "number '1'", 10),
        Case("function f {}", "expected '('", "saw", "operator '{'", 12),
        Case("function f:int() {}", "expected 'string' or 'long'", "saw", "identifier 'int'", 12),
        Case("function f(a b) {}", "expected ')'", "saw", "identifier 'b'", 14),
        Case("function f(a, a) {}", "duplicate parameter names", "saw", "identifier 'a'", 15),
        Case("function f() :0 {}", "specified priority must be > 0", "saw", "number '0'", 15),
        Case("function f() return 1", "expected '{'", "saw", "keyword", 14),
        Case("function f() %{ %}", "embedded code in unprivileged script; need stap -g", "saw", "embedded-code", 14),
        Case("probe {}", "expected identifier or '*' or '{'", "saw", "operator '}'", 8),
        Case("probe a.1 {}", "expected identifier or '*' or '{'", "saw", "number '1'", 9),
        Case("probe a(b) {}", "expected literal string or number", "saw", "identifier 'b'", 9),
        Case("probe a(1 {}", "expected ')'", "saw", "operator '{'", 11),
        Case("probe a b {}", "expected one of ', { } = +='", "saw", "identifier 'b'", 9),
        Case("probe a->b {}", "expected one of ', { } = +='", "saw", "operator '->'", 8),
        Case("probe a?.b {}", "expected one of ', { } = +='", "saw", "operator '.'", 9),
        Case("probe {a!,b}.c {}", "'?', '!' or condition must only be specified in suffix", "at", "identifier 'a'", 8),
        Case("probe a if (1).b {}", "expected one of ', { } = +='", "saw", "operator '.'", 15),
        Case("probe {a?,b}! {}", "'?', '!' or condition must only be specified in suffix", "at", "identifier 'a'", 8),
        Case("probe a? = b {}", "probe point alias name cannot be optional nor sufficient", "at", "identifier 'a'", 7),
        Case("probe a if (1) = b {}", "probe point alias name cannot have a condition", "at", "identifier 'a'", 7),
        Case("probe a { ) }", "expected literal string or number", "saw", "operator ')'", 11),
        Case("probe a { else }", "expected statement", "saw", "keyword", 11),
        Case("probe a { x = }", "expected literal string or number", "saw", "operator '}'", 15),
        Case("probe a { \u{2} }", "expected statement", "saw", "junk '?'", 11),
        Case("probe a { x + \u{2} }", "expected literal string or number", "saw", "junk '?'", 15),
        Case("probe a { if x }", "expected '('", "saw", "identifier 'x'", 14),
        Case("probe a { return 1 }", "found 'return' not in function context", "saw", "keyword", 11),
        Case("probe a { for (;) ; }", "expected literal string or number", "saw", "operator ')'", 17),
        Case("probe a { try x }", "expected '{'", "saw", "identifier 'x'", 15),
        Case("probe a { try {} x }", "expected 'catch'", "saw", "identifier 'x'", 18),
        Case("probe a { try {} catch (1) {} }", "expected identifier", "saw", "number '1'", 25),
        Case("probe a { foreach (1 in a) ; }", "expected identifier", "saw", "number '1'", 20),
        Case("probe a { foreach (x of a) ; }", "expected 'in'", "saw", "identifier 'of'", 22),
        Case("probe a { foreach (x+ in a-) ; }", "multiple sort directives", "saw", "operator '-'", 27),
        Case("probe a { foreach ([x+,y-] in a) ; }", "multiple sort directives", "saw", "operator '-'", 25),
        Case("probe a { foreach (v- = x in a @sum+) ; }", "multiple sort directives", "saw", "operator '+'", 36),
        Case("probe a { foreach (x in a @sum) ; }", "expected sort directive", "saw", "operator ')'", 31),
        Case("probe a { foreach (x in 1) ; }", "expected identifier or statistical operation", "saw", "number '1'", 25),
        Case(
            "probe a { x = %{ 1 %} }", "embedded expression code in unprivileged script; need stap -g", "saw",
            "embedded-code", 15),
        Case(
            "probe a { x = %{ 1 }", "Could not find matching '%}' to close embedded function block", "at", "junk '%{'",
            15),
        Case("probe a { \"b\\n\" c, }", "expected literal string or number", "saw", "operator ','", 18),
        Case("probe a(\"x\\n\") \"y\\tz\" {}", "expected one of ', { } = +='", "saw", "string 'y\\tz'", 16),
        Case("probe a { $1 }", "command line argument out of range [1-0]", "at", "junk '$1'", 11),
        Case("probe a { @0 }", "command line argument out of range [1-0]", "at", "junk '@0'", 11),
        Case(
            "@define f(a) %( %) probe a { @f(1,2) }", "too many parameters for macro '@f' (expected 1)", "at",
            "operator ','", 34),
        Case("%( arch < \"x\" %? %)", "expected '==' or '!='", "at", "operator '<'", 9),
        Case("%( 1 == 1 %?", "incomplete conditional at end of file", "at", "operator '%('", 1),
    ]

    @Test(arguments: cases) fileprivate func complete(_ example: Case) {
        if example.token == "<input> EOF" {
            #expect(rendered(example.text) == "parse error: \(example.message)\n        saw: <input> EOF\n\n")
        } else {
            #expect(rendered(example.text) == example.expected)
        }
    }

    @Test func endOfFile() {
        #expect(rendered("probe a {") == "parse error: expected statement\n        saw: <input> EOF\n\n")
        #expect(rendered("probe") == "parse error: unexpected end-of-file\n        saw: <input> EOF\n\n")
        #expect(
            rendered("probe a { f(1") == "parse error: unexpected end-of-file\n        saw: <input> EOF\n\n")
    }

    @Test func emptyInput() {
        #expect(rendered("") == "parse error: Input file '<input>' is empty.\n\n")
        #expect(rendered("/* nothing */") == "parse error: Input file '<input>' is empty.\n\n")
        #expect(
            rendered("%( 1 == 2 %? probe begin {} %)")
                == "parse error: Input file '<input>' is empty after preprocessing.\n\n")
        #expect(rendered("@define x %( %)").contains("is empty after preprocessing."))
        // A tapset file that has nothing for this kernel is no mistake.
        #expect(parsed("%( 1 == 2 %? probe begin {} %)", role: .tapset).diagnostics.isEmpty)
    }

    @Test func tabsStayInTheCaretLine() {
        #expect(
            rendered("probe\ta {\n\t x\ty = }")
                == """
                parse error: expected literal string or number
                        saw: operator '}' at <input>:2:9
                     source: \t x\ty = }
                             \t  \t    ^


                """)
    }

    @Test func severalErrorsInOneRun() {
        let result = parsed(
            """
            probe a { x = }
            global 5, b
            function f() { y + }
            private 7 global ok
            probe fine { z = 1 }
            stray words %{ code %} function g( { }
            """)
        #expect(
            result.diagnostics.map(\.message) == [
                "expected literal string or number", "expected identifier", "expected literal string or number",
                "expected identifier",
                "expected 'probe', 'global', 'private', 'function', or '%{'",
                "embedded code in unprivileged script; need stap -g", "expected identifier",
            ])
        #expect(result.diagnostics.map { $0.tokens.first?.location.line ?? 0 } == [1, 2, 3, 4, 6, 6, 6])
        #expect(result.file.globals.map(\.name) == ["ok"])
        #expect(result.file.probes.count == 1)
        #expect(DiagnosticRenderer.parseErrorTrailer(count: 7) == "7 parse errors.\n")
        #expect(DiagnosticRenderer.parseErrorTrailer(count: 1) == "1 parse error.\n")
    }

    @Test func recoveryForgetsTheFunction() {
        let result = parsed("function f() { x = } probe a { return }")
        #expect(result.diagnostics.map(\.message).last == "found 'return' not in function context")
    }

    @Test func macroExpansionsAreShown() {
        let blanks = String(repeating: " ", count: 13)
        let expected = [
            "parse error: expected literal string or number",
            "        saw: operator '=' at <input>:1:17",
            "     source: @define in %( = = %)",
            blanks + "                ^",
            "\tin expansion of macro: operator '@in' at <input>:2:18",
            "     source: @define out %( x @in %)",
            blanks + "                 ^",
            "\tin expansion of macro: operator '@out' at <input>:3:11",
            "     source: probe a {\t@out }",
            blanks + "         \t^",
            "", "",
        ]
        #expect(
            rendered("@define in %( = = %)\n@define out %( x @in %)\nprobe a {\t@out }")
                == expected.joined(separator: "\n"))
    }

    @Test func unusedArguments() {
        let result = parsed("probe a { print($1) } # $3", arguments: ["1", "2", "3"])
        #expect(result.usedArguments == [1])
        var renderer = DiagnosticRenderer()
        let text = unusedArgumentWarnings(count: 3, used: result.usedArguments).map { renderer.render($0) }.joined()
        #expect(
            text
                == "WARNING: unused command line option $2/@2\nWARNING: unused command line option $3/@3\n")
        #expect(unusedArgumentWarnings(count: 3, used: [], readsArgv: true).isEmpty)
        #expect(unusedArgumentWarnings(count: 0, used: []).isEmpty)
    }
}
