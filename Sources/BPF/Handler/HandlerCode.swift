// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// Emits the body of a handler that runs in the kernel.
///
/// r7 is the scratch memory. r8 is for what lasts over the calls of one instruction, r0…r5 are for computing. Integer registers of the IR have a word of scratch memory each,
/// unless they are constants; the processor's registers remember within a block what they hold.
final class HandlerCode {
    let handler: KernelHandler
    let plan: CapturePlan
    let layout: RecordLayout
    let emitter: Emitter
    let program: IRProgram
    let unit: IRUnit
    private let firstRegister: Int
    let texts: TextPlaces
    /// Where keys are built.
    let keyOffset: Int
    /// What it prints.
    let prints: PrintPlan
    /// Where the message is that says it.
    let printOffset: Int
    let activation: Activation
    /// The bytes of scratch memory that the handler needs, its record included.
    let size: Int
    private(set) var labels: [Label] = []
    /// The blocks that something leads to, as far as that is known.
    var reached: Set<Int> = []
    /// Whether that has left already before its end.
    var hasLeft = false
    /// The block that is being emitted.
    private(set) var current = 0
    /// Its loops.
    let loops: HandlerLoops
    /// The function that `bpf_loop` calls.
    let loopBody: Label
    /// Whether that needed more of the stack than there is.
    var isBodyTooLarge = false
    private let constants: [Int64?]
    private let uses: [Int]
    /// What the processor's registers hold.
    private var held: [Register: Int32] = [:]
    private var errorTail: Label?
    /// The end of the handler.
    var leave: Label
    /// The slots whose values registers of the IR are, since nothing else is assigned to them.
    private let slots: [Int: Int]
    /// Registers that may be read before they are set.
    private let unset: Set<Operand>
    /// Registers that are constants until the next instruction that uses them.
    private var passing: [Int32: Int64] = [:]
    /// The block before all that adds to sums; nil: nothing does.
    private let laneBlock: Int?
    /// Whether it adds to sums of scalars, which each CPU has its own of.
    let usesShards: Bool
    /// Where the lane is on the stack: the generation of the sums, or with shards the shard of the CPU, behind as many for the other
    /// generation. Loops have it in r9, since their body has a stack of its own.
    private var lane = 0
    /// Told which block begins.
    private var fill: (Int) -> Void = { _ in }
    /// Where the oldest element is noted, and values of elements are built.
    let oldest: OldestElement
    /// The functions that find the oldest element, by array.
    var visitors: [Int: Label] = [:]
    private var sourceLines: [SourcePlace: SourceLine] = [:]

    private struct SourcePlace: Hashable {
        var file: ObjectIdentifier
        var line: Int32
    }
    /// Where the key is that was built last, as an offset from r7.
    var lastKey = 0

    init(_ handler: KernelHandler, plan: CapturePlan, layout: RecordLayout, emitter: Emitter, activation: Activation) {
        self.handler = handler
        self.plan = plan
        self.layout = layout
        self.emitter = emitter
        self.activation = activation
        program = handler.placement.program
        unit = handler.unit
        leave = emitter.code.label()
        firstRegister = layout.size
        texts = handler.textPlaces(plan, layout)
        keyOffset = texts.end
        var keySize = 0
        var shards = false
        var assignments = [Int](repeating: 0, count: unit.integerRegisters)
        var uses = assignments
        var constants = [Int64?](repeating: nil, count: unit.integerRegisters)
        for block in unit.blocks {
            for instruction in block.instructions {
                if let global = program.global(of: instruction) {
                    keySize = max(keySize, handler.placement.layouts[global]?.keySize ?? 0)
                    if handler.placement.homes[global] == .sums, program.globals[global].keyTypes.isEmpty {
                        shards = true
                    }
                }
                program.forEachIntegerUse(of: instruction) { uses[Int($0)] += 1 }
                guard let register = program.integerDefinition(of: instruction) else { continue }
                assignments[Int(register)] += 1
                if instruction.op == .integerConstant {
                    constants[Int(register)] = program.integers[Int(instruction.a)]
                }
            }
        }
        unset = program.registersReadBeforeSet(of: handler.unit)
        for case .integer(let register) in unset { assignments[Int(register)] += 1 }
        for register in assignments.indices where assignments[register] != 1 { constants[register] = nil }
        var slots: [Int: Int] = [:]
        for block in unit.blocks {
            for instruction in block.instructions where instruction.op == .slotInteger {
                if assignments[Int(instruction.dst)] == 1 { slots[Int(instruction.dst)] = Int(instruction.a) }
            }
        }
        self.slots = slots
        self.uses = uses
        self.constants = constants
        usesShards = shards
        let (placement, table) = (handler.placement, program)
        laneBlock =
            unit.blocks(in: program) { table.global(of: $0).flatMap { placement.homes[$0] == .sums ? 0 : nil } }[0]
        prints = PrintPlan(unit, program: program, texts: texts)
        printOffset = keyOffset + keySize
        loops = HandlerLoops(handler, at: printOffset + prints.size)
        loopBody = emitter.code.label()
        oldest = OldestElement(handler, at: printOffset + prints.size + loops.size)
        size = oldest.end
    }

