// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

/// What a program may do with statistics, and the messages about the rest: sections 3.1 and 3.7 of the language.
@Suite struct StatisticsTests {
    @Test(arguments: [
        ("probe begin { x <<< 1 }", "stat locals not supported, missing global declaration?: 'x'"),
        ("probe begin { println(@count(x)) }", "stat locals not supported, missing global declaration?: 'x'"),
        (
            "function f(x) { x <<< 1 } probe begin { f(1) }",
            "stat locals not supported, missing global declaration?: 'x'"
        ),
        (
            "global x; probe begin { x <<< 1; y = x; println(@count(x), y) }",
            "stat locals not supported, missing global declaration?: 'y'"
        ),
        (
            "global x; function f(p) { print(p) } probe begin { x <<< 1; f(x); println(@count(x)) }",
            "stat locals not supported, missing global declaration?: 'p'"
        ),
        (
            "global x, y; probe begin { x <<< 1; y = x; println(@count(x)) }",
            "unable to infer statistic parameters: 'y'"
        ),
        (
            "global x, y; probe begin { x <<< 1; y <<< 2; y = x; println(@count(x), @count(y)) }",
            "type mismatch: expected long but found stats: '='"
        ),
        (
            "global x; function f() { print(1); return x } probe begin { x <<< 1; f(); println(@count(x)) }",
            "type mismatch: expected long but found stats: 'x'"
        ),
        ("global x; probe begin { x <<< 1; print(x) }", "cannot print a raw stats object: 'x'"),
        (
            "global x; probe begin { x <<< 1; println(x + 1) }",
            "type mismatch (long): 'x' <- type was first inferred here (stats): 'x'"
        ),
        (
            "global x; probe begin { x = 1; x <<< 1; println(x) }",
            "type mismatch (stats): 'x' <- type was first inferred here (long): 'x'"
        ),
        (
            "global x = 5; probe begin { x <<< 1 }",
            "type mismatch (stats): 'x' <- type was first inferred here (long): 'x'"
        ),
        ("global x; probe begin { x <<< \"a\" }", "type mismatch: expected long but found string: 'a'"),
        (
            "global x; probe begin { x <<< 1; println(@hist_log(x)[\"a\"]) }",
            "type mismatch: expected long but found string: 'a'"
        ),
        (
            "global a; probe begin { a[1] <<< 1; a[2] = 5; println(a[1]) }",
            "type mismatch (long): 'a' <- type was first inferred here (stats): 'a'"
        ),
        (
            "global a; probe begin { a[1] = 1; foreach (k in a @sum+) println(k) }",
            "type mismatch (stats): 'a' <- type was first inferred here (long): 'a'"
        ),
        (
            "global a; probe begin { a[1] <<< 1; println(@count(a)) }",
            "inconsistent arity (1 vs 0): 'a' <- arity 1 first inferred here: 'a'"
        ),
        ("global a; probe begin { a[1] <<< 1; println(@count(a[*])) }", "wildcard not allowed in array index: 'a'"),
        ("probe begin { println(@count(1)) }", "expected a statistics variable: '1'"),
        ("global x; probe begin { 5 <<< 1 }", "Expecting lvalue for assignment: '<<<', '5'"),
        (
            "global x; probe begin { x <<< 1; print(@hist_log(x)); print(@hist_linear(x, 0, 10, 1)) }",
            "multiple histogram types declared on 'x': '@hist_linear'"
        ),
        (
            "global x; probe begin { x <<< 1; print(@hist_linear(x, 0, 10, 2)); println(@hist_linear(x, 0, 10, 1)[1]) }",
            "multiple histogram types declared on 'x': '@hist_linear'"
        ),
        (
            "global x; probe begin { x <<< 1; println(@variance(x, 2), @variance(x, 3)) }",
            "conflicting bit shifts declared: '@variance'"
        ),
        (
            "global x; probe begin { x <<< 1; println(@variance(x, 2), @variance(x)) }",
            "conflicting bit shifts declared: '@variance'"
        ),
        (
            "global x; probe begin { x <<< 1; println(@variance(x, 63)) }",
            "bit shift (63) out of range <0..62>: '@variance'"
        ),
        (
            "global x; probe begin { x <<< 1; println(@variance(x, -1)) }",
            "bit shift (-1) out of range <0..62>: '@variance'"
        ),
        (
            "global x; probe begin { x <<< 1; print(@hist_log(x), 1) }",
            "a histogram must be the only argument of its print call: '@hist_log'"
        ),
        (
            "global x; probe begin { x <<< 1; foreach ([a, b] in @hist_log(x)) println(a) }",
            "inconsistent arity (1 vs 2): '@hist_log'"
        ),
        (
            "global x; probe begin { x <<< 1; println([1, 2] in @hist_log(x)) }",
            "inconsistent arity (1 vs 2): '@hist_log'"
        ),
        (
            "global x; probe begin { x <<< 1; println([*] in @hist_log(x)) }",
            "wildcard not allowed in array index: '@hist_log'"
        ),
        (
            "global x%; probe begin { x <<< 1 }", "wrapping not supported for scalars: 'x'"
        ),
        (
            "global a; probe begin { foreach (k in a) a[k] <<< 1; println(@count(a[1])) }",
            "variable 'a' modified during 'foreach' iteration: 'a'"
        ),
        (
            "global a; function f(k) { a[k] <<< 1 } probe begin { foreach (k in a) f(k) }",
            "function call modifies var 'a' during 'foreach' iteration: 'f'"
        ),
        (
            "global x; probe begin if (x <<< 1) { println(@count(x)) }",
            "probe condition must not modify any variables: '<<<'"
        ),
    ])
    func mistakes(script: String, message: String) { #expect(errors(script) == [message]) }

    @Test func statisticsAreListed() {
        #expect(
            dump(
                "global x, a%[5] probe begin { x <<< 1; a[1, \"k\"] <<< 2; println(@count(x), @sum(a[1, \"k\"])) }",
                verbose: false)
                == "# globals\nx:stats\na%[5]:stats [long, string]\n# probes\nbegin\n")
    }

