// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Session

/// The version of swtap.
let swtapVersion = "0.1.0"

/// The command line: options as SystemTap names them.
struct Command: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swtap",
        abstract: "Trace a Linux kernel with SystemTap scripts, run as eBPF.",
        usage: """
            swtap [options] FILE [args]        run the script in FILE; - is standard input
            swtap [options] -e SCRIPT [args]   run the given script
            swtap [options] -l|-L PROBE        list matching probe points
            """,
        discussion: """
            Example: swtap -e 'probe socket.create { printf("%s(%d) %s\\n", execname(), pid(), \
            sock_fam_num2str(family)) }'
            """,
        helpNames: [.short, .long]
    )

    @Option(
        name: .customShort("e"), parsing: .unconditional,
        help: ArgumentHelp("Run this script text.", valueName: "script"))
    var script: String?

    @Option(
        name: .customShort("E"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Add this script text; repeatable.", valueName: "script"))
    var additional: [String] = []

    @Option(
        name: .customShort("p"), parsing: .unconditional,
        help: ArgumentHelp("Stop after pass 1 parse, 2 analyze, 3 lower, 4 compile, 5 run.", valueName: "pass"))
    var pass: Int?

    @Flag(name: .customShort("v"), help: "Say more; repeatable.")
    var verbose: Int

    @Option(
        name: .customShort("c"), parsing: .unconditional,
        help: ArgumentHelp("Run a command, stop when it ends.", valueName: "command"))
    var command: String?

    @Option(
        name: .customShort("x"), parsing: .unconditional,
        help: ArgumentHelp("Set target() to this process.", valueName: "pid"))
    var targetPid: Int?

    @Option(
        name: .customShort("T"), parsing: .unconditional,
        help: ArgumentHelp("Stop after so many seconds; fractions allowed.", valueName: "seconds"))
    var timeout: Double?

    @Option(
        name: .customShort("o"), parsing: .unconditional,
        help: ArgumentHelp("Write the output to a file; strftime(3) names are expanded.", valueName: "file"))
    var output: String?

    @Option(
        name: .customShort("l"), parsing: .unconditional,
        help: ArgumentHelp("List matching probe points.", valueName: "probe"))
    var list: String?

    @Option(
        name: .customShort("L"), parsing: .unconditional,
        help: ArgumentHelp("List matching probe points and variables.", valueName: "probe"))
    var listVariables: String?

    @Option(
        name: .customShort("D"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Set a run-time limit, such as MAXMAPENTRIES; repeatable.", valueName: "name=value"))
    var defines: [String] = []

    @Option(
        name: .customShort("G"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Set a scalar global before the start; repeatable.", valueName: "name=value"))
    var globals: [String] = []

    @Option(
        name: .customShort("I"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Also look in this directory for tapsets; repeatable.", valueName: "directory"))
    var include: [String] = []

    @Option(
        name: .customShort("s"), parsing: .unconditional,
        help: ArgumentHelp("Size of the event buffer in MiB (1…4095, default 2).", valueName: "MiB"))
    var bufferMegabytes: Int?

    @Flag(name: .customShort("g"), help: "Guru mode: allow unsafe constructs.")
    var guru = false

    @Flag(name: .customShort("u"), help: "Do not optimize: keep unused variables and functions.")
    var unoptimized = false

    @Flag(name: .customShort("w"), help: "Show no warnings.")
    var suppressWarnings = false

    @Flag(name: .customShort("W"), help: "Treat warnings as errors.")
    var warningsAreErrors = false

    @Flag(name: .long, help: "Say how each probe is attached and why, then stop.")
    var explain = false

    @Flag(name: .customLong("no-global-var-display"), help: "Do not show written globals at the end.")
    var hidesGlobals = false

    @Flag(name: .customLong("suppress-handler-errors"), help: "Count run-time errors, do not stop or print them.")
    var suppressHandlerErrors = false

    @Flag(name: .customLong("suppress-time-limits"), help: "No MAXACTION; needs -g.")
    var suppressTimeLimits = false

    @Option(name: .long, help: ArgumentHelp("Behave as this version of SystemTap.", valueName: "version"))
    var compatible: String?

    @Flag(name: .customLong("check-version"), help: "Warn of code that depends on the version of SystemTap.")
    var checkVersion = false

    @Flag(
        name: .customLong("semantic-keep-going"), help: "Report all semantic errors, and a catalogue of them.")
    var semanticKeepGoing = false

    @Option(
        name: .customLong("vp"), parsing: .unconditional,
        help: ArgumentHelp("Add to the verbosity of each pass, a digit each.", valueName: "digits"))
    var passVerbosity: String?

    @Flag(name: .customLong("dump-probe-types"), help: "List the kinds of probe points.")
    var dumpsProbeTypes = false

    @Flag(name: .customLong("dump-probe-aliases"), help: "List the probe aliases of the tapsets.")
    var dumpsProbeAliases = false

    @Flag(name: .customLong("dump-functions"), help: "List the functions of the tapsets.")
    var dumpsFunctions = false

    @Option(
        name: .customLong("no-feature"),
        help: ArgumentHelp(
            "Do not use a kernel mechanism (fentry, kprobe, kprobe-multi, uprobe, uprobe-multi, raw-tracepoint, "
                + "perf-event, lsm, netfilter); repeatable.",
            valueName: "name"))
    var disabledFeatures: [String] = []

    @Option(
        name: [.customLong("color"), .customLong("colour")],
        help: ArgumentHelp("Colour messages: never, auto or always (without a word: always).", valueName: "when"))
    var color: ColorChoice = .auto

    @Flag(name: [.customShort("V"), .customLong("version")], help: "Show the version.")
    var version = false

    @OptionGroup var runOptions: RunOptions

    @Argument(help: ArgumentHelp("The script (without -e), then its arguments.", valueName: "file [args]"))
    var words: [String] = []
}

/// When messages are coloured.
enum ColorChoice: String, ExpressibleByArgument {
    case never, auto, always
}
