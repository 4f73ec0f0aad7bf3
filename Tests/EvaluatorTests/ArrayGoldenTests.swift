// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@testable import Evaluator

/// Arrays and foreach, sentence by sentence of sections 2.5 and 3.6 of the language.
@Suite struct ArrayGoldenTests {
    private func output(_ body: String, _ declarations: String = "global a") -> String {
        let outcome = evaluate("\(declarations)\nprobe begin { \(body) }")
        if !outcome.errors.isEmpty || outcome.status != 0 { Issue.record("\(body): \(outcome.errors)") }
        return outcome.output
    }

    // MARK: Elements

    @Test func readingCreatesNothing() {
        #expect(
            output(
                "a[9] = 1; delete a[9]; println(a[1], s[1], \"|\"); foreach (k in a) print(k); s[2] = \"\"",
                "global a, s") == "0|\n")
        #expect(output("x = a[5]; println(x, 5 in a); a[5] = 0; println(5 in a)") == "00\n1\n")
        #expect(output("s[1] = \"\"; println(1 in s, 2 in s)", "global s") == "10\n")
    }

    @Test func changingCreatesOnDemand() {
        #expect(output("a[1]++; a[2] += 5; --a[3]; a[4]--; foreach (k in a) print(k, a[k], \" \")") == "11 25 3-1 4-1 ")
        #expect(output("s[1] .= \"x\"; s[1] .= \"y\"; println(s[1])", "global s") == "xy\n")
        #expect(output("a[1] |= 6; a[1] <<= 2; a[1] %= 7; println(a[1])") == "3\n")
    }

    @Test func keysCompareByContent() {
        #expect(output("a[\"x\" . \"y\"] = 1; k = \"x\"; k .= \"y\"; println(a[k], a[\"xy\"], a[\"xy \"])") == "110\n")
        #expect(output("a[\"\", \"b\"] = 1; a[\"b\", \"\"] = 2; println(a[\"\", \"b\"], a[\"b\", \"\"])") == "12\n")
        #expect(output("a[1, \"k\"] = 1; a[-1, \"k\"] = 2; println(a[1, \"k\"], a[-1, \"k\"])") == "12\n")
        // Keys are cut where strings are.
        #expect(
            output("for (i = 0; i < 10; i++) k = k == \"\" ? \"abcd\" : k . k; a[k] = 7; k = k . \"z\"; println(a[k])")
                == "7\n")
    }

    @Test func keysAreEvaluatedBeforeRightSides() {
        #expect(output("a[i++] = i; a[i++] = i; foreach (k in a) print(k, a[k], \" \")") == "01 12 ")
    }

    @Test func deletingWhatIsAbsentIsFine() {
        #expect(output("delete a[7]; a[1] = 1; delete a[2]; delete a[1]; delete a[1]; println(1 in a)") == "0\n")
        #expect(
            output("a[1, 2] = 3; delete a[*, 9]; println([1, 2] in a); delete a[*, *]; println([1, *] in a)")
                == "1\n0\n")
        #expect(
            output(
                "n = 5; delete n; println(n); g = 6; delete g; println(g); s = \"x\"; delete s; println(s, \"|\")",
                "global g, s") == "0\n0\n|\n")
    }

    // MARK: Capacity

    @Test func fullArraysWrapByAge() {
        // Writing to an element does not make it younger; deleting and inserting does.
        #expect(
            output("a[1] = 1; a[2] = 2; a[3] = 3; a[1] = 9; a[4] = 4; foreach (k in a) print(k)", "global a%[3]")
                == "234")
        #expect(
            output(
                "a[1] = 1; a[2] = 2; a[3] = 3; delete a[1]; a[1] = 1; a[4] = 4; foreach (k in a) print(k)",
                "global a%[3]") == "314")
        var settings = ScriptSettings()
        settings.limits.maxMapEntries = 2
        #expect(
            evaluate(
                "global a% probe begin { a[1]++; a[2]++; a[3]++; println(1 in a, 2 in a, 3 in a) }", settings
            ).output == "011\n")
    }

    @Test func changingAFullArrayIsNoInsertion() {
        #expect(output("a[1] = 1; a[2] = 2; a[1]++; a[2] += 3; println(a[1], a[2], a[3])", "global a[2]") == "250\n")
    }

    @Test(arguments: ["a[3] = 1", "a[3]++", "a[3] += 2", "--a[3]"])
    func everyInsertionIsLimited(statement: String) {
        let outcome = evaluate("global a[2] probe begin { a[1] = 1; a[2] = 1;\n  \(statement) }")
        let column = statement.hasPrefix("--") ? 5 : 3
        #expect(
            outcome.errors == [
                "ERROR: Array overflow, check size limit (2) near identifier 'a' at <input>:2:\(column) in probe begin",
                "WARNING: Number of errors: 1, skipped probes: 0",
            ])
    }

    // MARK: Order

    @Test func sortingReordersForGood() {
        let fill = "a[3] = 1; a[1] = 3; a[2] = 2; "
        #expect(output(fill + "foreach (k in a+) ; foreach (k in a) print(k)") == "321")
        #expect(
            output(fill + "foreach (k- in a) print(k); foreach (k in a) print(k); a[0] = 5; foreach (k in a) print(k)")
                == "3213213210")
        #expect(output(fill + "foreach (v- = k in a) print(k, v, \" \")") == "13 22 31 ")
        #expect(output(fill + "foreach (k in a-) break; foreach (k in a) print(k)") == "123")
        // Equal elements keep their order, up and down.
        let equal = "a[\"b\"] = 1; a[\"a\"] = 1; a[\"d\"] = 2; a[\"c\"] = 1; "
        #expect(output(equal + "foreach (k in a+) print(k); foreach (k in a-) print(k)") == "bacddbac")
        #expect(
            output("a[9] = \"b\"; a[8] = \"a\"; a[7] = \"ba\"; foreach (k in a+) print(k); foreach (k in a-) print(k)")
                == "897798")
    }

    @Test func smallLimitsPutOnlyTheFirstInPlace() {
        let fill = "for (i = 0; i < 50; i++) a[i] = (i * 7) % 50; "
        // 43 has 301 % 50 = 1 … the largest are 49 (7), 48 (14) and 47 (21).
        #expect(
            output(
                fill
                    + "foreach (k in a- limit 3) print(k, \" \"); foreach (k in a) { print(k, \" \"); if (++n == 6) break }"
            )
                == "7 14 21 7 14 21 0 1 2 ")
        // Beyond that, all are sorted.
        #expect(
            output(
                fill
                    + "foreach (k in a- limit 31) n++; n = 0; foreach (k in a) { m = a[k]; if (n++ && m > last) bad++; last = m } print(n, bad)"
            )
                == "500")
        #expect(output(fill + "foreach (k in a- limit 0) print(k); foreach (k in a) { print(k); break }") == "7")
    }

    @Test func anyKeySorts() {
        let fill = "a[2, \"x\"] = 1; a[1, \"z\"] = 2; a[3, \"y\"] = 3; "
        #expect(output(fill + "foreach ([i+, s] in a) print(i, s)") == "1z2x3y")
        #expect(output(fill + "foreach ([i, s-] in a) print(i, s)") == "1z3y2x")
        #expect(output(fill + "foreach (v = [i, s] in a- limit 2) print(i, s, v)") == "3y31z2")
        #expect(output("a[-5] = 1; a[5] = 1; a[0] = 1; foreach (k+ in a) print(k, \" \")") == "-5 0 5 ")
        #expect(output("a[\"\\xff\"] = 1; a[\"b\"] = 1; a[\"ab\"] = 1; foreach (k+ in a) print(strlen(k))") == "211")
    }

    // MARK: foreach

    @Test func limitAndSliceAreEvaluatedOnce() {
        let functions = "global a, calls function n() { calls++; return 2 } function s() { calls++; return \"x\" }"
        #expect(
            output(
                "a[1, \"x\"] = 1; a[2, \"x\"] = 2; a[3, \"y\"] = 3; foreach ([i, t] in a[*, s()] limit n()) print(i); println(calls)",
                functions) == "122\n")
        #expect(
            output(
                "a[1, \"x\"] = 1; a[2, \"x\"] = 2; t = \"x\"; foreach ([i, u] in a[*, t]) { t = \"y\"; print(i) }")
                == "12")
        #expect(output("for (i = 0; i < 5; i++) a[i] = i; m = 2; foreach (k in a limit m) { m = 5; print(k) }") == "01")
    }

    @Test func theLimitCountsWhatTheSliceSkips() {
        let fill = "a[1, \"y\"] = 1; a[2, \"x\"] = 2; a[3, \"y\"] = 3; a[4, \"x\"] = 4; "
        #expect(output(fill + "foreach ([i, s] in a[*, \"x\"] limit 3) print(i)") == "2")
        #expect(output(fill + "foreach ([i, s] in a[*, \"x\"] limit 4) print(i)") == "24")
        #expect(output(fill + "foreach ([i, s] in a[*, \"x\"]- limit 2) print(i)") == "4")
    }

    @Test func loopVariablesKeepTheirLastValues() {
        #expect(output("a[4] = 5; a[6] = 7; foreach (v = k in a) ; println(k, v)") == "67\n")
        #expect(output("a[4] = 5; k = 9; v = 8; delete a[4]; foreach (v = k in a) ; println(k, v)") == "98\n")
        #expect(
            output("a[1, \"x\"] = 5; a[2, \"y\"] = 6; foreach (v = [i, s] in a[1, *]) ; println(i, s, v)") == "2y5\n")
        #expect(output("a[4] = 5; a[6] = 7; foreach (k in a) break; println(k)") == "4\n")
    }

    @Test func assigningLoopVariablesDisturbsNothing() {
        #expect(
            output("a[1] = 5; a[2] = 6; a[3] = 7; foreach (v = k in a) { k = 100; v = 100; n++ } println(n, a[1])")
                == "35\n")
        #expect(
            output(
                "a[1] = 5; a[2] = 6; foreach (g in a) f(); println(g)", "global a, g function f() { print(g); g = 9 }")
                == "129\n")
    }

    @Test func loopsNest() {
        #expect(output("a[1] = 1; a[2] = 2; foreach (i in a) foreach (j in a) print(i, j, \" \")") == "11 12 21 22 ")
        #expect(
            output("a[1] = 1; a[2] = 2; foreach (i in a) { foreach (j in a) break; print(i, j, \" \") }") == "11 21 ")
        #expect(
            output(
                "a[1] = 1; a[2] = 2; f(2)",
                "global a function f(n) { if (n == 0) return 0; foreach (k in a) { print(n, k, \" \"); f(n - 1) } }")
                == "21 11 12 22 11 12 ")
        #expect(
            output(
                "a[1] = 1; b[1] = 2; foreach (k in a) { b[k + 1] = k; delete b[1] } foreach (k in b) print(k, b[k])",
                "global a, b") == "21")
    }

    @Test func errorsLeaveLoops() {
        var settings = ScriptSettings()
        settings.limits.maxErrors = 5
        let outcome = evaluate(
            "global a probe begin { a[1] = 1; a[2] = 2; foreach (k in a) error(sprint(k)) } probe end { foreach (k in a) println(k) }",
            settings)
        #expect(outcome.output == "1\n2\n")
        #expect(outcome.errors.first == "ERROR: 1 near identifier 'error' at <input>:1:61 in probe begin")
    }

    // MARK: Display

    @Test func displayIsTheLastOfTheEndProbesWithZero() {
        #expect(
            evaluate(
                "global n probe begin { n = 5 } probe end(1) { println(\"late\") } probe end { println(\"end\") } probe end(-1) { println(\"early\") }"
            ).output == "early\nend\nn=5\nlate\n")
        let failed = evaluate("global n probe begin { n = 5; error(\"x\") } probe error { println(\"e\") }")
        #expect(failed.output == "e\n")
    }

    @Test func displayFollowsTheDeclarations() {
        #expect(
            evaluate(
                "global z, a, s, n = 3 probe begin { z = 1; a[\"x\"] = 1; a[\"y\"] = 2; a[\"w\"] = 2; s = \"t\"; n = 4 }"
            ).output == "z=1\na[\"y\"]=2\na[\"w\"]=2\na[\"x\"]=1\ns=\"t\"\nn=4\n")
        #expect(evaluate("global n, m probe begin { n++; ++m; m--; m += 2 }").output == "n=1\nm=2\n")
        #expect(evaluate("global n, m probe begin { x = n++; println(x); println(m); m = 1 }").output == "0\n0\n")
    }
}
