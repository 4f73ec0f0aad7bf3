// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Session

extension Command {
    /// The session's options, checked against each other; fails with a message for the user.
    func sessionOptions() throws(SessionError) -> SessionOptions {
        var options = SessionOptions()
        options.additionalScripts = additional
        options.verbosity = verbose
        options.guruMode = guru
        options.unoptimized = unoptimized
        options.suppressWarnings = suppressWarnings
        options.warningsAreErrors = warningsAreErrors
        options.command = command
        options.outputFile = output
        options.defines = defines
        options.globals = globals
        options.includeDirectories = include
        options.hidesGlobals = hidesGlobals
        options.suppressesHandlerErrors = suppressHandlerErrors
        options.suppressesTimeLimits = suppressTimeLimits
        options.compatible = compatible
        options.checksVersion = checkVersion
        options.keepsGoing = semanticKeepGoing
        if let passVerbosity {
            let digits = passVerbosity.utf8.map { Int($0) - 0x30 }
            guard (1...5).contains(digits.count), digits.allSatisfy((0...9).contains) else {
                throw SessionError("Invalid --vp argument: it takes 1 to 5 digits.")
            }
            options.passVerbosity = digits
        }
        options.disabledFeatures = disabledFeatures
        switch color {
        case .never: options.color = false
        case .always: options.color = true
        case .auto: options.color = nil
        }
        if let pass {
            guard (1...5).contains(pass) else {
                throw SessionError("Invalid pass number '\(pass)' (should be 1-5).")
            }
            options.lastPass = pass
        }
        if command != nil, targetPid != nil { throw SessionError("You can't specify both -c and -x.") }
        if let targetPid {
            guard targetPid > 0, Int32(exactly: targetPid) != nil else {
                throw SessionError("Invalid target process ID '\(targetPid)'.")
            }
            options.targetPid = targetPid
        }
        if let timeout {
            guard timeout > 0, timeout < 1e9 else { throw SessionError("Invalid timeout '\(timeout)' for -T.") }
            options.timeout = UInt64(timeout * 1e9)
        }
        if let bufferMegabytes {
            guard (1...4095).contains(bufferMegabytes) else {
                throw SessionError("Invalid buffer size '\(bufferMegabytes)' (should be 1-4095).")
            }
            options.bufferMegabytes = bufferMegabytes
        }
        try runOptions.apply(to: &options)
        if suppressTimeLimits, !guru { throw SessionError("--suppress-time-limits requires guru mode (-g).") }
        try chooseScript(&options)
        return options
    }

    private func chooseScript(_ options: inout SessionOptions) throws(SessionError) {
        var listings: [SessionMode] = []
        if let list { listings.append(.list(pattern: list, withVariables: false)) }
        if let listVariables { listings.append(.list(pattern: listVariables, withVariables: true)) }
        if dumpsProbeTypes { listings.append(.dump(.probeTypes)) }
        if dumpsProbeAliases { listings.append(.dump(.probeAliases)) }
        if dumpsFunctions { listings.append(.dump(.functions)) }
        if let listing = listings.first {
            guard listings.count == 1 else { throw SessionError("Only one of -l, -L and --dump-* may be given.") }
            guard script == nil, words.isEmpty else {
                throw SessionError("Cannot specify a script with -l/-L/--dump-* switches.")
            }
            guard pass == nil else { throw SessionError("Cannot specify -p with -l/-L/--dump-* switches.") }
            guard !options.usesJSON else {
                throw SessionError("--json is for running a script, and for 'swtap doctor'.")
            }
            options.mode = listing
            return
        }
        if explain { options.mode = .explain }
        if script == nil, words == ["doctor"], access("doctor", F_OK) != 0 {
            options.mode = .doctor
            return
        }
        guard !options.usesJSON || options.mode == .run && options.lastPass == 5 else {
            throw SessionError("--json is for running a script, and for 'swtap doctor'.")
        }
        if runOptions.isInteractive, script != nil { throw SessionError("-e cannot be combined with -i.") }
        if let script {
            guard !script.isEmpty else { throw SessionError("Script text of -e is empty.") }
            options.script = .text(script)
            options.scriptArguments = words
        } else if let example = runOptions.example {
            guard let path = examplePath(example) else {
                throw SessionError("There is no example '\(example)' beside this program.")
            }
            options.script = .file(path)
            options.scriptArguments = words
        } else if runOptions.isInteractive {
            // A script that is named is loaded as the prompt's own.
            options.mode = .prompt
            if let file = words.first { options.script = .file(file) }
            guard words.count < 2 else { throw SessionError("-i takes one script and no arguments for it.") }
            for (name, isGiven) in [
                ("-o", output != nil), ("-T", timeout != nil), ("--explain", explain), ("--json", options.usesJSON),
            ] where isGiven {
                throw SessionError("\(name) cannot be combined with -i.")
            }
        } else if let file = words.first {
            options.script = .file(file)
            options.scriptArguments = Array(words.dropFirst())
        } else {
            guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, additional.isEmpty else {
                throw SessionError("A script must be specified.")
            }
            options.mode = .prompt
        }
    }
}