    /// Emits the handler; it ends at `leave`. `fill` is told which block begins.
    func emit(leave: Label, fill: @escaping (Int) -> Void) {
        self.leave = leave
        self.fill = fill
        if laneBlock != nil, loops.mechanism == nil { lane = emitter.frame.reserve(1) }
        if laneBlock == 0 || laneBlock != nil && loops.mechanism != nil { chooseLane() }
        clearPrints()
        for register in unset {
            switch register {
            case .integer(let register): emitter.code.store(.double, .r7, offset(register), immediate: 0)
            case .string(let register):
                guard case .memory(let offset, let size) = texts.places[Int(register)] else { continue }
                clear(offset, size)
            case .wildcard: break
            }
        }
        if loops.countsStatements { emitter.code.store(.double, .r7, loops.statements, immediate: 0) }
        switch loops.mechanism {
        case .callback: return callLoop()
        case .walked: emitter.code.move(.r6, 0)
        case nil: break
        }
        makeLabels()
        emitBlocks()
    }

    /// Makes a label for each block.
    func makeLabels() {
        labels = unit.blocks.map { _ in emitter.code.label() }
        reached = Set(loops.shape.order.prefix(1))
        if loops.mechanism == .callback { reached.formUnion(loops.shape.heads) }
    }

    /// Emits all blocks; the last falls out behind them.
    func emitBlocks() {
        let order = loops.shape.order
        // The verifier takes no code that nothing leads to, and not all errors that the IR knows are possible here.
        for (place, block) in order.enumerated() where reached.contains(block) {
            emitter.code.place(labels[block])
            current = block
            hasLeft = false
            held = [:]
            passing = [:]
            if loops.mechanism == nil {
                fill(block)
                if block != 0, block == laneBlock { chooseLane() }
            }
            let last = unit.blocks[block].instructions.dropLast().lastIndex { $0.op != .action }
            let next = place + 1 < order.count ? order[place + 1] : nil
            var pending: Instruction?
            var site: Int32 = -1
            for (index, instruction) in unit.blocks[block].instructions.enumerated() {
                if instruction.site != site, instruction.op != .action {
                    site = instruction.site
                    source(site)
                }
                // A comparison that only the branch behind it looks at becomes its condition.
                if index == last, instruction.op.condition != nil, let last = unit.blocks[block].instructions.last,
                    last.op == .branch, last.dst == instruction.dst, uses[Int(instruction.dst)] == 1
                {
                    pending = instruction
                    continue
                }
                if let constant = assigned(instruction),
                    pass(constant, in: instruction.dst, to: unit.blocks[block].instructions[index + 1])
                {
                    continue
                }
                if let number = prints.numbers[PrintPlan.Place(block: block, index: index)] {
                    print(instruction, number)
                    continue
                }
                if instruction.op.isTerminator {
                    terminate(instruction, pending, next: next)
                } else {
                    emit(instruction)
                }
            }
        }
    }

