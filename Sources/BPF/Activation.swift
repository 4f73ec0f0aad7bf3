// SPDX-License-Identifier: GPL-3.0-or-later

/// What main and entry programs have in common: the gate, the key of the activation, the counters.
struct Activation {
    let capture: Capture
    let emitter: Emitter
    let context: ContextModel
    /// Where the key of the entry map is on the stack.
    private var key = 0
    /// Where the index of the probe is on the stack, when it is a cookie.
    private(set) var index = 0
    /// The way out without a result.
    let exit: Label

    init(capture: Capture, emitter: Emitter, context: ContextModel, hasEntry: Bool) {
        self.capture = capture
        self.emitter = emitter
        self.context = context
        exit = emitter.code.label()
        if hasEntry { key = emitter.frame.reserve(capture.keySize / 8) }
        if case .cookie = capture.probeIndex { index = emitter.frame.reserve(1) }
    }

    /// Keeps the context, goes to a label when the gate is below `gate`, and prepares r9.
    func begin(_ gate: Gate, otherwise: Label) {
        if let line = capture.options.source { emitter.code.source(line) }
        emitter.code.comment("gate")
        emitter.code.prepare(.r6) { $0.move(.r6, .r1) }
        emitter.code.valueAddress(.r1, .control, offset: 0)
        emitter.code.load(.double, .r2, .r1, capture.options.gate)
        emitter.code.jump(.less, .r2, Int32(gate.rawValue), otherwise)
        emitter.code.prepare(.r9) { $0.load(.double, .r9, .r1, ControlLayout.zero) }
    }

    /// Leaves when the event is not the probe's: of another process, or not what it is about. `scope` is the plan's.
    func enterScope(_ scope: Int?) {
        if let members = capture.options.members {
            emitter.code.comment("membership of the process")
            emitter.code.call(.getCurrentPidTgid)
            emitter.code.alu(.shiftRight, .r0, 32)
            emitter.code.store(.word, .r10, Frame.landing, .r0)
            emitter.code.map(.r1, .processes)
            emitter.code.move(.r2, .r10)
            emitter.code.alu(.add, .r2, Int32(Frame.landing))
            emitter.code.call(.mapLookupElement)
            emitter.code.jump(.equal, .r0, 0, exit)
            emitter.code.load(.double, .r0, .r0, 0)
            emitter.code.move(.r1, Int64(bitPattern: members))
            emitter.code.alu(.and, .r0, .r1)
            emitter.code.jump(.equal, .r0, 0, exit)
        }
        guard let scope else { return }
        emitter.code.comment("scope")
        emitter.hoist(scope)
        emitter.branch(scope, holds: false, exit, .r0, RegisterSet.all.removing(.r0), exit)
    }

    /// Finds out which probe it is, where that is not known.
    func readCookie() {
        guard case .cookie = capture.probeIndex else { return }
        emitter.code.comment("probe")
        emitter.code.move(.r1, .r6)
        emitter.code.call(.getAttachCookie)
        emitter.code.jump(.greaterOrEqual, .r0, Int32(clamping: capture.options.counters.probes), exit)
        emitter.code.store(.double, .r10, index, .r0)
    }

    /// Puts the key of this activation on the stack: the trampoline's frame, which both of its programs are given as
    /// their context, or the stack pointer at entry.
    func writeKey() {
        emitter.code.comment("key of the activation")
        switch context {
        case .tracing, .rawTracepoint: emitter.code.store(.double, .r10, key, .r6)
        case .kprobe(let table), .uprobe(let table):
            emitter.code.load(.double, .r1, .r6, table.stackPointer)
            emitter.code.store(.double, .r10, key, .r1)
        case .kretprobe(let table), .uretprobe(let table):
            emitter.code.load(.double, .r1, .r6, table.stackPointer)
            if table.returnAdjustment != 0 { emitter.code.alu(.add, .r1, Int32(-table.returnAdjustment)) }
            emitter.code.store(.double, .r10, key, .r1)
        }
        if context.isUser {
            emitter.code.call(.getCurrentPidTgid)
            emitter.code.store(.double, .r10, key + capture.keySize - 8, .r0)
        }
        guard case .cookie = capture.probeIndex else { return }
        emitter.code.load(.double, .r1, .r10, index)
        emitter.code.store(.double, .r10, key + 8, .r1)
    }

    /// Sets r1 and r2 to the entry map and the key.
    func entryArguments() {
        emitter.code.map(.r1, .entries(capture.options.entryMap))
        emitter.code.move(.r2, .r10)
        emitter.code.alu(.add, .r2, Int32(key))
    }

    /// Deletes the saved entry.
    func deleteEntry() {
        entryArguments()
        emitter.code.call(.mapDeleteElement)
    }

    /// Sets a register to the probe's index.
    func loadIndex(_ register: Register) {
        switch capture.probeIndex {
        case .constant(let index): emitter.code.move(register, Int64(index))
        case .cookie: emitter.code.load(.double, register, .r10, index)
        }
    }

    /// Adds one to a counter, if it is wanted. With `hasProcessor`, the CPU is in r0 already.
    func count(_ counter: ProbeCounter, hasProcessor: Bool = false) {
        guard counts(counter) else { return }
        let counters = capture.options.counters
        var probe = 0
        if case .constant(let index) = capture.probeIndex { probe = index }
        if counters.shards > 1 {
            if !hasProcessor { emitter.code.call(.getProcessorID) }
            emitter.code.alu(.and, .r0, Int32(counters.shards - 1))
            emitter.code.alu(.multiply, .r0, Int32(clamping: counters.shardSize))
        }
        emitter.code.valueAddress(.r1, .counters, offset: counters.offset(of: counter, probe: probe, shard: 0))
        if counters.shards > 1 { emitter.code.alu(.add, .r1, .r0) }
        if case .cookie = capture.probeIndex {
            emitter.code.load(.double, .r2, .r10, index)
            emitter.code.jump(.greaterOrEqual, .r2, Int32(clamping: counters.probes), exit)
            emitter.code.alu(.multiply, .r2, Int32(CounterLayout.blockSize))
            emitter.code.alu(.add, .r1, .r2)
        }
        emitter.code.move(.r2, 1)
        emitter.code.atomicAdd(.r1, 0, .r2)
    }

    /// Whether a counter is wanted: losses always are.
    func counts(_ counter: ProbeCounter) -> Bool {
        switch counter {
        case .filtered, .handled: capture.options.countsEvents
        case .sent, .lostRing, .entryMissing, .entryFull, .skippedLocked, .lostOutput: true
        }
    }

    /// Ends the program.
    func finish() {
        if let line = capture.options.source { emitter.code.source(line) }
        emitter.code.place(exit)
        emitter.code.move(.r0, capture.options.result)
        emitter.code.exit()
    }
}
