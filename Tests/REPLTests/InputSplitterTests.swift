// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import REPL

@Suite struct InputSplitterTests {
    private func units(_ lines: String..., globals: Set<String> = []) -> [InputSplitter.Unit] {
        var splitter = InputSplitter { globals.contains($0) }
        return lines.flatMap { splitter.add($0) }
    }

    @Test func linesAreCommandsDeclarationsOrStatements() {
        #expect(units("help run") == [.command(.help, "run")])
        #expect(units("? run") == [.command(.help, "run")])
        #expect(units("q") == [.command(.quit, "")])
        #expect(units("  global x, y") == [.declaration("  global x, y")])
        #expect(units("x = 5") == [.statement("x = 5")])
        #expect(units("private function f() { }") == [.declaration("private function f() { }")])
        #expect(units("@define two %( 2 %)") == [.declaration("@define two %( 2 %)")])
        #expect(units("", "   ", "# nothing", "// nothing") == [])
    }

    @Test func theTextGoesOnWhileSomethingIsOpen() {
        #expect(units("probe begin {", "exit()", "}") == [.declaration("probe begin {\nexit()\n}")])
        #expect(units("println(\"a", "b\")") == [.statement("println(\"a\nb\")")])
        #expect(units("f(1,", "2)") == [.statement("f(1,\n2)")])
        #expect(units("/* a", "b */ 1") == [.statement("/* a\nb */ 1")])
        #expect(units("println(\"{\")") == [.statement("println(\"{\")")])
        #expect(units("println(\"\\\"{\") # {") == [.statement("println(\"\\\"{\") # {")])
        #expect(units("add probe begin {", "}") == [.command(.add, "probe begin {\n}")])
    }

    @Test func declarationsWaitForTheirBlocks() {
        #expect(units("function f(x)", "{ return x }") == [.declaration("function f(x)\n{ return x }")])
        #expect(units("probe a.{b,c}", "{ next }") == [.declaration("probe a.{b,c}\n{ next }")])
        #expect(units("probe {a,b}.c", "{ next }") == [.declaration("probe {a,b}.c\n{ next }")])
        #expect(units("probe x = begin", "{ y = 1 }") == [.declaration("probe x = begin\n{ y = 1 }")])
        #expect(units("global a,", "b") == [.declaration("global a,\nb")])
        #expect(units("@define f(x)", "%( @x", "%)") == [.declaration("@define f(x)\n%( @x\n%)")])
    }

    @Test func aPastedScriptIsTakenApart() {
        let script = """
            #! /usr/bin/swtap
            global n

            // counts
            probe begin
            {
              if (n) { exit() }
              else { n++ }
            }
            function f() { return 1 }
            f()
            """
        #expect(
            units(script) == [
                .declaration("global n"),
                .declaration("probe begin\n{\n  if (n) { exit() }\n  else { n++ }\n}"),
                .declaration("function f() { return 1 }"), .statement("f()"),
            ])
        #expect(units("if (1) { f() }\nelse { g() }") == [.statement("if (1) { f() }\nelse { g() }")])
    }

    @Test func wordsThatNameGlobalsAreVariables() {
        #expect(units("l") == [.command(.list, "")])
        #expect(units("l", globals: ["l"]) == [.statement("l")])
        #expect(units("l = 3") == [.statement("l = 3")])
        #expect(units("run++") == [.statement("run++")])
        #expect(units("probes[1]") == [.statement("probes[1]")])
        #expect(units("stop(1)") == [.statement("stop(1)")])
        #expect(units("delete bytes") == [.statement("delete bytes")])
        #expect(units("delete 2-4") == [.command(.delete, "2-4")])
        #expect(units("delete") == [.command(.delete, "")])
        #expect(units("load ../a.stp") == [.command(.load, "../a.stp")])
        #expect(units("save /tmp/x y.stp ") == [.command(.save, "/tmp/x y.stp")])
        #expect(units("listing") == [.statement("listing")])
    }

    @Test func whatIsOpenCanBeGivenUp() {
        var splitter = InputSplitter { _ in false }
        #expect(splitter.add("probe begin {") == [])
        #expect(splitter.isOpen)
        #expect(splitter.isInside)
        #expect(splitter.takePending() == "probe begin {")
        #expect(!splitter.isOpen)
        #expect(splitter.add("probe begin") == [])
        #expect(!splitter.isInside)
    }
}
