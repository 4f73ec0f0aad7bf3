// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import swtap

@Suite("Whole runs that need no kernel")
struct RunTests {
    @Test("A script from -e, with its arguments")
    func text() throws {
        let result = try swtap("-e", "probe begin { printf(\"%d %s %d %s\\n\", $1, @2, $#, @#); exit() }", "7", "two")
        #expect(result == ProgramResult(output: "7 two 2 2\n", errors: "", status: 0))
    }

    @Test("A script from a file, from standard input, and with a #! line")
    func sources() throws {
        let script = "probe begin { println(\"here\"); exit() }"
        let file = try TemporaryFile(script)
        #expect(try swtap(file.path).output == "here\n")
        #expect(try swtap("-", input: script).output == "here\n")
        let executable = try TemporaryFile("#!\(programURL.path)\n\(script)\n", mode: 0o755)
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: executable.path)
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(String(decoding: output, as: UTF8.self) == "here\n")
    }

    @Test("begin, end and the display of globals in their order")
    func lifeCycle() throws {
        let result = try swtap(
            "-e",
            """
            global count, names
            probe end(2) { println("end 2") }
            probe begin(1) { println("begin 1"); exit() }
            probe begin(-1) { println("begin -1"); count = 3; names["a", 1] = "x" }
            probe end { println("end") }
            probe error { println("error") }
            """)
        #expect(result.output == "begin -1\nbegin 1\nend\ncount=3\nnames[\"a\",1]=\"x\"\nend 2\n")
        #expect(result.status == 0)
    }

    @Test("Statistics, the options of their histograms, and histograms that cannot be")
    func statistics() throws {
        let script = "global x probe begin { x <<< 1; x <<< 6; print(@hist_linear(x, 0, 20, 2)); exit() }"
        let result = try swtap("-D", "HIST_WIDTH=10", "-D", "hist_elision=0", "-e", script)
        #expect(
            result
                == ProgramResult(
                    output: """
                        value |---------- count
                            0 |@          1
                              ~
                            6 |@          1


                        """, errors: "", status: 0))
        let failed = try swtap("-D", "STP_MAX_BUCKETS=12", "-e", script)
        #expect(
            failed
                == ProgramResult(
                    output: "",
                    errors: """
                        WARNING: histogram: Number of buckets must be between 1 and 10
                        Number_of_buckets = (stop - start) / interval.
                        Please adjust your start, stop, and interval values.
                        Pass 5: run failed.  [man error::pass5]

                        """, status: 1))
        let listed = try swtap("-p2", "-e", "global s, a probe begin { s <<< 1; a[1, \"k\"] <<< 2 }")
        #expect(listed.output == "# globals\ns:stats\na:stats [long, string]\n# probes\nbegin\n")
    }

    @Test("The macros of the library print statistics")
    func statisticsMacros() throws {
        let result = try swtap(
            "-e",
            "global s, a, m probe begin { s <<< 4; a[1] <<< 5; m[\"x\"] = 6; @prints(s) @prints1(a) "
                + "@prometheus_dump_array1(m, \"metric\", \"label\"); exit() }")
        #expect(
            result
                == ProgramResult(
                    output: """
                        @count=1 @min=4 @max=4 @sum=4 @avg=4
                        [1] @count=1 @min=5 @max=5 @sum=5 @avg=5
                        metric{label="x"} 6

                        """, errors: "", status: 0))
    }

    @Test("exit() in begin leaves the other begin probes out, and end probes run")
    func exitInBegin() throws {
        let result = try swtap(
            "-e", "probe begin { exit() println(1) } probe begin { println(2) } probe end { println(3) }")
        #expect(result.output == "1\n3\n")
    }

    @Test("A run-time error: message, error probes instead of end probes, status 1")
    func runTimeError() throws {
        let result = try swtap(
            "-e", "probe begin { error(\"boo\") } probe end { println(\"end\") } probe error { println(\"error\") }")
        #expect(result.output == "error\n")
        #expect(
            result.errors == """
                ERROR: boo near identifier 'error' at <input>:1:15 in probe begin
                WARNING: Number of errors: 1, skipped probes: 0
                Pass 5: run failed.  [man error::pass5]

                """)
        #expect(result.status == 1)
    }

    @Test("Timers fire, -T stops")
    func timers() throws {
        let result = try swtap("-T", "5", "-e", "global n probe timer.ms(5) { if (++n == 3) exit() }")
        #expect(result.output == "n=3\n" || result.output == "")
        let stopped = try swtap("-T", "0.05", "-e", "probe begin {} probe end { println(\"end\") }", "-u")
        #expect(stopped.output == "end\n")
        #expect(stopped.status == 0)
    }

    @Test("The command of -c: its pid is target(), its status counts")
    func command() throws {
        let good = try swtap("-e", "probe begin { println(target() > 0) }", "-c", "echo hello")
        #expect(good.output == "1\nhello\n")
        #expect(good.status == 0)
        let bad = try swtap("-e", "probe begin { println(1) }", "-c", "exit 3;")
        #expect(bad.errors == "WARNING: Child process exited with status 3\nPass 5: run failed.  [man error::pass5]\n")
        #expect(bad.status == 1)
    }

    @Test(arguments: [
        (
            "no-such-program --now",
            "ERROR: cannot start 'no-such-program --now': no executable 'no-such-program' found\n"
        ),
        ("/dev/null x", "ERROR: cannot start '/dev/null x': no executable '/dev/null' found\n"),
        ("  ", "ERROR: the command of -c is empty\n"),
    ])
    func commandThatCannotStart(command: String, message: String) throws {
        let result = try swtap("-e", "probe begin { println(1) }", "-c", command)
        #expect(result == ProgramResult(output: "", errors: message, status: 1))
    }

    @Test("Scripts that cannot be read")
    func badInput() throws {
        let missing = try swtap("/no/such/file.stp")
        #expect(missing.errors.hasPrefix("parse error: Input file '/no/such/file.stp' is missing.\n"))
        #expect(missing.status == 1)
        let directory = try swtap("/tmp")
        #expect(directory.errors.contains("Input file '/tmp' can't be opened for reading: it is a directory."))
        #expect(directory.status == 1)
        let empty = try TemporaryFile("")
        #expect(try swtap(empty.path).errors.contains("Input file '\(empty.path)' is empty."))
        #expect(try swtap("-", input: "").errors.contains("Input file '<input>' is empty."))
    }

    @Test("No probes, unused arguments, -w and -W")
    func warnings() throws {
        let none = try swtap("-e", "global x")
        #expect(none.errors.contains("semantic error: no probes found"))
        #expect(none.status == 1)
        let unused = try swtap("-e", "probe begin { exit() println(1) }", "one")
        #expect(unused.errors.contains("WARNING: unused command line option $1/@1"))
        #expect(unused.status == 0)
        #expect(try swtap("-w", "-e", "probe begin { exit() println(1) }", "one").errors == "")
        let strict = try swtap("-W", "-e", "probe begin { exit() println(1) }", "one")
        #expect(strict.status == 1)
        #expect(strict.output == "")
    }

    @Test("A full disk and a closed pipe are told")
    func badOutput() throws {
        let full = try swtap("-o", "/dev/full", "-e", "probe begin { println(1); exit() }")
        #expect(full.errors.contains("ERROR: cannot write to '/dev/full': No space left on device\n"))
        #expect(full.status == 1)
        let forbidden = try swtap("-o", "/no/such/dir/x", "-e", "probe begin { println(1); exit() }")
        #expect(forbidden.errors == "ERROR: cannot open output file '/no/such/dir/x': No such file or directory\n")
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let closed = try swtap(
            "-e", "probe timer.ms(1) { println(1) }", "-T", "5", outputDescriptor: pipe.fileHandleForWriting)
        #expect(closed.errors.contains("ERROR: cannot write to standard output: Broken pipe\n"))
        #expect(closed.status == 1)
    }

    @Test("-G and -D reach the run")
    func settings() throws {
        let result = try swtap(
            "-G", "n=5", "-D", "MAXMAPENTRIES=2", "-e",
            "global n, a probe begin { println(n) a[1] = 1 a[2] = 2 a[3] = 3 }")
        #expect(result.output.hasPrefix("5\n"))
        #expect(result.errors.contains("ERROR: Array overflow, check MAXMAPENTRIES near identifier 'a' at <input>:1:"))
        #expect(result.status == 1)
    }

    @Test("-p1 prints source that parses back to itself")
    func parseTree() throws {
        let first = try swtap("-p1", "-e", "global a[5] probe begin { if (a[1] + 2 * 3) next; else exit() }")
        #expect(first.status == 0)
        let second = try swtap("-p1", "-", input: first.output)
        let body: (String) -> [Substring] = { $0.split(separator: "\n").filter { !$0.hasPrefix("#") } }
        #expect(body(first.output) == body(second.output))
        #expect(!body(first.output).isEmpty)
    }

    @Test("Help and version exit with 0, a bad option with 1")
    func usage() throws {
        #expect(try swtap("-h").status == 0)
        #expect(try swtap("-V").output.hasPrefix("swtap \(swtapVersion)"))
        let bad = try swtap("--nonsense")
        #expect(bad.status == 1)
        #expect(bad.errors.contains("--nonsense"))
    }
}
