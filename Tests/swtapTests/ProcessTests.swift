// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import swtap

/// A program that knows what it does: `N` calls of `add(i, 2i, "call i")`, of `depth(3)` (four calls each) and of
/// `getppid()`, and a marker in each `add`; prints what its gate was and its pid.
private let source = """
    #define _GNU_SOURCE
    #include <pthread.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <sys/syscall.h>
    #include <sys/wait.h>
    #include <unistd.h>
    #define PLAIN __attribute__((noinline, noclone, used))
    unsigned short add_gate __attribute__((section(".probes"), used));
    long counter = 1000;
    #define MARK(first, second) __asm__ volatile( \\
        "990: nop\\n.pushsection .note.stapsdt, \\"?\\", \\"note\\"\\n.balign 4\\n" \\
        ".4byte 992f-991f, 994f-993f, 3\\n991: .asciz \\"stapsdt\\"\\n992: .balign 4\\n" \\
        "993: .8byte 990b\\n.8byte _.stapsdt.base\\n.8byte add_gate\\n.asciz \\"small\\"\\n.asciz \\"added\\"\\n" \\
        ".asciz \\"-4@%k0 8@%1 2@$7 8@counter(%%rip)\\"\\n994: .balign 4\\n.popsection\\n" \\
        ".ifndef _.stapsdt.base\\n.pushsection .stapsdt.base, \\"aG\\", \\"progbits\\", .stapsdt.base, comdat\\n" \\
        ".weak _.stapsdt.base\\n.hidden _.stapsdt.base\\n_.stapsdt.base: .space 1\\n" \\
        ".size _.stapsdt.base, 1\\n.popsection\\n.endif\\n" : : "r"((long)(first)), "r"((long)(second)))
    PLAIN long add(long first, long second, const char *text) {
        counter++;
        MARK(-first, text);
        __asm__ volatile("" : : "r"(text) : "memory");
        return first + second;
    }
    PLAIN long many(long a, long b, long c, long d, long e, long f, long g, long h) {
        __asm__ volatile("" : "+r"(a));
        return a + b + c + d + e + f + g * h;
    }
    PLAIN long depth(long n) {
        __asm__ volatile("" : "+r"(n));
        if (n <= 0) return 0;
        long inner = depth(n - 1);
        __asm__ volatile("" : "+r"(inner));
        return 1 + inner;
    }
    static long count;
    static void *work(void *unused) {
        for (long i = 0; i < count; i++) depth(3);
        return unused;
    }
    int main(int argc, char **argv) {
        count = argc > 1 ? atol(argv[1]) : 1;
        for (long i = 0; i < count; i++) {
            char text[32];
            snprintf(text, sizeof text, "call %ld", i);
            add(i, 2 * i, text);
            depth(3);
            syscall(SYS_getppid);
        }
        many(1, 2, 3, 4, 5, 6, 7, 8);
        printf("gate %d\\n", add_gate);
        fflush(stdout);
        for (int i = 2; i < argc; i++) {
            if (argv[i][0] == 't') {
                pthread_t threads[4];
                for (int t = 0; t < 4; t++) pthread_create(&threads[t], NULL, work, NULL);
                for (int t = 0; t < 4; t++) pthread_join(threads[t], NULL);
            }
            if (argv[i][0] == 'f') {
                if (fork() == 0) _exit(0);
                wait(NULL);
            }
            if (argv[i][0] == 'w') getchar();
        }
        return 0;
    }
    """

/// The compiled program, for all tests; it is gone when the tests are over.
private final class Sample: @unchecked Sendable {
    static let shared = try? Sample()
    let directory = FileManager.default.temporaryDirectory.path + "/swtap-process-\(getpid())"
    var path: String { directory + "/sample" }

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try source.write(toFile: directory + "/sample.c", atomically: true, encoding: .utf8)
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/gcc")
        compiler.arguments = ["-O1", "-fno-stack-protector", "-pthread", "-o", path, directory + "/sample.c"]
        try compiler.run()
        compiler.waitUntilExit()
        atexit { if let shared = Sample.shared { try? FileManager.default.removeItem(atPath: shared.directory) } }
    }

    /// Whether this machine lets programs be probed.
    static let canProbe: Bool = {
        guard shared.map({ FileManager.default.isExecutableFile(atPath: $0.path) }) == true,
            FileManager.default.fileExists(atPath: "/sys/bus/event_source/devices/uprobe/type"),
            let result = try? swtap(
                "-e", "probe process.syscall { exit() }", "-c", "true", "-T", "20")
        else {
            print("SKIPPED: probes of processes: no compiler, no uprobes")
            return false
        }
        if result.status != 0 { print("SKIPPED: probes of processes: \(result.errors)") }
        return result.status == 0
    }()
}

