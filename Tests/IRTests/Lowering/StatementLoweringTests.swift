// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@Test func everyIterationIsCountedAndLoopsLeaveByOneDoor() throws {
    let text = try handlerText(
        """
        global m
        probe begin {
          m[1] = 2
          foreach (v = k in m- limit 3) { if (k == 1) continue; if (k == 2) break; println(v) }
        }
        """)
    #expect(text.contains("begin loop 0 over m, by value down, limit i"))
    #expect(text.contains("of loop 0 jump b2 else b"))
    #expect(text.components("end loop 0") == 1)
    // The iteration and the first statement in it.
    #expect(text.contains("b2:\naction 2\n"))
}

@Test func continueInAForLoopRunsTheStep() throws {
    let text = try handlerText(
        "global g\nprobe begin { for (i = 0; i < 9; i++) { if (i == g) continue; println(i) } }")
    #expect(
        text.contains(
            "b2:\naction 1\ni3 = g\ni4 = i1 == i3\nif i4 jump b3 else b4\nb3:\naction 1\njump b5\nb4:\naction 1\n"
                + "print \"%d\\n\", i1\njump b5\nb5:\naction 2\ni5 = 1\ni1 = i1 + i5\njump b1\n"))
}

@Test func nextEndsAHandler() throws {
    let text = try handlerText("global g\nprobe begin { if (g) next; println(1) }")
    #expect(text.contains("b1:\naction 1\nreturn\n"))
}

@Test func nextInACalledFunctionFallsThrough() throws {
    let text = try lowerText(
        """
        global g
        function f(x) { if (x) next; return 1 }
        function f(x) { return 2 }
        probe begin { g = f(g); println(g) }
        """)
    #expect(text.contains("function f0 f:long (i0)\n  next overload: f1\n"))
    #expect(text.contains("    next overload\n"))
}

@Test func aFunctionThatEndsReturnsNothingOrZero() throws {
    let text = try lowerText(
        """
        global g
        function f:string() { if (g) return "a" }
        function h() { g++ }
        probe begin { println(f()); h() }
        """)
    #expect(text.contains("= \"\"\n    return s"))
    #expect(text.contains("g += i0\n    # ") || text.contains("g += i0\n    return\n"))
}

@Test func aConditionGuardsTheHandler() throws {
    let text = try handlerText("global on\nprobe timer.s(1) if (on) { println(1) } probe begin { on = 1 }")
    #expect(text.hasPrefix("b0:\ni0 = on\nif i0 jump b1 else b2\nb1:\naction 1\n"))
    #expect(text.contains("b2:\nreturn"))
}

@Test func deleteNamesWhatItEmpties() throws {
    let text = try handlerText(
        "global g, m\nprobe begin { g = 1; m[1,2] = 3; delete m[1,*]; delete m; delete g; println(g, m[1,2]) }")
    #expect(text.contains("delete m[i0, *]"))
    #expect(text.contains("delete m\n"))
    #expect(text.contains("delete g\n"))
}

@Test func variablesOfARunStartFresh() throws {
    // An inlined body's variable is cleared on every call, here in a loop.
    let text = try handlerText(
        """
        function f(p) { if (p) x = @cast(p, "inner")->value; return x }
        global n
        probe kernel.function("probed") { while (n++ < 2) println(f($o)) }
        """)
    let loop = try #require(text.place(of: "b2:"))
    let zero = try #require(text.firstRange(of: "= 0\n"))
    #expect(text.distance(from: text.startIndex, to: zero.lowerBound) > loop)
}

@Test func blocksOfATryNameTheirHandler() throws {
    let text = try handlerText(
        """
        global g
        probe begin { try { println(1 / g); g = 2 } catch (message) { println(message) } println(g) }
        """)
    #expect(
        text == """
            b0:
            jump b1
            b1: errors to b2
            action 1
            i0 = 1
            i1 = g
            i2 = i0 / i1
            print "%d\\n", i2
            action 1
            i3 = 2
            g = i3
            jump b3
            b2:
            s0 = caught error
            action 1
            print "%s\\n", s0
            jump b3
            b3:
            action 1
            i4 = g
            print "%d\\n", i4
            return
            """)
}

@Test func aTryThatRaisesNothingIsNone() throws {
    let text = try handlerText("global g probe begin { try { g++ } catch { println(1) } println(g) }")
    #expect(!text.contains("errors to"))
    #expect(!text.contains("print \"%d\\n\", i0\njump"))
}

@Test func nestedTriesHaveTheirOwnHandlers() throws {
    let text = try handlerText(
        """
        probe begin {
          try { try { error("a") } catch (x) { error(x . "b") } println(1) } catch (y) { println(y) }
        }
        """)
    #expect(text.components("errors to") == 3 || text.components("errors to") == 2)
    #expect(text.components("= caught error") == 2)
}
