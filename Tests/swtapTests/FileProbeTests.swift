// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Files that scripts answer, standard input, output files and the hit report: the program as a whole, without root.
@Suite struct FileProbeTests {
    /// A directory of its own for each test.
    private final class Place {
        let path: String

        init() throws {
            path =
                FileManager.default.temporaryDirectory.appendingPathComponent("swtap-files-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func text(_ name: String) -> String { (try? String(contentsOfFile: path + "/" + name, encoding: .utf8)) ?? "" }

        var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
    }

    /// Runs a script whose `-c` command is a shell script with the files' directory as `$D`.
    private func run(_ script: String, command: String, _ more: String..., place: Place) throws -> ProgramResult {
        let shell = try TemporaryFile(command)
        let process = Process()
        process.executableURL = programURL
        process.arguments = ["-m", "t", "-e", script, "-c", "/bin/sh \(shell.path)"] + more
        process.environment = ProcessInfo.processInfo.environment.merging([
            "XDG_RUNTIME_DIR": place.path, "D": place.path + "/swtap/t", "OUT": place.path,
        ]) { $1 }
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let messages = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return ProgramResult(
            output: String(decoding: text, as: UTF8.self), errors: String(decoding: messages, as: UTF8.self),
            status: process.terminationStatus)
    }

    @Test(.timeLimit(.minutes(1))) func readersGetTheValueOfTheirMoment() throws {
        let place = try Place()
        let result = try run(
            "global n probe procfs(\"a/count\").read { $value = sprintf(\"%d\\n\", ++n) }",
            command: "cat $D/a/count; cat $D/a/count; cat $D/a/count; ls -l $D/a/count | cut -c1-10", place: place)
        #expect(result == ProgramResult(output: "1\n2\n3\nprw-------\n", errors: "", status: 0))
        #expect(!FileManager.default.fileExists(atPath: place.path + "/swtap/t"))
    }

    @Test(.timeLimit(.minutes(1))) func writersAreHeard() throws {
        let place = try Place()
        let result = try run(
            "probe procfs.write { printf(\"<%s>\", $value) }",
            command: "echo one >$D/command; printf two >$D/command; sleep 0.3", place: place)
        #expect(result == ProgramResult(output: "<one\n><two>", errors: "", status: 0))
    }

    @Test(.timeLimit(.minutes(1))) func bothSidesOfOnePath() throws {
        let place = try Place()
        let result = try run(
            "global v = \"none\\n\" probe procfs(\"x\").read { $value = v } probe procfs(\"x\").write { v = $value }",
            command: "cat $D/x; echo new >$D/x.write; sleep 0.3; cat $D/x", place: place)
        #expect(result == ProgramResult(output: "none\nnew\n", errors: "", status: 0))
    }

    @Test(.timeLimit(.minutes(1))) func longAnswers() throws {
        let place = try Place()
        let result = try run(
            "probe procfs.read.maxsize(300000) { for (i = 0; i < 3000; i++) $value .= "
                + "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\" }",
            command: "wc -c <$D/command", "-g", "--suppress-time-limits", place: place)
        #expect(result == ProgramResult(output: "300000\n", errors: "", status: 0))
    }

    @Test(.timeLimit(.minutes(1))) func nobodyCanMakeItHang() throws {
        let place = try Place()
        let result = try run(
            "probe procfs(\"r\").read.maxsize(300000) { for (i = 0; i < 600; i++) $value .= \(text500) } "
                + "probe procfs(\"w\").write { println(\"w\") }",
            // A reader that never reads, a writer that never writes.
            command: "sleep 30 <$D/r & a=$!; sleep 30 >$D/w & b=$!; sleep 0.3; kill $a $b; wait", "-g",
            "--suppress-time-limits", place: place)
        #expect(result == ProgramResult(output: "", errors: "", status: 0))
    }

    private let text500 = "\"" + String(repeating: "x", count: 500) + "\""

    @Test(.timeLimit(.minutes(1))) func errorsLeaveNothingBehind() throws {
        let place = try Place()
        let result = try run(
            "probe procfs.read { $value = \"partly\\n\"; error(\"no\") }", command: "cat $D/command; sleep 5",
            place: place)
        #expect(result.status == 1)
        #expect(result.errors.contains("ERROR: no near identifier 'error' at <input>:1:42 in probe procfs.read\n"))
        #expect(!FileManager.default.fileExists(atPath: place.path + "/swtap/t"))
    }

    @Test(.timeLimit(.minutes(1))) func oneSessionForEachName() throws {
        let place = try Place()
        let inner = "\(programURL.path) -m t -e 'probe procfs.read { $value = \"x\" }' -T 1"
        let result = try run("probe procfs.read { $value = \"y\" }", command: "\(inner); echo $?", place: place)
        #expect(result.output == "1\n")
        #expect(
            result.errors.contains(
                "ERROR: the directory '\(place.path)/swtap/t' is in use by another session; choose a name with -m\n"))
    }

