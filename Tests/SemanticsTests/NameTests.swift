// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax
import Testing

/// Names: functions, globals, locals, arrays.
@Suite struct NameTests {
    @Test(arguments: [
        ("probe begin { prnit(1) }", "unresolved function prnit"),
        ("function foobar() { print(1) } probe begin { foobat() }", "unresolved function foobat (similar: foobar"),
        (
            "function f(a, b) { print(a + b) } probe begin { f(1) }",
            "arity mismatch found (function 'f' takes 2 args): 'f', 'f'"
        ),
        ("probe begin { a[1] = 2 }", "unresolved arity-1 global array a, missing global declaration?: 'a'"),
        ("probe begin { a = 1; a[1] = 2 }", "array locals not supported, missing global declaration?: 'a'"),
        (
            "global a; probe begin { a[1] = 2; a[1, 2] = 3 }",
            "inconsistent arity (1 vs 2): 'a' <- arity 1 first inferred here: 'a'"
        ),
        (
            "global a; probe begin { a[1] = 2; a = 3 }",
            "inconsistent arity (1 vs 0): 'a' <- arity 1 first inferred here: 'a'"
        ),
        ("probe begin { break }", "cannot 'break' outside loop: 'break'"),
        ("probe begin { 1 = 2 }", "Expecting lvalue for assignment: '=', '1'"),
        ("global a%; probe begin { a = 2 }", "wrapping not supported for scalars: 'a'"),
        (
            "global a; probe begin { foreach (k in a) a[k] = 1 }",
            "variable 'a' modified during 'foreach' iteration: 'a'"
        ),
        (
            "global a; probe begin { foreach (k in a) delete a[k] }",
            "variable 'a' modified during 'foreach' iteration: 'a'"
        ),
        (
            "global a; function f() { delete a } probe begin { a[1] = 1; foreach (k in a) f() }",
            "function call modifies var 'a' during 'foreach' iteration: 'f'"
        ),
        ("probe begin if (x) { print(1) }", "probe condition must not reference undeclared global: 'x'"),
        ("global g; probe begin if (g++) { print(1) }", "probe condition must not modify any variables: '++'"),
        ("global g; probe begin if (pid() == 1) { print(1) }", "probe condition must not reference function: 'pid'"),
    ])
    func wrong(script: String, message: String) {
        let found = errors(script)
        #expect(found.first?.hasPrefix(message) == true, "\(found)")
    }

    @Test func overloadsRunByPriority() {
        let text = dump(
            """
            function f(a) :3 { return 3 }
            function f(a) :1 { if (a) next; return 1 }
            function f(a) { return 2 }
            probe begin { println(f(1)) }
            """)
        // Priority 0 is the user's default, and without `next` it is the last.
        #expect(text.contains("return 2"))
        #expect(!text.contains("return 1"))
    }

    @Test func nextLeadsToTheFollowingOverload() throws {
        let result = analyzed(
            """
            function f(a) { if (a > 1) next; return 1 }
            function f(a) { return 2 }
            probe begin { println(f(1)) }
            """)
        let program = try #require(result.program)
        #expect(program.functions.map(\.name) == ["f", "f"])
        #expect(program.functions[0].nextOverload == 1)
        #expect(program.functions[1].nextOverload == nil)
    }

    @Test func tapsetFilesArePulledInByNeed() {
        let names = "private global t; probe init { t[1] = \"one\" } function name(n) { return t[n] }"
        let other = "global unrelated; probe begin { unrelated = 1; println(unrelated) }"
        let text = dump("probe begin { println(name(1)) }", library: [other, names])
        #expect(text.contains("begin(-9223372036854775808) /* <- init */"))
        #expect(!text.contains("unrelated"))
    }

    @Test func privateThingsStayInTheirFile() {
        let library = ["private function secret() { return 1 } private global hidden = 5"]
        #expect(
            errors("probe begin { println(secret()) }", library: library).first?.hasPrefix("unresolved function secret")
                == true)
        #expect(errors("probe begin { println(hidden) }", library: library) == ["unresolved type: 'hidden'"])
    }

    @Test func userFunctionsWinOverTapsetAndBuiltins() {
        let text = dump("function pid() { return 7 } probe begin { println(pid()) }")
        #expect(text.contains("pid:long ()"))
    }

    @Test func tapsetFunctionsDoNotSeeUserGlobals() {
        let library = ["function count_to(n) { i = n; return i + 1 }"]
        let text = dump("global i; probe begin { i[\"a\"] = count_to(3) }", library: library)
        #expect(text.contains("i:long [string]"), "\(text)")
    }

    @Test func initialValues() throws {
        var options = AnalysisOptions()
        options.initialValues = [("n", "0x10"), ("s", "text")]
        let result = analyzed("global n, s; probe begin { println(n, s) }", options: options)
        let program = try #require(result.program)
        #expect(program.globals[0].initial == .number(16))
        #expect(program.globals[1].initial == .string("text"))
        options.initialValues = [("nope", "1")]
        #expect(
            errors("global n = 1; probe begin { println(n) }", options: options) == ["no global variable 'nope' for -G"]
        )
    }

    @Test func loopVariablesMayBeGlobals() {
        #expect(
            body("global k, a; probe begin { a[5] = 1; foreach (k in a) println(k) }")
                == """
                (a[5]) = (1)
                foreach ([k 0] in a)
                {
                (k) = (k 0)
                printf("%d\\n", k)
                }
                """)
    }

    @Test func everyWayToIterate() {
        #expect(
            body(
                "global m; probe begin { m[1, \"x\"] = 2; foreach (v = [a, b-] in m[*, \"x\"] limit 3) println(v, a, b) }"
            )
                == """
                (m[1, "x"]) = (2)
                foreach (v = [a, b-] in m[*, "x"] limit 3)
                printf("%d%d%s\\n", v, a, b)
                """)
    }
}
