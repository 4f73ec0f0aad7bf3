// SPDX-License-Identifier: GPL-3.0-or-later

/// A place in a program that jumps go to.
public struct Label: Sendable, Hashable {
    let id: Int
}

/// Puts a program together, instruction by instruction, with labels, references to maps and comments. What does not
/// fit an instruction's fields is noted and thrown by `finish`.
public struct Assembler {
    private var instructions: [BPFInstruction] = []
    private var relocations: [MapRelocation] = []
    private var comments: [Int: String] = [:]
    private var lines: [Int: SourceLine] = [:]
    private var functions: [ProgramFunction] = []
    private var places: [Int?] = []
    private var fixups: [(index: Int, label: Label)] = []
    private var failure: CaptureError?
    private var conditions = 0
    /// Instructions that are for the sake of a register only.
    private var preparations: [(range: Range<Int>, register: Register)] = []

    /// Creates an empty program.
    public init() {}

    /// The number of instructions so far: the index of the next one.
    public var count: Int { instructions.count }

    /// A new label without a place.
    public mutating func label() -> Label {
        places.append(nil)
        return Label(id: places.count - 1)
    }

    /// Places a label before the next instruction.
    public mutating func place(_ label: Label) { places[label.id] = instructions.count }

    /// Says what the next instruction and those after it are for.
    public mutating func comment(_ text: String) { comments[instructions.count] = text }

    /// Says which line of the script the next instruction and those after it come from.
    public mutating func source(_ line: SourceLine) {
        if line == self.line { return }
        lines[instructions.count] = line
        self.line = line
    }

    /// The line that was said last.
    private(set) var line: SourceLine?

    /// Begins a further function with the next instruction; the one before has ended by a jump or exit.
    public mutating func function(_ label: Label, name: String, kind: ProgramFunction.Kind) {
        place(label)
        functions.append(ProgramFunction(start: instructions.count, name: name, kind: kind))
    }

    /// `destination =` the address of a function of the program, for helpers that call it. Linux 5.13, and only with types.
    public mutating func functionAddress(_ destination: Register, _ label: Label) {
        fixups.append((count, label))
        loadImmediate(destination, source: PseudoSource.function, low: 0, high: 0)
    }

    /// Replaces the immediate of an instruction that was emitted before.
    public mutating func patch(_ index: Int, immediate: Int32) { instructions[index].immediate = immediate }

    /// Emits instructions whose only purpose is what they leave in a register: they are dropped where nothing reads it. Nothing jumps
    /// among them.
    public mutating func prepare(_ register: Register, _ body: (inout Assembler) -> Void) {
        let start = count
        body(&self)
        preparations.append((start..<count, register))
    }

    // MARK: Moves and arithmetic

    /// `destination = source`.
    public mutating func move(_ destination: Register, _ source: Register) {
        if destination != source { alu(.move, destination, source) }
    }

    /// `destination = value`, by one instruction where the value fits 32 bits, else by two.
    public mutating func move(_ destination: Register, _ value: Int64) {
        if let small = Int32(exactly: value) {
            alu(.move, destination, small)
        } else {
            loadImmediate(destination, source: 0, low: Int32(truncatingIfNeeded: value), high: Int32(value >> 32))
        }
    }

    /// `destination = destination OPERATION source`, 64 bits.
    public mutating func alu(_ operation: ALUOperation, _ destination: Register, _ source: Register) {
        emit(Opcode.classALU64 | operation.rawValue | Opcode.sourceRegister, destination, source)
    }

    /// `destination = destination OPERATION immediate`, 64 bits; the immediate is sign-extended.
    public mutating func alu(_ operation: ALUOperation, _ destination: Register, _ immediate: Int32) {
        emit(Opcode.classALU64 | operation.rawValue, destination, immediate: immediate)
    }