    /// Chooses where this run adds to sums: the whole handler in one generation.
    private func chooseLane() {
        emitter.code.comment("lane")
        if usesShards {
            emitter.code.call(.getProcessorID)
            emitter.code.alu(.and, .r0, Int32(handler.globals.shards - 1))
        }
        emitter.code.valueAddress(.r1, .control, offset: 0)
        emitter.code.load(.double, .r1, .r1, ControlLayout.generation)
        if usesShards {
            emitter.code.alu(.multiply, .r1, Int32(handler.globals.shards))
            emitter.code.alu(.or, .r1, .r0)
        }
        guard loops.mechanism == nil else {
            emitter.code.move(.r9, .r1)
            return emitter.code.alu(.and, .r9, Int32(2 * handler.globals.shards - 1))
        }
        emitter.code.store(.double, .r10, lane, .r1)
    }

    /// Sets a register to the lane.
    func loadLane(_ register: Register) {
        if loops.mechanism != nil {
            emitter.code.move(register, .r9)
        } else {
            emitter.code.load(.double, register, .r10, lane)
        }
    }

    /// Whether it adds to sums, and needs the lane.
    var usesSums: Bool { laneBlock != nil }

    /// The constant that an instruction assigns.
    private func assigned(_ instruction: Instruction) -> Int64? {
        switch instruction.op {
        case .integerMove: constant(instruction.a)
        case .integerConstant: program.integers[Int(instruction.a)]
        default: nil
        }
    }

    /// Says where in the script the next instructions come from.
    private func source(_ site: Int32) {
        let location = program.sites[Int(site)].token.location
        let place = SourcePlace(file: ObjectIdentifier(location.file), line: location.line)
        var line = sourceLines[place] ?? SourceLine(program.sites[Int(site)].token)
        sourceLines[place] = line
        line.column = Int(location.column)
        emitter.code.source(line)
    }

    // MARK: Registers

    private func offset(_ register: Int32) -> Int {
        slots[Int(register)].map { layout.slotOffsets[$0] } ?? firstRegister + 8 * Int(register)
    }

    /// Whether a register is the slot that it was read from.
    func isSlot(_ register: Int32) -> Bool { slots[Int(register)] != nil }

    /// The constant that a register of the IR is, always or at this moment.
    func constant(_ register: Int32) -> Int64? { constants[Int(register)] ?? passing[register] }

    /// Remembers that a register is a constant, and whether that need not be stored: where the next instruction is the only one
    /// that uses it.
    func pass(_ constant: Int64, in register: Int32, to next: Instruction) -> Bool {
        guard next.op == .elementFetchAdd, next.dst == register, uses[Int(register)] == 1 else { return false }
        passing[register] = constant
        return true
    }

    /// Puts an integer register of the IR into one of the processor.
    func load(_ register: Int32, _ target: Register) {
        if let constant = constant(register) {
            emitter.code.move(target, constant)
        } else if let holder = held.first(where: { $0.value == register })?.key {
            if holder == target { return }
            emitter.code.move(target, holder)
        } else {
            emitter.code.load(.double, target, .r7, offset(register))
        }
        clobber(target)
        if constant(register) == nil { held[target] = register }
    }

    /// Sets an integer register of the IR from one of the processor.
    func store(_ register: Int32, _ source: Register) {
        emitter.code.store(.double, .r7, offset(register), source)
        passing[register] = nil
        for (holder, value) in held where value == register { held[holder] = nil }
        held[source] = register
    }

    /// Sets an integer register of the IR from one of the processor that holds different constants on different ways: read back from
    /// memory it is a number that the verifier knows nothing about, so that it need not follow each way to the end.
    func storeJoined(_ register: Int32, _ source: Register) {
        store(register, source)
        clobber(source)
    }

    /// Where the address of a register's word is, as an offset from r7; a constant is stored there first.
    func word(of register: Int32) -> Int {
        if let constant = constants[Int(register)] { storeConstant(constant, at: offset(register)) }
        return offset(register)
    }

    /// Copies an integer register of the IR to a word of scratch memory.
    func put(_ register: Int32, at offset: Int) {
        if let constant = constant(register) { return storeConstant(constant, at: offset) }
        load(register, .r1)
        emitter.code.store(.double, .r7, offset, .r1)
    }

