// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Evaluator

/// Section 3.8.
@Suite("Functions")
struct FunctionTests {
    private func output(_ script: String) -> String {
        let outcome = evaluate(script)
        if !outcome.errors.isEmpty || outcome.status != 0 { Issue.record("\(script): \(outcome.errors)") }
        return outcome.output
    }

    @Test("Overloads of one arity run by priority, then by order; next goes on with the original arguments")
    func overloads() {
        #expect(
            output(
                """
                function f(n):3 { n = 100; if (n) next }
                function f(n):1 { print("a"); n += 5; if (n > 6) next; return n }
                function f(n) { print("0"); next }
                function f(n):3 { print("d"); return n * 10 }
                function f(n):2 { print("b"); next }
                function f(n, m) { return n + m }
                probe begin { printf(" %d\\n", f(1)); printf(" %d\\n", f(2)); println(f(3, 4)) }
                """) == "0a 6\n0abd 20\n7\n")
    }

    @Test("No overload left is an error at the call")
    func exhausted() {
        let outcome = evaluate(
            "function f(n) {\n  if (n) next\n  return 5\n}\nprobe begin {\n  println(f(0)); println(f(1))\n}")
        #expect(outcome.output == "5\n")
        #expect(
            outcome.errors.first
                == "ERROR: all functions exhausted near keyword at <input>:2:10 (called from identifier 'f' at"
                + " <input>:6:26) in probe begin")
    }

    @Test("The user's function comes before the built-in one of the same name, which next reaches")
    func builtins() {
        #expect(
            output(
                """
                function strlen(s) { if (s == "x") return 42; next }
                function strtol(s, base) { return -1 }
                function log(s) { print("<"); next }
                function randint(n) { if (n) next; return 7 }
                probe begin { println(strlen("x"), " ", strlen("abc"), " ", strtol("5", 10)); log("m"); println(randint(0)) }
                """) == "42 3 -1\n<m\n7\n")
        let mismatch = evaluate("function strlen(s) { if (s) next; return 1 }\nprobe begin { println(strlen(1)) }")
        #expect(mismatch.status == 1)
        #expect(mismatch.errors.first?.hasPrefix("type mismatch") == true)
    }

    @Test("The user's function comes before a tapset's, which next reaches")
    func tapsets() {
        #expect(
            output(
                #"""
                function assert(c:long, m:string) { print("mine "); next }
                probe begin { try { assert(0, "boo") } catch (m) { println(m) } }
                """#) == "mine boo\n")
    }

    @Test("Functions may be called string and long")
    func keywords() {
        #expect(
            output(
                "function string(n) { return sprint(n) . \"!\" } function long(s) { return strtol(s, 10) }\n"
                    + "probe begin { println(string(4), long(\"12\") + 1) }") == "4!13\n")
    }

    @Test("Without a return the value is 0 or empty")
    func missingReturn() {
        #expect(
            output(
                "function f(n) { if (n) return 5 } function s(n) { if (n) return \"s\" }\n"
                    + "probe begin { println(f(0), f(1), \"<\" . s(0) . s(1) . \">\") }") == "05<s>\n")
    }

    @Test("Arguments are values, cut as every string")
    func values() {
        var settings = ScriptSettings()
        settings.limits.maxStringLength = 8
        let outcome = evaluate(
            """
            function f(s) { s = s . "zzz"; return s }
            probe begin { t = "abcdefghij"; u = f(t); println(t, " ", u, " ", strlen(u)) }
            """, settings)
        #expect(outcome.output == "abcdefg abcdefg 7\n")
    }

    @Test("Deep recursion ends with MAXNESTING, whatever it is set to", arguments: [1, 2, 50, 10000])
    func deepRecursion(limit: Int) {
        var settings = ScriptSettings()
        settings.limits.maxNesting = limit
        settings.limits.maxActionInterruptible = 10_000_000
        let outcome = evaluate(
            """
            global depth
            function f(n, s) { depth++; t = s . "x"; return f(n + 1, t) + 1 }
            function even(n) { depth++; return odd(n + 1) + 0 }
            function odd(n) { depth++; return even(n + 1) }
            probe begin {
              try { f(1, "") } catch (m) { println(m, " ", depth) }
              depth = 0
              try { even(0) } catch (m) { println(m, " ", depth) }
            }
            """, settings)
        #expect(outcome.output == "MAXNESTING exceeded \(limit)\nMAXNESTING exceeded \(limit)\n")
        #expect(outcome.errors == [])
    }

    @Test("Without a limit the longest chain of calls fits, and ten more when there is recursion")
    func computedNesting() {
        let chain =
            "function a() { return b() } function b() { return c() } function c() { count++; return 7 } global count\n"
        #expect(output(chain + "probe begin { println(a(), count) }") == "71\n")
        #expect(
            output(
                chain + """
                    global n
                    function r() { n++; a(); r() }
                    probe begin { try { r() } catch (m) { println(m, " ", n) } }
                    """) == "MAXNESTING exceeded 12\ncount=11\n")
    }
}
