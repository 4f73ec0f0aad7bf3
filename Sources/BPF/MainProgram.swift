// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// The program at the event: gate, saved entry, filter, record.
struct MainProgram {
    let capture: Capture
    let layout: RecordLayout
    let entry: EntryLayout?
    let translation: Translation
    let time: Int
    let processor: Int
    let emitter: Emitter
    let activation: Activation
    /// What runs instead of sending a record.
    var handler: KernelHandler?

    init(
        capture: Capture, layout: RecordLayout, entry: EntryLayout?, translation: Translation, time: Int,
        processor: Int
    ) {
        self.capture = capture
        self.layout = layout
        self.entry = entry
        self.translation = translation
        self.time = time
        self.processor = processor
        emitter = Emitter(graph: translation.graph, context: capture.context)
        if let handler = capture.handler, handler.callsBack { emitter.frame = Frame(words: HandlerLoops.callerWords) }
        if let handler = capture.handler, handler.makesRoom, !handler.callsBack {
            emitter.frame = Frame(words: OldestElement.callerWords)
        }
        emitter.threadCounters = capture.options.threadCounters
        emitter.savedOffsets = entry?.valueOffsets ?? []
        activation = Activation(
            capture: capture, emitter: emitter, context: capture.context, hasEntry: entry != nil)
    }

    /// Emits the program; nil when the stack does not suffice.
    func build(maximalSize: Int) throws(CaptureError) -> BPFProgram? {
        if isIdle { return try buildNothing() }
        let notOpen = emitter.code.label()
        activation.begin(.open, otherwise: entry == nil ? activation.exit : notOpen)
        activation.enterScope(capture.plan.scope.map { translation.number($0) })
        activation.readCookie()
        if let guardNode = capture.guardNode {
            emit(filter: translation.number(guardNode), isSaved: false, "filter of the call")
        }
        if entry != nil { findEntry(notOpen: notOpen) }
        if let filter = capture.plan.filter {
            emit(filter: translation.number(filter), isSaved: entry != nil, "filter")
        }
        if let handler { return try build(handler, maximalSize: maximalSize) }
        let size = reserve()
        emitter.frame.openTail(at: layout.size)
        emitHeader()
        for (index, slot) in capture.plan.slots.enumerated() { emit(slot, index) }
        emitter.code.comment("send")
        emitter.code.move(.r1, .r7)
        emitter.code.move(.r2, 1)
        emitter.code.call(.ringSubmit)
        if entry != nil { activation.deleteEntry() }
        activation.finish()
        emitter.finishDeferred()
        if emitter.frame.isOverflown { return nil }
        let total = layout.size + emitter.frame.tailSize
        guard total <= maximalSize else { throw CaptureError("computes too much at one event") }
        emitter.code.patch(size, immediate: Int32(total))
        return try emitter.code.finish(
            name: capture.programName(""), type: capture.context.programType,
            attachType: capture.context.attachType)
    }

    /// Looks the saved entry up and leaves its address in r8; leaves when there is none of this task.
    func findEntry(notOpen: Label) {
        let missing = emitter.code.label()
        let stale = emitter.code.label()
        activation.writeKey()
        activation.entryArguments()
        emitter.code.call(.mapLookupElement)
        emitter.code.jump(.equal, .r0, 0, missing)
        emitter.code.move(.r8, .r0)
        emitter.code.call(.getCurrentTask)
        emitter.code.load(.double, .r1, .r8, 0)
        emitter.code.jump(.notEqual, .r1, .r0, stale)
        let activation = activation
        emitter.later(at: notOpen) { emitter in
            emitter.code.comment("not open: drop the saved entry")
            emitter.code.jump(.equal, .r2, 0, activation.exit)
            activation.readCookie()
            activation.writeKey()
            activation.deleteEntry()
            emitter.code.jump(activation.exit)
        }
        emitter.later(at: stale) { emitter in
            emitter.code.comment("saved by a task that never returned")
            activation.deleteEntry()
            emitter.code.jump(missing)
        }
        emitter.later(at: missing) { emitter in
            emitter.code.comment("no saved entry")
            activation.count(.entryMissing)
            emitter.code.jump(activation.exit)
        }
    }

