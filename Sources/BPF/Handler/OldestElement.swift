// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// How a handler makes room in an array that drops its oldest element: a function that the kernel calls for each element notes the
/// oldest, which is then deleted. Whoever names the array has the lock.
struct OldestElement {
    /// Where the time of the oldest is in scratch memory; its key is behind it.
    let order: Int
    /// Where the values of elements are built.
    let value: Int
    /// The first byte behind.
    let end: Int

    /// The words of the stack for a program that lets the kernel visit elements: 512 bytes are there for both, 32 for the visitor.
    static let callerWords = 60

    init(_ handler: KernelHandler, at offset: Int) {
        var (key, value) = (0, 0)
        for block in handler.unit.blocks {
            for instruction in block.instructions {
                guard let global = handler.placement.program.global(of: instruction),
                    let layout = handler.placement.layouts[global]
                else { continue }
                if handler.placement.program.globals[global].wraps { key = max(key, 8 + layout.keySize) }
                if layout.replaces { value = max(value, layout.valueSize) }
            }
        }
        order = offset
        self.value = offset + key
        end = self.value + value
    }
}

extension KernelHandler {
    /// Whether it may have to make room in an array.
    var makesRoom: Bool {
        unit.blocks.contains { block in
            block.instructions.contains { instruction in
                placement.program.global(of: instruction).map { placement.program.globals[$0].wraps } ?? false
            }
        }
    }
}

extension HandlerCode {
    /// Deletes the element of an array that was inserted first.
    func deleteOldest(_ global: Int, _ element: ElementLayout) {
        let visitor = visitors[global] ?? emitter.code.label()
        visitors[global] = visitor
        let word = emitter.frame.reserve(1)
        emitter.code.comment("the oldest element makes room")
        emitter.code.store(.double, .r7, oldest.order, immediate: -1)
        emitter.code.store(.double, .r10, word, .r7)
        emitter.code.functionAddress(.r2, visitor)
        emitter.code.move(.r3, .r10)
        emitter.code.alu(.add, .r3, Int32(word))
        emitter.code.move(.r4, 0)
        withMap(global, .forEachMapElement)
        address(.r2, .r7, oldest.order + 8)
        withMap(global, .mapDeleteElement)
    }

    /// Emits the functions that find the oldest element.
    func emitVisitors(name: String) {
        for (global, label) in visitors.sorted(by: { $0.key < $1.key }) {
            guard let element = handler.placement.layouts[global] else { continue }
            let isOlder = emitter.code.label()
            emitter.code.function(label, name: name, kind: .elementVisitor)
            emitter.code.comment("finds the oldest element of '\(program.globals[global].name)'")
            emitter.code.load(.double, .r5, .r4, 0)
            emitter.code.load(.double, .r1, .r3, element.orderOffset)
            emitter.code.load(.double, .r0, .r5, oldest.order)
            // Times that are not there yet, of elements that are being made, wrap around.
            emitter.code.alu(.add, .r1, -1)
            emitter.code.jump(.less, .r1, .r0, isOlder)
            emitter.code.move(.r0, 0)
            emitter.code.exit()
            emitter.code.place(isOlder)
            emitter.code.store(.double, .r5, oldest.order, .r1)
            for word in stride(from: 0, to: element.keySize, by: 8) {
                emitter.code.load(.double, .r0, .r2, word)
                emitter.code.store(.double, .r5, oldest.order + 8 + word, .r0)
            }
            emitter.code.move(.r0, 0)
            emitter.code.exit()
        }
    }

    /// Sets an element for user space to take in: the whole value at once, so that several CPUs may do it. An element keeps its age.
    func keepLatest(_ instruction: Instruction) {
        let global = Int(instruction.a)
        guard let element = handler.placement.layouts[global] else { return }
        let absent = emitter.code.label()
        let hasTime = emitter.code.label()
        let failed = emitter.code.label()
        find(global, instruction.b)
        let key = lastKey
        emitter.code.jump(.equal, .r0, 0, absent)
        emitter.code.load(.double, .r0, .r0, element.orderOffset)
        emitter.code.place(hasTime)
        forget()
        emitter.code.store(.double, .r7, oldest.value + element.orderOffset, .r0)
        emitter.later(at: absent) { emitter in
            emitter.code.call(.ktimeGetNs)
            emitter.code.jump(hasTime)
        }
        if element.isText {
            copy(texts.places[Int(instruction.dst)], to: oldest.value, size: element.words * 8)
        } else {
            put(instruction.dst, at: oldest.value)
        }
        forget()
        address(.r2, .r7, key)
        address(.r3, .r7, oldest.value)
        emitter.code.move(.r4, 0)
        withMap(global, .mapUpdateElement)
        if mayBeBusy { emitter.code.jump(.equal, .r0, Self.busy, skip()) }
        emitter.code.jump(.notEqual, .r0, 0, failed)
        let full = failure(.overflow, site: instruction.site)
        emitter.later(at: failed) { emitter in
            emitter.code.move(.r1, Int64(global))
            emitter.code.jump(full)
        }
    }
}
