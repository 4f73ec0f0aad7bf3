// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

/// What is removed, what is not, and what the user is told.
@Suite struct ElisionTests {
    private let prologue = """
        probe net.send = kernel.function("sock_sendmsg")
        { kind = $sock->type; bad = $nope; size = $msg->msg_iter->count; text = sprintf("%d", kind) }
        """

    @Test func unusedAliasVariablesCostNothingAndHideErrors() {
        #expect(
            body("probe net.send { println(size) }", library: [prologue])
                == "(size) = (@load(u64, (@argument(1, u64)) + (40)))\nprintf(\"%d\\n\", size)")
        #expect(warnings("probe net.send { println(size) }", library: [prologue]) == [])
    }

    @Test func pointsThatAnAliasHasNoUseForAreDroppedInSilence() {
        let library = """
            probe net.other = kernel.function("sock_sendmsg") { size = 2 }
            probe net.two = net.any, net.other {}
            probe net.any = kernel.function("sock_sendmsg") { if (!@defined($nope)) next; size = 1 }
            """
        let script = "probe net.two { n = size; println(n) }"
        #expect(warnings(script, library: [library]) == [])
        #expect(body(script, library: [library]).contains("(size) = (2)"))
    }

    @Test func usedBadVariablesAreErrors() {
        #expect(
            errors("probe net.send { println(bad) }", library: [prologue])
                == ["unable to find parameter 'nope' of 'sock_sendmsg' (alternatives: $sock $msg): '$nope'"])
    }

    @Test func unoptimizedKeepsEverything() {
        var options = AnalysisOptions()
        options.unoptimized = true
        #expect(
            errors("probe net.send { println(size) }", library: [prologue], options: options).first?
                .hasPrefix("unable to find parameter 'nope'") == true)
        #expect(body("probe begin { x = 1; println(2) }", options: options) == "(x) = (1)\nprintf(\"%d\\n\", 2)")
    }

    @Test(arguments: [
        (
            "probe begin { x = 1; println(2) }",
            ["Eliding assignment to 'x': '='", "Eliding side-effect-free expression : 'x'"]
        ),
        (
            "probe begin { printn = 1; println(prinn) }",
            [
                "never-assigned local variable 'prinn' (similar: printn): 'prinn'",
                "Eliding assignment to 'printn': '='", "Eliding side-effect-free expression : 'printn'",
            ]
        ),
        ("global g; probe begin { println(g + 1) }", ["never-assigned global variable 'g': 'g'"]),
        ("global g; probe begin { println(1) }", ["Eliding unused variable 'g': 'g'"]),
        ("function f() { return 1 } probe begin { println(1) }", ["Eliding unused function 'f': 'f'"]),
        ("probe begin { 1 + pid(); println(1) }", ["Eliding side-effect-free expression : '+'"]),
        ("probe begin { pp() =~ \"a\"; println(1) }", ["Eliding side-effect-free expression : '=~'"]),
        ("probe begin { pp() =~ \"a\"; println(matched(0)) }", []),
        (
            "function f() { return 1 } probe begin { f(); println(1) }",
            [
                "side-effect-free function 'f': 'f'", "Eliding side-effect-free expression : 'f'",
                "Eliding unused function 'f': 'f'",
            ]
        ),
        ("probe begin { println(1) } probe end { }", ["Probe 'end' has been elided: 'probe'"]),
        ("probe begin { next; println(1) } probe end { println(2) }", ["statement will never be reached: 'println'"]),
        ("global g; probe begin { g++ }", []),
    ])
    func warned(script: String, expected: [String]) { #expect(warnings(script) == expected) }

    @Test func emptyScriptsHaveNoProbes() {
        #expect(errors("probe begin { }") == ["no probes found"])
        #expect(errors("probe begin { x = 1 }") == ["no probes found"])
        #expect(errors("function f() { return 1 }") == ["no probes found"])
    }

    @Test(arguments: [
        ("x = 1", true), ("x++", true), ("x += 2", true), ("y = x++", false), ("println(x)", false),
    ])
    func writtenGlobalsAreDisplayed(statement: String, isDisplayed: Bool) throws {
        let result = analyzed("global x = 5; probe begin { y = 1; \(statement); println(y) }")
        let global = try #require(result.program?.globals.first)
        #expect(global.isDisplayed == isDisplayed)
    }

    @Test func displayedPointersAreKnown() throws {
        let result = analyzed("global p, n; probe kernel.function(\"sock_sendmsg\") { p = $sock; n = $sock->type }")
        #expect(result.program?.globals.map(\.isPointer) == [true, false])
    }

    @Test func globalsThatAreNotDisplayedStay() {
        var options = AnalysisOptions()
        options.displaysGlobals = false
        let script = "global x, s, a, n; probe begin { x++; s = \"t\"; a[x] = 2; n <<< 3 }"
        #expect(body(script, options: options) == "(x)++\n(s) = (\"t\")\n(a[x]) = (2)\n(n) <<< (3)")
        #expect(warnings("global x; probe begin { x++; delete x }", options: options) == [])
        #expect(
            analyzed("global x; probe begin { x++ }", options: options).program?.globals.map(\.isDisplayed) == [false])
    }

    @Test func tapsetGlobalsNobodyReadsAreNotFilled() {
        let library = ["global table; probe init { table[1] = 2; table[2] = 3 } function f() { return 1 }"]
        #expect(
            dump("probe begin { println(f()) }", library: library, verbose: false)
                == "# functions\nf:long ()\n# probes\nbegin\n")
    }

    @Test func sideEffectsStay() {
        #expect(
            body("function f() { println(1); return 2 } probe begin { x = f(); if (f()) {} while (f()) {} }")
                == "f()\nf()\nwhile (f())\n{\n}")
    }

    @Test func constantConditions() {
        #expect(
            body("probe begin { if (0) println(1); else println(2); if (!0 && pid()) println(3) }")
                == "printf(\"%d\\n\", 2)\nif (pid())\nprintf(\"%d\\n\", 3)")
    }

    @Test func localsThatOnlyComputeEachOtherAreDead() {
        let library = [
            """
            probe p = kernel.function("sock_sendmsg")
            { family = $sock->ops->family; if (family < 0) { family = $sock->type; other = family } else other = 0
              size = 5; if (other > 1) size = 6 }
            """
        ]
        #expect(body("probe p { println(1) }", library: library) == "printf(\"%d\\n\", 1)")
        #expect(body("probe p { println(family) }", library: library).split(separator: "\n").count == 4)
        #expect(body("probe p { println(size) }", library: library).contains("(size) = (6)"))
        #expect(body("probe p { println(size) }", library: library).contains("(family) < (0)"))
        #expect(body("probe begin { while (i < 3) i++ }").contains("(i)++"))
    }

    @Test func deadDefinedBranchesAreNotResolved() {
        let script = """
            probe kernel.function("tcp_sendmsg") {
              if (@defined($nope)) { println($nope->x, no_such_function()) } else println($size)
              if (@probewrite(z)) println(1)
            }
            """
        #expect(body(script) == "printf(\"%d\\n\", @argument(2, u64))")
    }

    @Test func probewriteSeesTheUsersBody() {
        let library = ["probe p = begin { if (@probewrite(v)) println(\"writes\") }"]
        #expect(body("probe p { v = 1 }", library: library) == "printf(\"%s\\n\", \"writes\")")
        #expect(body("probe p { println(2) }", library: library) == "printf(\"%d\\n\", 2)")
    }
}
