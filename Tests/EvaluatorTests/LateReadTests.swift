// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax
import Testing

@testable import Evaluator

/// Handlers of kernel events that read memory, stacks and registers when they run.
@Suite struct LateReadTests {
    private func event(
        _ script: String, host: TestHost = TestHost(), prepare: (inout PlanSimulator) -> Void = { _ in }
    ) -> String {
        let (program, errors) = translate(script)
        guard let program, let plan = program.captures.compactMap({ $0 }).last else {
            return (errors + ["no plan"]).joined(separator: "\n")
        }
        #expect(validate(program) == [])
        var simulator = PlanSimulator(
            plan: plan, host: host, arguments: [5, 0x100], context: [.pid: 42, .tid: 43, .taskCurrent: 0x1000])
        prepare(&simulator)
        let evaluator = Evaluator(program: program, host: host, session: SessionFacts())
        let record = simulator.record()
        defer { record.deallocate() }
        let handler = program.captures.lastIndex { $0 != nil } ?? 0
        _ = evaluator.run(handler: handler, record: record)
        let lines = evaluator.takeMessages().map { message in
            switch message {
            case .warning(let text), .error(let text): text
            }
        }
        return ([evaluator.text] + lines).filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func printed(_ expression: String, host: TestHost = TestHost()) -> String {
        event(
            "global n = 1\nprobe kernel.function(\"probed\") { print(\(expression)) } probe end { n = 2 }", host: host)
    }

    private var host: TestHost {
        let host = TestHost()
        host.memory[0x5000] = Array("kernel\0".utf8) + [7, 0, 0, 0, 0, 0, 0, 0]
        host.processes[42] = [
            0x6000: Array("first\0second\0third\0".utf8), 0x7000: Array("A=1\0HOME=/root\0".utf8),
            0x8000: [0x41, 0, 0xac, 0x20, 0, 0], 0x9000: [0, 0xf6, 1, 0, 0, 0, 0, 0],
        ]
        host.symbols[0xffff_0000] = CodeSymbol(name: "probed", offset: 0, size: 0x40, module: "kernel")
        host.symbols[0xffff_4000] = CodeSymbol(name: "caller_of", offset: 0, size: 0x80, module: "kernel")
        host.symbols[0xffff_8000] = CodeSymbol(name: "bpf_prog_123", offset: 0, size: 0x80, module: "bpf")
        host.symbols[0x40_0000] = CodeSymbol(name: "main", offset: 0, size: 0x80, module: "/bin/tool")
        return host
    }

    @Test func kernelMemoryIsReadByTheHost() {
        #expect(printed("kernel_string(0x4fff + n)", host: host) == "kernel")
        #expect(printed("kernel_long(0x5006 + n)", host: host) == "7")
        #expect(
            printed("kernel_string(n)", host: host)
                == "ERROR: kernel string copy fault at 0x1 [man error::fault] near identifier 'kernel_string' at"
                + " <input>:2:41 in probe kernel.function(\"probed\")")
        #expect(printed("kernel_string(n, \"none\")", host: host) == "none")
    }

