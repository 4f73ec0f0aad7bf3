// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax
import Testing

@testable import Evaluator

/// The functions of section 5, built in and from the tapset files.
@Suite struct LibraryTests {
    /// What an expression is, printed.
    private func value(_ expression: String, _ settings: ScriptSettings = ScriptSettings()) -> String {
        let outcome = evaluate("probe begin { print(\(expression)) }", settings)
        return outcome.errors.isEmpty ? outcome.output : outcome.errors.joined(separator: "\n")
    }

    private func failure(_ expression: String) -> String {
        let line = evaluate("probe begin { print(\(expression)) }").errors.first ?? "no error"
        return String(line.prefix { $0 != "[" }.dropFirst("ERROR: ".count)).components(of: " near ").first.map(
            String.init) ?? ""
    }

    // MARK: 5.3 Strings

    @Test func stringFunctions() {
        #expect(value("strlen(\"abc\")") == "3")
        #expect(value("substr(\"hello\", 1, 3)") == "ell")
        #expect(value("substr(\"hello\", 3, 99)") == "lo")
        #expect(value("substr(\"hello\", -1, 3) . substr(\"hello\", 5, 1) . substr(\"hello\", 0, 0)") == "")
        #expect(value("stringat(\"hello\", 1)") == "101")
        #expect(failure("stringat(\"hello\", 5)") == "Position out of bounds")
        #expect(failure("stringat(\"hello\", -1)") == "Position out of bounds")
        #expect(value("isinstr(\"hello\", \"ll\"), isinstr(\"hello\", \"lll\"), isinstr(\"hello\", \"\")") == "101")
        #expect(value("strpos(\"hello\", \"lo\"), strpos(\"hello\", \"x\")") == "3-1")
        #expect(value("isdigit(\"1a\"), isdigit(\"a1\"), isdigit(\"\")") == "100")
        #expect(value("str_replace(\"a-b-c\", \"-\", \"++\")") == "a++b++c")
        #expect(value("str_replace(\"abc\", \"\", \"x\")") == "abc")
        #expect(value("str_replace(\"aaa\", \"aa\", \"b\")") == "ba")
    }

    @Test func numbersInStrings() {
        let cases: [(String, Int, String)] = [
            ("42", 10, "42"), ("-42", 10, "-42"), (" 1", 10, "0"), ("1a", 10, "1"), ("", 10, "0"), ("ff", 16, "255"),
            ("0x1f", 16, "31"), ("777", 8, "511"), ("8", 8, "0"), ("zz", 36, "1295"), ("101", 2, "5"), ("x", 10, "0"),
        ]
        for (text, base, expected) in cases { #expect(value("strtol(\"\(text)\", \(base))") == expected, "\(text)") }
    }

    @Test func tokensAreTakenOneByOne() {
        let script = """
            probe begin {
              for (t = tokenize("a,,b c", ", "); t != ""; t = tokenize(", ")) print(t, "|")
              print(tokenize("x y", " "), tokenize("", " "), tokenize(" "), ".")
            }
            """
        #expect(evaluate(script).output == "a|b|c|xy.")
    }

    @Test func textIsEscaped() {
        #expect(value(#"text_str("a\"b\\c\n\x01\a")"#) == #"a\"b\\c\n\001\a"#)
        #expect(value(#"text_str("é€😀")"#) == #"\u00E9\u20AC\U0001F600"#)
        #expect(value(#"text_str("\xc3(")"#) == #"\303("#)
        #expect(value("text_strn(\"1234567890ab\", 10, 1)") == "\"12345\"...")
        #expect(value("text_strn(\"12345678\", 10, 1)") == "\"12345678\"")
        #expect(value("text_strn(\"123456789\", 10, 1)") == "\"12345\"...")
        #expect(value("text_strn(\"abc\", 2, 0)") == "ab")
        #expect(value("text_strn(\"a\\n\", 2, 0)") == "a")
        #expect(value("text_strn(\"abcdef\", 1, 1)") == "\"\"...")
        #expect(value("string_quoted(\"a\\\"\")") == "\"a\\\"\"")
        // The escape does not fit any more.
        #expect(value("strlen(text_str(sprintf(\"%*s\", 511, \"\\n\")))") == "510")
    }

    // MARK: 5.2 Time

    @Test func calendarTimes() {
        #expect(value("ctime(741476948)") == "Wed Jun 30 21:49:08 1993")
        #expect(value("ctime(0)") == "Thu Jan  1 00:00:00 1970")
        #expect(value("ctime(-1)") == "Wed Dec 31 23:59:59 1969")
        #expect(value("ctime(951782400)") == "Tue Feb 29 00:00:00 2000")
        #expect(value("ctime(2147483647)") == "Tue Jan 19 03:14:07 2038")
        #expect(value("ctime(-2147483647 - 1)") == "Fri Dec 13 20:45:52 1901")
        #expect(failure("ctime(2147483648)") == "Time too far in the future to be converted")
        #expect(failure("ctime(-2147483649)") == "Time too far in the past to be converted")
        var settings = ScriptSettings()
        settings.facts.secondsWest = -7200
        settings.facts.zoneName = "CEST"
        #expect(
            value("tz_ctime(0), \" \", tz_gmtoff(), tz_name()", settings) == "Thu Jan  1 02:00:00 1970 CEST -7200CEST")
        #expect(value("strlen(ctime())") == "24")
        #expect(value("gettimeofday_s() > 1700000000, gettimeofday_ms() / 1000 >= gettimeofday_us() / 1000000") == "11")
        #expect(value("gettimeofday_ns() > 0, ktime_get_ns() > 0") == "11")
    }

