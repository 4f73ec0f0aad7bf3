// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// How the loops of a handler are run.
///
/// `bpf_loop` calls the whole handler again and again: going back is returning to it, with the block to go on with in a word
/// of scratch memory, where all registers of the IR are anyway. So loops may be nested, left and entered in any way, and the
/// verifier looks at the handler once. Kernels without it are made to walk through every round: r6 counts them.
struct HandlerLoops {
    /// The mechanism; nil without loops.
    let mechanism: KernelAbilities.Loops?
    let shape: LoopShape
    /// How often a handler goes back at most.
    let rounds: Int
    /// Whether statements must be counted: there are loops, or so many statements that they may be too many.
    let countsStatements: Bool
    /// Where the number of the statements is, behind what else the handler has in scratch memory.
    let statements: Int
    /// Where the number of the block is to go on with.
    let next: Int
    /// The bytes of scratch memory of both.
    var size: Int { (countsStatements ? 8 : 0) + (mechanism == .callback ? 8 : 0) }

    /// The words of the stack for the program that calls `bpf_loop`, and for its body; 512 bytes are there for both, and for what
    /// finds the oldest element.
    static let callerWords = 36
    static let bodyWords = 20

    init(_ handler: KernelHandler, at offset: Int) {
        let (unit, limits) = (handler.unit, handler.placement.program.limits)
        shape = LoopShape(unit)
        mechanism = shape.hasLoops ? handler.placement.abilities.loops : nil
        rounds = shape.rounds(statements: limits.maxAction) ?? limits.maxAction
        var all = 0
        for block in shape.order {
            for instruction in unit.blocks[block].instructions where instruction.op == .action {
                all += Int(instruction.a)
            }
        }
        countsStatements = !limits.suppressTimeLimits && (shape.hasLoops || all > limits.maxAction)
        statements = offset
        next = countsStatements ? offset + 8 : offset
    }
}

extension HandlerCode {
    /// Counts statements; one too many is an error that nothing catches.
    func countStatements(_ instruction: Instruction) {
        guard loops.countsStatements, instruction.a > 0 else { return }
        clobber(.r1)
        emitter.code.load(.double, .r1, .r7, loops.statements)
        emitter.code.alu(.add, .r1, instruction.a)
        emitter.code.store(.double, .r7, loops.statements, .r1)
        let limit = Int32(clamping: program.limits.maxAction)
        emitter.code.jump(.greater, .r1, limit, failure(.actions, site: instruction.site))
    }

    /// Calls `bpf_loop` with the body, which `emitLoopBody` emits behind the program.
    func callLoop() {
        let words = emitter.frame.reserve(3)
        emitter.code.comment("loop")
        emitter.code.store(.double, .r7, loops.next, immediate: 0)
        emitter.code.store(.double, .r10, words, .r7)
        if usesSums { emitter.code.store(.double, .r10, words + 8, .r9) }
        if case .cookie = activation.capture.probeIndex {
            activation.loadIndex(.r1)
            emitter.code.store(.double, .r10, words + 16, .r1)
        }
        // The first round begins the handler.
        emitter.code.move(.r1, Int64(loops.rounds + 1))
        emitter.code.functionAddress(.r2, loopBody)
        emitter.code.move(.r3, .r10)
        emitter.code.alu(.add, .r3, Int32(words))
        emitter.code.move(.r4, 0)
        emitter.code.call(.loop)
    }

    /// Emits the body of the loop: the handler, entered where the last round said.
    func emitLoopBody(name: String) {
        let frame = emitter.frame
        emitter.frame = Frame(words: HandlerLoops.bodyWords)
        emitter.code.function(loopBody, name: name, kind: .loopBody)
        emitter.code.comment("body of the loop")
        emitter.code.load(.double, .r7, .r2, 0)
        if usesSums {
            emitter.code.load(.double, .r9, .r2, 8)
            emitter.code.alu(.and, .r9, Int32(2 * handler.globals.shards - 1))
        }
        var isMisplaced = false
        if case .cookie = activation.capture.probeIndex {
            // Whoever asks for the probe looks at the same place of the stack in both.
            isMisplaced = emitter.frame.reserve(1) != activation.index
            emitter.code.load(.double, .r1, .r2, 16)
            emitter.code.store(.double, .r10, activation.index, .r1)
        }
        makeLabels()
        emitter.code.load(.double, .r1, .r7, loops.next)
        for head in loops.shape.heads where head != loops.shape.order.first {
            emitter.code.jump(.equal, .r1, Int32(head), labels[head])
        }
        let end = emitter.code.label()
        leave = end
        emitBlocks()
        emitter.code.place(end)
        emitter.code.move(.r0, 1)
        emitter.code.exit()
        emitter.finishDeferred()
        isBodyTooLarge = emitter.frame.isOverflown || isMisplaced
        emitter.frame = frame
    }

    /// The label to jump to for going to a block: its own, or that of code that goes back.
    func target(_ block: Int) -> Label {
        reached.insert(block)
        guard loops.mechanism != nil, loops.shape.isBack(from: current, to: block) else { return labels[block] }
        let label = emitter.code.label()
        emitter.later(at: label) { [self] emitter in goBack(to: block, emitter) }
        return label
    }

    /// Goes back to the head of a loop.
    func goBack(to block: Int, _ emitter: Emitter) {
        switch loops.mechanism {
        case .callback:
            emitter.code.store(.double, .r7, loops.next, immediate: Int32(block))
            emitter.code.move(.r0, 0)
            emitter.code.exit()
        case .walked:
            emitter.code.alu(.add, .r6, 1)
            // The statements have ended it before.
            emitter.code.jump(.greater, .r6, Int32(clamping: loops.rounds), leave)
            emitter.code.jump(labels[block])
        case nil: break
        }
    }
}

extension KernelHandler {
    /// Whether a function of its own is called back, which shares the stack.
    var callsBack: Bool { placement.abilities.loops == .callback && LoopShape(unit).hasLoops }
}