    func emit(filter: Int, isSaved: Bool, _ comment: String) {
        let pass = emitter.code.label()
        let isCounted = isSaved || activation.counts(.filtered)
        let filtered = isCounted ? emitter.code.label() : activation.exit
        emitter.code.comment(comment)
        let conditions = conditions(ofFilter: filter)
        for (place, (value, holds)) in conditions.enumerated() {
            emitter.hoist(value)
            // A fault skips those that follow; what they keep must be there all the same.
            if translation.graph.canFault[value] { for later in conditions[place...] { emitter.hoist(later.value) } }
            emitter.branch(value, holds: holds, filtered, .r0, RegisterSet.all.removing(.r0), pass)
        }
        emitter.code.place(pass)
        if isCounted { leave(at: filtered, .filtered, isSaved: isSaved) }
    }

    /// The parts of a filter, any of which filters an event when it is not 0, or 0 unless `holds`. Those that need no helper come
    /// first, as far as none may fault.
    private func conditions(ofFilter filter: Int) -> [(value: Int, holds: Bool)] {
        let graph = translation.graph
        var parts: [(value: Int, holds: Bool)] = []
        var rest = filter
        while case .select(let condition, let first, let second) = graph.values[rest] {
            if (graph.constant(second) ?? 0) != 0 {
                parts.append((condition, false))
                rest = first
            } else if (graph.constant(first) ?? 0) != 0 {
                parts.append((condition, true))
                rest = second
            } else {
                break
            }
        }
        parts.append((rest, true))
        let sure = parts.firstIndex { graph.canFault[$0.value] } ?? parts.count
        let early = parts[..<sure]
        return early.filter { !graph.callsHelper($0.value) } + early.filter { graph.callsHelper($0.value) }
            + parts[sure...]
    }

    /// Whether nothing ever happens at the event, not even a count.
    private var isIdle: Bool {
        guard entry == nil, !activation.counts(.filtered), let filter = capture.plan.filter else { return false }
        return (translation.graph.constant(translation.number(filter)) ?? 0) != 0
    }

    private func buildNothing() throws(CaptureError) -> BPFProgram {
        activation.finish()
        return try emitter.code.finish(
            name: capture.programName(""), type: capture.context.programType,
            attachType: capture.context.attachType)
    }

    /// Code that counts an event as not sent, and leaves.
    func leave(at label: Label, _ counter: ProbeCounter, isSaved: Bool) {
        let activation = activation
        emitter.later(at: label) { emitter in
            emitter.code.comment("\(counter)")
            activation.count(counter)
            if isSaved { activation.deleteEntry() }
            emitter.code.jump(activation.exit)
        }
    }

    /// Reserves the record in r7; the index of the instruction that holds its size.
    private func reserve() -> Int {
        let lost = emitter.code.label()
        emitter.code.comment("record")
        emitter.code.map(.r1, .ring)
        let size = emitter.code.count
        emitter.code.move(.r2, Int64(layout.size))
        emitter.code.move(.r3, 0)
        emitter.code.call(.ringReserve)
        emitter.code.jump(.equal, .r0, 0, lost)
        emitter.code.move(.r7, .r0)
        leave(at: lost, .lostRing, isSaved: entry != nil)
        return size
    }

    private func emitHeader() {
        let free = RegisterSet.all.removing(.r0)
        if case .constant(let index) = capture.probeIndex {
            emitter.code.store(.word, .r7, 0, immediate: Int32(clamping: index))
        } else {
            activation.loadIndex(.r0)
            emitter.code.store(.word, .r7, 0, .r0)
        }
        for word in 0..<layout.faultWords {
            emitter.code.store(.double, .r7, RecordLayout.faultOffset + 8 * word, immediate: 0)
        }
        emitter.hoist(time)
        emitter.value(time, .r0, free, activation.exit)
        emitter.code.store(.double, .r7, 8, .r0)
        emitter.hoist(processor)
        emitter.value(processor, .r0, free, activation.exit)
        emitter.code.store(.word, .r7, 4, .r0)
        activation.count(.sent, hasProcessor: true)
    }

    // MARK: Slots