    // MARK: 5.5 Control and results

    @Test func errorsByName() {
        #expect(
            value("errno_str(2), errno_str(-110), errno_str(0), errno_str(41), errno_str(99999)") == "ENOENTETIMEDOUT")
        #expect(value("errno_p(-2), errno_p(2), errno_p(-4096), errno_p(41)") == "2200")
        #expect(value("return_str(1, 5), return_str(2, 255), return_str(3, 8)") == "50xff010")
        #expect(value("return_str(2, -2), return_str(1, -5000)") == "-2 (ENOENT)-5000")
        #expect(value("returnstr(1)") == "N/A")
        #expect(failure("randint(1048577)") == "range too wide")
        #expect(value("randint(1), randint(1048576) < 1048576") == "01")
    }

    @Test func assertionsRaiseErrors() {
        #expect(
            evaluate("probe begin { assert(1); assert(1, \"m\"); assert(0, \"m\") }").errors.first?.hasPrefix(
                "ERROR: m near identifier 'error'") == true)
        #expect(evaluate("probe begin { assert(0) }").errors.first?.hasPrefix("ERROR: Assertion failed near") == true)
    }

    // MARK: 5.7 Network

    @Test func addressesAndByteOrders() {
        #expect(value("ip_ntop(0x0100007f)") == "127.0.0.1")
        #expect(value("format_ipaddr(0x0100007f, 2), format_ipaddr(0, 7)") == "127.0.0.1*unknown address family*")
        let settings = ScriptSettings()
        settings.host.memory[0x100] = [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 10) + [0xab, 0xcd]
        #expect(value("format_ipaddr(0x100, 10)", settings) == "2001:0db8:0000:0000:0000:0000:0000:abcd")
        #expect(value("ntohs(0x1234), htonl(0x12345678), ntohll(1)") == "\(0x3412)\(0x78563412)\(1 << 56)")
        #expect(value("big_endian2(1), little_endian2(0x10001), MAJOR(MKDEV(8, 1)), MINOR(MKDEV(8, 1))") == "256181")
    }

    // MARK: 5.1, 5.4 Context and memory

    @Test func contextIsThatOfSwtapItself() {
        var settings = ScriptSettings()
        settings.facts.ownPid = 77
        settings.facts.ownUid = 5
        settings.facts.targetPid = 99
        #expect(
            value("pid(), \" \", tid(), \" \", execname(), \" \", target(), \" \", uid()", settings)
                == "77 77 swtap 99 5")
        #expect(
            value("pp(), \" \", pn(), \" \", probe_type(), is_return(), probefunc(), probemod()")
                == "begin begin begin_end0")
        #expect(value("cpu() >= 0, is_myproc(), stp_pid()", settings) == "1177")
        settings.facts.arguments = ["swtap", "-e"]
        settings.facts.environment = { $0 == "HOME" ? "/root" : nil }
        let own = "stp_argument(1), stp_argument(9), stp_environment(\"HOME\"), stp_environment(\"NONE\")"
        #expect(value(own, settings) == "-e/root")
    }

    /// A task at 0x1000 with its parent at 0x2000.
    private var tasks: ScriptSettings {
        let settings = ScriptSettings()
        func task(_ pid: UInt8, parent: UInt16, _ name: String) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: 64)
            bytes[0] = pid + 1
            bytes[4] = pid
            bytes[8] = UInt8(parent & 0xff)
            bytes[9] = UInt8(parent >> 8)
            bytes.replaceSubrange(16..<16 + name.utf8.count, with: name.utf8)
            bytes[33] = 0x30
            bytes[40] = 2
            return bytes
        }
        settings.host.memory[0x1000] = task(10, parent: 0x2000, "child")
        settings.host.memory[0x2000] = task(20, parent: 0x2000, "parent")
        settings.host.memory[0x3000] = [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]
        return settings
    }

    @Test func tasksAreReadThroughTheirTypes() {
        #expect(value("ppid(), \" \", pexecname(), \" \", euid(), egid()", tasks) == "20 parent 24")
        #expect(
            value(
                "task_pid(task_current()), task_tid(task_current()), task_execname(task_parent(task_current()))", tasks)
                == "1011parent")
        #expect(value("task_state(task_current()), task_uid(task_current())", tasks) == "21")
        let line = evaluate("probe begin { print(task_pid(0x9000)) }").errors.first
        #expect(line?.hasPrefix("ERROR: read fault [man error::fault] at 0x9004 near ") == true)
    }

    @Test func stringsInMemory() {
        let settings = ScriptSettings()
        settings.host.memory[0x100] = Array("text\0junk".utf8)
        settings.host.memory[0x200] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x80]
        #expect(value("kernel_string_n(0x100, 2), user_string_n(0x100, 9)", settings) == "tetext")
        #expect(
            value("kernel_string(0x999, \"none\"), user_string(0x999, \"-\"), user_string_nofault(0x999)") == "none-")
        #expect(
            value(
                "kernel_int(0x200), \" \", kernel_char(0x200), \" \", user_uint32(0x200), \" \", user_int(0x999)",
                settings) == "-1 -1 4294967295 0")
        #expect(value("user_string_quoted(0x999)") == "0x999")
        #expect(failure("kernel_string(0x999)") == "kernel string copy fault at 0x999 ")
        #expect(failure("user_string(0x999)") == "user string copy fault at 0x999 ")
        #expect(
            evaluate("probe begin { println(user_int_warn(0x999)) }")
                == ScriptOutcome(output: "0\n", errors: ["WARNING: user int copy fault at 0x999"], status: 0))
    }

    // MARK: Indentation and terminals

    @Test func indentationGrowsBeforeAndShrinksAfter() {
        let script = """
            probe begin {
              for (i = 0; i < 3; i++) { s = thread_indent(1); println(substr(s, isinstr(s, ":") ? strpos(s, ":") : 0, 99), "in") }
              for (i = 0; i < 3; i++) { s = thread_indent(-1); println(substr(s, strpos(s, ":"), 99), "out") }
              println(thread_indent_depth(1), thread_indent_depth(1), thread_indent_depth(-1), thread_indent_depth(-1))
              s = indent(2); println(substr(s, strpos(s, ":"), 9), "x")
            }
            """
        #expect(evaluate(script).output == ":in\n: in\n:  in\n:  out\n: out\n:out\n0110\n: x\n")
        var settings = ScriptSettings()
        settings.facts.ownPid = 7
        #expect(evaluate("probe begin { print(thread_indent(1)) }", settings).output.hasSuffix(" swtap(7):"))
    }

    @Test func terminalsAreControlled() {
        let script =
            "probe begin { ansi_clear_screen() ansi_set_color(31) ansi_set_color(31, 40) ansi_set_color(31, 40, 0) ansi_set_color3(31, 40, 1) ansi_cursor_move(3, 4) ansi_reset_color() }"
        #expect(
            evaluate(script).output
                == "\u{1b}[1;1H\u{1b}[J\u{1b}[31m\u{1b}[40;31m\u{1b}[40;31m\u{1b}[40;31;1m\u{1b}[4;3H\u{1b}[0;0m")
    }

    @Test func commandsStartAfterTheHandler() {
        let settings = ScriptSettings()
        _ = evaluate("probe begin { system(\"ls\"); ftrace(\"mark\"); error(\"x\") }", settings)
        #expect(settings.host.commands == ["ls"])
        #expect(settings.host.traces == ["mark"])
    }

    // MARK: 5.6 Tasks and memory, 5.7 Network

    @Test func timesAndSizesAsText() {
        #expect(value("msecs_to_string(62345), \" \", usecs_to_string(62345678)") == "1m2.345s 1m2.345678s")
        #expect(
            value("nsecs_to_string(62345678901), \" \", cputime_to_string(1500000000)") == "1m2.345678901s 0m1.500s")
        #expect(value("cputime_to_msecs(2500000), \" \", cputime_to_usecs(2500000)") == "2 2500")
        let sizes = [
            ("0", "    0"), ("1023", " 1023"), ("1536", " 1.5K"), ("102400", " 100K"), ("1048576", " 1.0M"),
            ("314572800", " 300M"), ("5368709120", " 5.0G"), ("-1", "   -1"),
        ]
        for (bytes, expected) in sizes { #expect(value("bytes_to_string(\(bytes))") == expected) }
        #expect(value("pages_to_string(3), mem_page_size()") == "12.0K4096")
    }

    @Test func namesOfSignalsAndLimits() {
        #expect(
            value("signal_str(1), signal_str(31), signal_str(33), signal_str(0)") == "SIGHUPSIGSYSSIGRTMIN+1UNKNOWN")
        #expect(
            value("sigset_mask_str(0x8000000000000101), \" \", sigset_mask_str(0)")
                == "SIGHUP|SIGKILL|SIGRTMIN+32 EMPTY")
        #expect(value("sa_flags_str(0x10000004), sa_flags_str(0), sa_handler_str(1)") == "SA_SIGINFO|SA_RESTARTignored")
        #expect(value("rlimit_from_str(\"RLIMIT_NOFILE\"), rlimit_from_str(\"NOFILE\")") == "7-1")
    }

    @Test func namesOfTCP() {
        #expect(
            value("tcp_sockstate_str(1), tcp_sockstate_str(10), tcp_sockstate_str(0)")
                == "TCP_ESTABLISHEDTCP_LISTENUNDEF")
        #expect(
            value("tcp_sockopt_str(1), tcp_sockopt_str(13), tcp_sockopt_str(99)") == "TCP_NODELAYTCP_CONGESTIONUNDEF")
        #expect(value("tcp_ipv6_sockopt_str(26), tcp_ipv6_sockopt_str(0)") == "IPV6_V6ONLYUNDEF")
    }

    @Test func whatCannotBeWrittenIsRefusedWithItsReason() {
        func refusal(_ call: String) -> String { evaluate("probe begin { \(call) }").errors.first ?? "" }
        #expect(
            refusal("set_kernel_int(1, 2)").hasPrefix(
                "function 'set_kernel_int' is not supported: eBPF programs cannot write the kernel's memory"))
        #expect(
            refusal("set_user_long(1, 2)").hasPrefix(
                "function 'set_user_long' is not supported: handlers run after the event, when writing comes too late"))
        #expect(
            refusal("set_int_arg(1, 2)").hasPrefix(
                "function 'set_int_arg' is not supported: eBPF programs cannot change the arguments of a function"))
    }
}
