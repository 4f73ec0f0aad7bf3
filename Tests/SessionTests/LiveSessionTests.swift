// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Testing

@testable import Session

/// A session with all that it has shown, messages and output in their order.
private final class Prompt {
    private final class Text { var text = "" }
    private let shown = Text()
    let loop = EventLoop()
    let session: LiveSession

    init() throws {
        let shown = shown
        var options = SessionOptions()
        options.color = false
        session = try LiveSession(
            options, loop: loop,
            terminal: LiveOutput(
                write: { shown.text += String(decoding: $0, as: UTF8.self) }, say: { shown.text += $0 }))
    }

    /// What was shown since the last call.
    func take() -> String {
        defer { shown.text = "" }
        return shown.text
    }

    func define(_ texts: String...) -> String {
        session.define(texts)
        return take()
    }

    func evaluate(_ text: String) -> String {
        session.evaluate(text)
        return take()
    }

    /// Lets what runs go on until something holds, for two seconds at most.
    func wait(_ isDone: () -> Bool) {
        for _ in 0..<200 where !isDone() {
            loop.runOnce(milliseconds: 10)
            session.poll()
        }
    }
}

@Suite(.serialized) struct LiveSessionTests {
    @Test func expressionsShowTheirValues() throws {
        let prompt = try Prompt()
        #expect(prompt.evaluate("1 + 2") == "3\n")
        #expect(prompt.evaluate("\"a\" . \"b\"") == "ab\n")
        #expect(prompt.evaluate("println(7)") == "7\n")
        #expect(prompt.evaluate("sprint(7)") == "7\n")
        #expect(prompt.evaluate("printf(\"%d\", 7)") == "7")
        #expect(prompt.evaluate("if (1) println(2)") == "2\n")
        #expect(prompt.evaluate("substr(\"abc\", 1, 1)") == "b\n")
        #expect(prompt.evaluate("warn(\"x\")") == "WARNING: x\n")
    }

    @Test func globalsKeepTheirValues() throws {
        let prompt = try Prompt()
        #expect(prompt.define("global n, names") == "[1] global n, names\n")
        #expect(prompt.evaluate("n") == "nothing has been stored in 'n' yet\n")
        #expect(prompt.evaluate("n = 4") == "")
        #expect(prompt.evaluate("n") == "4\n")
        #expect(prompt.evaluate("n += 2") == "")
        #expect(prompt.evaluate("n * 2") == "12\n")
        #expect(prompt.evaluate("names[1, \"a\"] = \"x\"") == "")
        #expect(prompt.evaluate("names[1, \"a\"]") == "x\n")
        #expect(prompt.evaluate("names") == "key1  key2  names\n   1  a     x\n")
        #expect(prompt.evaluate("delete names") == "")
        #expect(prompt.evaluate("names") == "names is empty\n")
    }

    @Test func anAssignmentDeclares() throws {
        let prompt = try Prompt()
        #expect(prompt.evaluate("x = 5") == "[1] global x\n")
        #expect(prompt.evaluate("x++") == "")
        #expect(prompt.evaluate("x") == "6\n")
        #expect(prompt.evaluate("s <<< 3") == "[2] global s\n")
        #expect(prompt.evaluate("s <<< 300") == "")
        #expect(prompt.evaluate("s") == "count  min  avg  max\n    2    3  151  300\n")
        #expect(prompt.evaluate("@sum(s)") == "303\n")
        let histogram = prompt.evaluate("@hist_log(s)")
        #expect(histogram.hasPrefix("value |"))
        #expect(histogram == prompt.evaluate("print(@hist_log(s))"))
    }