    func storeConstant(_ constant: Int64, at offset: Int, of base: Register = .r7) {
        if let small = Int32(exactly: constant) {
            emitter.code.store(.double, base, offset, immediate: small)
        } else {
            clobber(.r5)
            emitter.code.move(.r5, constant)
            emitter.code.store(.double, base, offset, .r5)
        }
    }

    /// Forgets what a register holds, since it is overwritten.
    func clobber(_ register: Register) { held[register] = nil }

    /// Calls a helper, which overwrites r0…r5.
    func call(_ helper: Helper) {
        emitter.code.call(helper)
        for register in [Register.r0, .r1, .r2, .r3, .r4, .r5] { held[register] = nil }
    }

    /// Forgets everything: code joins here.
    func forget() { held = [:] }

    // MARK: Ways out

    private func terminate(_ instruction: Instruction, _ comparison: Instruction?, next: Int?) {
        switch instruction.op {
        case .jump where loops.mechanism != nil && loops.shape.isBack(from: current, to: Int(instruction.a)):
            goBack(to: Int(instruction.a), emitter)
        case .jump:
            reached.insert(Int(instruction.a))
            if Int(instruction.a) != next { emitter.code.jump(labels[Int(instruction.a)]) }
        case .branch:
            let (yes, no) = (Int(instruction.a), Int(instruction.b))
            reached.formUnion([yes, no])
            if let comparison, let condition = comparison.op.condition {
                load(comparison.a, .r1)
                let isInverted = yes == next
                let test = isInverted ? condition.opposite : condition
                let target = target(isInverted ? no : yes)
                if let constant = constant(comparison.b), let small = Int32(exactly: constant) {
                    emitter.code.jump(test, .r1, small, target)
                } else {
                    load(comparison.b, .r2)
                    emitter.code.jump(test, .r1, .r2, target)
                }
                if !isInverted, no != next { emitter.code.jump(self.target(no)) }
            } else {
                load(instruction.dst, .r1)
                if yes == next {
                    emitter.code.jump(.equal, .r1, 0, target(no))
                } else {
                    emitter.code.jump(.notEqual, .r1, 0, target(yes))
                    if no != next { emitter.code.jump(target(no)) }
                }
            }
        default:
            // The script's own error has left already; the last block falls out.
            if !hasLeft, next != nil { emitter.code.jump(leave) }
        }
    }

    /// A label that raises an error, with its operand in r1: it goes to the block that catches it, or leaves.
    func failure(_ kind: KernelErrorKind, site: Int32) -> Label {
        if kind.isCatchable, let handler = unit.blocks[current].handler { return caught(kind, by: handler) }
        let label = emitter.code.label()
        let tail = errorTail ?? makeErrorTail()
        emitter.later(at: label) { emitter in
            if !kind.hasOperand { emitter.code.move(.r1, 0) }
            emitter.code.move(.r2, Int64(kind.rawValue) << 32 | Int64(site))
            emitter.code.jump(tail)
        }
        return label
    }

    /// Stores the first word of a message.
    func storeMark(_ base: Register, _ offset: Int) {
        guard case .cookie = activation.capture.probeIndex else {
            let word = KernelMessage.mark | UInt32(handler.probe)
            return emitter.code.store(.word, base, offset, immediate: Int32(bitPattern: word))
        }
        activation.loadIndex(.r1)
        emitter.code.alu(.or, .r1, Int32(bitPattern: KernelMessage.mark))
        emitter.code.store(.word, base, offset, .r1)
    }

    /// A label where the handler gives up and is counted as skipped.
    func skip() -> Label {
        let label = emitter.code.label()
        let (activation, leave) = (activation, leave)
        emitter.later(at: label) { emitter in
            emitter.code.comment("skipped")
            activation.count(.skippedLocked)
            emitter.code.jump(leave)
        }
        return label
    }

