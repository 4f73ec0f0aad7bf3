// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Evaluator
import Glibc
import IR
import Kernel
import Semantics
import Syntax

/// Pass 5: begin probes, the event loop, the orderly stop.
///
/// The order of a stop: the gate is shut, the ring is drained, end probes run, globals are shown, the account of losses
/// is given, and only then the slow detaching happens.
final class Run {
    /// Where the run stands; it only moves forward.
    private enum State: Int, Comparable {
        case running
        /// `exit()`, a signal, `-T`, or the end of the command.
        case stopping
        /// Too many run-time errors: error probes run instead of end probes.
        case failed

        static func < (left: State, right: State) -> Bool { left.rawValue < right.rawValue }
    }

    let program: IRProgram
    let options: SessionOptions
    let evaluator: Evaluator
    private let runtime: CaptureRuntime?
    /// What handlers in the kernel have to do with this process.
    private let kernel: KernelHandlers?
    let sink: OutputSink
    let messages: MessageWriter
    private let command: TargetCommand?
    private let signals: SignalSource?
    let loop: EventLoop
    var timers: [TimerSource] = []
    /// The timers of probes.
    private var probeTimers: [TimerSource] = []
    /// The FIFOs of procfs probes.
    var files: ScriptFiles?
    /// Standard input, when a probe reads it.
    var input: StandardInput?
    /// The report of `-t`.
    var hits: HitReport?
    private let arming: Arming
    private var state = State.running
    /// Records whose handler ran, for each probe.
    private var handled: [UInt64]
    /// Records that came after `exit()`: SystemTap would not have run them either.
    private var afterExit: [UInt64]
    /// Handlers that ran for processes which were there before, for each probe.
    private var running: [UInt64]
    /// Handlers that ran in user space, for each probe.
    private(set) var runs: [UInt64]
    private var commandStatus: Int32?

    /// A run on an event loop of its own, or on one that it shares with others, who then handle the signals.
    init(
        program: IRProgram, options: SessionOptions, evaluator: Evaluator, runtime: CaptureRuntime?, sink: OutputSink,
        messages: MessageWriter, command: TargetCommand? = nil, signals: SignalSource? = nil,
        loop: EventLoop = EventLoop()
    ) {
        self.loop = loop
        self.program = program
        self.options = options
        self.evaluator = evaluator
        self.runtime = runtime
        self.sink = sink
        self.messages = messages
        self.command = command
        self.signals = signals
        arming = Arming(program: program, evaluator: evaluator, runtime: runtime)
        kernel = runtime.flatMap { KernelHandlers(program: program, runtime: $0, evaluator: evaluator) }
        handled = Array(repeating: 0, count: program.probes.count)
        afterExit = handled
        running = handled
        runs = handled
        if options.reportsHits { hits = HitReport(probes: program.probes.count) }
    }

    /// Runs to the end; returns swtap's exit status.
    func execute() throws(SessionError) -> Int32 {
        if let signals { loop.watch(signals.descriptor) { [unowned self] in handleSignals(signals) } }
        try begin()
        while state == .running { loop.runOnce(milliseconds: -1) }
        end()
        return finish()
    }

    /// Runs the begin probes and opens the others; `isRunning` says whether one has ended it already.
    func begin() throws(SessionError) {
        runProbes { if case .begin(let sequence) = $0 { sequence } else { nil } }
        if state == .running { try open() }
    }

    /// Stops in order; `finish` gives the account after it.
    func end() {
        state = max(state, .stopping)
        stop()
    }

    /// Takes everything off a loop that others go on with.
    func leaveLoop() {
        for timer in timers + probeTimers { loop.unwatch(timer.descriptor) }
        timers = []
        probeTimers = []
    }

    // MARK: - Start

