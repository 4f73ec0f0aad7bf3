// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@testable import Evaluator

@Suite("try and catch")
struct TryTests {
    /// Runs statements that must end without an uncaught error.
    private func output(_ body: String, _ declarations: String = "") -> String {
        let outcome = evaluate("\(declarations)\nprobe begin { \(body) }")
        if !outcome.errors.isEmpty || outcome.status != 0 { Issue.record("\(body): \(outcome.errors)") }
        return outcome.output
    }

    @Test("The variable takes the message without the place")
    func message() {
        #expect(output(#"try { error("oops") } catch (m) { printf("<%s>", m) } print("!")"#) == "<oops>!")
        #expect(output(#"try { println(1 / z) } catch (m) { print(m) } z = 0"#) == "division by 0")
        #expect(
            output(#"try { a[1] = 1; a[2] = 2 } catch (m) { println(m) } foreach (k in a) println(k)"#, "global a[1]")
                == "Array overflow, check size limit (1)\n1\n")
        #expect(output(#"try { error("x") } catch { print("caught") }"#) == "caught")
        #expect(output(#"try { print("no") } catch { print("caught") }"#) == "no")
    }

    @Test("The variable may be a global, and a local that is used elsewhere")
    func variable() {
        #expect(output(#"try { error("g") } catch (m) { } println(m)"#, "global m") == "g\n")
        #expect(
            output(#"m = "before"; try { println(m); error("after") } catch (m) { println(m) } println(m)"#)
                == "before\nafter\nafter\n")
        let outcome = evaluate("probe begin { m = 5; try { error(\"x\") } catch (m) { println(1) } println(m) }")
        #expect(outcome.status == 1)
        #expect(outcome.errors.first?.hasPrefix("type mismatch (string) | identifier 'm'") == true)
    }

