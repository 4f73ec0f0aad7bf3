import Testing

@testable import REPL
// SPDX-License-Identifier: GPL-3.0-or-later
@testable import Session

@Suite struct ScriptTests {
    @Test func linesAreAddedListedAndDeleted() {
        var buffer = ScriptBuffer()
        #expect(buffer.isEmpty)
        buffer.add("probe begin {\n  exit()\n}")
        buffer.add("# end")
        #expect(buffer.listing() == "1: probe begin {\n2:   exit()\n3: }\n4: # end\n")
        #expect(buffer.listing(2...3) == "2:   exit()\n3: }\n")
        buffer.delete(2...3)
        #expect(buffer.text == "probe begin {\n# end\n")
        buffer.replace(by: (1...10).map { "line \($0)\n" }.joined())
        #expect(buffer.listing(9...10) == " 9: line 9\n10: line 10\n")
    }

    @Test(arguments: [
        ("4", "No line 4 present in script."), ("0", "No line 0 present in script."),
        ("2-9", "No line 9 present in script."), ("3-1", "the range 3-1 ends before it begins"),
        ("x", "'x' is no line and no range of lines: say N or N-M"),
        ("-1", "'-1' is no line and no range of lines: say N or N-M"),
    ])
    func rangesThatAreNotThereAreNamed(_ text: String, _ message: String) {
        var buffer = ScriptBuffer()
        buffer.add("1\n2\n3")
        #expect(buffer.range(text) == .failure(BufferError(message)))
    }

    @Test func rangesAreNumbers() {
        var buffer = ScriptBuffer()
        #expect(buffer.range("1") == .failure(BufferError("No line 1 present in script.")))
        buffer.add("1\n2\n3")
        #expect(buffer.range("2") == .success(2...2))
        #expect(buffer.range("1-3") == .success(1...3))
        #expect(buffer.range("1 - 3") == .success(1...3))
    }

    @Test func optionsBecomeWords() {
        var options = ScriptOptions()
        #expect(options.words == [])
        for (name, value) in [
            ("verbose", "2"), ("guru_mode", "on"), ("last_pass", "2"), ("cmd", "sleep 1"), ("timing", "on"),
        ] { #expect(options.set(name, value) == nil) }
        #expect(options.words == ["-g", "-t", "-v", "-v", "-p", "2", "-c", "sleep 1"])
        #expect(options.set("verbose", "many") == "verbose is a number from 0 to 9, not 'many'")
        #expect(options.set("timing", "2") == "timing is on or off, not '2'")
        #expect(
            options.set("x", "2")
                == "there is no option 'x'; there are auto_analyze, cmd, guru_mode, keep_tmpdir, last_pass, "
                + "panic_warnings, suppress_warnings, target_pid, timing, unoptimized, verbose")
        #expect(options.shown("verbose") == "verbose: 2                say more (-v)\n")
        #expect(options.shown("x") == nil)
    }

    @Test func piecesAreATable() {
        let list = [
            PieceSummary(number: 1, state: "defined", hasProbes: false, hits: 0, losses: 0, title: "global n"),
            PieceSummary(number: 12, state: "running", hasProbes: true, hits: 1234, losses: 5, title: "probe x { … }"),
        ]
        #expect(
            Repl.table(list) == """
                number  state    hits  lost  text
                [1]     defined              global n
                [12]    running  1234     5  probe x { … }

                """)
    }

    @Test func examplesTellWhatTheyAreAbout() {
        #expect(
            Examples.summary("#! /bin/swtap\n// SPDX-License-Identifier: x\n\n// Counts.\nprobe begin {}") == "Counts.")
        #expect(Examples.summary("probe begin {} // no") == "")
    }

    @Test func eachCommandIsExplained() {
        for command in Command.allCases {
            #expect(Help.page.contains(command.usage))
            #expect(Help.about(command).split(separator: "\n").count >= 3)
        }
    }
}

@Suite struct CompleterTests {
    @Test func placesAreTold() {
        let completer = Completer()
        #expect(completer.place("") == .other)
        #expect(completer.place("probe ") == .point)
        #expect(completer.place("probe socket.send, ") == .point)
        #expect(completer.place("probe socket.send { ") == .body(point: "socket.send"))
        #expect(completer.place("probe socket.send\n{ if (x) { y } ") == .body(point: "socket.send"))
        #expect(completer.place("probe socket.send { } ") == .other)
        #expect(completer.place("probe kernel.function(\"tcp_") == .quote)
        #expect(completer.place("println(") == .other)
    }

    @Test func commandsAndTheirWordsAreOffered() {
        let completer = Completer()
        completer.scriptOptions = ScriptOptions.names
        func answer(_ line: String) -> Completer.Answer {
            let bytes = Array(line.utf8)
            let start = bytes.lastIndex(of: 32).map { $0 + 1 } ?? 0
            return completer.complete(bytes, from: start, to: bytes.count)
        }
        #expect(answer("pro") == .words(["probe", "probes"], space: true))
        #expect(answer("set ver") == .words(["verbose"], space: true))
        #expect(answer("help qu") == .words(["quit"], space: true))
        #expect(answer("load x") == .files)
    }
}