@Suite("Probes of processes", .enabled(if: Sample.canProbe), .serialized)
struct ProcessTests {
    private let sample: Sample

    init() throws { sample = try #require(Sample.shared) }

    /// The output of a script that runs with the sample, without the sample's own line.
    private func run(_ script: String, _ command: String = "3", _ more: [String] = []) throws -> String {
        let process = Process()
        process.executableURL = programURL
        let text = script.replacingOccurrences(of: "SAMPLE", with: sample.path)
        process.arguments = ["-e", text, "-c", "\(sample.path) \(command)", "-T", "60"] + more
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.filter { !$0.hasPrefix("gate ") }.joined(separator: "\n")
    }

    @Test func functionsWithTheirArguments() throws {
        let text = try run(
            """
            probe process("SAMPLE").function("add") {
                printf("%d %d %s %s\\n", long_arg(1), int_arg(2), user_string(pointer_arg(3)), probefunc())
            }
            probe process("SAMPLE").function("add").return { println("returns ", returnval(), " ", probe_type()) }
            probe process("SAMPLE").function("many") { println(long_arg(1), " ", long_arg(6), " ", long_arg(7), " ", int_arg(8)) }
            """)
        #expect(
            text == """
                0 0 call 0 add
                returns 0 uretprobe
                1 2 call 1 add
                returns 3 uretprobe
                2 4 call 2 add
                returns 6 uretprobe
                1 6 7 8

                """)
    }

    @Test func entryValuesUnderRecursion() throws {
        let text = try run(
            """
            probe process("SAMPLE").function("depth").return { println(@entry(long_arg(1)), " ", returnval()) }
            probe process("SAMPLE").function("add").return { println(@entry(user_string(pointer_arg(3)))) }
            """, "1")
        #expect(text == "call 0\n0 0\n1 1\n2 2\n3 3\n")
    }

    @Test func entryValuesInThreads() throws {
        let text = try run(
            """
            global calls, wrong
            probe process("SAMPLE").function("depth").return { calls++; if (@entry(long_arg(1)) != returnval()) wrong++ }
            probe end { println(calls, " ", wrong) }
            """, "500 t")
        #expect(text == "10000 0\n")
    }