    private func open() throws(SessionError) {
        arming.start()
        var waiting: [(timer: TimerSource, probe: Int)] = []
        for (index, probe) in program.probes.enumerated() {
            guard case .timer(let event) = probe.event else { continue }
            let timer = TimerSource(interval: event.interval, randomize: event.randomize)
            waiting.append((timer, index))
            probeTimers.append(timer)
            loop.watch(timer.descriptor) { [unowned self] in handleTimer(timer, probe: index) }
        }
        if let runtime {
            let drain = TimerSource(interval: 10_000_000)
            timers.append(drain)
            loop.watch(drain.descriptor) { [unowned self] in
                _ = drain.fired()
                // A stop within the same round drains when the gate is closed, and runs what it finds.
                if state == .running { handleEvents() }
            }
            kernel?.begin()
            flush()
            if hits != nil { runtime.measure() }
            runtime.openGate()
        }
        if let timeout = options.timeout {
            let timer = TimerSource(interval: timeout)
            timers.append(timer)
            loop.watch(timer.descriptor) { [unowned self] in state = max(state, .stopping) }
        }
        _ = try openFiles()
        for (timer, probe) in waiting { arming.add(timer, probe: probe) }
        timers.forEach { $0.arm() }
        runRunning()
        if state == .running, let command { try command.start() }
        onStart?()
    }

