// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// Compiles what the kernel captures for one probe, for one kind of attachment. A filter that does not fit the stack is
/// left out (see `CapturePrograms.isFilterDropped`). Throws when the plan asks for what the attachment does not have, or for
/// more than a program can hold.
public func compile(
    plan: CapturePlan, probeIndex: ProbeIndexSource, context: ContextModel, options: CaptureOptions,
    handler: KernelHandler? = nil
) throws(CaptureError) -> CapturePrograms {
    if case .constant(let index) = probeIndex, index < 0 || index >= options.counters.probes {
        throw CaptureError("has no counters")
    }
    try Translation.check(plan)
    let strings = plan.slots.compactMap { if case .string(let string) = $0 { string } else { nil } }
    for case .bytes(_, _, _, let limit) in plan.slots where limit > maximalSize { throw tooLarge(limit) }
    for string in strings + plan.entryStrings {
        if case .memory(_, _, let limit) = string, !(0...maximalSize).contains(limit) { throw tooLarge(limit) }
    }
    var capture = Capture(
        plan: plan, probeIndex: probeIndex, context: context, options: options, handler: handler)
    if !capture.entry.isEmpty {
        let split = FilterSplit(plan: plan, context: context)
        capture.plan = split.plan
        capture.guardNode = split.guardNode
    }
    if let handler {
        let blocks = handler.unit.slotBlocks(handler.placement.program, plan: plan)
        // The body of a loop has neither the context nor the stack.
        capture.slotBlocks = LoopShape(handler.unit).heads.isEmpty ? blocks : blocks.mapValues { _ in 0 }
    }
    if let programs = try capture.programs() { return programs }
    if handler?.isGuarded == true { throw CaptureError("computes too much at one event") }
    capture.plan = plan
    capture.plan.filter = nil
    capture.guardNode = nil
    guard var programs = try capture.programs() else { throw CaptureError("computes too much at one event") }
    programs.isFilterDropped = true
    return programs
}

/// The largest record or entry: what the 16-bit offsets of instructions reach.
private let maximalSize = 32752

private func tooLarge(_ size: Int) -> CaptureError {
    CaptureError("needs \(size) bytes for one event, at most \(maximalSize) are possible")
}

/// One compilation.
struct Capture {
    var plan: CapturePlan
    /// The part of the filter that is tested at the entry as well; see `FilterSplit`.
    var guardNode: Int?
    let probeIndex: ProbeIndexSource
    let context: ContextModel
    let options: CaptureOptions
    /// The handler that runs at the event; nil where its record is sent to user space.
    var handler: KernelHandler?
    /// The slots that the handler uses, with the blocks at whose start they are filled; nil: all, for the record.
    var slotBlocks: [Int: Int]?

    /// The slots that are filled.
    private var slots: [CaptureSlot] {
        guard let slotBlocks else { return plan.slots }
        return plan.slots.indices.filter { slotBlocks[$0] != nil }.map { plan.slots[$0] }
    }

    /// The nodes that the record and the filter need.
    var roots: [Int] {
        var roots = [plan.filter, guardNode, plan.scope].compactMap(\.self)
        for slot in slots {
            switch slot {
            case .integer(let node): roots.append(node)
            case .string(.memory(let address, _, _)): roots.append(address)
            case .bytes(let address, _, let length, _): roots += [address, length]
            case .string(.command), .entryString, .stack, .registers: break
            }
        }
        return roots
    }

    /// Compiles; nil when the stack does not suffice.
    func programs() throws(CaptureError) -> CapturePrograms? {
        for case .registers(isUser: false) in plan.slots {
            guard context.hidesRegisters else { continue }
            throw CaptureError("does not show the registers that the handler asks for")
        }
        let layout = RecordLayout(plan: plan)
        guard layout.size <= maximalSize else { throw tooLarge(layout.size) }
        let entry = entry
        guard !entry.isEmpty else {
            guard let main = try main(layout, entry: nil, savedFaults: []) else { return nil }
            return CapturePrograms(main: main, layout: layout, isFilterDropped: false)
        }
        guard let entryContext = context.entry, context.isReturn else {
            throw CaptureError("uses entry values where nothing returns")
        }
        guard entry.size <= maximalSize else { throw tooLarge(entry.size) }
        let saving = try EntryProgram(capture: self, layout: entry, context: entryContext)
        guard let main = try main(layout, entry: entry, savedFaults: saving.faults) else { return nil }
        let built = try saving.build()
        let size = built.valueSize
        return CapturePrograms(
            main: main, entry: built.program,
            entryMap: MapSpec(
                reference: .entries(options.entryMap), name: "swtap_entries", type: .hash, keySize: keySize,
                valueSize: size, maxEntries: max(1, options.entryCapacity)),
            zerosMap: built.usesZeros ? .zeros(size: size) : nil, layout: layout, isFilterDropped: false)
    }

    /// The bytes of a key of the entry map: the address that names the activation, and the probe where a program serves
    /// several, since one function may leave by a jump to another; the thread, where every process has the same addresses.
    var keySize: Int {
        var size = 8
        if case .cookie = probeIndex { size += 8 }
        if context.isUser { size += 8 }
        return size
    }

    /// What the entry program must save: the entry values that the record needs and that cannot be had at the return.
    var entry: EntryLayout {
        let replayable = Translation.replayable(plan, context)
        var needed = Set<Int>()
        var open = roots
        var seen = Set<Int>()
        while let index = open.popLast() {
            guard seen.insert(index).inserted else { continue }
            switch plan.nodes[index] {
            case .constant, .argument, .returnValue, .register, .counter, .context: break
            case .load(let operand, _), .unary(_, let operand), .extend(let operand, _), .readable(let operand):
                open.append(operand)
            case .binary(_, let left, let right): open += [left, right]
            case .select(let condition, let first, let second): open += [condition, first, second]
            case .entryValue(let entry): if !replayable[plan.entryNodes[entry]] { needed.insert(entry) }
            }
        }
        var strings = Set<Int>()
        for case .entryString(let string) in slots { strings.insert(string) }
        return EntryLayout(plan: plan, values: needed.sorted(), strings: strings.sorted())
    }

    private func main(
        _ layout: RecordLayout, entry: EntryLayout?, savedFaults: Set<Int>
    ) throws(CaptureError) -> BPFProgram? {
        var translation = try Translation(
            plan: plan, context: context, saved: entry?.values ?? [], savedFaults: savedFaults)
        try translation.insert(roots)
        let time = translation.insert(.time)
        let processor = translation.insert(.processor)
        var stored: [Int] = []
        var addresses: [Int] = []
        var counts: [Int] = []
        for slot in slots {
            switch slot {
            case .integer(let node): stored.append(translation.number(node))
            case .string(.memory(let address, _, _)): addresses.append(translation.number(address))
            case .bytes(let address, _, let length, _):
                addresses.append(translation.number(address))
                counts.append(translation.number(length))
            case .string(.command), .entryString, .stack, .registers: break
            }
        }
        var others = [time, processor] + counts
        for node in [plan.filter, guardNode, plan.scope].compactMap(\.self) { others.append(translation.number(node)) }
        translation.analyse(stored: stored, addresses: addresses, others: others)
        var program = MainProgram(
            capture: self, layout: layout, entry: entry, translation: translation, time: time, processor: processor)
        program.handler = handler
        return try program.build(maximalSize: maximalSize)
    }

    /// A program's name within the kernel's limits.
    func programName(_ suffix: String) -> String {
        let allowed = options.name.utf8.prefix(15 - suffix.utf8.count).map { byte -> Character in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || character == ".") ? character : "_"
        }
        return String(allowed) + suffix
    }
}