    @Test func operatorsArePrinted() {
        #expect(
            body(
                """
                global x, y, a
                probe begin {
                  x <<< 1
                  a["k"] <<< y <<< 2
                  println(@count(x), @variance(x, 5), @avg(a["k"]))
                  print(@hist_log(x))
                  s = sprint(@hist_linear(y, 0, 10, -2))
                  println(s, @hist_log(x)[3])
                  foreach (k in a @sum+ limit 3) print(k)
                }
                """) == """
                    (x) <<< (1)
                    (a["k"]) <<< ((y) <<< (2))
                    printf("%d%d%d\\n", @count(x), @variance(x, 5), @avg(a["k"]))
                    print(@hist_log(x))
                    (s) = (sprint(@hist_linear(y, 0, 10, -2)))
                    printf("%s%d\\n", s, @hist_log(x)[3])
                    foreach ([k] in a @sum+ limit 3)
                    printf("%s", k)
                    """)
    }

    @Test func uselessStatisticsAreElided() {
        #expect(
            warnings("global x; probe begin { x <<< 1; @count(x); println(@count(x)) }")
                == ["Eliding side-effect-free expression : '@count'"])
        #expect(warnings("global a; probe begin { a[1] <<< 1; foreach (v = k in a) println(@count(v), k) }") == [])
        #expect(warnings("global x; probe begin { x <<< 1; foreach (v = b in @hist_log(x)) println(b) }") == [])
    }

    @Test func aSortedWalkOverAnArrayModifiesIt() {
        #expect(
            errors(
                "global a; function f() { foreach (k in a-) println(k) } probe begin { a[1] = 1; foreach (k in a) f() }"
            )
                == ["function call modifies var 'a' during 'foreach' iteration: 'f'"])
    }

    @Test func conditionsMayReadStatistics() {
        let text = dump("global x; probe begin { x <<< 1 } probe end if (@count(x) > 2) { println(1) }")
        #expect(text.contains("end if ((@count(x)) > (2))"))
    }
}
