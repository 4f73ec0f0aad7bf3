// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// Strings that handlers in the kernel put together.
extension HandlerCode {
    func concatenate(_ instruction: Instruction) {
        build(instruction.dst, [texts.places[Int(instruction.a)], texts.places[Int(instruction.b)]])
    }

    /// Sets a string register to parts, one behind the other, in the buffer first, since a part may be the register's own place. While
    /// the length is not a constant it is in r8.
    private func build(_ register: Int32, _ parts: [TextPlaces.Place]) {
        guard case .memory(let target, let size) = texts.places[Int(register)], let first = parts.first else { return }
        forget()
        let buffer = texts.buffer
        let longest = min(size, program.limits.maxStringLength) - 1
        var known: Int? = 0
        copy(first, to: buffer, size: size)
        for (index, part) in parts.enumerated() {
            if index > 0 { append(part, at: known) }
            // Where the last one ends does not matter: zeros are behind it.
            if index == parts.count - 1 { break }
            if let start = known, case .constant(let text) = part {
                known = min(start + text.bytes.count, longest)
            } else {
                advance(behind: part, from: known, longest)
                known = nil
            }
        }
        if parts.reduce(0, { $0 + $1.size - 1 }) > longest {
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
            for word in 0..<part.size / 8 { storeConstant(text.word(word), at: 8 * word, in: .r1) }
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

    /// Adds the length of a part to r8. It goes through memory, so that the verifier knows nothing of it, and is bounded anew.
    private func advance(behind part: TextPlaces.Place, from known: Int?, _ longest: Int) {
        length(of: part)
        if let known {
            emitter.code.move(.r8, .r0)
            if known > 0 { emitter.code.alu(.add, .r8, Int32(known)) }
        } else {
            emitter.code.alu(.add, .r8, .r0)
        }
        emitter.code.store(.double, .r7, texts.end - 8, .r8)
        emitter.code.load(.double, .r8, .r7, texts.end - 8)
        let fits = emitter.code.label()
        let cut = emitter.code.label()
        emitter.code.jump(.greater, .r8, Int32(longest), cut)
        emitter.code.place(fits)
        emitter.later(at: cut) { emitter in
            emitter.code.move(.r8, Int64(longest))
            emitter.code.jump(fits)
        }
    }
}
