// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// Functions of strings that handlers in the kernel compute.
extension HandlerCode {
    func textBuiltin(_ builtin: Builtin, _ instruction: Instruction) {
        let operands = program.operandLists[Int(instruction.b)]
        func text(_ position: Int) -> TextPlaces.Place {
            guard position < operands.count, case .string(let register) = operands[position] else {
                return .constant(ByteString([]))
            }
            return texts.places[Int(register)]
        }
        func number(_ position: Int) -> Int32 {
            guard position < operands.count, case .integer(let register) = operands[position] else { return 0 }
            return register
        }
        forget()
        switch builtin {
        case .strlen:
            length(of: text(0))
            storeJoined(instruction.dst, .r0)
        case .isdigit: isDigit(text(0), instruction.dst)
        case .substr: substring(text(0), number(1), number(2), instruction.dst)
        case .ipNtop: dottedQuad(number(0), instruction.dst)
        case .ipv6Text: groups(number(0), number(1), instruction.dst)
        default: break
        }
        forget()
    }

    private func isDigit(_ text: TextPlaces.Place, _ register: Int32) {
        switch text {
        case .constant(let text): emitter.code.move(.r1, Int64(text.bytes.first ?? 0))
        case .memory(let offset, _): emitter.code.load(.byte, .r1, .r7, offset)
        }
        // The upper bits of what is below or above are set.
        emitter.code.move(.r2, .r1)
        emitter.code.alu(.add, .r2, -Int32(UInt8(ascii: "0")))
        emitter.code.move(.r3, Int64(UInt8(ascii: "9")))
        emitter.code.alu(.subtract, .r3, .r1)
        emitter.code.alu(.or, .r2, .r3)
        emitter.code.alu(.shiftRight, .r2, 63)
        emitter.code.alu(.xor, .r2, 1)
        storeJoined(register, .r2)
    }

    /// The buffer takes what a helper reads of the text behind the start.
    private func substring(_ text: TextPlaces.Place, _ start: Int32, _ count: Int32, _ register: Int32) {
        guard case .memory(let target, let size) = texts.places[Int(register)] else { return }
        let done = emitter.code.label()
        let fits = emitter.code.label()
        let tooLong = emitter.code.label()
        var source = text
        if case .constant(let constant) = text {
            // A helper reads memory only.
            copy(text, to: texts.buffer, size: text.size)
            source = .memory(offset: texts.buffer, size: text.size)
            if constant.bytes.isEmpty { return clear(target, size) }
        }
        guard case .memory(let offset, _) = source else { return }
        // What is read is not where it is put: the register may be its own argument.
        let isOwn = offset == target
        let landing = isOwn ? texts.buffer : target
        clear(landing, size)
        length(of: source)
        load(start, .r3)
        load(count, .r2)
        forget()
        emitter.code.jump(.greaterOrEqual, .r3, .r0, done)
        emitter.code.jump(.signedLessOrEqual, .r2, 0, done)
        emitter.code.alu(.subtract, .r0, .r3)
        emitter.code.jump(.signedGreater, .r2, .r0, tooLong)
        emitter.code.place(fits)
        emitter.later(at: tooLong) { emitter in
            emitter.code.move(.r2, .r0)
            emitter.code.jump(fits)
        }
        emitter.code.jump(.greaterOrEqual, .r2, Int32(size), done)
        emitter.code.move(.r1, .r7)
        emitter.code.alu(.add, .r1, Int32(landing))
        emitter.code.move(.r4, .r7)
        emitter.code.alu(.add, .r4, Int32(offset))
        emitter.code.alu(.add, .r3, .r4)
        emitter.code.call(.probeReadKernel)
        emitter.code.place(done)
        forget()
        if isOwn { copy(.memory(offset: landing, size: size), to: target, size: size) }
    }

