// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Library functions and messages that only a whole run shows.
@Suite("The library in whole runs")
struct LibraryRunTests {
    @Test("switch_file() goes on in the next file")
    func outputFiles() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("swtap-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("out").path
        let script = """
            probe begin { println("first"); switch_file(); println("first too") }
            probe begin(1) { println("second"); switch_file() }
            probe begin(2) { println("third"); exit() }
            """
        let result = try swtap("-o", file, "-e", script)
        #expect(result == ProgramResult(output: "", errors: "", status: 0))
        func text(_ name: String) throws -> String { try String(contentsOfFile: name, encoding: .utf8) }
        #expect(try text(file) == "first\nfirst too\n")
        #expect(try text(file + ".1") == "second\n")
        #expect(try text(file + ".2") == "third\n")
        // Standard output has no next file.
        #expect(try swtap("-e", script).output == "first\nfirst too\nsecond\nthird\n")
    }

    @Test("A bad pattern is shown at its place")
    func badPattern() throws {
        let result = try swtap("-p2", "-e", "probe begin { if (pp() =~ \"(a\") exit() }")
        #expect(
            result
                == ProgramResult(
                    output: "",
                    errors: """
                        semantic error: regex compilation error (at position 1): expected ), found end of regex: string '(a' at <input>:1:27
                                source: probe begin { if (pp() =~ "(a") exit() }
                                                                  ^

                        Pass 2: analysis failed.  [man error::pass2]

                        """, status: 1))
    }

    @Test("Functions that act on the system need -g")
    func guru() throws {
        let result = try swtap("-e", "probe begin { mdelay(1) exit() }")
        #expect(
            result.errors == """
                semantic error: function may not be used unless -g is specified: identifier 'mdelay' at <input>:1:15
                        source: probe begin { mdelay(1) exit() }
                                              ^

                Pass 2: analysis failed.  [man error::pass2]

                """)
        #expect(result.status == 1)
        for call in ["printk(1, \"a\")", "panic(\"a\")", "raise(1)", "udelay(1)", "signal_thread(1, 1, 0)"] {
            let errors = try swtap("-e", "probe begin { \(call) exit() }").errors
            #expect(errors.contains("function may not be used unless -g is specified"), "\(call)")
        }
        #expect(try swtap("-g", "-e", "probe begin { mdelay(1) println(1) exit() }").output == "1\n")
        // A function of the user's own by such a name is the user's.
        #expect(try swtap("-e", "function raise(n) { println(n) } probe begin { raise(5) exit() }").output == "5\n")
    }

    @Test("raise() reaches the thread of the event, which is swtap itself here")
    func raisedSignal() throws {
        let result = try swtap(
            "-g", "-e",
            "probe begin { raise(2) } probe timer.s(20) { println(\"late\") } probe end { println(\"end\") }")
        #expect(result == ProgramResult(output: "end\n", errors: "", status: 0))
        let bad = try swtap("-g", "-e", "probe begin { raise(999) }")
        #expect(bad.errors.hasPrefix("ERROR: raise(): Invalid argument near "))
    }

    @Test("Cycles and ticks pass")
    func counters() throws {
        let script = """
            probe begin {
              a = get_cycles(); udelay(20000); b = get_cycles()
              println(b - a > 10000, HZ() >= 100)
              exit()
            }
            """
        #expect(try swtap("-g", "-e", script).output == "11\n")
    }
}