    func emit(_ slot: CaptureSlot, _ index: Int) {
        let offset = layout.slotOffsets[index]
        emitter.code.comment("slot \(index): \(Self.describe(slot))")
        switch slot {
        case .integer(let node): emitInteger(translation.number(node), index, offset)
        case .string(.command):
            emitter.code.move(.r1, .r7)
            emitter.code.alu(.add, .r1, Int32(offset))
            emitter.code.move(.r2, 16)
            emitter.code.call(.getCurrentCommand)
        case .string(.memory(let address, let isUser, let limit)):
            emitter.readString(
                at: translation.number(address), limit: limit, isUser: isUser,
                into: Location(base: .r7, offset: offset)
            ) { $0.markFault(index) }
        case .entryString(let string): copyString(string, index, offset)
        case .bytes(let address, let isUser, let length, let limit):
            emitter.readBytes(
                at: translation.number(address), count: translation.number(length), limit: limit, isUser: isUser,
                into: Location(base: .r7, offset: offset)
            ) { $0.markFault(index) }
        case .stack(let isUser, let depth):
            emitter.readStack(isUser: isUser, depth: depth, into: Location(base: .r7, offset: offset))
        case .registers(let isUser):
            emitter.readRegisters(
                isUser: isUser, context: capture.context, into: Location(base: .r7, offset: offset))
        }
    }

    private static func describe(_ slot: CaptureSlot) -> String {
        switch slot {
        case .integer(let node): "node \(node)"
        case .string(.command): "name of the command"
        case .string(.memory(let address, let isUser, let limit)):
            "\(isUser ? "user" : "kernel") string of at most \(limit) bytes at node \(address)"
        case .entryString(let string): "string \(string) of the entry"
        case .bytes(let address, let isUser, let length, let limit):
            "\(isUser ? "user" : "kernel") memory at node \(address), node \(length) bytes of at most \(limit)"
        case .stack(let isUser, _): "stack of the \(isUser ? "process" : "kernel")"
        case .registers(let isUser): "registers of the \(isUser ? "process" : "kernel")"
        }
    }

    private func emitInteger(_ number: Int, _ index: Int, _ offset: Int) {
        if let constant = translation.graph.constant(number), let small = Int32(exactly: constant) {
            return emitter.code.store(.double, .r7, offset, immediate: small)
        }
        let fault = emitter.code.label()
        emitter.hoist(number)
        if !emitter.copy(number, to: Location(base: .r7, offset: offset), fault) {
            emitter.value(number, .r0, RegisterSet.all.removing(.r0), fault)
            emitter.code.store(.double, .r7, offset, .r0)
        }
        guard translation.graph.canFault[number] else { return }
        let done = emitter.code.label()
        emitter.code.place(done)
        emitter.later(at: fault) { emitter in
            emitter.code.store(.double, .r7, offset, .r1)
            emitter.markFault(index)
            emitter.code.jump(done)
        }
    }

    /// Copies a string of the saved entry, with its address and its fault.
    private func copyString(_ string: Int, _ index: Int, _ offset: Int) {
        guard let entry, let place = entry.strings.firstIndex(of: string) else { return }
        let source = entry.stringOffsets[place]
        let size = RecordLayout.size(of: capture.plan.entryStrings[string])
        if case .memory = capture.plan.entryStrings[string] {
            let faulted = emitter.code.label()
            let back = emitter.code.label()
            emitter.code.load(.byte, .r0, .r8, entry.markOffset(ofString: place))
            emitter.code.jump(.notEqual, .r0, 0, faulted)
            emitter.code.place(back)
            emitter.later(at: faulted) { emitter in
                emitter.markFault(index)
                emitter.code.jump(back)
            }
        }
        if size <= 64 {
            for word in stride(from: 0, to: size, by: 8) {
                emitter.code.load(.double, .r0, .r8, source + word)
                emitter.code.store(.double, .r7, offset + word, .r0)
            }
        } else {
            emitter.code.move(.r1, .r7)
            emitter.code.alu(.add, .r1, Int32(offset))
            emitter.code.move(.r2, Int64(size))
            emitter.code.move(.r3, .r8)
            emitter.code.alu(.add, .r3, Int32(source))
            emitter.code.call(.probeReadKernel)
        }
    }
}

extension Emitter {
    /// Marks a slot of the record in r7 as faulted.
    func markFault(_ slot: Int) {
        let byte = RecordLayout.faultOffset + slot / 8
        code.load(.byte, .r2, .r7, byte)
        code.alu(.or, .r2, Int32(1) << Int32(slot % 8))
        code.store(.byte, .r7, byte, .r2)
    }
}
