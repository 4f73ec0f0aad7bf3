// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// The program of a handler that runs in the kernel: the slots are filled into scratch memory of the CPU, laid out as a record,
/// and the handler works on them. A program does not run twice at once on a CPU, so its scratch memory is its own.
extension MainProgram {
    /// Emits what comes behind the filter; nil when the stack does not suffice.
    func build(_ handler: KernelHandler, maximalSize: Int) throws(CaptureError) -> BPFProgram? {
        let code = HandlerCode(handler, plan: capture.plan, layout: layout, emitter: emitter, activation: activation)
        let isLocked = handler.placement.locked.contains(handler.probe)
        let done = emitter.code.label()
        if isLocked { takeLock() }
        emitter.code.comment("scratch memory")
        let stride = handler.interleaves ? claimScratch(handler) : takeScratch(handler)
        // Kernels before 6.1 let an interrupt run the program of a tracepoint while it runs already.
        let isGuarded = !isLocked && !handler.interleaves && capture.context.mayNest
        if isGuarded {
            let nested = emitter.code.label()
            emitter.code.load(.double, .r1, .r7, 0)
            emitter.code.jump(.notEqual, .r1, 0, nested)
            emitter.code.store(.double, .r7, 0, immediate: 1)
            leave(at: nested, .skippedLocked, isSaved: entry != nil)
        }
        activation.count(.handled)
        emitter.frame.openTail(at: code.size)
        if hasFaults(handler) {
            for word in 0..<layout.faultWords {
                emitter.code.store(.double, .r7, RecordLayout.faultOffset + 8 * word, immediate: 0)
            }
        }
        fillSlots(of: 0)
        if entry != nil { activation.deleteEntry() }
        code.emit(leave: done) { block in
            if block != 0, entry == nil { emitter.apart { fillSlots(of: block) } }
        }
        emitter.code.place(done)
        if let line = capture.options.source { emitter.code.source(line) }
        code.sendPrints(emitter, activation)
        if isGuarded || handler.interleaves { emitter.code.store(.double, .r7, 0, immediate: 0) }
        if isLocked { Self.unlock(emitter) }
        activation.finish()
        emitter.finishDeferred()
        if code.loops.mechanism == .callback { code.emitLoopBody(name: capture.programName("_loop")) }
        code.emitVisitors(name: capture.programName("_old"))
        if emitter.frame.isOverflown { return nil }
        if code.isBodyTooLarge { throw CaptureError("computes too much at one event") }
        let total = (code.size + emitter.frame.tailSize + 63) / 64 * 64
        guard total <= maximalSize else { throw CaptureError("computes too much at one event") }
        emitter.code.patch(stride, immediate: Int32(total))
        return try emitter.code.finish(
            name: capture.programName(""), type: capture.context.programType,
            attachType: capture.context.attachType)
    }

    /// Fills the slots that are due at the start of a block: what is read on some ways only costs nothing on others. Saved values
    /// are gone when the handler begins, so they are all read before.
    private func fillSlots(of block: Int) {
        for (index, slot) in capture.plan.slots.enumerated() {
            guard let due = capture.slotBlocks?[index], due == block || entry != nil else { continue }
            clearText(of: slot, at: layout.slotOffsets[index])
            emit(slot, index)
        }
    }

    /// Whether the handler looks at marks of faults.
    private func hasFaults(_ handler: KernelHandler) -> Bool {
        for index in (capture.slotBlocks ?? [:]).keys {
            switch capture.plan.slots[index] {
            case .integer(let node): if capture.plan.nodes[node].mayFault(capture.plan) { return true }
            case .string(.command): break
            default: return true
            }
        }
        return handler.unit.blocks.contains { $0.instructions.contains { $0.op == .slotReadable } }
    }

    /// The bytes of scratch memory of a finished program.
    static func scratchSize(of program: BPFProgram) -> Int? {
        // The stride is behind the mask that `build` emits.
        program.relocations.first { if case .scratch = $0.map { true } else { false } }
            .map { Int(program.instructions[$0.index - 1].immediate) }
    }

    /// Sets r7 to the scratch memory of the CPU; the index of the instruction that multiplies by its size.
    private func takeScratch(_ handler: KernelHandler) -> Int {
        var stride = 0
        emitter.code.prepare(.r7) { code in
            code.call(.getProcessorID)
            code.alu(.and, .r0, Int32(scratchShards(handler) - 1))
            stride = code.count
            code.alu(.multiply, .r0, 0)
            code.valueAddress(.r7, .scratch(handler.probe), offset: 0)
            code.alu(.add, .r7, .r0)
        }
        return stride
    }

