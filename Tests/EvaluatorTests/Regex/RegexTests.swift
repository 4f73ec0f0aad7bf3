// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax
import Testing

@testable import Evaluator

/// `=~`, `!~`, `matched()`, `matched_str()` and `ngroups()` in scripts: section 3.5.
@Suite struct RegexTests {
    private func output(_ body: String) -> String {
        let outcome = evaluate("probe begin { \(body) }")
        return outcome.errors.isEmpty ? outcome.output : outcome.errors.joined(separator: "\n")
    }

    /// 1 or 0 for a text and a pattern as a script writes them.
    private func match(_ text: String, _ pattern: String) -> String {
        output("t = \"\(text)\"; print(t =~ \"\(pattern)\", 1 - (t !~ \"\(pattern)\"))")
    }

    @Test(arguments: [
        ("foobar", "foo", true), ("foobar", "oba", true), ("foobar", "^bar", false), ("foobar", "bar$", true),
        ("foobar", "^foobar$", true), ("foobar", "", true), ("", "", true), ("", "^$", true), ("a", "^$", false),
        ("", "a*", true), ("", "a", false), ("", ".", false), ("a.b", "a\\\\.b", true), ("axb", "a\\\\.b", false),
        ("a1", "^[[:alpha:]][[:digit:]]$", true), ("é", "^..$", true), ("é", "^[^a][^b]$", true),
        ("a\\nb", "a.b", true), ("a\\nb", "^b", false), ("ab", "a$b", false), ("ab", "(a|)b", true),
        ("b", "^(a|)b$", true), ("abc", "a(?:b|x)c", true), ("ac", "ab{0}c", true), ("abbc", "ab{2}c", true),
        ("abbbc", "ab{2}c", false), ("abbbc", "^ab{2,}c", true), ("abbbbc", "ab{2,3}c", false),
        ("abc", "a.?.?.?c", true),
        ("x^y", "x\\\\^y", true), ("x^y", "x^y", false), ("]", "[]]", true), ("a-b", "a[x-]b", true),
        ("tcp_sendmsg", "^(tcp|udp)_(send|recv)msg$", true), ("sctp_sendmsg", "^(tcp|udp)_(send|recv)msg$", false),
    ])
    func matching(_ text: String, _ pattern: String, _ expected: Bool) {
        #expect(match(text, pattern) == (expected ? "11" : "00"), "\(text) =~ \(pattern)")
    }

    /// Bytes from 128 on cannot be told apart, as in SystemTap's engine.
    @Test func otherBytesAreOneClass() {
        #expect(match("\\xe9", "^\\xe8$") == "11")
        #expect(match("\\xe9", "[a-z]") == "00")
    }

