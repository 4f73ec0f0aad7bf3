// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@testable import Evaluator

/// Scripts and what they print, by section of the language.
@Suite struct GoldenTests {
    private func output(_ body: String, _ declarations: String = "") -> String {
        let outcome = evaluate("\(declarations)\nprobe begin { \(body) }")
        if !outcome.errors.isEmpty || outcome.status != 0 {
            Issue.record("\(body): \(outcome.errors)")
        }
        return outcome.output
    }

    // MARK: 3.3 Integers

    @Test func arithmeticWrapsAndTruncates() {
        #expect(output("println(9223372036854775807 + 1)") == "-9223372036854775808\n")
        #expect(
            output("x = -9223372036854775807 - 1; y = -1; println(x / y); println(x % y)")
                == "-9223372036854775808\n0\n")
        #expect(
            output("x = -7; println(x / 2); println(x % 2); println(x >> 1); println(x >>> 60)") == "-3\n-1\n-4\n15\n")
        #expect(output("n = 65; println(1 << n); println(~n); println(!n); println(!!n)") == "2\n-66\n0\n1\n")
        #expect(output("x = 5; println(x++); println(++x); println(x--); println(--x)") == "5\n7\n7\n5\n")
        #expect(output("a[1] = 5; println(a[1]++); println(++a[1])", "global a") == "5\n7\n")
        #expect(
            output(
                "println(3 && 2); println(0 || 0); println(0 && f()); println(2 > 1 ? 8 : 9)",
                "function f() { println(\"f\"); return 1 }") == "1\n0\n0\n8\n")
    }

    @Test func divisionByZeroIsAnError() {
        for operation in ["/", "%"] {
            let outcome = evaluate(
                "global z\nprobe begin {\n  println(7 \(operation) z)\n}\nprobe error { println(\"e\") } probe end { println(\"x\") }"
            )
            #expect(outcome.output == "e\n")
            #expect(outcome.status == 1)
            #expect(
                outcome.errors == [
                    "ERROR: division by 0 near operator '\(operation)' at <input>:3:13 in probe begin",
                    "WARNING: Number of errors: 1, skipped probes: 0",
                ])
        }
    }

    // MARK: 3.4 Strings

    @Test func stringsAreCutAndCompareAsBytes() {
        #expect(output("s = \"ab\"; for (i = 0; i < 10; i++) s = s . s; println(strlen(s))") == "511\n")
        #expect(
            output(
                "println(\"abc\" < \"abd\"); println(\"\\xff\" > \"a\"); println(\"a\" == \"a\"); println(\"ab\" >= \"abc\")"
            ) == "1\n1\n1\n0\n")
        #expect(output("s = \"a\"; s .= \"b\" . \"c\"; s = s . s; println(s)") == "abcabc\n")
        #expect(output("println(\"ab\\0cd\" . \"e\")") == "abe\n")
    }

    // MARK: 3.6 Arrays

    @Test func arraysIterateInTheOrderOfInsertion() {
        let fill = "a[3] = 30; a[1] = 10; a[2] = 20; a[3] = 31; "
        #expect(output(fill + "foreach (k in a) printf(\"%d=%d \", k, a[k])", "global a") == "3=31 1=10 2=20 ")
        #expect(
            output(fill + "delete a[1]; a[1] = 5; foreach (v = k in a) printf(\"%d=%d \", k, v)", "global a")
                == "3=31 2=20 1=5 ")
        #expect(
            output(fill + "foreach (k+ in a) printf(\"%d \", k); foreach (k in a) printf(\"%d \", k)", "global a")
                == "1 2 3 1 2 3 ")
        #expect(output(fill + "foreach (k in a-) printf(\"%d \", k)", "global a") == "3 2 1 ")
        #expect(
            output(
                fill + "foreach (k in a+ limit 2) printf(\"%d \", k); foreach (k in a) printf(\"%d \", k)", "global a")
                == "1 2 1 2 3 ")
        #expect(
            output(fill + "foreach (k in a limit 0) print(k); foreach (k in a limit -1) print(k)", "global a") == "")
        #expect(
            output(fill + "println([1] in a); println(9 in a); delete a; println(1 in a); println(a[1])", "global a")
                == "1\n0\n0\n0\n")
    }

    @Test func slicesSelectAndCountAgainstTheLimit() {
        let fill = "a[1, \"x\"] = 1; a[2, \"y\"] = 2; a[3, \"x\"] = 3; a[4, \"x\"] = 4; "
        #expect(output(fill + "foreach ([i, s] in a[*, \"x\"]) printf(\"%d%s \", i, s)", "global a") == "1x 3x 4x ")
        #expect(output(fill + "foreach ([i, s] in a[*, \"x\"] limit 3) printf(\"%d \", i)", "global a") == "1 3 ")
        #expect(output(fill + "foreach ([i, s-] in a) printf(\"%d%s \", i, s)", "global a") == "2y 1x 3x 4x ")
        #expect(
            output(
                fill
                    + "println([*, \"y\"] in a); println([5, *] in a); delete a[*, \"x\"]; foreach ([i, s] in a) printf(\"%d%s\", i, s)",
                "global a") == "1\n0\n2y")
        #expect(output(fill + "foreach ([i, s] in a[*, \"y\"]) {} println(i, s)", "global a") == "4x\n")
    }

    @Test func fullArraysAreAnErrorOrWrap() {
        let outcome = evaluate("global a[2]\nprobe begin { a[1] = 1; a[2] = 2; a[1] = 3\n a[3] = 4 }")
        #expect(
            outcome.errors.first
                == "ERROR: Array overflow, check size limit (2) near identifier 'a' at <input>:3:2 in probe begin")
        var settings = ScriptSettings()
        settings.limits.maxMapEntries = 1
        let second = evaluate("global a\nprobe begin { a[\"x\"] = 1; a[\"y\"]++ }", settings)
        #expect(
            second.errors.first
                == "ERROR: Array overflow, check MAXMAPENTRIES near identifier 'a' at <input>:2:27 in probe begin")
        #expect(output("for (i = 0; i < 5; i++) a[i] = i; foreach (k in a) print(k)", "global a%[3]") == "234")
        #expect(
            output(
                "a[1]=5; a[2]=9; a[3]=7; foreach (k in a-) print(k); a[4]=1; foreach (k in a) print(k)", "global a%[3]")
                == "231234")
    }

    @Test func stringValuesAndManyKeysAreKept() {
        #expect(
            output(
                "a[1,2,3,4,5,6,7,8,\"n\"] = \"nine\"; println(a[1,2,3,4,5,6,7,8,\"n\"]); println(a[1,2,3,4,5,6,7,8,\"m\"] == \"\")",
                "global a") == "nine\n1\n")
        #expect(
            output(
                "for (i = 0; i < 300; i++) s[i % 7] = s[i % 7] . \"ab\"; foreach (v = k in s) print(strlen(v), \" \")",
                "global s") == "86 86 86 86 86 86 84 ")
    }

    // MARK: 3.8 Functions

    @Test func functionsCallByValueAndRecurse() {
        #expect(output("println(f(10))", "function f(n) { return n <= 1 ? 1 : n * f(n - 1) }") == "3628800\n")
        #expect(
            output("s = \"a\"; t = f(s); println(s, t)", "function f(s) { s = s . \"b\"; return s . \"c\" }")
                == "aabc\n")
        #expect(
            output(
                "println(f(5)); println(f(50))",
                "function f(n) { if (n > 9) next; return 1 }\nfunction f(n) { return 2 }") == "1\n2\n")
        #expect(
            output("println(f() . \"|\"); println(g())", "function f:string() { }\nfunction g:long() { }") == "|\n0\n")
    }

    @Test func errorsCarryTheirCalls() {
        let outcome = evaluate(
            "function f(n) { g(n) }\nfunction g(n) { error(\"bad \" . sprint(n)) }\nprobe begin { f(7) }")
        #expect(
            outcome.errors.first
                == "ERROR: bad 7 near identifier 'error' at <input>:2:17 (called from identifier 'g' at <input>:1:17)"
                + " (called from identifier 'f' at <input>:3:15) in probe begin")
        let endless = evaluate("function f() { f() log(\"never\") }\nprobe begin { f() }")
        #expect(
            endless.errors.first?.hasPrefix(
                "ERROR: MAXNESTING exceeded near identifier 'f' at <input>:1:16 (called from") == true)
        #expect(endless.output == "")
    }

    @Test func statementsAreLimited() {
        let outcome = evaluate("probe begin { while (1) i++; println(i) }")
        #expect(outcome.errors.first == "ERROR: MAXACTION exceeded near keyword at <input>:1:15 in probe begin")
        #expect(outcome.status == 1)
        var settings = ScriptSettings()
        settings.limits.suppressTimeLimits = true
        #expect(evaluate("probe begin { while (i < 100000) i++; println(i) }", settings).output == "100000\n")
    }

    // MARK: 3.9, 3.11 Errors and the end

    @Test func exitSkipsBeginProbesAndRunsEndProbes() {
        let outcome = evaluate(
            "probe begin(2) { println(\"no\") } probe begin(-1) { println(\"a\") } probe begin { exit(); println(\"b\") }"
                + " probe end(1) { println(\"d\") } probe end { println(\"c\") } probe error { println(\"e\") }")
        #expect(outcome == ScriptOutcome(output: "a\nb\nc\nd\n", errors: [], status: 0))
        #expect(evaluate("probe begin { abort(); println(1) } probe end { println(2) }").output == "2\n")
    }

    @Test func toleratedErrorsDoNotStop() {
        var settings = ScriptSettings()
        settings.limits.maxErrors = 1
        let outcome = evaluate("probe begin { error(\"one\") } probe begin(1) { println(2) }", settings)
        #expect(outcome.output == "2\n")
        #expect(outcome.status == 0)
        #expect(outcome.errors.last == "WARNING: Number of errors: 1, skipped probes: 0")
    }

    @Test func warningsAreShownOnce() {
        let script = "probe begin { warn(\"w\\n\"); warn(\"w\\n\"); warn(\"v\"); log(\"out\") }"
        let outcome = evaluate(script)
        #expect(outcome == ScriptOutcome(output: "out\n", errors: ["WARNING: w", "WARNING: v"], status: 0))
        var settings = ScriptSettings()
        settings.facts.verbosity = 1
        #expect(evaluate(script, settings).errors == ["WARNING: w", "WARNING: w", "WARNING: v"])
    }

    // MARK: 4.1 Print family

    @Test func thePrintFamilyJoins() {
        #expect(output("print(1, \"a\", 2); println(\"b\", 3); println()") == "1a2b3\n\n")
        #expect(output("printd(\"|\", 1, \"a\"); printdln(\", \", \"x\", 2, 3)") == "1|ax, 2, 3\n")
        #expect(
            output(
                "print(sprint(1, \"a\") . sprintln(2) . sprintd(\"-\", 1, 2) . sprintdln(\"-\", 3, 4) . sprintf(\"%d%%\", 5))"
            ) == "1a2\n1-23-4\n5%")
        #expect(output("print_char(65); print_char(10)") == "A\n")
        #expect(output("s = sprintf(\"%600s\", \"x\"); println(strlen(s))") == "511\n")
        #expect(output("printf(\"%9000s\", \"x\"); printf(\"|\")").utf8.count == 8193)
    }

    // MARK: 4.6 Display

    @Test func writtenGlobalsAreDisplayed() {
        let outcome = evaluate(
            "global n, s, a, b, read\nprobe begin { n++; s = \"q\\\"r\"; a[\"k\", 5] = 7; a[\"j\", 6] = 9; b[5] = \"v\"; b[6] = \"w\"; read = 1; println(read) }"
        )
        #expect(outcome.output == "1\nn=1\ns=\"q\"r\"\na[\"j\",6]=9\na[\"k\",5]=7\nb[6]=\"w\"\nb[5]=\"v\"\n")
    }
}