    @Test func standardInput() throws {
        let bytes = try swtap(
            "-e", "probe input.char { printf(\"[%s]\", char); if (char == \"q\") exit() }", input: "ab\nqz")
        #expect(bytes == ProgramResult(output: "[a][b][\n][q]", errors: "", status: 0))
        let lines = try swtap(
            "-e", "probe input.line { printf(\"<%s>\", line); if (line == \"end\") exit() }", input: "one\n\ntwo\nend")
        #expect(lines == ProgramResult(output: "<one\n><\n><two\n><end>", errors: "", status: 0))
    }

    @Test func aFileAsStandardInput() throws {
        let file = try TemporaryFile("one\ntwo\n")
        let result = try swtap(
            "-e", "probe begin { system(\"true\") } probe end { println(\"end\") }", "-c",
            "\(programURL.path) -e 'probe input.line { print(line); if (line == \"two\\n\") exit() }' <\(file.path)")
        #expect(result == ProgramResult(output: "one\ntwo\nend\n", errors: "", status: 0))
    }

    @Test func hitReport() throws {
        let result = try swtap(
            "-t", "-e",
            "global n probe begin { println(\"x\") } probe timer.ms(5) { if (++n == 3) exit() } probe never {println(1)}"
        )
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.prefix(2) == ["x", "----- probe hit report: "])
        let row = try Regex(
            #"timer\.ms\(5\), \(<input>:1:45\), hits: 3, cycles: [0-9]+min/[0-9]+avg/[0-9]+max, variance: [0-9]+, from: timer\.ms\(5\), index: 1"#
        )
        #expect(lines.count == 4)
        #expect(lines.last?.wholeMatch(of: row) != nil, "\(lines)")
        #expect(lines[2].hasPrefix("begin, (<input>:1:16), hits: 1, cycles: "))
    }

    @Test func rotatedOutput() throws {
        let place = try Place()
        let result = try swtap(
            "-S", "1,2", "-o", place.path + "/out", "-e",
            "global n probe timer.ms(1) { for (i = 0; i < 600; i++) printf(\"%500d\\n\", ++n) if (n > 9000) exit() }",
            "-g", "--suppress-time-limits")
        #expect(result == ProgramResult(output: "", errors: "", status: 0))
        let names = place.names
        #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("out.") }, "\(names)")
        let sizes = try names.map {
            try FileManager.default.attributesOfItem(atPath: place.path + "/" + $0)[.size] as? Int ?? 0
        }
        #expect(sizes.allSatisfy { $0 <= 1 << 20 })
    }

    @Test func switchedOutput() throws {
        let place = try Place()
        let result = try swtap(
            "-o", place.path + "/out", "-e",
            "probe begin { println(1); switch_file() } probe timer.ms(20) { println(2); exit() } probe end { println(3) }"
        )
        #expect(result == ProgramResult(output: "", errors: "", status: 0))
        #expect(place.text("out") == "1\n")
        #expect(place.text("out.1") == "2\n3\n")
    }

    @Test func switchedBySignal() throws {
        let place = try Place()
        let result = try swtap(
            "-o", place.path + "/out", "-e", "probe begin { println(1) } probe end { println(2) }", "-c",
            "kill -USR2 $PPID; sleep 0.2")
        #expect(result == ProgramResult(output: "", errors: "", status: 0))
        #expect(place.text("out") == "1\n")
        #expect(place.text("out.1") == "2\n")
    }

    @Test(.timeLimit(.minutes(1))) func background() throws {
        let place = try Place()
        let result = try swtap(
            "-F", "-o", place.path + "/out", "-e", "probe begin { println(stp_pid()) } probe timer.ms(300) { exit() }")
        #expect(result.status == 0 && result.errors.isEmpty)
        let pid = try #require(Int32(result.output.dropLast()))
        #expect(kill(pid, 0) == 0)
        while kill(pid, 0) == 0 { usleep(20_000) }
        #expect(place.text("out") == "\(pid)\n")
        let failed = try swtap("-F", "-o", place.path + "/no/out", "-e", "probe begin { println(1) }")
        #expect(failed.status == 1)
        #expect(failed.errors.contains("cannot open output file '\(place.path)/no/out': No such file or directory"))
    }

    @Test func privilege() throws {
        let result = try swtap("--unprivileged", "-e", "probe timer.profile { println(1) }")
        #expect(
            result
                == ProgramResult(
                    output: "",
                    errors: "ERROR: timer.profile is not allowed with --privilege=stapusr (--unprivileged)\n",
                    status: 1))
    }
}