    /// Reverses the order of the lowest 16, 32 or 64 bits' bytes, on a little-endian machine, and clears the bits above.
    public mutating func byteSwap(_ register: Register, bits: Int32 = 64) {
        emit(Opcode.classALU32 | Opcode.toBigEndian, register, immediate: bits)
    }

    /// Clears the upper 32 bits.
    public mutating func zeroExtendWord(_ register: Register) {
        emit(Opcode.classALU32 | ALUOperation.move.rawValue | Opcode.sourceRegister, register, register)
    }

    // MARK: Memory

    /// `destination = *(base + offset)`, zero-extended.
    public mutating func load(_ size: AccessSize, _ destination: Register, _ base: Register, _ offset: Int) {
        emit(Opcode.classLDX | Opcode.modeMemory | size.rawValue, destination, base, offset)
    }

    /// `*(base + offset) = source`, truncated.
    public mutating func store(_ size: AccessSize, _ base: Register, _ offset: Int, _ source: Register) {
        emit(Opcode.classSTX | Opcode.modeMemory | size.rawValue, base, source, offset)
    }

    /// `*(base + offset) = immediate`, sign-extended.
    public mutating func store(_ size: AccessSize, _ base: Register, _ offset: Int, immediate: Int32) {
        emit(Opcode.classST | Opcode.modeMemory | size.rawValue, base, .r0, offset, immediate: immediate)
    }

    /// `*(base + offset) += source` of 64 bits, atomically.
    public mutating func atomicAdd(_ base: Register, _ offset: Int, _ source: Register) {
        emit(Opcode.classSTX | Opcode.modeAtomic | AccessSize.double.rawValue, base, source, offset)
    }

    /// `*(base + offset) += source`, and `source =` what was there before, atomically. Linux 5.12.
    public mutating func atomicFetchAdd(_ base: Register, _ offset: Int, _ source: Register) {
        let opcode = Opcode.classSTX | Opcode.modeAtomic | AccessSize.double.rawValue
        emit(opcode, base, source, offset, immediate: 0x01)
    }

    /// If `*(base + offset)` is r0, it becomes `source`; r0 is what was there before. Linux 5.12.
    public mutating func atomicCompareExchange(_ base: Register, _ offset: Int, _ source: Register) {
        let opcode = Opcode.classSTX | Opcode.modeAtomic | AccessSize.double.rawValue
        emit(opcode, base, source, offset, immediate: 0xf1)
    }

    /// `destination =` the map itself, for helpers.
    public mutating func map(_ destination: Register, _ map: MapReference) {
        relocations.append(MapRelocation(index: count, map: map))
        loadImmediate(destination, source: PseudoSource.mapDescriptor, low: 0, high: 0)
    }

    /// `destination =` the address `offset` bytes into the only value of an array map.
    public mutating func valueAddress(_ destination: Register, _ map: MapReference, offset: Int) {
        relocations.append(MapRelocation(index: count, map: map))
        guard let high = Int32(exactly: offset) else { return fail("uses too large a map") }
        loadImmediate(destination, source: PseudoSource.mapValue, low: 0, high: high)
    }

    // MARK: Control

    /// Goes to a label.
    public mutating func jump(_ label: Label) {
        fixups.append((count, label))
        emit(Opcode.jump, .r0)
    }

    /// Goes to a label if `left CONDITION right`, 64 bits.
    public mutating func jump(_ condition: JumpCondition, _ left: Register, _ right: Register, _ label: Label) {
        fixups.append((count, label))
        conditions += 1
        emit(Opcode.classJMP | condition.rawValue | Opcode.sourceRegister, left, right)
    }

    /// Goes to a label if `left CONDITION immediate`, 64 bits; the immediate is sign-extended.
    public mutating func jump(_ condition: JumpCondition, _ left: Register, _ right: Int32, _ label: Label) {
        fixups.append((count, label))
        conditions += 1
        emit(Opcode.classJMP | condition.rawValue, left, immediate: right)
    }

