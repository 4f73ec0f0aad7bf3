// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The built program on a pseudo-terminal of its own.
private final class TerminalSession {
    private let master: Int32
    private let process = Process()
    private(set) var text = ""
    let directory: String

    init(_ arguments: [String] = [], terminal: String = "dumb") throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        // Swift's C library has neither unlockpt nor ptsname: TIOCSPTLCK and TIOCGPTN.
        var number: Int32 = 0
        let isOpen = ioctl(master, 0x4004_5431, &number) == 0 && ioctl(master, 0x8004_5430, &number) == 0
        #expect(isOpen)
        let name = "/dev/pts/\(number)"
        let slave = open(name, O_RDWR | O_NOCTTY)
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        directory = NSTemporaryDirectory() + "swtap-prompt-\(UUID().uuidString)"
        // setsid makes the terminal the controlling one, so that Ctrl-C is a signal.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = ["--ctty", programURL.path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["TERM": terminal, "XDG_STATE_HOME": directory, "INPUTRC": "/dev/null"]) { $1 }
        let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        try handle.close()
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
    }

    deinit {
        if process.isRunning { process.terminate() }
        close(master)
        try? FileManager.default.removeItem(atPath: directory)
    }

    func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        #expect(write(master, bytes, bytes.count) == bytes.count)
    }

    /// Reads until the text since the last call ends with, or holds, something; that text, or nil after 20 seconds.
    @discardableResult
    func expect(_ wanted: String, line: Int = #line) -> String {
        let deadline = Date().addingTimeInterval(20)
        while Date() < deadline {
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(master, &chunk, chunk.count)
            if count > 0 { text += String(decoding: chunk[..<count], as: UTF8.self) }
            if let range = text.range(of: wanted) {
                let before = String(text[..<range.upperBound])
                text = String(text[range.upperBound...])
                return before
            }
            if count <= 0 { usleep(5000) }
        }
        Issue.record("line \(line): no '\(wanted)' in: \(text)")
        return ""
    }

    /// The exit status.
    func status() -> Int32 {
        let deadline = Date().addingTimeInterval(20)
        while process.isRunning, Date() < deadline {
            var chunk = [UInt8](repeating: 0, count: 4096)
            _ = read(master, &chunk, chunk.count)
            usleep(5000)
        }
        return process.isRunning ? -1 : process.terminationStatus
    }
}

@Suite(.serialized) struct PromptTests {
    @Test func thePromptAnswersAndContinues() throws {
        let terminal = try TerminalSession()
        terminal.expect("Example commands: 'sample', 'add', 'run', 'help'\r\n")
        terminal.expect("swtap> ")
        terminal.type("1 + 2\r")
        terminal.expect("\r\n3\r\nswtap> ")
        terminal.type("\r")
        terminal.expect("Example commands: 'sample', 'add', 'run', 'help'\r\nswtap> ")
        terminal.type("function f(x) {\r")
        terminal.expect("swtap>>> ")
        terminal.type("return x * 7 }\r")
        terminal.expect("[1] function f(x) { …\r\nswtap> ")
        terminal.type("f(6)\r")
        terminal.expect("\r\n42\r\nswtap> ")
        terminal.type("printf(\"no newline\")\r")
        terminal.expect("\r\nno newline\r\nswtap> ")
        terminal.type("nonsense\r")
        terminal.expect("Undefined command: \"nonsense\". Try \"help\" or \"?\".\r\nswtap> ")
        terminal.type("quit\r")
        #expect(terminal.status() == 0)
        let history = try String(contentsOfFile: terminal.directory + "/swtap/history", encoding: .utf8)
        #expect(history.hasPrefix("1 + 2\nfunction f(x) {\nreturn x * 7 }\nf(6)\n"))
    }

    @Test func outputAppearsAboveTheLineThatIsTyped() throws {
        let terminal = try TerminalSession()
        terminal.expect("swtap> ")
        terminal.type("probe timer.ms(300) { println(\"tick\") }\r")
        terminal.expect("[1] running: probe timer.ms(300) { println(\"tick\") }\r\n")
        terminal.expect("tick\r\n")
        terminal.type("1 + 41")
        terminal.expect("tick\r\n")
        // The line is shown again below it, and is still what is typed.
        terminal.expect("swtap> 1 + 41")
        terminal.type("\r")
        terminal.expect("42\r\n")
        terminal.type("stop 1\r")
        terminal.expect("[1] stopped: ")
        terminal.type("quit\r")
        #expect(terminal.status() == 0)
    }