    @Test func userMemoryIsThatOfTheProcess() {
        #expect(printed("user_string(0x5fff + n)", host: host) == "first")
        #expect(printed("user_string(0x4fff + n, \"-\")", host: host) == "-")
        #expect(printed("user_int8(0x5fff + n), user_int8(n)", host: host) == "1020")
        #expect(
            event("global n = 5\nprobe kernel.function(\"probed\") { printf(\"%#.*m\", n++, 0x6000) }", host: host)
                == "first")
    }

    @Test func wordsAndVariablesOfMemory() {
        #expect(printed("user_words(0x6000, 19, 0, -1, \" \")", host: host) == "first second third")
        #expect(printed("user_words(0x6000, 19, 1, 1, \" \")", host: host) == "second")
        #expect(printed("user_words(0x6000, 19, 3, 9, \" \")", host: host) == "")
        #expect(
            printed("user_variable(0x7000, 15, \"HOME\"), user_variable(0x7000, 15, \"OME\")", host: host) == "/root")
    }

    @Test func buffersAndWideCharacters() {
        #expect(printed("user_buffer_quoted(0x6000, 12, 0)", host: host) == #""first\000second""#)
        #expect(printed("user_buffer_quoted(0x6000, 12, 9)", host: host) == #""firs"..."#)
        #expect(printed("user_string_utf16(0x8000)", host: host) == "A€")
        #expect(printed("user_string_utf32(0x9000), user_string_utf32(1, \"-\")", host: host) == "\u{1f600}-")
    }

    @Test func bytesThatAreCapturedNeedNoProcess() {
        let script = """
            probe kernel.function("probed") {
              print(user_words($text, 19, 0, -1, "+"), user_buffer_quoted($text, 8, 0), user_string_utf16($text + 0x100))
            }
            """
        let other = TestHost()
        other.memory[0x100] = Array("first\0second\0third\0".utf8)
        other.memory[0x200] = [0x41, 0, 0xac, 0x20, 0, 0]
        #expect(event(script, host: other) == #"first+second+third"first\000se"A€"#)
        // Where the kernel could not, the process is asked.
        let late = TestHost()
        late.processes[42] = [0x100: Array("late\0".utf8), 0x200: [0x42, 0, 0, 0]]
        #expect(event(script, host: late) == #"late++++++++++++++"late\000\000\000\000"B"#)
    }

    @Test func functionsThatAreCalledAskTheRecord() {
        let script = """
            function f(n) { return n > 0 ? f(n - 1) : pid() * 1000 + tid() }
            function g(n) { return n > 0 ? g(n - 1) : execname() . user_string(0x6000) }
            probe kernel.function("probed") { print(f(3), g(2)) }
            """
        #expect(event(script, host: host) == "42043tracedfirst")
    }

    @Test func stacksBeginAtTheProbedPlace() {
        let script = """
            probe kernel.function("probed") {
              print_backtrace()
              print_ubacktrace()
              print_ubacktrace_brief()
              printf("%x %x %s|%s\\n", stack(1), stack(9), backtrace(), callers(1))
              println(caller(), " ", symdata(stack(1)), " ", modname(1), " ", usymname(ustack(0)), usymname(1))
              print_syms("0xffff0000 ffff4010")
            }
            """
        let output = event(script, host: host) {
            $0.kernelStack = [0xffff_8010, 0xffff_0005, 0xffff_4010]
            $0.userStack = [0x40_0004, 0x1]
        }
        #expect(
            output == """
                 0xffff0005 : probed+0x5/0x40 [kernel]
                 0xffff4010 : caller_of+0x10/0x80 [kernel]
                 0x400004 : main+0x4/0x80 [/bin/tool]
                 0x1
                 main+0x4/0x80
                 0x1
                ffff4010 0 0xffff0005 0xffff4010|0xffff0005
                caller_of 0xffff4010 caller_of+0x10/0x80 [kernel] <unknown> main0x1
                 0xffff0000 : probed+0x0/0x40 [kernel]
                 0xffff4010 : caller_of+0x10/0x80 [kernel]

                """)
    }

    @Test func registersHaveNames() {
        let script = """
            probe kernel.function("probed") {
              println(registers_valid(), register("rdi"), register("ip"), u_register("rsp"), uaddr())
              println(register("nonsense"))
            }
            """
        let output = event(script, host: host) {
            $0.kernelRegisters = (0..<21).map { Int64($0) }
            $0.userRegisters = (0..<21).map { Int64($0 + 100) }
        }
        #expect(
            output == "11416119116\n\n"
                + "ERROR: Unknown register: nonsense near identifier 'register' at <input>:3:11"
                + " in probe kernel.function(\"probed\")")
        #expect(
            printed("register(\"rdi\")")
                == "ERROR: cannot access CPU registers in this context near identifier 'register' at <input>:2:41"
                + " in probe kernel.function(\"probed\")")
    }
}