    /// Sends the error in r2 with its operand in r1.
    private func makeErrorTail() -> Label {
        let tail = emitter.code.label()
        errorTail = tail
        let words = emitter.frame.reserve(2)
        let code = self
        emitter.later(at: tail) { [self] emitter in
            emitter.code.comment("error")
            emitter.code.store(.double, .r10, words, .r1)
            emitter.code.store(.double, .r10, words + 8, .r2)
            // What was printed before comes before.
            code.flushPrints(emitter)
            let counted = emitter.code.label()
            emitter.code.map(.r1, .ring)
            emitter.code.move(.r2, Int64(KernelMessage.errorSize))
            emitter.code.move(.r3, 0)
            emitter.code.call(.ringReserve)
            emitter.code.jump(.equal, .r0, 0, counted)
            code.storeMark(.r0, 0)
            emitter.code.store(.word, .r0, 4, immediate: 0)
            emitter.code.store(.double, .r0, 8, immediate: 0)
            emitter.code.load(.double, .r1, .r10, words + 8)
            emitter.code.store(.double, .r0, KernelMessage.errorOffset, .r1)
            emitter.code.load(.double, .r1, .r10, words)
            emitter.code.store(.double, .r0, KernelMessage.operandOffset, .r1)
            emitter.code.move(.r1, .r0)
            emitter.code.move(.r2, 1)
            emitter.code.call(.ringSubmit)
            emitter.code.place(counted)
            countError(emitter)
        }
        return tail
    }

    /// A label that goes to the block that catches an error, with its kind and its operand in r1 where that block asks for them.
    private func caught(_ kind: KernelErrorKind, by handler: Int) -> Label {
        let target = target(handler)
        guard let registers = self.handler.placement.caught[self.handler.probe]?[handler] else { return target }
        let label = emitter.code.label()
        let places = (kind: offset(registers.kind), operand: offset(registers.operand))
        emitter.later(at: label) { emitter in
            emitter.code.store(.double, .r7, places.kind, immediate: Int32(kind.rawValue))
            if kind.hasOperand {
                emitter.code.store(.double, .r7, places.operand, .r1)
            } else {
                emitter.code.store(.double, .r7, places.operand, immediate: -1)
            }
            emitter.code.jump(target)
        }
        return label
    }

    /// Counts an error, shuts all probes where it is one too many, and leaves.
    private func countError(_ emitter: Emitter) {
        emitter.code.valueAddress(.r1, .control, offset: 0)
        emitter.code.move(.r2, 1)
        emitter.code.atomicAdd(.r1, ControlLayout.errors, .r2)
        if let maximum = handler.maximalErrors {
            emitter.code.load(.double, .r2, .r1, ControlLayout.errors)
            emitter.code.jump(.lessOrEqual, .r2, Int32(clamping: maximum), leave)
            emitter.code.store(.double, .r1, ControlLayout.gate, immediate: 0)
        }
        emitter.code.jump(leave)
    }

    /// Raises the script's own error, which nothing catches, and leaves.
    func raise(_ instruction: Instruction) {
        guard case .string(let register)? = program.operandLists[Int(instruction.b)].first else { return }
        let text = texts.places[Int(register)]
        let counted = emitter.code.label()
        emitter.code.comment("error")
        flushPrints(emitter)
        forget()
        emitter.code.map(.r1, .ring)
        emitter.code.move(.r2, Int64(KernelMessage.errorSize + text.size))
        emitter.code.move(.r3, 0)
        emitter.code.call(.ringReserve)
        emitter.code.jump(.equal, .r0, 0, counted)
        emitter.code.move(.r8, .r0)
        storeMark(.r8, 0)
        emitter.code.store(.word, .r8, 4, immediate: 0)
        emitter.code.store(.double, .r8, 8, immediate: 0)
        emitter.code.move(.r1, Int64(KernelErrorKind.message.rawValue) << 32 | Int64(instruction.site))
        emitter.code.store(.double, .r8, KernelMessage.errorOffset, .r1)
        emitter.code.store(.double, .r8, KernelMessage.operandOffset, immediate: 0)
        copy(text, to: KernelMessage.errorSize, of: .r8, size: text.size)
        emitter.code.move(.r1, .r8)
        emitter.code.move(.r2, 1)
        emitter.code.call(.ringSubmit)
        emitter.code.place(counted)
        forget()
        countError(emitter)
    }
}
