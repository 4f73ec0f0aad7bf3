// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// A part of a string that a handler puts together.
private enum TextPart {
    case text(TextPlaces.Place)
    case number(Int32, NumberText)

    /// The bytes that are copied.
    var size: Int {
        switch self {
        case .text(let place): place.size
        case .number(_, let shape): TextPlaces.Place.size(shape.length)
        }
    }
}

/// Strings that handlers in the kernel put together.
extension HandlerCode {
    func concatenate(_ instruction: Instruction) {
        let (first, second) = (texts.places[Int(instruction.a)], texts.places[Int(instruction.b)])
        build(instruction.dst, [.text(first), .text(second)])
    }

    func format(_ instruction: Instruction) {
        var parts: [TextPart] = []
        for (piece, argument) in program.pieces(of: instruction) ?? [] {
            switch (piece, argument) {
            case (.literal(let text), _): parts.append(.text(.constant(text)))
            case (_, .string(let register)?): parts.append(.text(texts.places[Int(register)]))
            case (_, .integer(let register)?):
                if let shape = piece.numberText { parts.append(.number(register, shape)) }
            default: break
            }
        }
        build(instruction.dst, parts)
    }

    /// Sets a string register to parts, one behind the other, in the buffer first, since a part may be the register's own place. While
    /// the length is not a constant it is in r8.
    private func build(_ register: Int32, _ parts: [TextPart]) {
        guard case .memory(let target, let size) = texts.places[Int(register)] else { return }
        forget()
        let buffer = texts.buffer
        let longest = min(size, program.limits.maxStringLength) - 1
        var known: Int? = 0
        clear(buffer, size)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part {
            case .text(.constant(let text)):
                append(.constant(text), at: known)
                if let start = known {
                    known = min(start + text.bytes.count, longest)
                } else if !isLast {
                    emitter.code.move(.r0, Int64(text.bytes.count))
                    advance(from: nil, longest)
                }
            case .text(let place):
                append(place, at: known)
                // Where the last one ends does not matter: zeros are behind it.
                if isLast { break }
                length(of: place)
                advance(from: known, longest)
                known = nil
            case .number(let register, let shape):
                layOut(register, shape)
                appendNumber(shape, at: known)
                if isLast { break }
                advance(from: known, longest)
                known = nil
            }
        }
        if parts.reduce(0, { $0 + $1.size }) > longest {
            for byte in longest..<size { emitter.code.store(.byte, .r7, buffer + byte, immediate: 0) }
        }
        forget()
        copy(.memory(offset: buffer, size: size), to: target, size: size)
    }

    /// Puts a part at the end of what is in the buffer.
    private func append(_ part: TextPlaces.Place, at known: Int?) {
        if let known { return copy(part, to: texts.buffer + known, size: part.size) }
        address(.r1, .r7, texts.buffer)
        emitter.code.alu(.add, .r1, .r8)
        switch part {
        case .constant(let text):
            for word in 0..<part.size / 8 { storeConstant(text.word(word), at: 8 * word, of: .r1) }
        case .memory(let offset, let size) where size <= Emitter.clearedInline:
            for word in 0..<size / 8 {
                emitter.code.load(.double, .r5, .r7, offset + 8 * word)
                emitter.code.store(.double, .r1, 8 * word, .r5)
            }
        case .memory(let offset, let size):
            address(.r3, .r7, offset)
            emitter.code.move(.r2, Int64(size))
            call(.probeReadKernel)
        }
    }

    /// Adds r0 to the length in r8.
    private func advance(from known: Int?, _ longest: Int) {
        if let known {
            emitter.code.move(.r8, .r0)
            if known > 0 { emitter.code.alu(.add, .r8, Int32(known)) }
        } else {
            emitter.code.alu(.add, .r8, .r0)
        }
        bound(.r8, longest)
    }

    /// Cuts a number down to a largest one. It goes through memory, so that the verifier knows nothing else of it.
    private func bound(_ register: Register, _ largest: Int) {
        emitter.code.store(.double, .r7, texts.end - 8, register)
        emitter.code.load(.double, register, .r7, texts.end - 8)
        cut(register, .greater, to: Int64(largest))
    }

    /// Sets a register to a limit when it is beyond.
    private func cut(_ register: Register, _ condition: JumpCondition, to limit: Int64) {
        let fits = emitter.code.label()
        let beyond = emitter.code.label()
        emitter.code.jump(condition, register, Int32(clamping: limit), beyond)
        emitter.code.place(fits)
        emitter.later(at: beyond) { emitter in
            emitter.code.move(register, limit)
            emitter.code.jump(fits)
        }
    }

    // MARK: Numbers

    /// Writes a number with all that is before it so that it ends at `digitsEnd`; r3 is where it starts.
    private func layOut(_ register: Int32, _ shape: NumberText) {
        let area = texts.digits
        let end = Int64(TextPlaces.digitsEnd)
        let isSigned = shape.conversion == .signed
        let pad = UInt8(ascii: shape.flag == .zero ? "0" : " ")
        let word = Int64(bitPattern: 0x0101_0101_0101_0101 &* UInt64(pad))
        if shape.flag != .minus {
            for place in stride(from: 8, through: TextPlaces.Place.size(shape.width), by: 8) {
                storeConstant(word, at: area + Int(end) - place)
            }
        }
        load(register, .r1)
        forget()
        if isSigned {
            emitter.code.move(.r0, .r1)
            emitter.code.alu(.shiftRightArithmetic, .r0, 63)
            emitter.code.alu(.xor, .r1, .r0)
            emitter.code.alu(.subtract, .r1, .r0)
        }
        writeDigits(shape)
        emitter.code.alu(.add, .r3, Int32(end) - Int32(shape.digits))
        if shape.flag == .zero, shape.width > 0 {
            let fits = emitter.code.label()
            let beyond = emitter.code.label()
            emitter.code.move(.r4, end - Int64(shape.width - shape.prefixLength))
            if isSigned { emitter.code.alu(.subtract, .r4, .r0) }
            emitter.code.jump(.greater, .r3, .r4, beyond)
            emitter.code.place(fits)
            emitter.later(at: beyond) { emitter in
                emitter.code.move(.r3, .r4)
                emitter.code.jump(fits)
            }
        }
        if shape.prefixLength > 0 {
            address(.r2)
            emitter.code.alu(.add, .r2, .r3)
            if shape.prefixLength == 2 {
                let letter = Int32(UInt8(ascii: shape.conversion == .hexUpper ? "X" : "x"))
                emitter.code.store(.byte, .r2, area - 1, immediate: letter)
            }
            emitter.code.store(.byte, .r2, area - shape.prefixLength, immediate: Int32(UInt8(ascii: "0")))
            emitter.code.alu(.add, .r3, -Int32(shape.prefixLength))
        }
        if isSigned { writeSign(shape, pad) }
        if shape.width > 0, shape.flag != .zero, shape.flag != .minus {
            cut(.r3, .greater, to: end - Int64(shape.width))
        }
    }

    /// Writes the digits of r1; r3 is how many fewer they are than there can be. r2, r4 and r5 are overwritten.
    private func writeDigits(_ shape: NumberText) {
        let again = emitter.code.label()
        let done = emitter.code.label()
        address(.r2, .r7, texts.digits + TextPlaces.digitsEnd)
        emitter.code.move(.r3, Int64(shape.digits))
        emitter.code.place(again)
        emitter.code.alu(.add, .r2, -1)
        emitter.code.move(.r4, .r1)
        switch shape.conversion {
        case .octal:
            emitter.code.alu(.shiftRight, .r1, 3)
            emitter.code.alu(.and, .r4, 7)
        case .hexLower, .hexUpper:
            emitter.code.alu(.shiftRight, .r1, 4)
            emitter.code.alu(.and, .r4, 15)
            emitter.code.move(.r5, .r4)
            emitter.code.alu(.add, .r5, 6)
            emitter.code.alu(.shiftRight, .r5, 4)
            // From behind 9 to the first letter.
            emitter.code.alu(.multiply, .r5, shape.conversion == .hexLower ? 39 : 7)
            emitter.code.alu(.add, .r4, .r5)
        default:
            emitter.code.alu(.divide, .r1, 10)
            emitter.code.move(.r5, .r1)
            emitter.code.alu(.multiply, .r5, 10)
            emitter.code.alu(.subtract, .r4, .r5)
        }
        emitter.code.alu(.add, .r4, Int32(UInt8(ascii: "0")))
        emitter.code.store(.byte, .r2, 0, .r4)
        emitter.code.alu(.add, .r3, -1)
        emitter.code.jump(.equal, .r1, 0, done)
        emitter.code.jump(.notEqual, .r3, 0, again)
        emitter.code.place(done)
        bound(.r3, shape.digits)
    }

    /// Writes the sign that r0, -1 for a negative number, decides on; without one the pad stays.
    private func writeSign(_ shape: NumberText, _ pad: UInt8) {
        let other: UInt8
        switch shape.flag {
        case .plus: other = UInt8(ascii: "+")
        case .space: other = UInt8(ascii: " ")
        default: other = pad
        }
        emitter.code.move(.r4, .r0)
        emitter.code.alu(.and, .r4, Int32(UInt8(ascii: "-") ^ other))
        emitter.code.alu(.xor, .r4, Int32(other))
        address(.r2)
        emitter.code.alu(.add, .r2, .r3)
        emitter.code.store(.byte, .r2, texts.digits - 1, .r4)
        if shape.flag == .plus || shape.flag == .space {
            emitter.code.alu(.add, .r3, -1)
        } else {
            emitter.code.alu(.add, .r3, .r0)
        }
    }

    /// Puts what starts at r3 at the end of what is in the buffer; r0 is its length.
    private func appendNumber(_ shape: NumberText, at known: Int?) {
        address(.r1, .r7, texts.buffer + (known ?? 0))
        if known == nil { emitter.code.alu(.add, .r1, .r8) }
        address(.r2)
        emitter.code.alu(.add, .r2, .r3)
        for word in 0..<TextPlaces.Place.size(shape.length) / 8 {
            emitter.code.load(.double, .r5, .r2, texts.digits + 8 * word)
            if shape.flag == .minus, 8 * word < shape.width {
                // The bit of a space is set in all digits too.
                let spaces = ByteString(Array(repeating: 0x20, count: min(8, shape.width - 8 * word)))
                emitter.code.move(.r4, spaces.word(0))
                emitter.code.alu(.or, .r5, .r4)
            }
            emitter.code.store(.double, .r1, 8 * word, .r5)
        }
        emitter.code.move(.r0, Int64(TextPlaces.digitsEnd))
        emitter.code.alu(.subtract, .r0, .r3)
        if shape.flag == .minus, shape.width > 0 { cut(.r0, .less, to: Int64(shape.width)) }
    }
}