    @Test func mistakesAreShownWithTheirPlaces() throws {
        let prompt = try Prompt()
        #expect(prompt.evaluate("nothing") == "Undefined command: \"nothing\". Try \"help\" or \"?\".\n")
        #expect(prompt.evaluate("1 +") == "parse error: expected value\n        saw: <input> EOF\n\n")
        #expect(
            prompt.evaluate("strlen(1)") == """
                semantic error: type mismatch: expected string but found long: number '1' at <input>:1:8
                        source: strlen(1)
                                       ^


                """)
        #expect(prompt.evaluate("1 / 0").hasPrefix("ERROR: division by 0"))
        #expect(prompt.session.list == [])
    }

    @Test func typesAgreeWithWhatIsThere() throws {
        let prompt = try Prompt()
        #expect(prompt.evaluate("x = 5") == "[1] global x\n")
        #expect(prompt.evaluate("x = \"a\"").hasPrefix("semantic error: type mismatch"))
        #expect(prompt.evaluate("x") == "5\n")
        // An empty one may become something else.
        #expect(prompt.evaluate("delete x") == "")
        #expect(prompt.evaluate("x = \"a\"") == "")
        #expect(prompt.evaluate("x") == "a\n")
        #expect(prompt.evaluate("s <<< 1") == "[2] global s\n")
        #expect(
            prompt.evaluate("print(@hist_linear(s, 0, 10, 1))")
                == "ERROR: 's' keeps @hist_log of its values, not @hist_linear(…, 0, 10, 1); stop the probes that use it "
                + "and 'delete s' first\n")
        #expect(prompt.evaluate("delete s") == "")
        #expect(prompt.evaluate("s <<< 4 print(@hist_linear(s, 0, 10, 1))").hasPrefix("value |"))
    }

    @Test func functionsAreRedefined() throws {
        let prompt = try Prompt()
        #expect(prompt.define("function f(x) { return x * 2 }") == "[1] function f(x) { return x * 2 }\n")
        #expect(prompt.evaluate("f(21)") == "42\n")
        #expect(prompt.define("function f(x) { return x * 3 }") == "[1] function f(x) { return x * 3 }\n")
        #expect(prompt.evaluate("f(21)") == "63\n")
        // A wrong one changes nothing.
        #expect(prompt.define("function f(x) { return y(x) }").hasPrefix("semantic error: unresolved function y"))
        #expect(prompt.evaluate("f(21)") == "63\n")
        #expect(prompt.define("@define two %( 2 %)") == "[2] @define two %( 2 %)\n")
        #expect(prompt.evaluate("@two + 1") == "3\n")
    }

    @Test func probesStartStopAndShareGlobals() throws {
        let prompt = try Prompt()
        #expect(prompt.define("global n") == "[1] global n\n")
        #expect(
            prompt.define("probe begin { println(\"in\") }\nprobe timer.ms(5) { n++ }\nprobe end { println(\"out\") }")
                == "[2] running: probe begin { println(\"in\") } …\nin\n")
        #expect(prompt.session.isRunning)
        prompt.wait { prompt.session.list[1].hits > 4 }
        #expect(prompt.evaluate("n > 2") == "1\n")
        prompt.session.stop(2)
        #expect(prompt.take() == "out\n[2] stopped: probe begin { println(\"in\") } …\n")
        #expect(prompt.evaluate("n = 0") == "")
        prompt.wait { false }
        #expect(prompt.evaluate("n") == "0\n")
        prompt.session.start(2)
        #expect(prompt.take() == "[2] running: probe begin { println(\"in\") } …\nin\n")
        prompt.session.drop(2)
        #expect(prompt.take() == "out\n[2] stopped: probe begin { println(\"in\") } …\n[2] dropped\n")
        prompt.session.stop(2)
        #expect(prompt.take() == "ERROR: there is no [2]: 'probes' lists what there is\n")
        prompt.session.stop(1)
        #expect(prompt.take() == "ERROR: [1] has no probes\n")
    }

    @Test func exitAndErrorsEndOnePieceOnly() throws {
        let prompt = try Prompt()
        _ = prompt.define("global n", "probe timer.ms(5) { if (n++ == 3) exit() }")
        _ = prompt.define("probe timer.ms(5) { if (n > 1) println(1 / (n - n)) }")
        prompt.wait { !prompt.session.isRunning }
        #expect(prompt.session.list.map(\.state) == ["defined", "ended", "failed"])
        #expect(!prompt.session.wantsToQuit)
        _ = prompt.evaluate("exit()")
        #expect(prompt.session.wantsToQuit)
    }

    @Test func callersOfARedefinedFunctionStartAnew() throws {
        let prompt = try Prompt()
        _ = prompt.define("function f() { return 1 }")
        _ = prompt.define("probe begin { println(\"f is \", f()) }")
        _ = prompt.define("probe timer.s(100) { println(1) }", "probe begin { println(\"other\") }")
        _ = prompt.take()
        #expect(
            prompt.define("function f() { return 2 }")
                == "[1] function f() { return 2 }\n[2] restarted: probe begin { println(\"f is \", f()) }\nf is 2\n")
    }

    @Test func conditionsFollowWhatIsTyped() throws {
        let prompt = try Prompt()
        _ = prompt.define("global on, n", "probe timer.ms(5) if (on) { n++ }")
        prompt.wait { false }
        #expect(prompt.evaluate("n + 0") == "0\n")
        _ = prompt.evaluate("on = 1")
        prompt.wait { prompt.session.list.last?.hits ?? 0 > 3 }
        #expect(prompt.evaluate("n > 0") == "1\n")
    }

    @Test func whatOthersNeedIsKept() throws {
        let prompt = try Prompt()
        _ = prompt.define("function f() { return 1 }")
        _ = prompt.define("probe timer.s(100) { println(f()) }")
        prompt.session.drop(1)
        #expect(prompt.take().hasPrefix("semantic error: unresolved function f"))
        #expect(prompt.session.list.map(\.number) == [1, 2])
        prompt.session.stopAll()
    }

    @Test func standardInputIsThePrompts() throws {
        let prompt = try Prompt()
        #expect(
            prompt.define("probe input.line { }") == """
                ERROR: input.char and input.line cannot be used here: standard input is the prompt's
                [1] failed to start: 'start 1' tries again

                """)
    }
}
