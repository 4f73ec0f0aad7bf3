// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Session
@testable import swtap

@Suite("Words of the command line")
struct ArgumentWordsTests {
    @Test(arguments: [
        (["-DMAX=1"], ["-D", "MAX=1"]),
        (["-vp1", "x"], ["-v", "-p", "1", "x"]),
        (["-vvw"], ["-v", "-v", "-w"]),
        (["-e", "-DX=1", "-T5"], ["-e", "-DX=1", "-T", "5"]),
        (["-"], ["-"]),
        (["a.stp", "--", "-p1"], ["a.stp", "--", "-p1"]),
        (["--color=never"], ["--color=never"]),
        (["-vz"], ["-v", "-z"]),
        (["-e"], ["-e"]),
    ])
    func joinedOptionsAreSplit(words: [String], expected: [String]) {
        #expect(separateJoinedOptions(words) == expected)
    }

    private func options(_ words: [String]) throws -> SessionOptions {
        try Command.parse(separateJoinedOptions(words)).sessionOptions()
    }

    @Test("The first word is the script, the rest are its arguments, options may follow")
    func scriptAndArguments() throws {
        let options = try options(["a.stp", "one", "-c", "ls -l", "two", "--", "-x"])
        guard case .file("a.stp") = options.script else {
            Issue.record("wrong script: \(String(describing: options.script))")
            return
        }
        #expect(options.scriptArguments == ["one", "two", "-x"])
        #expect(options.command == "ls -l")
    }

    @Test("With -e every word is an argument")
    func textAndArguments() throws {
        let options = try options(["-e", "probe begin {}", "one", "-p2", "-T", "0.5"])
        #expect(options.scriptArguments == ["one"])
        #expect(options.lastPass == 2)
        #expect(options.timeout == 500_000_000)
    }

    @Test(arguments: [
        (["-p6", "-e", "x"], "Invalid pass number '6' (should be 1-5)."),
        (["-e", "x", "-c", "ls", "-x", "5"], "You can't specify both -c and -x."),
        (["-e", ""], "Script text of -e is empty."),
        ([], "A script must be specified."),
        (["-l", "a", "-e", "x"], "Cannot specify a script with -l/-L/--dump-* switches."),
        (["--dump-functions", "x.stp"], "Cannot specify a script with -l/-L/--dump-* switches."),
        (["-L", "a", "-p2"], "Cannot specify -p with -l/-L/--dump-* switches."),
        (["-l", "a", "--dump-probe-types"], "Only one of -l, -L and --dump-* may be given."),
        (["-e", "x", "--vp", "abc"], "Invalid --vp argument: it takes 1 to 5 digits."),
        (["-e", "x", "--vp", "123456"], "Invalid --vp argument: it takes 1 to 5 digits."),
        (["-e", "x", "-T", "-1"], "Invalid timeout '-1.0' for -T."),
        (["-e", "x", "-s", "5000"], "Invalid buffer size '5000' (should be 1-4095)."),
        (["-e", "x", "--suppress-time-limits"], "--suppress-time-limits requires guru mode (-g)."),
    ])
    func badCombinations(words: [String], message: String) throws {
        let command = try Command.parse(separateJoinedOptions(words))
        let error = #expect(throws: SessionError.self) { try command.sessionOptions() }
        #expect(error?.message == message)
    }
}