    @Test func groups() {
        #expect(
            output(
                """
                if ("key=value; x" =~ "([a-z]+)=([a-z]*)(;?)(,?)")
                  printf("%s|%s|%s|%s|%s|%d", matched(0), matched(1), matched(2), matched(3), matched(4), ngroups())
                """) == "key=value;|key|value|;||5")
        // Leftmost, greedy, earlier alternatives first; a group in a loop is its last turn.
        #expect(output("\"xaaay\" =~ \"a*\"; print(matched(0), \"|\")") == "|")
        #expect(output("\"xaaay\" =~ \"a+\"; print(matched(0), \"|\")") == "aaa|")
        #expect(output("\"aab\" =~ \"(a*)(a*)\"; print(matched(1), \"|\", matched(2), \"|\")") == "aa||")
        #expect(output("\"abc\" =~ \"(a|ab)(c|bcd|b)\"; print(matched(0), \"|\", matched(1))") == "ab|a")
        #expect(output("\"abcd\" =~ \"(?:(a|b|c))*\"; print(matched(1))") == "c")
        #expect(output("\"ac\" =~ \"a(b)?c\"; print(matched(1), \"|\", ngroups())") == "|2")
        #expect(output("\"abab\" =~ \"((a)(b))+\"; print(matched(1), matched(2), matched(3), ngroups())") == "abab4")
        #expect(output("\"foo\" =~ \"o\"; print(matched_str(), \" \", matched(0))") == "o o")
    }

    @Test func lastMatchOfTheHandler() {
        // `!~` matches all the same.
        #expect(output("if (\"abc\" !~ \"x(.)\") print(1); if (!(\"abc\" !~ \"a(.)\")) print(matched(1))") == "1b")
        // Functions see the match of their caller, and the caller theirs.
        let script = """
            function see() { return matched(1) }
            function set(s) { return s =~ "<(.*)>" }
            probe begin { if ("a=b" =~ "=(.)") print(see()); if (set("x<y>")) print(matched(1), see()) }
            """
        #expect(evaluate(script).output == "byy")
        // Another handler starts without one.
        let two = """
            probe begin { if ("a" =~ "(a)") print(matched(1)) }
            probe begin(1) { print("x"); print(matched(0)) }
            """
        #expect(
            evaluate(two)
                == ScriptOutcome(
                    output: "ax",
                    errors: [
                        "ERROR: Attempted to get subexpression 0 from failed match near identifier 'matched' at "
                            + "<input>:2:36 in probe begin(1)", "WARNING: Number of errors: 1, skipped probes: 0",
                    ], status: 1))
    }

    @Test func errorsOfMatched() {
        func failure(_ body: String) -> String {
            evaluate("probe begin { \(body) }").errors.first?.components(of: " near ").first.map(String.init) ?? ""
        }
        #expect(
            failure("\"a\" =~ \"(b)\"; print(matched(1))")
                == "ERROR: Attempted to get subexpression 1 from failed match")
        #expect(failure("\"a\" =~ \"a\"; print(matched(1))") == "ERROR: Attempted to get nonexistent subexpression 1")
        #expect(failure("\"a\" =~ \"a\"; print(matched(-1))") == "ERROR: Attempted to get nonexistent subexpression -1")
        #expect(
            failure("\"a\" =~ \"b\"; print(ngroups())")
                == "ERROR: Attempted to get subexpression count from failed match")
        #expect(
            failure("\"a\" =~ \"b\"; print(matched_str())")
                == "ERROR: Attempted to get subexpression 0 from failed match")
        #expect(
            failure("\"a\" =~ \"a\"; \"b\" !~ \"c\"; print(matched(0))")
                == "ERROR: Attempted to get subexpression 0 from failed match")
    }

    @Test func conditionsAndConstants() {
        #expect(output("x = 0 && \"a\" =~ \"a\"; print(x)") == "0")
        #expect(output("x = 1 && \"a\" =~ \"a\"; print(x)") == "1")
        // What no group is asked of may be skipped, what is asked of may not.
        #expect(output("x = (\"ab\" =~ \"(b)\") || 1; print(x, matched(1))") == "1b")
        #expect(output("if (\"ab\" =~ \"(b)\") ; print(matched(1))") == "b")
        #expect(output("while (i++ < 3) if (sprint(i) =~ \"[13]\") print(i)") == "13")
        #expect(output("print(!(\"a\" =~ \"b\") + (\"a\" =~ \"a\"))") == "2")
        #expect(output("print(\"a\" . \"b\" =~ \"^ab$\")") == "1")
    }

    @Test func badPatternsAreSemanticErrors() {
        let (program, errors) = translate("probe begin { print(\"a\" =~ \"(b\") }")
        #expect(program == nil)
        #expect(
            errors == [
                "regex compilation error (at position 1): expected ), found end of regex | string '(b' at <input>:1:28"
            ])
    }

    @Test func typesAreChecked() {
        let (program, errors) = translate("probe begin { print(1 =~ \"b\") }")
        #expect(program == nil)
        #expect(errors == ["type mismatch: expected string but found long | number '1' at <input>:1:21"])
    }
}