/// Programs in which the machine fuses instructions.
@Suite struct FusionTests {
    private func output(_ script: String) -> String {
        let outcome = evaluate(script)
        return outcome.errors.isEmpty ? outcome.output : outcome.errors.joined(separator: "\n")
    }

    @Test func loopsOfAllDirectionsEnd() {
        #expect(output("probe begin { for (i = 0; i < 5; i++) print(i) }") == "01234")
        #expect(output("probe begin { for (i = 0; i < 9; i += 4) print(i); print(i) }") == "04812")
        #expect(output("probe begin { n = 3; for (i = -2; i < n; i += 2) print(i) }") == "-202")
        #expect(output("probe begin { for (i = 5; i > 0; i--) print(i) }") == "54321")
        #expect(output("probe begin { for (i = 5; i >= 0; i -= 300) print(i); print(i) }") == "5-295")
        #expect(output("probe begin { for (i = 0; i <= 300; i += 200) print(i) }") == "0200")
        #expect(
            output("probe begin { i = 9; while (i != 0) { i -= 3; print(i) } do_nothing() } function do_nothing() {}")
                == "630")
        #expect(
            output("probe begin { for (i = 0; i < 3; i++) for (j = i; j < 3; j++) print(i, j, \" \") }")
                == "00 01 02 11 12 22 ")
        #expect(
            output("probe begin { for (i = 0; i < 10; i++) { if (i % 2) continue; if (i > 6) break; print(i) } }")
                == "0246")
    }

    @Test func stepsByVariablesAndSmallValuesOfElements() {
        #expect(output("probe begin { k = 3; for (i = 1; i < 12; i += k) print(i, \" \"); print(i) }") == "1 4 7 10 13")
        #expect(output("probe begin { for (i = 1; i < 50; i += i) print(i, \" \"); print(i) }") == "1 2 4 8 16 32 64")
        #expect(
            output("probe begin { k = 1; for (i = 0; i < 20; k += i) { i += k; print(i, \" \") } }") == "1 3 8 21 ")
        #expect(
            output(
                "global a probe begin { a[1] = -128; a[2] = 127; a[3] = 128; a[1000] = 1; print(a[1], a[2], a[3], a[1000]) }"
            )
                == "-1281271281")
    }

    @Test func loopsOverArraysWithManyGapsVisitWhatIsLeft() {
        let fill = "global a probe begin { for (i = 0; i < 1000; i++) a[i] = i * 2; "
        #expect(
            output(
                fill
                    + "for (i = 0; i < 1000; i++) if (i % 100 != 50) delete a[i]; foreach (v = k in a limit 3) print(k, \"=\", v, \" \"); print(a[950], [949] in a) }"
            )
                == "50=100 150=300 250=500 19000")
        #expect(output(fill + "while (n < 997) foreach (k in a) { n++; break } print(n) }") == "997")
        #expect(
            output(
                "global q probe begin { for (i = 0; i < 300; i++) q[i] = i; while ([299] in q) { foreach (k in q) break; s += q[k]; delete q[k]; n++ } print(n, \" \", s) }"
            )
                == "300 44850")
    }

    @Test func fullArraysThatWereSortedDropTheOldest() {
        #expect(
            output(
                "global a%[5] probe begin { for (i = 0; i < 5; i++) a[i] = i * 7 % 5; foreach (k in a-) s .= sprint(k); for (i = 5; i < 13; i++) { a[i] = i; foreach (k in a) t .= sprint(k) . \",\"; t .= \" \" } print(s, \" \", t) }"
            )
                == "24130 2,4,1,3,5, 2,4,3,5,6, 4,3,5,6,7, 4,5,6,7,8, 5,6,7,8,9, 6,7,8,9,10, 7,8,9,10,11, 8,9,10,11,12, "
        )
    }

    @Test func incrementsOfElementsKeepTheirValues() {
        #expect(output("global a probe begin { a[1]++; a[1] += 100; a[1]--; x = a[1]++; print(x, a[1]) }") == "100101")
        #expect(
            output(
                "global a probe begin { for (i = 0; i < 6; i++) a[i % 2, \"k\"] += -3; print(a[0, \"k\"], a[1, \"k\"]) }"
            ) == "-9-9")
        #expect(output("global n probe begin { n++; n += 5; n -= 300; x = n++; print(n, x, ++n) }") == "-293-294-292")
    }

    @Test func longKeysAreTold() {
        let keys = """
            global a
            probe begin {
              for (i = 1; i < 40; i++) { key = sprintf("%*s", i, "x"); a[key] += i; a[key . "y"] += 1 }
              for (i = 1; i < 40; i++) { key = sprintf("%*s", i, "x"); s += a[key] - i; t += a[key . "y"] }
              print(s, " ", t)
            }
            """
        #expect(output(keys) == "0 39")
    }
}
