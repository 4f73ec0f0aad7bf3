// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Evaluator

/// Section 3.4: every way to make a string cuts it at MAXSTRINGLEN - 1.
@Suite("MAXSTRINGLEN")
struct StringLimitTests {
    @Test(
        "Every operation cuts",
        arguments: [
            "\"0123456789abcdefghij\"", "s . s", "sprint(s, s)", "sprintf(\"%s-%s\", s, s)", "sprintf(\"%90d\", 1)",
            "sprintd(\",\", s, s)", "sprintln(s, s)", "str_replace(s, \"1\", \"12345678\")", "f(s . s, s)", "g",
            "a[\"0123456789abcdefghij\"]", "k", "substr(s . s, 0, 100)", "(1 ? s . s : s)", "(t = s . s)", "m",
            "text_str(s . s)", "string_quoted(s . s)",
        ])
    func cut(expression: String) {
        for limit in [8, 9, 12, 16] {
            var settings = ScriptSettings()
            settings.limits.maxStringLength = limit
            let outcome = evaluate(
                """
                global g, a
                function f(x, y) { return x . y }
                probe begin {
                  s = "0123456789"
                  g = s; g .= s . s
                  a["0123456789abcdefghij"] = s . s . s
                  foreach (k in a) { }
                  try { error("0123456789abcdefghij") } catch (m) { }
                  r = \(expression)
                  println(strlen(r), " ", r == substr(r, 0, \(limit - 1)), " ", strlen(t))
                }
                """, settings)
            #expect(outcome.errors == [], "\(limit)")
            #expect(outcome.output.hasPrefix("\(limit - 1) 1 "), "\(limit): \(outcome.output)")
        }
    }

    @Test("Keys that are equal when cut are one key; comparisons see cut strings")
    func keys() {
        var settings = ScriptSettings()
        settings.limits.maxStringLength = 8
        let outcome = evaluate(
            """
            global a
            probe begin {
              a["0123456x", 1]++; a["0123456y", 1]++
              s = "0123456x"; t = "0123456y"
              println(a["0123456z", 1], " ", s == t, " ", s . "a" == t)
              foreach ([k, n] in a) println(k)
            }
            """, settings)
        #expect(outcome.output == "2 1 1\n0123456\n")
    }
}
