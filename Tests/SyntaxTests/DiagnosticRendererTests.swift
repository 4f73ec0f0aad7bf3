// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Syntax

@Suite struct DiagnosticRendererTests {
    private let file = SourceFile(name: "/tmp/a.stp", text: "probe begin {\n  x = \ty\n}")
    private let other = SourceFile(name: "b.stp", text: "global z")

    private func token(_ text: String, _ line: Int32, _ column: Int32, in file: SourceFile? = nil) -> Token {
        Token(
            kind: .identifier, content: ByteString(text),
            location: SourceLocation(file: file ?? self.file, line: line, column: column))
    }

    @Test func semanticErrors() {
        var renderer = DiagnosticRenderer()
        let first = Diagnostic(.semanticError, "unresolved type", tokens: [token("y", 2, 8)], site: "1")
        #expect(
            renderer.render(first)
                == "semantic error: unresolved type: identifier 'y' at /tmp/a.stp:2:8\n"
                + "        source:   x = \ty\n" + "                      \t^\n\n")
        // The same file again: no path; another file: its path; back: the path again.
        #expect(
            renderer.render(Diagnostic(.semanticError, "m", tokens: [token("x", 2, 3)], site: "2"))
                == "semantic error: m: identifier 'x' at :2:3\n        source:   x = \ty\n                  ^\n\n")
        #expect(
            renderer.render(Diagnostic(.semanticError, "m", tokens: [token("z", 1, 8, in: other)], site: "3"))
                == "semantic error: m: identifier 'z' at b.stp:1:8\n        source: global z\n                       ^\n\n"
        )
        #expect(
            renderer.render(Diagnostic(.semanticError, "m", tokens: [token("x", 2, 3)], site: "4"))
                .hasPrefix("semantic error: m: identifier 'x' at /tmp/a.stp:2:3\n"))
        #expect(renderer.render(Diagnostic(.semanticError, "no probes found")) == "semantic error: no probes found\n\n")
    }

    @Test func causes() {
        var renderer = DiagnosticRenderer()
        let cause = Diagnostic(.semanticError, "no match", tokens: [token("begin", 1, 7)], site: "2")
        let error = Diagnostic(
            .semanticError, "while resolving probe point", tokens: [token("begin", 1, 7)], chain: [cause], site: "1")
        let source = "        source: probe begin {\n                      ^\n\n"
        #expect(
            renderer.render(error)
                == "semantic error: while resolving probe point: identifier 'begin' at /tmp/a.stp:1:7\n" + source
                + "semantic error: no match: identifier 'begin' at :1:7\n" + source)
    }

    @Test func warnings() {
        var renderer = DiagnosticRenderer()
        #expect(
            renderer.render(Diagnostic(.warning, "never assigned local variable 'y'", tokens: [token("y", 2, 8)]))
                == "WARNING: never assigned local variable 'y': identifier 'y' at /tmp/a.stp:2:8\n"
                + " source:   x = \ty\n" + "               \t^\n")
        #expect(renderer.render(Diagnostic(.warning, "plain")) == "WARNING: plain\n")
    }

    @Test func severalTokens() {
        var renderer = DiagnosticRenderer()
        let error = Diagnostic(.semanticError, "m", tokens: [token("x", 2, 3), token("y", 2, 8)])
        #expect(
            renderer.render(error)
                == "semantic error: m: identifier 'x' at /tmp/a.stp:2:3\n"
                + "        source:   x = \ty\n                  ^\nidentifier 'y' at :2:8\n        source:   x = \ty\n                      \t^\n\n"
        )
    }

    @Test func similarMessagesAreCounted() {
        var renderer = DiagnosticRenderer()
        for column: Int32 in 1...3 {
            let shown = renderer.render(
                Diagnostic(.semanticError, "m\(column)", tokens: [token("x", 1, column)], site: "same"))
            #expect(shown.isEmpty == (column > 1))
        }
        #expect(!renderer.render(Diagnostic(.warning, "w", tokens: [token("x", 1, 1)])).isEmpty)
        #expect(!renderer.render(Diagnostic(.warning, "v", tokens: [token("x", 1, 1)])).isEmpty)
        #expect(renderer.render(Diagnostic(.warning, "w", tokens: [token("x", 1, 2)])).isEmpty)
        // Parse errors are never held back.
        #expect(!renderer.render(Diagnostic(.parseError, "p", site: "same")).isEmpty)
        #expect(!renderer.render(Diagnostic(.parseError, "p", site: "same")).isEmpty)
        #expect(
            renderer.suppressionSummary()
                == "Number of similar error messages suppressed: 2.\n"
                + "Number of similar warning messages suppressed: 1.\nRerun with -v to see them.\n")
        #expect(renderer.suppressionSummary().isEmpty)
    }

    @Test func verboseShowsAll() {
        var renderer = DiagnosticRenderer(showsDuplicates: true)
        for _ in 1...2 {
            #expect(!renderer.render(Diagnostic(.semanticError, "m", site: "same")).isEmpty)
            #expect(!renderer.render(Diagnostic(.warning, "w")).isEmpty)
        }
        #expect(renderer.suppressionSummary().isEmpty)
    }

    @Test func colors() {
        var renderer = DiagnosticRenderer(colors: ColorScheme())
        let text = renderer.render(Diagnostic(.semanticError, "m", tokens: [token("x", 2, 3)]))
        let end = "\u{1B}[m\u{1B}[K"
        #expect(
            text
                == "\u{1B}[01;31m\u{1B}[Ksemantic error:\(end) m: identifier \u{1B}[01m\u{1B}[K'x'\(end) at /tmp/a.stp:2:3\n"
                + "        \u{1B}[00;34m\u{1B}[Ksource:\(end)   x = \ty\n"
                + "                  \u{1B}[01m\u{1B}[K^\(end)\n\n")
    }

    @Test(arguments: [
        ("error=31", "\u{1B}[31m\u{1B}[Kparse error:\u{1B}[m\u{1B}[K m\n\n"),
        ("caret=1", "parse error: m\n\n"),
        ("error=31:nonsense", "\u{1B}[01;31m\u{1B}[Kparse error:\u{1B}[m\u{1B}[K m\n\n"),
        ("error=3\u{1B}1", "\u{1B}[01;31m\u{1B}[Kparse error:\u{1B}[m\u{1B}[K m\n\n"),
        ("", "parse error: m\n\n"),
    ])
    func colorSettings(_ setting: String, _ expected: String) {
        var renderer = DiagnosticRenderer(colors: ColorScheme(environment: setting))
        #expect(renderer.render(Diagnostic(.parseError, "m")) == expected)
    }

    @Test func describedTokens() {
        func described(_ kind: TokenKind, _ content: ByteString) -> String {
            Token(kind: kind, content: content, location: SourceLocation(file: file, line: 3, column: 4)).described
        }
        #expect(described(.identifier, "x") == "identifier 'x' at /tmp/a.stp:3:4")
        #expect(described(.string, "a\n\u{1B}") == "string 'a\\n?' at /tmp/a.stp:3:4")
        #expect(described(.number, "0x1") == "number '0x1' at /tmp/a.stp:3:4")
        #expect(described(.operator, "@count") == "operator '@count' at /tmp/a.stp:3:4")
        #expect(described(.junk, "\u{1}") == "junk '?' at /tmp/a.stp:3:4")
        #expect(described(.keyword, "probe") == "keyword at /tmp/a.stp:3:4")
        #expect(described(.embedded, "x") == "embedded-code at /tmp/a.stp:3:4")
    }

    @Test func placesBeyondTheFileAreHarmless() {
        var renderer = DiagnosticRenderer()
        for (line, column) in [(0, 0), (99, 99), (2, 1000), (-1, -1), (Int32.max, Int32.max)] as [(Int32, Int32)] {
            #expect(!renderer.render(Diagnostic(.parseError, "m", tokens: [token("x", line, column)])).isEmpty)
        }
    }
}
