// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@testable import Evaluator

/// Handlers of kernel events, on records that hold what their capture plans ask for.
@Suite struct RecordTests {
    /// Runs the handler of one event of `probed`; what it printed, and the messages.
    private func event(
        _ script: String, arguments: [Int64] = [5, 0x100], returned: Int64 = 0, host: TestHost = TestHost(),
        limits: Limits = Limits()
    ) -> (output: String, errors: [String]) {
        var settings = ScriptSettings()
        settings.limits = limits
        let (program, errors) = translate(script, settings)
        guard let program, let plan = program.captures.last ?? nil else { return ("", errors + ["no plan"]) }
        let simulator = PlanSimulator(
            plan: plan, host: host, arguments: arguments, returned: returned,
            context: [.pid: 42, .tid: 43, .uid: 7, .gid: 8, .taskCurrent: 0x1000, .gettimeofdayNs: 5_000_000_000])
        let evaluator = Evaluator(program: program, host: TestHost(), session: settings.facts)
        let record = simulator.record()
        defer { record.deallocate() }
        _ = evaluator.run(handler: program.handlers.count - 1, record: record)
        let lines = evaluator.takeMessages().map { message in
            switch message {
            case .warning(let text), .error(let text): text
            }
        }
        return (evaluator.text, lines)
    }

    private func printed(_ expression: String, host: TestHost = TestHost(), returned: Int64? = nil) -> String {
        let point = returned == nil ? "kernel.function(\"probed\")" : "kernel.function(\"probed\").return"
        let result = event("probe \(point) { print(\(expression)) }", returned: returned ?? 0, host: host)
        return result.errors.isEmpty ? result.output : result.errors.joined(separator: "\n")
    }

    private var host: TestHost {
        let host = TestHost()
        var task = [UInt8](repeating: 0, count: 64)
        task[4] = 10
        task.replaceSubrange(8..<10, with: [0, 0x20])
        task[33] = 0x30
        host.memory[0x1000] = task
        task[4] = 20
        task.replaceSubrange(16..<21, with: Array("shell".utf8))
        host.memory[0x2000] = task
        host.memory[0x3000] = [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]
        host.memory[0x100] = Array("hello\0".utf8)
        return host
    }

    @Test func contextComesFromTheRecord() {
        #expect(printed("pid(), \" \", tid(), \" \", execname(), \" \", uid(), gid()") == "42 43 traced 78")
        #expect(printed("gettimeofday_s(), \" \", ctime()") == "5 Thu Jan  1 00:00:05 1970")
        #expect(
            printed("pp(), \" \", probefunc(), \" \", probe_type(), is_return()")
                == "kernel.function(\"probed\") probed kprobe0")
        #expect(printed("returnstr(1), \" \", $return", returned: -2) == "-2 (ENOENT) -2")
    }

    @Test func variablesAndMemoryComeFromTheRecord() {
        #expect(printed("$fd, kernel_string($text)", host: host) == "5hello")
        #expect(printed("int_arg(1), kernel_string_n(pointer_arg(2), 4)", host: host) == "5hell")
        #expect(printed("ppid(), pexecname(), euid(), \" \", task_pid(task_current())", host: host) == "20shell2 10")
        #expect(printed("kernel_string($text, \"none\"), kernel_string(7, \"none\")", host: host) == "hellonone")
        #expect(printed("user_string(9, \"-\"), user_int(9), user_string_quoted(9)", host: host) == "-00x9")
        #expect(printed("kernel_long($text) & 0xff", host: host) == "104")
    }

    @Test func faultsAreTheErrorsOfTheirOperations() {
        #expect(
            printed("kernel_string($text)")
                == "ERROR: kernel string copy fault at 0x100 [man error::fault] near identifier 'kernel_string' at"
                + " <input>:1:41 in probe kernel.function(\"probed\")")
        #expect(
            printed("user_string($text)").hasPrefix("ERROR: user string copy fault at 0x100 [man error::fault] near"))
        #expect(printed("kernel_long($text)").hasPrefix("ERROR: read fault [man error::fault] at 0x100 near"))
        // A fault of what is not used is no error.
        #expect(
            event("probe kernel.function(\"probed\") { if ($fd == 1) print(kernel_string($text)); print($fd) }").output
                == "5")
    }

    @Test func indentationWorksInKernelEvents() {
        #expect(printed("thread_indent(1), \"x\"") == "     0 traced(43):x")
    }

    @Test func kernelHandlersHaveTheirOwnLimit() {
        var limits = Limits()
        limits.maxAction = 5
        let script = "global n probe kernel.function(\"probed\") { for (i = 0; i < 100; i++) n += $fd; println(n) }"
        #expect(event(script, limits: limits).errors.first?.hasPrefix("ERROR: MAXACTION exceeded near") == true)
        #expect(event(script).output == "500\n")
    }
}
