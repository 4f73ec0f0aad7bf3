// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// Slots that are filled by one helper: bytes, stacks and registers.
extension Emitter {
    /// Stores an address, a number of bytes, and behind them as many bytes, at most `limit`; `mark` emits what marks a
    /// fault, and may use r2.
    func readBytes(
        at address: Int, count: Int, limit: Int, isUser: Bool, into place: Location,
        mark: @escaping (Emitter) -> Void
    ) {
        let failed = code.label()
        let fault = code.label()
        let done = code.label()
        let fits = code.label()
        hoist(address)
        hoist(count)
        value(address, .r3, RegisterSet.all.removing(.r3), fault)
        code.store(.double, place.base, place.offset, .r3)
        value(count, .r2, RegisterSet.all.removing(.r2), fault)
        code.store(.double, place.base, place.offset + 8, .r2)
        code.jump(.lessOrEqual, .r2, Int32(limit), fits)
        code.move(.r2, Int64(limit))
        code.place(fits)
        // No bytes are read from anywhere; the helpers refuse some addresses even then.
        code.jump(.equal, .r2, 0, done)
        code.load(.double, .r3, place.base, place.offset)
        code.move(.r1, place.base)
        code.alu(.add, .r1, Int32(place.offset + 16))
        code.call(isUser ? .probeReadUser : .probeReadKernel)
        code.jump(.notEqual, .r0, 0, failed)
        code.place(done)
        later(at: failed) { emitter in
            mark(emitter)
            emitter.code.jump(done)
        }
        guard graph.canFault[address] || graph.canFault[count] else { return }
        later(at: fault) { emitter in
            emitter.code.store(.double, place.base, place.offset, .r1)
            mark(emitter)
            emitter.code.jump(done)
        }
    }

    /// Stores the size of a stack in bytes, or a negative error number, and behind it the addresses.
    func readStack(isUser: Bool, depth: Int, into place: Location) {
        code.move(.r1, .r6)
        code.move(.r2, place.base)
        code.alu(.add, .r2, Int32(place.offset + 8))
        code.move(.r3, Int64(8 * depth))
        // BPF_F_USER_STACK
        code.move(.r4, isUser ? 1 << 8 : 0)
        code.call(.getStack)
        code.store(.double, place.base, place.offset, .r0)
    }

    /// Stores 1 and `struct pt_regs`, or 0 where the event has none.
    func readRegisters(isUser: Bool, context: ContextModel, into place: Location) {
        guard isUser || context.hasRegisters else {
            return code.store(.double, place.base, place.offset, immediate: 0)
        }
        // The registers that a uprobe is given are those of the process.
        guard isUser, !context.isUser else {
            // By loads, which the verifier turns into the right ones for each kind of program.
            for word in 0..<RecordLayout.registersSize / 8 {
                code.load(.double, .r0, .r6, 8 * word)
                code.store(.double, place.base, place.offset + 8 + 8 * word, .r0)
            }
            return code.store(.double, place.base, place.offset, immediate: 1)
        }
        code.call(.getCurrentTaskBTF)
        code.move(.r1, .r0)
        code.call(.taskRegisters)
        code.move(.r3, .r0)
        code.move(.r1, place.base)
        code.alu(.add, .r1, Int32(place.offset + 8))
        code.move(.r2, Int64(RecordLayout.registersSize))
        code.call(.probeReadKernel)
        // 0 for success becomes 1.
        let done = code.label()
        code.move(.r1, 1)
        code.jump(.equal, .r0, 0, done)
        code.move(.r1, 0)
        code.place(done)
        code.store(.double, place.base, place.offset, .r1)
    }
}
