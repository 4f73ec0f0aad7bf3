// SPDX-License-Identifier: GPL-3.0-or-later
import Evaluator
import Glibc
import IR
import Kernel
import Semantics
import Syntax

/// The probes of one piece while they run: a run of their own on the loop and the globals that all pieces share.
final class PieceRun {
    let run: Run
    private let runtime: CaptureRuntime?
    private let host: RunHost
    private let evaluator: Evaluator
    private let program: IRProgram
    /// The globals that the piece names, by position.
    let touched: Set<Int>
    /// Those of them of which handlers in the kernel keep sums.
    let sums: Set<Int>
    /// The globals that conditions of its probes read.
    let conditions: Set<Int>
    /// The globals that each handler names.
    private let touchedByProbe: [Set<Int>]
    /// The files of the functions that its probes call.
    let functionFiles: Set<ObjectIdentifier>
    private var lastLook: UInt64 = 0

    /// Loads and attaches the probes; nothing runs before `begin`.
    init(
        _ program: IRProgram, functionFiles: Set<ObjectIdentifier>, compiler: Compiler, options: SessionOptions,
        globals: GlobalStorage, namespaces: Namespaces, loop: EventLoop, terminal: LiveOutput, target: Int64
    ) throws {
        self.functionFiles = functionFiles
        let runtime = try compiler.makeRuntime(program, target: target, isStarted: false, watchesGlobals: true)
        try runtime?.load()
        if !options.suppressWarnings { for warning in runtime?.setBackWarnings ?? [] { terminal.say(warning + "\n") } }
        try runtime?.attach()
        let placed = runtime?.placement.program ?? program
        self.runtime = runtime
        self.program = placed
        host = RunHost(runtime: runtime, namespaces: namespaces, catalog: compiler.catalog)
        evaluator = Evaluator(
            program: placed, host: host, session: compiler.sessionFacts(target: target), globals: globals)
        touchedByProbe = program.handlers.indices.map { program.globals(ofHandler: $0) }
        conditions = program.probes.indices.reduce(into: []) { $0.formUnion(program.globals(ofCondition: $1)) }
        touched = touchedByProbe.reduce(into: conditions) { $0.formUnion($1) }
        sums = Set(program.globals.indices.filter { runtime?.placement.homes[$0] == .sums })
        let messages = MessageWriter(options) { terminal.say(String(decoding: $0, as: UTF8.self)) }
        run = Run(
            program: placed, options: options, evaluator: evaluator, runtime: runtime,
            sink: OutputSink(terminal.write), messages: messages, loop: loop)
    }

    /// The globals that the handler of a probe names.
    func touched(by probe: Int) -> Set<Int> { touchedByProbe[probe] }

    /// Whether it is time to look at sums of others again for the handler of a probe: before each one of user space, and for
    /// events of the kernel as often as those are read.
    func mayLook(for probe: Int) -> Bool { !program.probes[probe].event.isKernel || isTime() }

    /// Whether it is time to look at what its conditions read.
    func mayLookAtConditions() -> Bool { isTime() }

    /// Whether others offer files in its name.
    var hasFiles: Bool { program.probes.contains { if case .procfs = $0.event { true } else { false } } }

    private func isTime() -> Bool {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let time = UInt64(now.tv_sec) * 1000 + UInt64(now.tv_nsec) / 1_000_000
        guard time >= lastLook + 10 else { return false }
        lastLook = time
        return true
    }

    /// What its probes have counted so far.
    var counts: PieceCounts {
        let losses = run.losses
        var counts = PieceCounts(hits: 0, losses: losses.total)
        for row in losses.rows { counts.hits &+= row.fired }
        for (probe, runs) in zip(program.probes, run.runs) where !probe.event.isKernel { counts.hits &+= runs }
        return counts
    }

    /// Stops in order, shows what was lost, and has the kernel take the probes away.
    func end() {
        run.end()
        _ = run.finish()
        run.leaveLoop()
        if let attachments = runtime?.takeAttachments() { Farewell.close(attachments) }
    }

    /// Takes away what was attached for a run that did not begin.
    func abandon() {
        run.leaveLoop()
        runtime?.takeAttachments().close()
    }
}

/// Where the output of pieces and the messages about them go.
package struct LiveOutput {
    /// Takes what handlers print.
    package var write: (UnsafeRawBufferPointer) -> Void
    /// Takes warnings, errors and news, with their newlines.
    package var say: (String) -> Void

    /// Creates an output.
    package init(write: @escaping (UnsafeRawBufferPointer) -> Void, say: @escaping (String) -> Void) {
        self.write = write
        self.say = say
    }
}
