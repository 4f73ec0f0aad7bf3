// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Where the script's text comes from.
public enum ScriptSource: Sendable {
    /// `-e TEXT`.
    case text(String)
    /// A path, or `-` for standard input.
    case file(String)
}

/// What of the language's library is listed.
public enum LibraryDump: Sendable {
    case probeTypes
    case probeAliases
    case functions
}

/// What the command line asks for besides running a script.
public enum SessionMode: Sendable, Equatable {
    case run
    /// `-l`, or `-L` with variables.
    case list(pattern: String, withVariables: Bool)
    /// `--dump-probe-types`, `--dump-probe-aliases`, `--dump-functions`.
    case dump(LibraryDump)
    /// `-i`: what is typed runs at once.
    case prompt
    /// `--explain`: says how every probe would be attached, and stops.
    case explain
    /// `swtap doctor`.
    case doctor
}

/// Everything that the command line decides.
public struct SessionOptions: Sendable {
    /// The main script; nil with `-l`.
    public var script: ScriptSource?
    /// `-E`: additional scripts.
    public var additionalScripts: [String] = []
    /// The words after the script.
    public var scriptArguments: [String] = []
    /// What to do.
    public var mode: SessionMode = .run
    /// `-p`: the last pass, 1…5.
    public var lastPass = 5
    /// `-v`, counted.
    public var verbosity = 0
    /// `--vp`: how much more each of the passes 1…5 says.
    public var passVerbosity: [Int] = []
    /// `-g`.
    public var guruMode = false
    /// `-u`.
    public var unoptimized = false
    /// `-w`.
    public var suppressWarnings = false
    /// `-W`.
    public var warningsAreErrors = false
    /// `-c`.
    public var command: String?
    /// `-x`.
    public var targetPid: Int?
    /// `-o`.
    public var outputFile: String?
    /// `-S`.
    public var rotation: OutputRotation?
    /// `-F`: goes on in the background once everything is open; needs `-o`.
    public var isDaemon = false
    /// `-t`.
    public var reportsHits = false
    /// `-m`: the name of the directory of procfs files; nil for the pid.
    public var moduleName: String?
    /// `--privilege`: whether probes of the kernel are allowed.
    public var allowsKernelProbes = true
    /// `--target-namespaces`: the process whose namespaces `ns_…` functions tell.
    public var namespacePid: Int?
    /// `-s`: MiB of the ring buffer.
    public var bufferMegabytes: Int?
    /// `-T`: nanoseconds.
    public var timeout: UInt64?
    /// `-D NAME=VALUE`.
    public var defines: [String] = []
    /// `-G name=value`.
    public var globals: [String] = []
    /// `-I`.
    public var includeDirectories: [String] = []
    /// `--no-global-var-display`.
    public var hidesGlobals = false
    /// `--suppress-handler-errors`.
    public var suppressesHandlerErrors = false
    /// `--suppress-time-limits`.
    public var suppressesTimeLimits = false
    /// `--compatible`.
    public var compatible: String?
    /// `--check-version`.
    public var checksVersion = false
    /// `--semantic-keep-going`.
    public var keepsGoing = false
    /// `--skip-badvars`.
    public var skipsBadVariables = false
    /// `--json`: output, globals, messages and losses are objects, one on each line.
    public var usesJSON = false
    /// `--color`: nil is automatic.
    public var color: Bool?
    /// `--no-feature`: attachment mechanisms not to use.
    public var disabledFeatures: [String] = []

    /// Creates the defaults.
    public init() {}

    /// How much a pass, from 1, says.
    func verbosity(ofPass pass: Int) -> Int {
        verbosity + (passVerbosity.indices.contains(pass - 1) ? passVerbosity[pass - 1] : 0)
    }
}
