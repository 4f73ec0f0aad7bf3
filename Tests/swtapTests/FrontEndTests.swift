// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import swtap

/// Options that only concern the passes before the run.
@Suite struct FrontEndTests {
    @Test("Similar messages are counted after the last line, and shown with -v")
    func similarMessages() throws {
        let script = "probe begin { foox(1); foox(2) }"
        let once = try swtap("-p2", "-e", script)
        #expect(once.errors.hasPrefix("semantic error: unresolved function foox"))
        #expect(
            once.errors.hasSuffix(
                """
                Pass 2: analysis failed.  [man error::pass2]
                Number of similar error messages suppressed: 1.
                Rerun with -v to see them.

                """))
        #expect(once.status == 1)
        #expect(try swtap("-v", "-p2", "-e", script).errors.contains("at :1:24\n"))
        let warned = try swtap("-p2", "-e", "probe begin { 1; 2; println(3) }")
        #expect(
            warned.errors == """
                WARNING: Eliding side-effect-free expression : number '1' at <input>:1:15
                 source: probe begin { 1; 2; println(3) }
                                       ^
                Number of similar warning messages suppressed: 1.
                Rerun with -v to see them.

                """)
        #expect(warned.output == "# probes\nbegin\n")
        #expect(try swtap("-w", "-p2", "-e", "probe begin { 1; 2; println(3) }").errors == "")
        let strict = try swtap("-W", "-p2", "-e", "probe begin { 1; println(3) }")
        #expect(strict.errors.hasSuffix("Pass 2: analysis failed: 1 warning treated as error (-W).\n"))
        #expect(strict.status == 1)
    }

    @Test("--semantic-keep-going reports all errors, and catalogues them")
    func keepGoing() throws {
        let script = """
            global a
            probe begin { a[1] = foox("x") . "y"; a[1, 2] = 3 }
            probe end { println("a" + 1) println($nope) }
            """
        let result = try swtap("--semantic-keep-going", "-p2", "-e", script)
        let lines = result.errors.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("SEMANTIC_ERRORS: ") })
        #expect(lines[start] == "SEMANTIC_ERRORS: 4")
        let unresolved = try #require(lines[start...].dropFirst().first)
        #expect(unresolved.hasPrefix("SEMANTIC_ERROR\t<input>\t2\t22\tfoox\tunresolved function foox"))
        #expect(
            Array(lines[(start + 2)...]) == [
                "SEMANTIC_ERROR\t<input>\t2\t39\ta\tinconsistent arity (1 vs 2)",
                "SEMANTIC_ERROR\t<input>\t2\t15\ta\tarity 1 first inferred here",
                "SEMANTIC_ERROR\t<input>\t3\t38\t$nope\tunresolved target-symbol expression",
                "SEMANTIC_ERROR\t<input>\t3\t21\ta\ttype mismatch: expected long but found string",
                "SEMANTIC_ERRORS_END",
                "Pass 2: analysis failed.  [man error::pass2]",
            ])
        #expect(result.status == 1)
        let none = try swtap("--semantic-keep-going", "-p2", "-e", "global g")
        #expect(none.errors.contains("SEMANTIC_ERROR\t-\t0\t0\t-\tno probes found\nSEMANTIC_ERRORS_END\n"))
        #expect(try swtap("--semantic-keep-going", "-p2", "-e", "probe begin { println(1) }").errors == "")
    }

    @Test("--compatible and --check-version")
    func versions() throws {
        let script = "probe begin { println(%( systemtap_v < \"3\" %? 1 %: 2 %)) exit() }"
        #expect(try swtap("-e", script).output == "2\n")
        #expect(try swtap("--compatible", "2.9", "-e", script).output == "1\n")
        let future = try swtap("--compatible=6.0", "-e", script)
        #expect(
            future.errors
                == "ERROR: swtap speaks version 5.6, it cannot be compatible with future version 6.0\n")
        #expect(future.status == 1)
        #expect(
            try swtap("--check-version", "-p2", "-e", script).errors == """
                WARNING: This probe uses tapset constructs that are dependent on systemtap version: keyword at <input>:1:1
                 source: \(script)
                         ^

                """)
    }

    @Test("The verbosity of each pass")
    func passVerbosity() throws {
        let script = "probe begin { println(1) exit() }"
        func passes(_ result: ProgramResult) -> [String] {
            result.errors.split(separator: "\n").map { String($0.prefix { $0 != "," }.prefix(34)) }
        }
        #expect(passes(try swtap("--vp", "01", "-p2", "-e", script)) == ["Pass 2: analyzed script: 1 probe"])
        #expect(
            passes(try swtap("--vp", "00001", "-e", script)).map { String($0.prefix(15)) }
                == ["Pass 5: startin", "Pass 5: run com"])
        let all = try swtap("-v", "-p2", "-e", script)
        let first = try #require(all.errors.wholeMatch(of: #/(.*)\n(.*)\n/#))
        #expect(
            first.1.wholeMatch(
                of: #/Pass 1: parsed user script and \d+ library scripts? using \d+kb in \d+\.\d{3}ms\./#) != nil)
        #expect(
            first.2.wholeMatch(
                of: #/Pass 2: analyzed script: 1 probe, 0 functions, 0 embeds, 0 globals using \d+kb in \d+\.\d{3}ms\./#
            ) != nil)
        #expect(all.output.hasPrefix("# probes\nbegin /* <- begin */\n{\n"))
    }

    @Test("argc and argv: from the command line, or from -G")
    func runTimeArguments() throws {
        let script = "probe begin { for (i = 1; i <= argc; i++) println(argv[i]) exit() }"
        let given = try swtap("-e", script, "one", "t wo", "3")
        #expect(given == ProgramResult(output: "one\nt wo\n3\n", errors: "", status: 0))
        #expect(try swtap("-G", "argv_1=x", "-G", "argv_2=7", "-e", script).output == "x\n7\n")
        #expect(try swtap("-e", script).output == "")
    }

    @Test("Library macros")
    func macros() throws {
        let script = """
            probe begin { @this1 = 5 println(@MAXSTRINGLEN) println(@this1) exit() }
            """
        #expect(try swtap("-e", script).output == "512\n5\n")
        #expect(try swtap("-DMAXSTRINGLEN=100", "-e", script).output == "100\n5\n")
    }

    @Test("Listings of the library")
    func listings() throws {
        let functions = try swtap("--dump-functions")
        #expect(functions.output.contains("\nint_arg:long (n:long)\n"))
        #expect(functions.status == 0)
        #expect(!functions.output.contains("\n_"))
        #expect(try swtap("--dump-functions", "-v").output.contains("\n_"))
        let aliases = try swtap("--dump-probe-aliases")
        #expect(aliases.output.contains("\nsocket.receive = "))
        #expect(try swtap("--dump-probe-types").output.contains("\nkernel.function(string).call\n"))
        #expect(try swtap("-l", "begin").output == "begin\n")
        #expect(try swtap("-l", "begni") == ProgramResult(output: "", errors: "", status: 1))
        #expect(try swtap("-l", "timer.ms(5)").output == "timer.ms(5)\n")
    }

    @Test("--color without a word, and SYSTEMTAP_COLORS")
    func colors() throws {
        let red = "\u{1B}[01;31m\u{1B}[Kparse error:\u{1B}[m\u{1B}[K"
        #expect(try swtap("--color", "-p1", "-e", "x").errors.hasPrefix(red))
        #expect(try swtap("--color=always", "-p1", "-e", "x").errors.hasPrefix(red))
        #expect(try swtap("--color=never", "-p1", "-e", "x").errors.hasPrefix("parse error:"))
        #expect(try swtap("-p1", "-e", "x").errors.hasPrefix("parse error:"))
        #expect(
            try swtap("--color", "-p1", "-e", "x", environment: ["SYSTEMTAP_COLORS": ""]).errors
                .hasPrefix("parse error:"))
        #expect(
            try swtap("--color", "-p1", "-e", "x", environment: ["SYSTEMTAP_COLORS": "error=32"]).errors
                .hasPrefix("\u{1B}[32m\u{1B}[Kparse error:"))
    }
}
