// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Evaluator
import Glibc
import IR
import Kernel
import Semantics
import Syntax

/// The version of SystemTap whose language this is.
let languageVersion = "5.6"

/// Runs one session; returns swtap's exit status. All messages have been shown.
public func runSession(_ options: SessionOptions) -> Int32 {
    // A closed pipe is met as a failed write, with its own message.
    signal(SIGPIPE, SIG_IGN)
    if options.mode == .doctor { return runDoctor(options) }
    let session: Session
    do {
        session = try Session(options)
    } catch {
        writeError("ERROR: \(error.message)\n")
        return 1
    }
    let status = session.runToEnd()
    session.messages.json?.end(status: status)
    return status
}

/// One session: the passes in order.
private final class Session {
    private let options: SessionOptions
    private let compiler: Compiler
    /// Where the output goes with `--json`, where it begins before the script does.
    private let jsonSink: OutputSink?

    init(_ options: SessionOptions) throws(SessionError) {
        self.options = options
        compiler = Compiler(options)
        jsonSink = options.usesJSON ? try Session.sink(options) : nil
        compiler.messages.json = jsonSink.map { JSONStream($0) }
    }

    var messages: MessageWriter { compiler.messages }

    private static func sink(_ options: SessionOptions) throws(SessionError) -> OutputSink {
        guard let path = options.outputFile else { return OutputSink() }
        return try OutputSink(path: path, rotation: options.rotation)
    }

    /// Runs, and says why when that fails.
    func runToEnd() -> Int32 {
        do {
            return try run()
        } catch is Compiler.Failed {
            return 1
        } catch let error as SessionError {
            messages.say("ERROR: \(error.message)")
        } catch {
            messages.say("ERROR: \(error)")
        }
        return 1
    }

    private func run() throws -> Int32 {
        if let version = options.compatible, compareVersions(version, languageVersion) > 0 {
            throw SessionError(
                "swtap speaks version \(languageVersion), it cannot be compatible with future version \(version)")
        }
        if case .list(let pattern, let withVariables) = options.mode {
            return try list(pattern, withVariables: withVariables)
        }
        if case .dump(let what) = options.mode {
            return showText(try compiler.dump(what).map { $0 + "\n" }.joined())
        }
        let files = try compiler.parseAll()
        if options.lastPass == 1 { return showText(SourcePrinter.dump(files)) }
        let checked = try compiler.analyzeAll(files)
        if options.lastPass == 2 { return showText(dumpPass2(checked, verbose: options.verbosity(ofPass: 2) > 0)) }
        return try runProgram(checked)
    }

    private func list(_ pattern: String, withVariables: Bool) throws -> Int32 {
        let lines = try compiler.list(pattern, withVariables: withVariables)
        _ = showText(lines.map { $0 + "\n" }.joined())
        return lines.isEmpty ? 1 : 0
    }

    private func runProgram(_ checked: CheckedProgram) throws -> Int32 {
        let runs = options.lastPass == 5 && options.mode == .run
        try compiler.checkPrivilege(checked)
        let background = runs && options.isDaemon ? try Background.fork() : nil
        if let status = background?.parentStatus { return status }
        // Signals are taken before the command is forked, so that none is missed.
        let signals = runs ? SignalSource() : nil
        if let pid = options.targetPid, kill(pid_t(pid), 0) != 0, errno == ESRCH {
            throw SessionError("cannot trace process \(pid) (-x): no such process")
        }
        let namespaces = try Namespaces(ofProcess: options.namespacePid.map { Int32(clamping: $0) })
        let command = runs ? try options.command.map { try TargetCommand($0) } : nil
        defer { command?.cancel() }
        let target = command.map { Int64($0.pid) } ?? Int64(options.targetPid ?? 0)
        let program = try compiler.lowerAll(checked, target: target)
        if options.lastPass == 3 { return showText(dump(program)) }

        let runtime = try compiler.makeRuntime(program, target: target, isStarted: command != nil)
        if options.mode == .explain { return showText(explain(program, runtime)) }
        if options.lastPass == 4 {
            try runtime?.load()
            return showText(runtime?.listing() ?? "")
        }
        guard let signals else { return 0 }
        if let problem = program.startProblem {
            messages.say("WARNING: \(problem)")
            messages.say("Pass 5: run failed.  [man error::pass5]")
            return 1
        }
        let sink = try jsonSink ?? Session.sink(options)
        compiler.startPass()
        try runtime?.load()
        if !options.suppressWarnings { runtime?.setBackWarnings.forEach(messages.say) }
        try runtime?.attach()
        if program.captures.contains(where: { $0 != nil }) {
            compiler.reportPass(4, "compiled, loaded and attached")
        }
        // It may be a long run, and it needs little of the code that was used so far.
        swtap_forget_code()
        if options.verbosity(ofPass: 5) > 0 { writeError("Pass 5: starting run.\n") }
        compiler.startPass()
        // The runtime's has the places of what was expanded for handlers in the kernel.
        let placed = runtime?.placement.program ?? program
        let host = RunHost(runtime: runtime, namespaces: namespaces, catalog: compiler.catalog)
        let evaluator = Evaluator(program: placed, host: host, session: compiler.sessionFacts(target: target))
        let run = Run(
            program: placed, options: options, evaluator: evaluator, runtime: runtime, sink: sink,
            messages: messages, command: command, signals: signals)
        run.onStart = { background?.isReady() }
        let status = try run.execute()
        host.finish()
        compiler.reportPass(5, "run completed")
        if status != 0 { messages.say("Pass 5: run failed.  [man error::pass5]") }
        if let attachments = runtime?.takeAttachments() { Farewell.close(attachments) }
        return status
    }

    private func explain(_ program: IRProgram, _ runtime: CaptureRuntime?) -> String {
        var text = ""
        for (index, probe) in program.probes.enumerated() {
            text += "\(probe.point)"
            if probe.scriptPoint != probe.point { text += " <- \(probe.scriptPoint)" }
            text += "\n"
            if case .counter = probe.event {
                text += "    counts to be read by @perf\n"
            } else if !probe.event.isKernel {
                text += "    runs in user space\n"
            } else {
                for line in runtime?.explain(index) ?? [] { text += "    \(line)\n" }
                for read in runtime?.placement.units[index] == nil ? program.captures[index]?.lateReads ?? [] : [] {
                    let place = program.sites[Int(read.site)].token.described
                    text += "    read when the handler runs, near \(place): \(read.reason)\n"
                }
            }
        }
        return text
    }
}