    /// Four numbers of at most three digits, without branches.
    private func dottedQuad(_ address: Int32, _ register: Int32) {
        guard case .memory(let target, let size) = texts.places[Int(register)] else { return }
        let area = texts.digits
        load(address, .r1)
        forget()
        clear(area, 24)
        emitter.code.move(.r8, 0)
        for byte in 0..<4 {
            emitter.code.move(.r2, .r1)
            if byte > 0 { emitter.code.alu(.shiftRight, .r2, Int32(8 * byte)) }
            emitter.code.alu(.and, .r2, 255)
            // Hundreds, tens and ones become the bytes of r0, and the dot.
            emitter.code.move(.r0, .r2)
            emitter.code.alu(.divide, .r0, 100)
            emitter.code.move(.r3, .r0)
            emitter.code.alu(.multiply, .r3, 100)
            emitter.code.move(.r4, .r2)
            emitter.code.alu(.subtract, .r4, .r3)
            emitter.code.move(.r3, .r4)
            emitter.code.alu(.divide, .r3, 10)
            emitter.code.move(.r5, .r3)
            emitter.code.alu(.multiply, .r5, 10)
            emitter.code.alu(.subtract, .r4, .r5)
            emitter.code.alu(.shiftLeft, .r3, 8)
            emitter.code.alu(.or, .r0, .r3)
            emitter.code.alu(.shiftLeft, .r4, 16)
            emitter.code.alu(.or, .r0, .r4)
            emitter.code.alu(.or, .r0, byte < 3 ? 0x2e30_3030 : 0x0030_3030)
            // How many digits are left out.
            emitter.code.move(.r3, .r2)
            emitter.code.alu(.add, .r3, -100)
            emitter.code.alu(.shiftRight, .r3, 63)
            emitter.code.alu(.add, .r2, -10)
            emitter.code.alu(.shiftRight, .r2, 63)
            emitter.code.alu(.add, .r3, .r2)
            emitter.code.move(.r2, .r3)
            emitter.code.alu(.shiftLeft, .r2, 3)
            emitter.code.alu(.shiftRight, .r0, .r2)
            emitter.code.move(.r5, .r7)
            emitter.code.alu(.add, .r5, .r8)
            emitter.code.store(.double, .r5, area, .r0)
            emitter.code.alu(.add, .r8, 4)
            emitter.code.alu(.subtract, .r8, .r3)
        }
        copy(.memory(offset: area, size: 16), to: target, size: size)
    }

    /// Eight groups of four digits, with a colon between two.
    private func groups(_ first: Int32, _ last: Int32, _ register: Int32) {
        guard case .memory(let target, let size) = texts.places[Int(register)] else { return }
        clear(target + 32, size - 32)
        for group in 0..<8 {
            if group % 4 == 0 {
                load(group == 0 ? first : last, .r1)
                forget()
            }
            // The digits in the lowest bits of four bytes.
            for (place, shift) in [4, 0, 12, 8].enumerated() {
                let digit: Register = place == 0 ? .r0 : .r2
                emitter.code.move(digit, .r1)
                let lowest = Int32(16 * (group % 4) + shift)
                if lowest > 0 { emitter.code.alu(.shiftRight, digit, lowest) }
                emitter.code.alu(.and, digit, 15)
                guard place > 0 else { continue }
                emitter.code.alu(.shiftLeft, digit, Int32(8 * place))
                emitter.code.alu(.or, .r0, digit)
            }
            // Letters are 39 behind the digits.
            emitter.code.move(.r2, .r0)
            emitter.code.alu(.add, .r2, 0x0606_0606)
            emitter.code.alu(.shiftRight, .r2, 4)
            emitter.code.alu(.and, .r2, 0x0101_0101)
            emitter.code.alu(.multiply, .r2, 39)
            emitter.code.alu(.add, .r0, .r2)
            emitter.code.alu(.add, .r0, 0x3030_3030)
            if group < 7 {
                emitter.code.move(.r2, Int64(UInt8(ascii: ":")) << 32)
                emitter.code.alu(.or, .r0, .r2)
            }
            emitter.code.store(group < 7 ? .double : .word, .r7, target + 5 * group, .r0)
        }
    }
}