    @Test("What was done before the error stays done, what comes after is not done")
    func state() {
        #expect(
            output(
                #"x = 1; try { x = 2; g = 5; s = "in"; x = f(); x = 9 } catch (m) { printf("%d %d %s %s", x, g, s, m) }"#,
                #"global g function f() { g++; error("f") return 4 }"#) == "2 6 in f")
        #expect(
            output(#"x = 1; try { if (g) x = 2; y = 10 / g; x = 3 } catch { println(x) } println(x + y)"#, "global g")
                == "1\n1\n")
    }

    @Test("The innermost try catches, its handler's errors go further out")
    func nesting() {
        #expect(
            output(
                #"""
                try {
                  try { error("a") } catch (x) { printf("1%s ", x); error(x . "b") }
                  print("never")
                } catch (y) { printf("2%s ", y) }
                try { try { error("c") } catch { print("3 ") } print("on ") } catch { print("never") }
                print("end")
                """#) == "1a 2ab 3 on end")
        #expect(
            output(#"try { error("a") } catch { try { error("b") } catch (m) { print(m) } print("c") }"#) == "bc")
    }

    @Test("Errors unwind out of functions, through recursion, to the caller's try")
    func functions() {
        #expect(
            output(
                #"try { println(f(5)) } catch (m) { println(m) } println(f(0))"#,
                #"function f(n) { if (n == 1) error(sprintf("at %d", n)) return n > 0 ? f(n - 1) + 1 : 7 }"#)
                == "at 1\n7\n")
        // A frame in the middle catches and goes on with its own registers.
        #expect(
            output(
                #"println(outer(10, "t"))"#,
                #"""
                function inner(n) { x = n * 100; if (n) error("in") return x }
                function outer(n, t) { k = n + 1; u = t . "u"; try { return sprint(inner(n)) } catch (m) { k += 5 }
                  return sprintf("%d %s %s %d", k, u, m, inner(0)) }
                """#) == "16 tu in 0\n")
        // The error of the deepest call is caught at the bottom; the stack is whole afterwards.
        #expect(
            output(
                #"for (i = 0; i < 3; i++) { try { deep(i + 3) } catch (m) { printf("%s ", m) } } print(deep2(4))"#,
                #"""
                function deep(n) { if (n == 0) error("bottom") deep(n - 1) }
                function deep2(n) { try { if (n == 0) error("x") return deep2(n - 1) + 1 } catch { return 1000 } }
                """#) == "bottom bottom bottom 1004")
    }

    @Test("break, continue, return and next leave a try")
    func waysOut() {
        #expect(
            output(
                #"""
                for (i = 0; i < 6; i++) {
                  try { if (i == 1) continue; if (i == 4) break; if (i == 2) error("two"); printf("%d ", i) }
                  catch (m) { printf("%s ", m); continue }
                  print(". ")
                }
                printf("i=%d", i)
                """#) == "0 . two 3 . i=4")
        #expect(
            output(
                #"printf("%d %d %s", f(1), f(0), g())"#,
                #"""
                function f(n) { try { if (n) return 11; error("e") } catch { return 22 } return 33 }
                function g() { try { error("a") } catch (m) { return m . "!" } return "no" }
                """#) == "11 22 a!")
        #expect(output(#"try { print("a"); next } catch { print("b") } print("c")"#) == "a")
        #expect(
            output(
                #"printf("%d %d", f(1), f(2))"#,
                "function f(n) { try { if (n == 1) next; error(\"x\") } catch { return 5 } } function f(n) { return 6 }"
            )
                == "6 5")
    }

    @Test("A function without an overload left fails at its call, not in its own try")
    func exhausted() {
        #expect(
            output(
                #"try { f() } catch (m) { print(m) }"#,
                #"function f() { try { next } catch { print("own") } }"#) == "all functions exhausted")
    }

    @Test("An abandoned foreach leaves the array as it is")
    func iterations() {
        #expect(
            output(
                #"""
                for (i = 0; i < 4; i++) a[i] = i * i
                for (n = 0; n < 3; n++) try { foreach (k in a-) { foreach (j in a) if (k + j == 5) error(sprintf("%d%d", k, j)) } }
                catch (m) { printf("%s ", m) }
                foreach (v = k in a) { try { if (k == 2) error("skip"); printf("%d=%d ", k, v) } catch { print("- ") } }
                a[9] = 1; delete a[0]
                foreach (k in a) printf("%d", k)
                """#, "global a") == "32 32 32 3=9 - 1=1 0=0 3219")
    }

    @Test("MAXACTION, abort() and exit() cannot be caught")
    func uncatchable() {
        var settings = ScriptSettings()
        settings.limits.maxActionInterruptible = 20
        let endless = evaluate(
            "probe begin { while (1) try { error(\"x\") } catch { print(\".\") } }\nprobe error { print(\"E\") }",
            settings)
        #expect(endless.output.hasSuffix("E"))
        #expect(endless.errors.first?.hasPrefix("ERROR: MAXACTION exceeded near ") == true)
        #expect(endless.errors.last == "WARNING: Number of errors: 1, skipped probes: 0")
        let nested = evaluate(
            #"""
            function f() { while (1) g++ } global g
            probe begin { try { f() } catch { print("caught") } }
            probe error { println(g > 5) }
            """#, settings)
        #expect(nested.output == "1\n")
        #expect(nested.status == 1)
        #expect(output(#"try { exit(); print("on ") } catch { print("c") } print("end")"#) == "on end")
        #expect(output(#"try { abort(); print("on ") } catch { print("c") } print("end")"#) == "")
        #expect(
            output(#"try { f() } catch { print("c") } print("end")"#, "function f() { abort() println(1) }") == "")
    }

    @Test("MAXNESTING is an error like others")
    func nestingLimit() {
        #expect(
            output(
                #"try { f(1) } catch (m) { printf("%s %d", m, n) }"#, "global n function f(x) { n++; f(x + 1) }")
                == "MAXNESTING exceeded 11")
    }

    @Test("Caught errors are not counted; the next uncaught one names its own place")
    func counts() {
        let outcome = evaluate(
            "probe begin {\n  try { error(\"a\") } catch (m) { println(m) }\n  error(\"b\")\n}\nprobe error { println(2) }"
        )
        #expect(outcome.output == "a\n2\n")
        #expect(
            outcome.errors == [
                "ERROR: b near identifier 'error' at <input>:3:3 in probe begin",
                "WARNING: Number of errors: 1, skipped probes: 0",
            ])
        let inside = evaluate(
            "function f() {\n  error(\"in f\")\n}\nprobe begin {\n  try { error(\"a\") } catch {\n    f() }\n}")
        #expect(
            inside.errors.first
                == "ERROR: in f near identifier 'error' at <input>:2:3 (called from identifier 'f' at <input>:6:5)"
                + " in probe begin")
    }

    @Test("A long message is cut as every string")
    func longMessage() {
        var settings = ScriptSettings()
        settings.limits.maxStringLength = 16
        let outcome = evaluate(
            #"probe begin { try { error("0123456789abcdefghij") } catch (m) { println(m); println(strlen(m)) } }"#,
            settings)
        #expect(outcome.output == "0123456789abcde\n15\n")
    }

    @Test("A try that does nothing is dropped with its handler")
    func elided() {
        #expect(output(#"try { } catch { print("never") } print("end")"#) == "end")
        #expect(output(#"try { x = 1 / 0 } catch { print("never") } print("end")"#) == "end")
    }
}