    /// Runs `process.begin` for the processes that are there already.
    private func runRunning() {
        guard let runtime else { return }
        for (probe, record) in runtime.recordsOfRunning() where state == .running {
            running[probe] += 1
            // The record must lie still while the handler looks at its strings.
            record.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress { run(probe, record: base) }
            }
        }
        flush()
    }

    /// Called when everything is open.
    var onStart: (() -> Void)?
    /// Whether handlers of normal events may still start.
    var isRunning: Bool { state == .running }
    /// Whether errors have ended it.
    var hasFailed: Bool { state == .failed }
    /// Called before the handler of a probe runs in user space.
    var beforeHandler: ((Int) -> Void)?
    /// Called when the handler of a probe has run in user space.
    var afterHandler: ((Int) -> Void)?

    /// The account of every event of the kernel so far.
    var losses: LossReport {
        LossReport(program: program, runtime: runtime, handled: handled, afterExit: afterExit, running: running)
    }

    /// Evaluates all conditions anew: others have changed what they read.
    func updateConditions() { if state == .running { arming.start() } }

    /// Takes in what handlers in the kernel have added up.
    func collectSums() { if let kernel, kernel.collect() == .failed { fail() } }

    // MARK: - Events

    private func handleTimer(_ timer: TimerSource, probe: Int) {
        guard timer.fired() > 0, state == .running else { return }
        // What happened before the timer fired comes first.
        handleEvents()
        guard state == .running else { return }
        run(probe, record: nil)
        flush()
    }

    func handleEvents() {
        guard let runtime else { return }
        // While it runs, a flood must not keep the loop from signals and timers.
        var rest = state == .running ? 1 << 14 : Int.max
        runtime.drain { record, size in
            if let outcome = kernel?.take(record, size: size) {
                if outcome == .failed { fail() }
            } else {
                handle(record)
            }
            rest -= 1
            return rest > 0
        }
        if state == .running, kernel?.countSkipped() == .failed { fail() }
        // What is in the ring came before it.
        if state == .running, kernel?.hasExited == true { state = .stopping }
        flush()
    }

    /// A handler called `exit()`: no other one starts.
    private func exit() {
        handlerAskedToStop = true
        isDraining = false
        state = max(state, .stopping)
    }

    private func fail() {
        isDraining = false
        state = .failed
    }

    private func handle(_ record: UnsafeRawPointer) {
        let probe = Int(record.loadUnaligned(as: UInt32.self))
        guard probe < handled.count else { return }
        guard state == .running || isDraining else {
            afterExit[probe] += 1
            return
        }
        handled[probe] += 1
        run(probe, record: record)
        if evaluator.output.count >= 1 << 16 { flush() }
    }

    /// Set while the ring is drained after an orderly stop that no handler asked for.
    private var isDraining = false
    /// Set when a handler called `exit()`: no other handler starts.
    private var handlerAskedToStop = false

    func run(_ probe: Int, record: UnsafeRawPointer?) {
        beforeHandler?(probe)
        if kernel?.prepare(for: probe) == .failed { return fail() }
        runs[probe] += 1
        let started = hits == nil ? 0 : swtap_cycles()
        let request = evaluator.run(handler: probe, record: record)
        hits?.add(probe, cycles: swtap_cycles() &- started)
        switch request {
        case .proceed: break
        case .exit: exit()
        case .failed: fail()
        }
        arming.update(after: probe)
        afterHandler?(probe)
    }

    private func handleSignals(_ signals: SignalSource) {
        while let signal = signals.next() {
            if signal == SIGCHLD {
                reapChildren()
                continue
            }
            if signal == SIGUSR2 {
                switchFile()
                continue
            }
            state = max(state, .stopping)
        }
    }

    /// Goes on in the next output file.
    private func switchFile() {
        flush()
        sink.switchFile()
        if sink.failure != nil { state = .failed }
    }

    private func reapChildren() {
        var status: Int32 = 0
        while true {
            let pid = waitpid(-1, &status, WNOHANG)
            guard pid > 0 else { return }
            if pid == command?.pid {
                commandStatus = swtap_exit_status(status)
                state = max(state, .stopping)
            }
        }
    }

    func flush() {
        for message in evaluator.takeMessages() { show(message) }
        defer { evaluator.wantsNextFile = false }
        guard evaluator.output.count > 0 || evaluator.wantsNextFile else { return }
        if evaluator.output.count > 0 {
            evaluator.output.withBytes { bytes in
                if let json = messages.json { json.output(bytes) } else { _ = sink.write(bytes) }
            }
        }
        evaluator.output.removeAll()
        if evaluator.wantsNextFile { sink.switchFile() }
        if sink.failure != nil { state = .failed }
    }

    private func show(_ message: RuntimeMessage) {
        switch message {
        case .warning(let text): if !options.suppressWarnings { messages.say(text) }
        case .error(let text): messages.say(text)
        }
    }

    // MARK: - Stop

    private func stop() {
        runtime?.closeGate()
        closeFiles()
        signals?.release()
        if state == .stopping, !handlerAskedToStop { isDraining = true }
        handleEvents()
        if kernel?.end() == .failed { state = .failed }
        flush()
        isDraining = false
        guard sink.failure == nil else { return }
        if state != .failed {
            runProbes {
                if case .end(let sequence) = $0 { sequence } else { nil }
            } afterZero: { [unowned self] in
                if options.hidesGlobals { return }
                if let json = messages.json {
                    json.finishLine()
                    return json.globals(evaluator.snapshot())
                }
                evaluator.displayGlobals()
                flush()
            }
        }
        // Also when it was an end probe that failed: the other end probes are left out then.
        if state == .failed { runProbes { if case .error(let sequence) = $0 { sequence } else { nil } } }
        flush()
    }

    /// Runs the probes that have a sequence number in its order, and something after those up to 0; stops when one of
    /// them asks to.
    private func runProbes(_ sequence: (ProbeEvent) -> Int64?, afterZero: (() -> Void)? = nil) {
        var afterZero = afterZero
        let stateBefore = state
        let chosen = program.probes.indices.compactMap { index in
            sequence(program.probes[index].event).map { (index: index, sequence: $0) }
        }
        // A stable sort: ties run in order of appearance.
        for entry in chosen.enumerated().sorted(by: {
            ($0.element.sequence, $0.offset) < ($1.element.sequence, $1.offset)
        }) {
            if entry.element.sequence > 0, let action = afterZero {
                afterZero = nil
                action()
            }
            run(entry.element.index, record: nil)
            flush()
            if state != stateBefore { return }
        }
        afterZero?()
    }

    /// Shows the account of what was done; the exit status.
    func finish() -> Int32 {
        if sink.failure == nil, let hits {
            var text = hits.text(program) { probe in
                runtime.map { runtime in
                    let counts = runtime.counters(probe)
                    return HitReport.KernelSide(
                        fired: counts.fired, missed: counts.skippedByKernel, runTime: runtime.runTime(ofProbe: probe),
                        runsHandler: runtime.placement.units[probe] != nil)
                }
            }
            text.withUTF8 { bytes in
                let bytes = UnsafeRawBufferPointer(bytes)
                if let json = messages.json { json.report(bytes) } else { _ = sink.write(bytes) }
            }
        }
        messages.json?.finishLine()
        losses.show(verbose: options.verbosity > 0, messages)
        var status: Int32 = state == .failed ? 1 : 0
        if let warning = evaluator.countsWarning { messages.say(warning) }
        if let text = sink.failureText {
            messages.say("ERROR: \(text)")
            status = 1
        }
        if let commandStatus, commandStatus != 0 {
            messages.say("WARNING: Child process exited with status \(commandStatus)")
            status = 1
        }
        return status
    }
}