    @Test func controlCForgetsTheLineAndThenStopsWhatRuns() throws {
        let terminal = try TerminalSession()
        terminal.expect("swtap> ")
        terminal.type("probe timer.s(1000) { println(1) }\rprobe end { println(\"the end\") }\r")
        terminal.expect("[1]")
        terminal.expect("[2] running")
        terminal.expect("swtap> ")
        terminal.type("half a line")
        terminal.expect("half a line")
        terminal.type("\u{3}")
        terminal.expect("swtap> ")
        terminal.type("probe begin {\r")
        terminal.expect("swtap>>> ")
        terminal.type("\u{3}")
        terminal.expect("swtap> ")
        terminal.type("\u{3}")
        terminal.expect("the end\r\n[2] stopped: ")
        terminal.expect("swtap> ")
        terminal.type("\u{3}")
        terminal.expect("Nothing runs. Ctrl-D leaves.")
        terminal.expect("swtap> ")
        terminal.type("2 * 21\r")
        // Between two prompts the terminal reads Ctrl-D itself.
        terminal.expect("42\r\nswtap> ")
        terminal.type("\u{4}")
        terminal.expect("Quit? ")
        terminal.type("n\r")
        terminal.expect("swtap> ")
        terminal.type("\u{4}")
        terminal.expect("Quit? ")
        terminal.type("y\r")
        #expect(terminal.status() == 0)
    }

    @Test func scriptsAreRunByThemselves() throws {
        let terminal = try TerminalSession()
        terminal.expect("swtap> ")
        terminal.type("set auto_analyze off\r")
        terminal.expect("swtap> ")
        terminal.type("add probe begin { println(6 * 7) }\r")
        terminal.expect("swtap> ")
        terminal.type("add probe end { println(\"ended\") }\r")
        terminal.expect("swtap> ")
        terminal.type("list\r")
        terminal.expect("1: probe begin { println(6 * 7) }\r\n2: probe end { println(\"ended\") }\r\n")
        terminal.expect("swtap> ")
        terminal.type("run\r")
        terminal.expect("42\r\n")
        terminal.type("\u{3}")
        terminal.expect("ended\r\n")
        terminal.expect("swtap> ")
        terminal.type("delete 3\r")
        terminal.expect("No line 3 present in script.")
        terminal.expect("swtap> ")
        terminal.type("delete\r")
        terminal.expect("Delete entire script? ")
        terminal.type("y\r")
        terminal.expect("swtap> ")
        terminal.type("list\rquit\r")
        #expect(!terminal.expect("quit").contains("1:"))
        #expect(terminal.status() == 0)
    }

    @Test func aWholeScriptIsPasted() throws {
        let terminal = try TerminalSession(terminal: "xterm")
        terminal.expect("swtap> ")
        terminal.type(
            "\u{1B}[200~probe begin\n{\n  println(twice(21))\n}\nfunction twice(n) { return 2 * n }\n\u{1B}[201~\r")
        terminal.expect("[1] running: probe begin …\r\n42\r\n")
        terminal.type("quit\r")
        #expect(terminal.status() == 0)
    }

    @Test func tabCompletes() throws {
        let terminal = try TerminalSession()
        terminal.expect("swtap> ")
        terminal.type("global interesting\r")
        terminal.expect("swtap> ")
        terminal.type("interes\t= 5\r")
        terminal.expect("swtap> ")
        terminal.type("interes\t\r")
        terminal.expect("\r\n5\r\n")
        terminal.type("quit\r")
        #expect(terminal.status() == 0)
    }

    @Test func withoutATerminalNobodyIsPrompted() throws {
        let result = try swtap("-i", input: "global n\nn = 5\nn\nprobe begin {\nprintln(n + 1)\n}\nn++\nn\n")
        #expect(result.output == "5\n6\n6\n")
        #expect(
            result.errors.hasSuffix("[1] global n\n[2] running: probe begin { …\n[2] stopped: probe begin { …\n"),
            "\(result.errors)")
        #expect(result.status == 0)
        #expect(try swtap("-i", input: "quit\n1\n").output == "")
        #expect(try swtap("-i", input: "probe begin { println(1) ").output == "")
    }

    @Test func aScriptThatIsNamedIsLoaded() throws {
        let file = try TemporaryFile("probe begin { println(\"loaded\") exit() }\n")
        let result = try swtap("-i", file.path, input: "set auto_analyze off\nlist\nrun\n")
        #expect(result.output.hasSuffix("loaded\n"))
        #expect(result.errors.contains("1: probe begin { println(\"loaded\") exit() }\n"))
    }

    @Test func whatCannotBeCombinedIsNamed() throws {
        let result = try swtap("-i", "-e", "probe begin { }")
        #expect(
            result.errors == "ERROR: -e cannot be combined with -i.\nTry 'swtap --help' for more information.\n")
        #expect(result.status == 1)
        #expect(
            try swtap("-i", "-T", "1").errors
                == "ERROR: -T cannot be combined with -i.\nTry 'swtap --help' for more information.\n")
        #expect(
            try swtap("-i", "a.stp", "b").errors
                == "ERROR: -i takes one script and no arguments for it.\nTry 'swtap --help' for more information.\n")
    }
}
