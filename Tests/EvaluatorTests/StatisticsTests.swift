// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@testable import Evaluator

/// Statistics and their histograms as scripts see them: sections 3.7, 4.4 and 4.6 of the language.
@Suite struct StatisticsTests {
    private func output(_ body: String, _ declarations: String = "global x") -> String {
        let outcome = evaluate("\(declarations)\nprobe begin { \(body) }")
        if !outcome.errors.isEmpty || outcome.status != 0 { Issue.record("\(body): \(outcome.errors)") }
        return outcome.output
    }

    private func error(_ script: String) -> String? { evaluate(script).errors.first }

    // MARK: Values

    @Test func operatorsReadWhatWasAdded() {
        #expect(
            output("x <<< 5; x <<< -7; x <<< 9; println(@count(x), \" \", @sum(x), \" \", @min(x), \" \", @max(x))")
                == "3 7 -7 9\n")
        // Truncated, not rounded down.
        #expect(output("x <<< -3; x <<< -4; println(@avg(x))") == "-3\n")
        #expect(output("x <<< 3; x <<< 4; println(@avg(x))") == "3\n")
        // `<<<` is an assignment whose value is that of its right side.
        #expect(output("y = x <<< 5; println(y, @sum(x))") == "55\n")
        #expect(output("x <<< y = 4; println(y, @sum(x))") == "44\n")
        #expect(
            output("x <<< 9223372036854775807; x <<< 1; println(@sum(x), @max(x))")
                == "-92233720368547758089223372036854775807\n")
    }

    @Test func emptyStatisticsCountNothing() {
        #expect(output("println(@count(x), @sum(x)); delete x") == "00\n")
        #expect(output("println(@count(a[\"k\"]), @sum(a[\"k\"]), \"k\" in a); delete a[\"k\"]", "global a") == "000\n")
        #expect(output("x <<< 1; delete x; println(@count(x))") == "0\n")
    }

    @Test(arguments: [
        ("println(@min(x))", "operator '@min' at <input>:2:11"),
        ("println(@max(x))", "operator '@max' at <input>:2:11"),
        ("println(@avg(x))", "operator '@avg' at <input>:2:11"),
        ("println(@variance(x))", "operator '@variance' at <input>:2:11"),
        ("x <<< 1; delete x; print(@hist_log(x))", "identifier 'print' at <input>:2:22"),
        ("println(sprint(@hist_log(x)))", "identifier 'sprint' at <input>:2:11"),
        ("println(@hist_log(x)[3])", "operator '@hist_log' at <input>:2:11"),
        ("foreach (b in @hist_log(x)) println(b)", "operator '@hist_log' at <input>:2:17"),
    ])
    func emptyAggregatesAreErrors(statement: String, place: String) {
        let outcome = evaluate("global x probe begin {\n  \(statement) } probe end { x <<< 1 }")
        #expect(
            outcome
                == ScriptOutcome(
                    output: "",
                    errors: [
                        "ERROR: empty aggregate near \(place) in probe begin",
                        "WARNING: Number of errors: 1, skipped probes: 0",
                    ], status: 1))
    }

    @Test func theVarianceIsTheOneOfTheText() {
        #expect(output("x <<< 444; x <<< 999; println(@variance(x, 7))") == "154012\n")
        // Without a shift: M = 444; d = 555, M = 444 + 277 = 721, Q = 555 * 278 = 154290; A = 1443/2 = 721.
        #expect(output("x <<< 444; x <<< 999; println(@variance(x))") == "154290\n")
        #expect(output("x <<< 5; println(@variance(x, 7))") == "0\n")
        // 1, 2, 4: M = 1; d = 1, M = 1 + 1/2 = 1, Q = 1 * (2 - 1) = 1; d = 3, M = 1 + 3/3 = 2, Q = 1 + 3 * (4 - 2) = 7;
        // var = 7/2 = 3; A = 7/3 = 2; S = 3 * 0 + 2 * 3 = 6; 6/2 = 3.
        #expect(output("x <<< 1; x <<< 2; x <<< 4; println(@variance(x))") == "3\n")
        // The deviation is cut to 32 bits: d = int32(2^32 + 4) = 4, M = 2, Q = 4 * (2^32 + 4 - 2);
        // A = (2^32 + 4)/2; S = 2 * (2 - A)^2 + Q = 2 * 2^62 + 17179869192, which is INT64_MIN + 17179869192.
        #expect(output("x <<< 0; x <<< 4294967300; println(@variance(x))") == "-9223372019674906616\n")
    }

    // MARK: Histograms

    private let sample = """
        value |-------------------------------------------------- count
          300 |                                                   0
          350 |                                                   0
          400 |@                                                  1
          450 |                                                   0
          500 |                                                   0
              ~
          850 |                                                   0
          900 |                                                   0
          950 |@                                                  1
         1000 |                                                   0
         1050 |                                                   0


        """

    @Test func theSampleOfTheTextIsPrinted() {
        #expect(output("x <<< 444; x <<< 999; print(@hist_linear(x, 0, 1500, 50))") == sample)
        #expect(output("x <<< 444; x <<< 999; println(@hist_linear(x, 0, 1500, 50))") == sample)
        #expect(
            output("x <<< 444; x <<< 999; s = sprint(@hist_linear(x, 0, 1500, 50)); print(strlen(s), s)")
                == "511" + sample.prefix(511))
        #expect(
            output(
                "a[1, \"k\"] <<< 444; a[1, \"k\"] <<< 999; print(@hist_linear(a[1, \"k\"], 0, 1500, 50))", "global a")
                == sample)
    }

    @Test func outerBucketsAreMarked() {
        let text = output(
            "for (i = 0; i < 120; i++) x <<< i % 3 == 0 ? 5 : i % 3 == 1 ? 10 : 40; print(@hist_linear(x, 10, 30, 10))")
        // No width comes from ">30"; "<10" and ">30" fit the 5 columns of the header.
        let bar = String(repeating: "@", count: 40)
        #expect(
            text == """
                value |-------------------------------------------------- count
                  <10 |\(bar)           40
                   10 |\(bar)           40
                   20 |                                                    0
                   30 |                                                    0
                  >30 |\(bar)           40


                """)
    }

    @Test func barsAreScaledAndTruncated() {
        // 101 values at most: one column stands for 3; 101/3 = 33 columns, 5/3 = 1, 2/3 = 0.
        let text = output(
            "for (i = 0; i < 101; i++) x <<< 1; for (i = 0; i < 5; i++) x <<< 2; x <<< 4; x <<< 5; print(@hist_log(x))")
        #expect(
            text == """
                value |-------------------------------------------------- count
                    0 |                                                     0
                    1 |\(String(repeating: "@", count: 33))                  101
                    2 |@                                                    5
                    4 |                                                     2
                    8 |                                                     0
                   16 |                                                     0


                """)
    }

    @Test func negativeValuesHaveLogarithmicBuckets() {
        let text = output("x <<< -5; x <<< 0; print(@hist_log(x))")
        #expect(
            text == """
                value |-------------------------------------------------- count
                  -16 |                                                   0
                   -8 |                                                   0
                   -4 |@                                                  1
                   -2 |                                                   0
                   -1 |                                                   0
                    0 |@                                                  1
                    1 |                                                   0
                    2 |                                                   0


                """)
    }

    @Test func widthAndElisionAreSettable() {
        var settings = ScriptSettings()
        settings.limits.histWidth = 10
        settings.limits.histElision = 0
        let script = "global x probe begin { x <<< 1; x <<< 4; x <<< 5; print(@hist_log(x)) }"
        #expect(
            evaluate(script, settings).output == """
                value |---------- count
                      ~
                    1 |@          1
                      ~
                    4 |@@         2


                """)
        settings.limits.histElision = -1
        #expect(evaluate(script, settings).output.split(separator: "\n").count == 7)
    }

    @Test func aLargeHistogramIsNotCut() {
        var settings = ScriptSettings()
        settings.limits.suppressTimeLimits = true
        let script =
            "global x probe begin { for (i = 0; i < 126; i++) for (j = 0; j < 50; j++) x <<< i;"
            + " print(@hist_linear(x, 0, 125, 1)); println(\"end\") }"
        let lines = evaluate(script, settings).output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 130)
        #expect(lines[126] == "  125 |\(String(repeating: "@", count: 50)) 50")
        #expect(lines[127] == "")
        #expect(lines[128] == "end")
    }

    @Test(arguments: [
        ("@hist_linear(x, 0, 10, 0)", "histogram: interval cannot be zero."),
        ("@hist_linear(x, 0, 126, 1)", tooMany(126)), ("@hist_linear(x, 10, 0, 2)", tooMany(126)),
        ("@hist_linear(x, -9223372036854775808, 9223372036854775807, 1)", tooMany(126)),
        ("@hist_linear(x, -9223372036854775808, 0, -1)", tooMany(126)),
    ])
    func badBucketsKeepTheScriptFromStarting(histogram: String, problem: String) {
        let outcome = evaluate("global x probe begin { println(1); x <<< 1; print(\(histogram)) }")
        #expect(outcome == ScriptOutcome(output: "", errors: ["WARNING: \(problem)"], status: 1))
    }

    @Test func theNumberOfBucketsIsSettable() {
        var settings = ScriptSettings()
        settings.limits.maxBuckets = 4
        let script = "global x probe begin { x <<< 1; println(@hist_linear(x, 0, 2, 1)[2]) }"
        #expect(evaluate(script, settings).errors == ["WARNING: \(Self.tooMany(2))"])
        settings.limits.maxBuckets = 5
        #expect(evaluate(script, settings).output == "1\n")
    }

    static func tooMany(_ most: Int) -> String {
        """
        histogram: Number of buckets must be between 1 and \(most)
        Number_of_buckets = (stop - start) / interval.
        Please adjust your start, stop, and interval values.
        """
    }

    // MARK: Buckets

    @Test func bucketsAreIndexed() {
        #expect(
            output(
                "x <<< 0; x <<< 1; x <<< 3; x <<< -1; x <<< -9223372036854775808; x <<< 9223372036854775807;"
                    + " for (i = 0; i < 128; i++) if (@hist_log(x)[i]) printf(\"%d=%d \", i, @hist_log(x)[i])")
                == "0=1 63=1 64=1 65=1 66=1 127=1 ")
        // The upper bound has a bucket of its own: 0 | 0…9 | 10…19 | 20…29 | the rest.
        #expect(
            output(
                "for (i = -1; i < 32; i++) x <<< i; for (i = 0; i < 5; i++) printf(\"%d \", @hist_linear(x, 0, 20, 10)[i])"
            ) == "1 10 10 10 2 ")
        #expect(
            output(
                "a[\"k\"] <<< 7; println(@hist_log(a[\"k\"])[67]); println(@hist_log(a[\"k\"])[66])", "global a")
                == "1\n0\n")
    }

    @Test(arguments: ["-1", "5", "9223372036854775807"])
    func otherBucketsAreErrors(index: String) {
        #expect(
            error("global x probe begin {\n  x <<< 1; println(@hist_linear(x, 0, 20, 10)[\(index)]) }")
                == "ERROR: histogram index out of range near operator '@hist_linear' at <input>:2:20 in probe begin")
    }

    @Test func bucketsAreIn() {
        #expect(
            output(
                "for (i = -1; i <= 5; i++) print(i in @hist_linear(x, 0, 20, 10)); println([127] in @hist_log(y), 128 in @hist_log(y)); println(@count(x), @count(y))",
                "global x, y") == "0111110" + "10\n00\n")
    }

    @Test func bucketsAreIterated() {
        let fill = "for (i = -1; i < 32; i++) x <<< i; "
        #expect(output(fill + "foreach (b in @hist_linear(x, 0, 20, 10)) print(b); println(b)") == "012345\n")
        #expect(
            output(fill + "foreach (n = b in @hist_linear(x, 0, 20, 10)) printf(\"%d:%d \", b, n)")
                == "0:1 1:10 2:10 3:10 4:2 ")
        #expect(output(fill + "foreach (b- in @hist_linear(x, 0, 20, 10) limit 3) print(b)") == "012")
        #expect(output(fill + "n = 2; foreach (b in @hist_linear(x, 0, 20, 10) limit n) { n = 9; print(b) }") == "01")
        #expect(output(fill + "foreach (b in @hist_linear(x, 0, 20, 10) limit 0) print(b); println(\"-\")") == "-\n")
        // The loop variable is the counter.
        #expect(output(fill + "foreach (b in @hist_linear(x, 0, 20, 10)) { print(b); b += 1 }") == "024")
        #expect(
            output(
                fill + "foreach (b in @hist_linear(x, 0, 20, 10)) { if (b == 1) continue; if (b == 3) break; print(b) }"
            ) == "02")
        #expect(
            output(
                fill + "foreach (g in @hist_linear(x, 0, 20, 10)) f(); println(g)",
                "global x, g function f() { print(g) }") == "012345\n")
        #expect(
            output(
                "a[1] <<< 3; k = 1; foreach (n = b in @hist_linear(a[k], 0, 4, 2)) { k = 5; print(n) }", "global a")
                == "00100")
        #expect(
            output(
                "x <<< 1; foreach (i in @hist_linear(x, 0, 0, 1) limit 2) foreach (j in @hist_linear(x, 0, 0, 1) limit 2) print(i, j, \" \")"
            ) == "00 01 10 11 ")
    }

    // MARK: Arrays

    private let fill = """
        a["p"] <<< 10; a["q"] <<< 1; a["q"] <<< 2; a["r"] <<< -50; a["r"] <<< 70; a["r"] <<< 4; \
        a["s"] <<< 9; a["s"] <<< 9;
        """

    private func order(_ loop: String) -> String { output("\(fill) foreach (\(loop)) print(k)", "global a") }

    @Test func elementsAreKeptInOrderAndDeleted() {
        #expect(order("k in a") == "pqrs")
        #expect(
            output(
                "\(fill) println(\"q\" in a, \"z\" in a, @count(a[\"z\"]), \"z\" in a); delete a[\"q\"]; delete a[\"z\"];"
                    + " println(\"q\" in a, @count(a[\"q\"])); a[\"q\"] <<< 8; println(@count(a[\"q\"]), @min(a[\"q\"]));"
                    + " foreach (k in a) print(k); delete a; println(@count(a[\"p\"])); a[\"p\"] <<< 3; println(@sum(a[\"p\"]))",
                "global a") == "1000\n00\n18\nprsq0\n3\n")
        #expect(
            output(
                "a[1, 2] <<< 1; a[1, 3] <<< 2; a[2, 2] <<< 4; println([1, *] in a, [*, 9] in a); delete a[1, *];"
                    + " foreach ([i, j] in a) println(i, j, @sum(a[i, j]))", "global a") == "10\n224\n")
        #expect(
            output("for (i = 0; i < 6; i++) a[i] <<< i; foreach (k in a) print(k, @sum(a[k]), \" \")", "global a%[3]")
                == "33 44 55 ")
        #expect(
            error("global a[2] probe begin {\n  for (i = 0; i < 3; i++) a[i] <<< i; println(@count(a[1])) }")
                == "ERROR: Array overflow, check size limit (2) near identifier 'a' at <input>:2:27 in probe begin")
    }

    @Test func manyElementsKeepTheirValues() {
        var settings = ScriptSettings()
        settings.limits.suppressTimeLimits = true
        settings.limits.maxMapEntries = 2250
        let script = """
            global a probe begin {
              for (i = 0; i < 1500; i++) a[i] <<< i
              for (i = 0; i < 1500; i += 2) delete a[i]
              for (i = 0; i < 3000; i += 2) a[i] <<< -i
              foreach (k in a) if (@sum(a[k]) != (k % 2 ? k : -k) || @hist_log(a[k])[k % 2 ? 64 : 64] != (k == 0)) bad++
              foreach (k in a) n++
              println(n, " ", bad)
            }
            """
        #expect(evaluate(script, settings) == ScriptOutcome(output: "2250 0\n", errors: [], status: 0))
    }

    @Test func arraysAreSortedByOperators() {
        // counts p1 q2 r3 s2, sums p10 q3 r24 s18, minima p10 q1 r-50 s9, maxima p10 q2 r70 s9, averages p10 q1 r8 s9.
        #expect(order("k in a-") == "rqsp")
        #expect(order("k in a+") == "pqsr")
        #expect(order("k in a @count-") == "rqsp")
        #expect(order("k in a @sum+") == "qpsr")
        #expect(order("k in a @min+") == "rqsp")
        #expect(order("k in a @max-") == "rpsq")
        #expect(order("k in a @avg-") == "psrq")
        // There is no order by variance.
        #expect(order("k in a @variance-") == "rqsp")
        #expect(order("k- in a limit 2") == "sr")
        #expect(order("k in a @sum- limit 2") == "rs")
        #expect(
            output("\(fill) foreach (k in a @sum+) i++; foreach (k in a) print(k)", "global a") == "qpsr")
    }

    @Test func theValueOfAForeachIsTheElement() {
        #expect(
            output("\(fill) foreach (v = k in a @sum-) printf(\"%s%d,%d \", k, @count(v), @max(v))", "global a")
                == "r3,70 s2,9 p1,10 q2,2 ")
        // Assigning to the key does not change which element the value is.
        #expect(
            output(
                "a[1, 2] <<< 5; a[3, 4] <<< 6; foreach (v = [i, j] in a) { i = 9; j = 9; println(@sum(v), @hist_log(v)[67]) }",
                "global a") == "51\n61\n")
        #expect(output("\(fill) foreach (v = k in a) print(k)", "global a") == "pqrs")
    }

    // MARK: Display

    @Test func writtenStatisticsAreDisplayed() {
        let outcome = evaluate(
            "global s, e, a probe begin { s <<< 5; if (s2()) e <<< 1; a[\"k\", 1] <<< 3; a[\"j\", 2] <<< 4; a[\"j\", 2] <<< -9 }"
                + " function s2() { return target() }")
        #expect(
            outcome.output == """
                s @count=1 @min=5 @max=5 @sum=5 @avg=5
                e @count=0x0
                a["j",2] @count=2 @min=-9 @max=4 @sum=-5 @avg=-2
                a["k",1] @count=1 @min=3 @max=3 @sum=3 @avg=3

                """)
        #expect(outcome.errors == [])
        #expect(
            evaluate("global s, r probe begin { s <<< 5; r <<< @sum(s) }").output
                == "r @count=1 @min=5 @max=5 @sum=5 @avg=5\n")
    }

    // MARK: Macros

    @Test func theLibraryPrintsStatistics() {
        #expect(output("x <<< 5; x <<< 8; @prints(x)") == "@count=2 @min=5 @max=8 @sum=13 @avg=6\n")
        #expect(
            output("a[\"u\"] <<< 5; a[\"v\"] <<< 8; a[\"v\"] <<< 9; @prints(a[\"u\"]) @prints1(a)", "global a")
                == "@count=1 @min=5 @max=5 @sum=5 @avg=5\n[v] @count=2 @min=8 @max=9 @sum=17 @avg=8\n[u] @count=1 @min=5 @max=5 @sum=5 @avg=5\n"
        )
    }

    @Test(arguments: 1...9)
    func theLibraryPrintsArrays(keys: Int) {
        let list = Array(repeating: "1", count: keys).joined(separator: ",")
        #expect(
            output("a[\(list)] <<< 2; @prints\(keys)(a)", "global a")
                == "[\(list)\(keys == 7 ? "," : "")] @count=1 @min=2 @max=2 @sum=2 @avg=2\n")
    }

    @Test(arguments: 1...8)
    func theLibraryWritesMetrics(keys: Int) {
        let list = ["\"q\\\"b\\\\n\\n\""] + (1..<keys).map { String($0 + 1) }
        let labels = (1...keys).map { "\"l\($0)\"" }
        let shown = ["l1=\"q\\\"b\\\\n\\n\""] + (1..<keys).map { "l\($0 + 1)=\"\($0 + 1)\"" }
        #expect(
            output(
                "a[\(list.joined(separator: ", "))] = 7; @prometheus_dump_array\(keys)(a, \"m\", \(labels.joined(separator: ", ")))",
                "global a") == "m{\(shown.joined(separator: ","))} 7\n")
    }
}