    @Test func markersWithTheirArguments() throws {
        let text = try run(
            """
            probe process("SAMPLE").mark("added") {
                println($arg1, " ", user_string($arg2), " ", $arg3, " ", $arg4, " ", $$provider, ":", $$name)
            }
            global n
            probe process("SAMPLE").provider("small").mark("*") {
                if (isinstr($$vars, "arg1=0x") && isinstr($$vars, " arg3=0x7 arg4=0x") && !@defined($arg5)) n++
            }
            probe end { println(n) }
            """)
        #expect(
            text == """
                0 call 0 7 1001 small:added
                -1 call 1 7 1002 small:added
                -2 call 2 7 1003 small:added
                3

                """)
    }

    @Test func markersAreSwitchedOn() throws {
        let script = "probe process(\"\(sample.path)\").mark(\"added\") { exit() }"
        #expect(try swtap("-e", script, "-c", "\(sample.path) 1").output == "gate 1\n")
        let other = "probe process(\"\(sample.path)\").function(\"add\") { exit() }"
        #expect(try swtap("-e", other, "-c", "\(sample.path) 1").output == "gate 0\n")
    }

    @Test func systemCalls() throws {
        #if arch(x86_64)
            let getppid = 110
            let write = 1
        #else
            let getppid = 173
            let write = 64
        #endif
        let text = try run(
            """
            global enter, leave, right
            probe process("SAMPLE").syscall { if ($syscall == \(getppid)) enter++ }
            probe process("SAMPLE").syscall.return {
                if ($syscall == \(getppid)) { leave++; if ($return == ppid() && returnval() == $return) right++ }
            }
            probe process.syscall {
                if ($syscall == \(write)) printf("%d %d %s %s\\n", $arg1, $arg3, user_string_n($arg2, 4), probe_type())
            }
            probe end { println(enter, " ", leave, " ", right) }
            """, "25")
        #expect(text == "1 7 gate utrace_syscall\n25 25 25\n")
    }

    @Test func beginsAndEnds() throws {
        let text = try run(
            """
            global n
            probe process("SAMPLE").begin, process("SAMPLE").end, process("SAMPLE").thread.begin,
                process("SAMPLE").thread.end { n[pn()]++ }
            probe process.begin { n["target begin"]++ }
            probe process.end { n["target end"]++ }
            probe end { foreach (what+ in n) println(n[what], " ", what) }
            """, "1 t f")
        let path = sample.path
        #expect(
            text == """
                2 process("\(path)").begin
                2 process("\(path)").end
                4 process("\(path)").thread.begin
                4 process("\(path)").thread.end
                2 target begin
                2 target end

                """)
    }

    @Test func followsDescendantsOfTheTarget() throws {
        let script = """
            global n
            probe process.begin { n[execname()]++ }
            probe process("\(sample.path)").function("add") { n[pp()]++ }
            probe process("\(sample.path)").library("libc.so.6").function("getppid") { n["never"]++ }
            probe end { println(n["sample"], " ", n[@1], " ", n["never"]) }
            """
        let point = "process(\"\(sample.path)\").function(\"add\")"
        let result = try swtap(
            "-c", "sh -c '\(sample.path) 2 & \(sample.path) 3; wait' >/dev/null", "-e", script, point)
        #expect(result.output == "2 5 0\n")
        #expect(result.errors == "")
    }

    @Test func processesThatAreThereAlready() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: sample.path)
        process.arguments = ["1", "w"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // It has begun when it says so.
        _ = output.fileHandleForReading.availableData
        let script = """
            probe process("\(sample.path)").begin {
                println(pid(), " ", execname(), " ", uid(), " ", ppid() == $1, " ", task_pid(task_current()) == pid()) exit()
            }
            """
        let result = try swtap("-e", script, "\(getpid())", "-T", "30")
        #expect(result.output == "\(process.processIdentifier) sample \(getuid()) 1 1\n")
        let own = try swtap(
            "-e", "probe process(\(process.processIdentifier)).begin { println(pp()) exit() }", "-T", "30")
        #expect(own.output == "process(\(process.processIdentifier)).begin\n")
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    @Test func librariesAndLinkage() throws {
        let text = try run(
            """
            global n
            probe process("SAMPLE").library("libc.so.6").function("snprintf") { n++ }
            probe process("SAMPLE").library("libc*").function("no_such_function")? { n++ }
            probe end { println(n) }
            """, "4")
        #expect(text == "4\n")
    }

    @Test func addressesWithoutSymbols() throws {
        let listed = try swtap("-L", "process(\"\(sample.path)\").mark(\"added\")")
        #expect(
            listed.output
                == "process(\"\(sample.path)\").mark(\"added\") $arg1:long $arg2:long $arg3:long $arg4:long\n")
        let functions = try swtap("-l", "process(\"\(sample.path)\").function(\"*d*\")").output
        #expect(functions.contains("process(\"\(sample.path)\").function(\"add\")\n"))
        #expect(functions.contains("process(\"\(sample.path)\").function(\"depth\")\n"))
    }

    @Test func readsRegisters() throws {
        #if arch(x86_64)
            let text = try run(
                """
                probe process("SAMPLE").function("add") {
                    println(register("rdi"), " ", register("esi"), " ", u_register("rdx") == pointer_arg(3))
                }
                """, "2")
            #expect(text == "0 0 1\n1 2 1\n")
        #endif
    }

    @Test func faultsCanBeReported() throws {
        let text = try run("probe process(\"SAMPLE\").function(\"add\") { println(user_string(long_arg(1))) }", "1")
        #expect(text.contains("ERROR: user string copy fault at 0x0 [man error::fault]"))
    }

    @Test func accountsForEverything() throws {
        let text = try run(
            "probe process(\"SAMPLE\").function(\"depth\") { if (long_arg(1) != 3) next; println(\"three\") }", "10",
            ["-v"])
        #expect(text.components(separatedBy: "three").count == 11)
        let table = text.split(separator: "\n").last { $0.hasSuffix("function(\"depth\")") }
        let figures = table?.split(separator: " ").prefix(7).map(String.init)
        #expect(figures == ["40", "10", "30", "0", "0", "0", "0"])
    }

    @Test func explains() throws {
        let script = "probe process(\"\(sample.path)\").function(\"add\").return { println(@entry(long_arg(1))) }"
        #expect(
            try swtap("--explain", "--no-feature", "uprobe-multi", "-e", script).output == """
                process("\(sample.path)").function("add").return
                    captured by uretprobe, with values saved at entry
                    not by uprobe.multi: switched off by --no-feature
                    its handler runs in user space: it only prints

                """)
    }

    @Test func saysWhatIsNotThere() throws {
        let result = try swtap("-e", "probe process(\"/no/such/program\").begin { println(1) }")
        #expect(
            result.errors == """
                semantic error: while resolving probe point: identifier 'process' at <input>:1:7
                        source: probe process("/no/such/program").begin { println(1) }
                                      ^

                semantic error: cannot find the program of '/no/such/program': No such file or directory: identifier 'process' at :1:7
                        source: probe process("/no/such/program").begin { println(1) }
                                      ^

                Pass 2: analysis failed.  [man error::pass2]

                """)
    }
}
