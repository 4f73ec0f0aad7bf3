// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// Strings of handlers in the kernel: zeros fill their places, so that words can be copied and compared.
extension HandlerCode {
    /// The most bytes that are copied word by word; a helper copies more.
    private static let inlineSize = 64

    /// Sets a register to an address in the memory that another points to.
    func address(_ register: Register, _ base: Register = .r7, _ offset: Int = 0) {
        clobber(register)
        emitter.code.move(register, base)
        if offset != 0 { emitter.code.alu(.add, register, Int32(offset)) }
    }

    // MARK: Moves

    func string(_ instruction: Instruction) {
        if let slot = program.slot(of: instruction, plan) { raiseTextFault(slot, instruction.site) }
        guard texts.isCopied[Int(instruction.dst)] else { return }
        switch instruction.op {
        case .stringConstant: set(instruction.dst, .constant(program.strings[Int(instruction.a)]))
        case .stringMove: set(instruction.dst, texts.places[Int(instruction.a)])
        default:
            guard let slot = program.slot(of: instruction, plan) else { return }
            set(instruction.dst, TextPlaces.place(slot, plan, layout))
        }
    }

    /// Sets a string register of the IR; `base` is what a place in memory is in.
    func set(_ register: Int32, _ source: TextPlaces.Place, in base: Register = .r7) {
        guard case .memory(let target, let size) = texts.places[Int(register)] else { return }
        copy(source, in: base, to: target, size: size)
    }

    private func raiseTextFault(_ slot: Int, _ site: Int32) {
        guard case .memory(_, let isUser, _)? = plan.string(ofSlot: slot) else { return }
        let isSound = emitter.code.label()
        clobber(.r1)
        emitter.code.load(.byte, .r1, .r7, RecordLayout.faultOffset + slot / 8)
        emitter.code.alu(.and, .r1, Int32(1) << Int32(slot % 8))
        emitter.code.jump(.equal, .r1, 0, isSound)
        emitter.code.load(.double, .r1, .r7, layout.slotOffsets[slot])
        emitter.code.jump(failure(isUser ? .userStringFault : .kernelStringFault, site: site))
        emitter.code.place(isSound)
    }

    /// Copies a text into `size` bytes of memory, with zeros behind it. What the text is in may be in any register, what it is copied
    /// to in r7 or r8.
    func copy(
        _ source: TextPlaces.Place, in base: Register = .r7, to target: Int, of targetBase: Register = .r7, size: Int
    ) {
        let count = min(size, source.size)
        switch source {
        case .constant(let text):
            for word in 0..<count / 8 { storeConstant(text.word(word), at: target + 8 * word, of: targetBase) }
        case .memory(let offset, _) where count <= Self.inlineSize:
            for word in 0..<count / 8 {
                clobber(.r5)
                emitter.code.load(.double, .r5, base, offset + 8 * word)
                emitter.code.store(.double, targetBase, target + 8 * word, .r5)
            }
        case .memory(let offset, _):
            address(.r3, base, offset)
            address(.r1, targetBase, target)
            emitter.code.move(.r2, Int64(count))
            call(.probeReadKernel)
        }
        clear(target + count, size - count, in: targetBase)
    }

    /// Fills memory with zeros.
    func clear(_ offset: Int, _ size: Int, in base: Register = .r7) {
        emitter.clear(base, offset, size)
        if size > Emitter.clearedInline { forget() }
    }

    // MARK: Globals

    func textGlobal(_ instruction: Instruction) {
        let global = Int(instruction.op == .loadString ? instruction.a : instruction.dst)
        guard let size = handler.placement.textSizes[global] else { return }
        emitter.code.valueAddress(.r8, .globals, offset: handler.globals.numbers[global] ?? 0)
        if instruction.op == .loadString {
            set(instruction.dst, .memory(offset: 0, size: size), in: .r8)
        } else {
            copy(texts.places[Int(instruction.a)], to: 0, of: .r8, size: size)
        }
    }

    /// Sets a string register to the element in r0, "" where that is 0.
    func loadText(_ instruction: Instruction) {
        guard let size = handler.placement.textSizes[Int(instruction.a)],
            case .memory(let target, let room) = texts.places[Int(instruction.dst)]
        else { return }
        let absent = emitter.code.label()
        let done = emitter.code.label()
        emitter.code.jump(.equal, .r0, 0, absent)
        copy(.memory(offset: 0, size: size), in: .r0, to: target, size: room)
        emitter.code.place(done)
        forget()
        emitter.later(at: absent) { emitter in
            emitter.clear(.r7, target, room)
            emitter.code.jump(done)
        }
    }

    // MARK: Comparisons

