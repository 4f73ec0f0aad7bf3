// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import Session
@testable import swtap

@Suite("Options of a run")
struct RunOptionsTests {
    private func options(_ words: String...) throws -> SessionOptions {
        let foreign = try ForeignOptions(separateJoinedOptions(words), valued: takesValue)
        return try Command.parse(foreign.words).sessionOptions()
    }

    private func failure(_ words: String...) -> String {
        do {
            let foreign = try ForeignOptions(separateJoinedOptions(words), valued: takesValue)
            _ = try Command.parse(foreign.words).sessionOptions()
            return "no error"
        } catch let error as SessionError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    @Test func rotation() throws {
        #expect(try options("-S", "3", "-o", "x", "a.stp").rotation == OutputRotation(size: 3 << 20))
        #expect(try options("-S3,2", "-o", "x", "a.stp").rotation == OutputRotation(size: 3 << 20, count: 2))
        #expect(failure("-S3", "a.stp") == "-S needs an output file (-o).")
        for bad in ["0", "x", "1,0", "1,2,3", "1,"] {
            #expect(failure("-S", bad, "-o", "x", "a.stp") == "Invalid file size option '\(bad)' for -S.")
        }
    }

    @Test func background() throws {
        #expect(try options("-F", "-o", "x", "a.stp").isDaemon)
        #expect(
            failure("-F", "a.stp")
                == "-F needs an output file (-o): swtap keeps no data in the kernel that could be fetched later.")
    }

    @Test func backEnd() throws {
        _ = try options("--runtime=bpf", "--bpf", "a.stp")
        #expect(
            failure("--runtime=kernel", "a.stp")
                == "--runtime=kernel is not supported: swtap runs scripts as eBPF (--runtime=bpf).")
        #expect(
            failure("--dyninst", "a.stp") == "--dyninst is not supported: swtap runs scripts as eBPF (--runtime=bpf).")
    }

    @Test func privilege() throws {
        #expect(try options("--privilege=stapdev", "a.stp").allowsKernelProbes)
        #expect(try options("--privilege=stapsys", "a.stp").allowsKernelProbes)
        #expect(try !options("--privilege=stapusr", "a.stp").allowsKernelProbes)
        #expect(try !options("--unprivileged", "a.stp").allowsKernelProbes)
        #expect(failure("--privilege=root", "a.stp") == "Invalid argument 'root' for --privilege.")
    }

    @Test func names() throws {
        #expect(try options("-m", "my_name", "a.stp").moduleName == "my_name")
        #expect(
            failure("-m", "../x", "a.stp") == "Invalid module name '../x' (should be at most 55 of [a-z0-9_]).")
        #expect(try options("--target-namespaces=\(getpid())", "a.stp").namespacePid == Int(getpid()))
        #expect(
            failure("--target-namespaces=0", "a.stp") == "Invalid process ID '0' for --target-namespaces.")
        #expect(failure("--example", "no-such") == "There is no example 'no-such' beside this program.")
    }

    @Test("What means nothing here is accepted with a note, or refused with a reason")
    func foreign() throws {
        let words = separateJoinedOptions([
            "-kv", "-B", "CONFIG=y", "-R", "dir", "-dkernel", "--ldd", "--all-modules", "--disable-cache",
            "--rlimit-as=5", "--tmpdir", "/x", "--use-server=host", "--download-debuginfo=yes", "-e", "-k", "--", "-k",
        ])
        let options = try ForeignOptions(words, valued: takesValue)
        #expect(options.words == ["-v", "-e", "-k", "--", "-k"])
        #expect(
            options.notes == [
                "-k is ignored: no kernel module is built", "-B is ignored: no kernel module is built",
                "-R is ignored: no kernel module is built", "-d is ignored: swtap uses no debuginfo",
                "--ldd is ignored: swtap uses no debuginfo", "--all-modules is ignored: swtap uses no debuginfo",
                "--disable-cache is ignored: nothing is cached",
                "--rlimit-as is ignored: no compiler is started that could need limits",
                "--tmpdir is ignored: no kernel module is built", "--use-server is ignored: swtap compiles by itself",
                "--download-debuginfo is ignored: swtap uses no debuginfo",
            ])
        #expect(
            failure("-r", "5.10", "a.stp")
                == "-r is not supported: swtap runs scripts on the running kernel and machine only.")
        #expect(
            failure("--remote", "root@host", "a.stp")
                == "--remote is not supported: copy the one swtap binary there and run it by ssh.")
    }

    @Test func optionsFile() throws {
        #expect(
            optionWords("# a comment\n-v -G 'a=b c'\n\n  --compatible=4.0 # more\n-D X=\"1 2\"\\ 3")
                == ["-v", "-G", "a=b c", "--compatible=4.0", "-D", "X=1 2 3"])
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("swtap-rc-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try "-w\n".write(toFile: directory.path + "/rc", atomically: false, encoding: .utf8)
        let environment = ["SYSTEMTAP_DIR": directory.path]
        #expect(startupWords(["x.stp"]) { environment[$0] } == ["-w", "x.stp"])
        #expect(startupWords(["x.stp"]) { $0 == "HOME" ? "/nowhere" : nil } == ["x.stp"])
    }

    @Test("The words behind the program in a script's first line are one word to the kernel")
    func interpreterLine() throws {
        let script = try TemporaryFile("#!/usr/bin/swtap -g -w\nprobe begin { exit() }")
        #expect(startupWords(["-g -w", script.path, "a"]) { _ in nil } == ["-g", "-w", script.path, "a"])
        #expect(startupWords(["-e probe", script.path]) { _ in nil } == ["-e probe", script.path])
    }
}