    /// Sets r7 to one of several pieces of scratch memory of the CPU that nobody uses, and marks it as used by its first word; leaves
    /// where there is none. The piece must be given back whoever else has run meanwhile, so no count of them would do.
    private func claimScratch(_ handler: KernelHandler) -> Int {
        let again = emitter.code.label()
        let taken = emitter.code.label()
        let busy = emitter.code.label()
        let piece = emitter.frame.reserve(1)
        emitter.code.store(.double, .r10, piece, immediate: 0)
        emitter.code.place(again)
        emitter.code.call(.getProcessorID)
        emitter.code.alu(.and, .r0, Int32(scratchShards(handler) - 1))
        emitter.code.alu(.multiply, .r0, Int32(KernelHandler.pieces))
        // The piece as a number that the verifier does not know, so that it follows what comes then once.
        emitter.code.load(.double, .r1, .r10, piece)
        emitter.launder(.r1)
        emitter.code.alu(.and, .r1, Int32(KernelHandler.pieces - 1))
        emitter.code.alu(.add, .r0, .r1)
        let stride = emitter.code.count
        emitter.code.alu(.multiply, .r0, 0)
        emitter.code.valueAddress(.r7, .scratch(handler.probe), offset: 0)
        emitter.code.alu(.add, .r7, .r0)
        emitter.code.move(.r0, 0)
        emitter.code.move(.r1, 1)
        emitter.code.atomicCompareExchange(.r7, 0, .r1)
        emitter.code.jump(.equal, .r0, 0, taken)
        emitter.code.load(.double, .r1, .r10, piece)
        emitter.code.alu(.add, .r1, 1)
        emitter.code.store(.double, .r10, piece, .r1)
        emitter.code.jump(.less, .r1, Int32(KernelHandler.pieces), again)
        emitter.code.jump(busy)
        emitter.code.place(taken)
        leave(at: busy, .skippedLocked, isSaved: entry != nil)
        return stride
    }

    /// The CPUs that have scratch memory of their own: all that there can be, as a power of two.
    private func scratchShards(_ handler: KernelHandler) -> Int { KernelHandler.scratchShards(cpus: handler.cpus) }

    /// Takes the lock of the globals, or leaves when it is not to be had within some ten microseconds: whoever has it runs on
    /// another CPU, or was preempted on this one. Asking for the time is how a program waits; the verifier walks through every
    /// round.
    private func takeLock() {
        let again = emitter.code.label()
        let taken = emitter.code.label()
        let busy = emitter.code.label()
        emitter.code.comment("lock")
        emitter.code.move(.r7, 0)
        emitter.code.place(again)
        emitter.code.valueAddress(.r1, .control, offset: 0)
        emitter.code.move(.r2, 1)
        emitter.code.move(.r0, 0)
        emitter.code.atomicCompareExchange(.r1, ControlLayout.lock, .r2)
        emitter.code.jump(.equal, .r0, 0, taken)
        for _ in 0..<8 { emitter.code.call(.ktimeGetNs) }
        emitter.code.alu(.add, .r7, 1)
        emitter.code.jump(.less, .r7, 200, again)
        emitter.code.jump(busy)
        emitter.code.place(taken)
        leave(at: busy, .skippedLocked, isSaved: entry != nil)
        // Who had it may have called exit(): no other handler starts then.
        let ended = emitter.code.label()
        emitter.code.valueAddress(.r1, .control, offset: 0)
        emitter.code.load(.double, .r2, .r1, ControlLayout.exit)
        emitter.code.jump(.notEqual, .r2, 0, ended)
        let isSaved = entry != nil
        emitter.later(at: ended) { [activation] emitter in
            Self.unlock(emitter)
            if isSaved { activation.deleteEntry() }
            emitter.code.jump(activation.exit)
        }
    }

    private static func unlock(_ emitter: Emitter) {
        emitter.code.comment("unlock")
        emitter.code.valueAddress(.r1, .control, offset: 0)
        emitter.code.store(.double, .r1, ControlLayout.lock, immediate: 0)
    }

    /// Fills the place of a string with zeros: what works on strings here goes by words.
    private func clearText(of slot: CaptureSlot, at offset: Int) {
        if case .string(.command) = slot {
            // Some kernels (6.1) leave what is behind the name's end as it was.
            for word in 0..<2 { emitter.code.store(.double, .r7, offset + 8 * word, immediate: 0) }
        }
        guard case .string(.memory(_, _, let limit)) = slot else { return }
        emitter.clear(.r7, offset + 8, TextPlaces.Place.size(limit + 1))
    }
}

extension KernelHandler {
    /// The pieces of scratch memory of a CPU where handlers interleave, a power of two.
    static let pieces = 4

    static func scratchShards(cpus: Int) -> Int { powerOfTwo(atLeast: cpus) }

    /// The map that a compiled handler works in.
    public func scratchMap(for program: BPFProgram) -> MapSpec? {
        guard let size = MainProgram.scratchSize(of: program) else { return nil }
        return MapSpec(
            reference: .scratch(probe), name: "swtap_scratch", type: .array, keySize: 4,
            valueSize: size * Self.scratchShards(cpus: cpus) * (interleaves ? Self.pieces : 1), maxEntries: 1)
    }
}