    /// The words of the shorter decide: it has a NUL there.
    func stringComparison(_ instruction: Instruction) {
        let first = texts.places[Int(instruction.a)]
        let second = texts.places[Int(instruction.b)]
        let differ = emitter.code.label()
        let done = emitter.code.label()
        forget()
        compareWords(first, second, min(first.size, second.size) / 8, differ)
        let ofEqual: Int64
        switch instruction.op {
        case .stringEqual, .stringLessEqual, .stringGreaterEqual: ofEqual = 1
        default: ofEqual = 0
        }
        emitter.code.move(.r3, ofEqual)
        emitter.code.place(done)
        storeJoined(instruction.dst, .r3)
        emitter.later(at: differ) { emitter in
            switch instruction.op {
            case .stringEqual: emitter.code.move(.r3, 0)
            case .stringNotEqual: emitter.code.move(.r3, 1)
            default:
                emitter.code.byteSwap(.r1)
                emitter.code.byteSwap(.r2)
                emitter.code.move(.r3, 1)
                let isLess = instruction.op == .stringLess || instruction.op == .stringLessEqual
                emitter.code.jump(isLess ? .less : .greater, .r1, .r2, done)
                emitter.code.move(.r3, 0)
            }
            emitter.code.jump(done)
        }
    }

    /// Goes to a label with the first words that differ in r1 and r2.
    private func compareWords(
        _ first: TextPlaces.Place, _ second: TextPlaces.Place, _ words: Int, _ differ: Label
    ) {
        if words > 16, case .memory(let left, _) = first, case .memory(let right, _) = second {
            let again = emitter.code.label()
            address(.r3, .r7, left)
            address(.r4, .r7, right)
            emitter.code.move(.r5, Int64(words))
            emitter.code.place(again)
            emitter.code.load(.double, .r1, .r3, 0)
            emitter.code.load(.double, .r2, .r4, 0)
            emitter.code.jump(.notEqual, .r1, .r2, differ)
            emitter.code.alu(.add, .r3, 8)
            emitter.code.alu(.add, .r4, 8)
            emitter.code.alu(.add, .r5, -1)
            return emitter.code.jump(.notEqual, .r5, 0, again)
        }
        for word in 0..<words {
            for (place, register) in [(first, Register.r1), (second, .r2)] {
                switch place {
                case .constant(let text): emitter.code.move(register, text.word(word))
                case .memory(let offset, _): emitter.code.load(.double, register, .r7, offset + 8 * word)
                }
            }
            emitter.code.jump(.notEqual, .r1, .r2, differ)
        }
    }

    // MARK: Lengths

    /// Sets r0 to the length of a text, as a number that the verifier knows more of than it should; r1…r5 are overwritten.
    func length(of text: TextPlaces.Place) {
        forget()
        guard case .memory(let offset, let size) = text else {
            if case .constant(let text) = text { emitter.code.move(.r0, Int64(text.bytes.count)) }
            return
        }
        emitter.code.move(.r0, 0)
        emitter.code.move(.r4, 0x7f7f_7f7f_7f7f_7f7f)
        emitter.code.move(.r5, 0x0101_0101_0101_0101)
        if size <= Self.inlineSize {
            for word in 0..<size / 8 {
                emitter.code.load(.double, .r1, .r7, offset + 8 * word)
                countBytes(by: .r2)
                emitter.code.alu(.add, .r0, .r1)
            }
            return
        }
        let again = emitter.code.label()
        let done = emitter.code.label()
        address(.r3, .r7, offset)
        emitter.code.place(again)
        emitter.code.load(.double, .r1, .r3, 0)
        countBytes(by: .r2)
        emitter.code.jump(.notEqual, .r1, 8, done)
        emitter.code.alu(.add, .r3, 8)
        emitter.code.alu(.add, .r0, 8)
        emitter.code.jump(.less, .r0, Int32(size), again)
        emitter.code.move(.r1, 0)
        emitter.code.place(done)
        emitter.code.alu(.add, .r0, .r1)
    }

    /// Counts the bytes of r1 that are not 0; r4 and r5 are the masks for it.
    private func countBytes(by other: Register) {
        emitter.code.move(other, .r1)
        emitter.code.alu(.and, .r1, .r4)
        emitter.code.alu(.add, .r1, .r4)
        emitter.code.alu(.or, .r1, other)
        emitter.code.alu(.shiftRight, .r1, 7)
        emitter.code.alu(.and, .r1, .r5)
        emitter.code.alu(.multiply, .r1, .r5)
        emitter.code.alu(.shiftRight, .r1, 56)
    }
}

extension Emitter {
    /// The most bytes that are cleared word by word; a helper clears more.
    static let clearedInline = 64

    /// Fills memory with zeros; a helper that reads what is not there does that quickly, and overwrites r0…r5.
    func clear(_ base: Register, _ offset: Int, _ size: Int) {
        if size <= Self.clearedInline {
            for word in 0..<size / 8 { code.store(.double, base, offset + 8 * word, immediate: 0) }
            return
        }
        code.move(.r1, base)
        code.alu(.add, .r1, Int32(offset))
        code.move(.r2, Int64(size))
        code.move(.r3, 0)
        code.call(.probeReadKernel)
    }
}

extension ByteString {
    /// Eight bytes of the text with zeros behind it, as the processor loads them.
    func word(_ index: Int) -> Int64 {
        var word: UInt64 = 0
        for place in 0..<8 where index * 8 + place < bytes.count {
            word |= UInt64(bytes[index * 8 + place]) << UInt64(8 * place)
        }
        return Int64(bitPattern: word)
    }
}