    /// Calls a helper with r1…r5; the result is in r0.
    public mutating func call(_ helper: Helper) { emit(Opcode.call, .r0, immediate: helper.rawValue) }

    /// Ends the program with the result in r0.
    public mutating func exit() { emit(Opcode.exit, .r0) }

    // MARK: Finishing

    /// Resolves the labels. Throws when something did not fit.
    public consuming func finish(
        name: String, type: ProgramType, attachType: AttachType
    ) throws(CaptureError) -> BPFProgram {
        if let failure { throw failure }
        dropPreparations()
        // The verifier keeps at most 8192 branches of one path (BPF_COMPLEXITY_LIMIT_JMP_SEQ).
        if conditions > 8000 { throw Self.tooLarge }
        for (index, label) in fixups {
            guard let place = places[label.id] else { throw CaptureError("jumps to a label without a place") }
            if instructions[index].opcode == Opcode.loadImmediate64 {
                instructions[index].immediate = Int32(clamping: place - index - 1)
                continue
            }
            guard let distance = Int16(exactly: place - index - 1) else { throw Self.tooLarge }
            instructions[index].offset = distance
        }
        return BPFProgram(
            name: name, type: type, expectedAttachType: attachType, instructions: instructions,
            relocations: relocations, comments: comments, lines: lines,
            functions: [ProgramFunction(start: 0, name: name, kind: .program)] + functions)
    }

    /// Drops what prepares registers that nothing reads.
    private mutating func dropPreparations() {
        var isDropped = [Bool](repeating: false, count: count)
        for (range, register) in preparations {
            let isRead = instructions.indices.contains { place in
                !range.contains(place) && !isDropped[place] && instructions[place].names(register)
            }
            if !isRead { for place in range { isDropped[place] = true } }
        }
        guard isDropped.contains(true) else { return }
        var moved: [Int] = []
        var kept = 0
        for drops in isDropped {
            moved.append(kept)
            if !drops { kept += 1 }
        }
        moved.append(kept)
        instructions = instructions.indices.filter { !isDropped[$0] }.map { instructions[$0] }
        relocations = relocations.filter { !isDropped[$0.index] }
            .map { MapRelocation(index: moved[$0.index], map: $0.map) }
        fixups = fixups.filter { !isDropped[$0.index] }.map { (moved[$0.index], $0.label) }
        places = places.map { $0.map { moved[$0] } }
        comments = Self.move(comments, to: moved)
        lines = Self.move(lines, to: moved)
        for index in functions.indices { functions[index].start = moved[functions[index].start] }
    }

    /// What is said of instructions, where they are now. Where nothing is left of some, what is said of those behind is the right thing.
    private static func move<Note>(_ notes: [Int: Note], to places: [Int]) -> [Int: Note] {
        var moved: [Int: Note] = [:]
        for (place, note) in notes.sorted(by: { $0.key < $1.key }) { moved[places[place]] = note }
        return moved
    }

    private static let tooLarge = CaptureError("reads too many values of one event: the program would be too large")

    private mutating func loadImmediate(_ destination: Register, source: UInt8, low: Int32, high: Int32) {
        instructions.append(
            BPFInstruction(
                opcode: Opcode.loadImmediate64, destination: destination.rawValue, source: source, immediate: low))
        instructions.append(BPFInstruction(opcode: 0, immediate: high))
    }

    private mutating func emit(
        _ opcode: UInt8, _ destination: Register, _ source: Register = .r0, _ offset: Int = 0, immediate: Int32 = 0
    ) {
        guard let offset = Int16(exactly: offset) else { return fail("reads too many bytes of one event") }
        instructions.append(
            BPFInstruction(
                opcode: opcode, destination: destination.rawValue, source: source.rawValue, offset: offset,
                immediate: immediate))
    }

    private mutating func fail(_ text: String) { if failure == nil { failure = CaptureError(text) } }
}
