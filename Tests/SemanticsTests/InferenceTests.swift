// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

/// Type inference and its messages.
@Suite struct InferenceTests {
    @Test(arguments: [
        (
            "probe begin { if (1 == \"a\") print(1) }",
            "type mismatch: left and right sides don't agree (long vs string): '=='"
        ),
        ("probe begin { print(1 + \"a\") }", "type mismatch: expected long but found string: 'a'"),
        ("probe begin { print(\"a\" . 1) }", "type mismatch: expected string but found long: '1'"),
        (
            "probe begin { x = 1; x = \"a\"; print(x) }",
            "type mismatch (string): 'x' <- type was first inferred here (long): 'x'"
        ),
        (
            "global a; probe begin { a[1] = 2; a[\"k\"] = 3 }",
            "index 0 type mismatch (string): 'k' <- type of index 0 was first inferred here (long): '1'"
        ),
        (
            "function f(s:string) { print(s) } probe begin { f(1) }",
            "index 0 type mismatch (long): '1' <- type of index 0 was first inferred here (string): 's'"
        ),
        ("probe begin { printf(\"%s\", 1) }", "type mismatch: expected string but found long: '1'"),
        ("probe begin { if (\"a\") print(1) }", "type mismatch: expected long but found string: 'a'"),
        ("probe begin { print(x) }", "unresolved type: 'x'"),
        ("function f() { print(1) } probe begin { print(f()) }", "unresolved type: 'f'"),
        ("probe begin { print(strlen(5)) }", "type mismatch: expected string but found long: '5'"),
    ])
    func mismatches(script: String, message: String) { #expect(errors(script) == [message]) }

    @Test func typesFlowBackwards() {
        let text = dump(
            """
            global last
            function pick(k) { return last[k] }
            probe end { println(pick("a") . "!") }
            probe begin { last["a"] = "x" }
            """, verbose: false)
        #expect(
            text == """
                # globals
                last:string [string]
                # functions
                pick:string (k:string)
                # probes
                end
                begin

                """)
    }

    @Test func recursiveFunction() {
        #expect(
            dump(
                "function fact(n) { if (n < 2) return 1; return n * fact(n - 1) } probe begin { println(fact(5)) }",
                verbose: false)
                == "# functions\nfact:long (n:long)\n# probes\nbegin\n")
    }

    @Test func aFunctionWithoutValueIsAStatement() {
        #expect(dump("function f() { print(1) } probe begin { f() }", verbose: false).contains("f:unknown ()"))
    }

    @Test func whatIsOnlyDeletedNeedsNoType() {
        #expect(
            dump("global a; probe begin { delete a[\"x\"] }", verbose: false)
                == "# globals\na:long [string]\n# probes\nbegin\n")
    }

    @Test func overloadsAgree() {
        let found = errors(
            """
            function f(a) { if (a == 1) next; return 1 }
            function f(a) { return "x" }
            probe begin { println(f(2)) }
            """)
        #expect(found == ["type mismatch (string): 'x' <- type was first inferred here (long): '1'"])
    }
}
