// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// The program at the entry of a function whose return is captured: it saves the entry values under the activation's
/// key. Small entries are built on the stack; larger ones start as zeros in the map and are filled there, which nobody sees,
/// since the activation has not returned yet.
struct EntryProgram {
    /// The entry nodes that may fault.
    let faults: Set<Int>
    private let capture: Capture
    private let layout: EntryLayout
    private let context: ContextModel
    private let translation: Translation
    /// The value that is the task's address.
    private let task: Int

    /// A program with the size of its entries, and whether they start as a copy of the zeros.
    struct Built {
        var program: BPFProgram
        var valueSize: Int
        var usesZeros: Bool
    }

    init(capture: Capture, layout: EntryLayout, context: ContextModel) throws(CaptureError) {
        self.capture = capture
        self.layout = layout
        self.context = context
        let plan = capture.plan
        var translation = try Translation(plan: plan, context: context)
        let nodes = layout.values.map { plan.entryNodes[$0] }
        var strings: [Int] = []
        for string in layout.strings {
            if case .memory(let address, _, _) = plan.entryStrings[string] { strings.append(address) }
        }
        let guards = [capture.guardNode, capture.plan.scope].compactMap(\.self)
        try translation.insert(nodes + strings + guards)
        task = translation.insert(.taskAddress)
        translation.analyse(
            stored: nodes.map { translation.number($0) }, addresses: strings.map { translation.number($0) },
            others: [task] + guards.map { translation.number($0) })
        let graph = translation.graph
        faults = Set(layout.values.filter { graph.canFault[translation.number(plan.entryNodes[$0])] })
        self.translation = translation
    }

    /// Emits the program.
    func build() throws(CaptureError) -> Built {
        let hasText = layout.strings.contains {
            if case .memory = capture.plan.entryStrings[$0] { true } else { false }
        }
        if !hasText, layout.size <= 160, let built = try build(inPlace: false) { return built }
        guard let built = try build(inPlace: true) else { throw CaptureError("computes too much at the entry") }
        return built
    }

    private func build(inPlace: Bool) throws(CaptureError) -> Built? {
        let emitter = Emitter(graph: translation.graph, context: context)
        emitter.threadCounters = capture.options.threadCounters
        let activation = Activation(capture: capture, emitter: emitter, context: context, hasEntry: true)
        let full = emitter.code.label()
        activation.begin(.armed, otherwise: activation.exit)
        activation.enterScope(capture.plan.scope.map { translation.number($0) })
        if let guardNode = capture.guardNode {
            let number = translation.number(guardNode)
            emitter.code.comment("filter of the call")
            emitter.hoist(number)
            emitter.branch(number, holds: true, activation.exit, .r0, RegisterSet.all.removing(.r0), activation.exit)
        }
        activation.readCookie()
        activation.writeKey()
        var place = Location(base: .r7, offset: 0)
        if inPlace {
            activation.entryArguments()
            emitter.code.valueAddress(.r3, .zeros, offset: 0)
            emitter.code.move(.r4, 0)
            emitter.code.call(.mapUpdateElement)
            emitter.code.jump(.notEqual, .r0, 0, full)
            activation.entryArguments()
            emitter.code.call(.mapLookupElement)
            emitter.code.jump(.equal, .r0, 0, full)
            emitter.code.move(.r7, .r0)
            emitter.frame.openTail(at: layout.size)
        } else {
            place = Location(base: .r10, offset: emitter.frame.reserve(layout.size / 8))
            for word in 0..<layout.markWords {
                emitter.code.store(.double, .r10, place.offset + 8 + 8 * word, .r9)
                emitter.code.store(.byte, .r10, place.offset + 8 + 8 * word + 1, .r9)
            }
        }
        save(emitter, at: place)
        if !inPlace {
            activation.entryArguments()
            emitter.code.move(.r3, .r10)
            emitter.code.alu(.add, .r3, Int32(place.offset))
            emitter.code.move(.r4, 0)
            emitter.code.call(.mapUpdateElement)
            emitter.code.jump(.notEqual, .r0, 0, full)
        }
        activation.finish()
        emitter.later(at: full) { emitter in
            emitter.code.comment("the entry cannot be saved")
            activation.count(.entryFull)
            emitter.code.jump(activation.exit)
        }
        emitter.finishDeferred()
        if emitter.frame.isOverflown { return nil }
        return Built(
            program: try emitter.code.finish(
                name: capture.programName("_e"), type: context.programType, attachType: context.attachType),
            valueSize: layout.size + emitter.frame.tailSize, usesZeros: inPlace)
    }

    /// Computes all values and stores them.
    private func save(_ emitter: Emitter, at place: Location) {
        let plan = capture.plan
        let free = RegisterSet.all.removing(.r0)
        emitter.hoist(task)
        emitter.value(task, .r0, free, emitter.code.label())
        emitter.code.store(.double, place.base, place.offset, .r0)
        for (index, value) in layout.values.enumerated() {
            let number = translation.number(plan.entryNodes[value])
            let target = place.offset + layout.valueOffsets[index]
            let fault = emitter.code.label()
            emitter.code.comment("entry value \(value)")
            emitter.hoist(number)
            emitter.value(number, .r0, free, fault)
            if !translation.graph.isPointer(number) { emitter.launder(.r0) }
            emitter.code.store(.double, place.base, target, .r0)
            guard translation.graph.canFault[number] else { continue }
            let done = emitter.code.label()
            emitter.code.place(done)
            emitter.later(at: fault) { emitter in
                emitter.launder(.r1)
                emitter.code.store(.double, place.base, target, .r1)
                emitter.code.store(
                    .byte, place.base, place.offset + EntryLayout.markOffset(index), immediate: 1)
                emitter.code.jump(done)
            }
        }
        for (index, string) in layout.strings.enumerated() {
            let target = Location(base: place.base, offset: place.offset + layout.stringOffsets[index])
            emitter.code.comment("entry string \(string)")
            switch plan.entryStrings[string] {
            case .command:
                emitter.code.move(.r1, target.base)
                emitter.code.alu(.add, .r1, Int32(target.offset))
                emitter.code.move(.r2, 16)
                emitter.code.call(.getCurrentCommand)
            case .memory(let address, let isUser, let limit):
                let mark = place.offset + layout.markOffset(ofString: index)
                emitter.readString(at: translation.number(address), limit: limit, isUser: isUser, into: target) {
                    $0.code.store(.byte, place.base, mark, immediate: 1)
                }
            }
        }
    }
}
