// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// Globals of handlers in the kernel.
extension HandlerCode {
    func numberAddress(_ global: Int, _ register: Register) {
        clobber(register)
        emitter.code.valueAddress(register, .globals, offset: 0)
    }

    /// Sets a register to the address of a scalar's sums in this lane.
    private func sumAddress(_ global: Int, _ register: Register, by other: Register) {
        clobber(register)
        clobber(other)
        loadLane(other)
        // Not every kernel knows the bounds of what it loads from the stack.
        emitter.code.alu(.and, other, Int32(2 * handler.globals.shards - 1))
        emitter.code.alu(.multiply, other, Int32(handler.globals.shardSize))
        emitter.code.valueAddress(register, .sums, offset: handler.globals.sums[global] ?? 0)
        emitter.code.alu(.add, register, other)
    }

    func fetchAdd(_ instruction: Instruction) {
        let global = Int(instruction.a)
        if handler.placement.homes[global] == .sums {
            sumAddress(global, .r1, by: .r2)
            load(instruction.b, .r2)
            return emitter.code.atomicAdd(.r1, 0, .r2)
        }
        load(instruction.b, .r2)
        clobber(.r2)
        numberAddress(global, .r1)
        emitter.code.atomicFetchAdd(.r1, handler.globals.numbers[global] ?? 0, .r2)
        store(instruction.dst, .r2)
    }

    // MARK: Elements

    /// EBUSY: an interrupt that cannot be masked came while the kernel was changing the map on this CPU.
    static let busy: Int32 = -16

    /// Whether the handler may run in such an interrupt.
    var mayBeBusy: Bool { handler.isUnmaskable }

    func element(_ instruction: Instruction) {
        let global = Int(instruction.a)
        switch instruction.op {
        case .elementLoadInteger, .elementExists:
            let absent = emitter.code.label()
            let isExistence = instruction.op == .elementExists
            find(global, instruction.b)
            emitter.code.move(.r1, 0)
            emitter.code.jump(.equal, .r0, 0, absent)
            if isExistence {
                emitter.code.move(.r1, 1)
            } else {
                emitter.code.load(.double, .r1, .r0, 0)
            }
            emitter.code.place(absent)
            forget()
            storeJoined(instruction.dst, .r1)
        case .elementLoadString:
            find(global, instruction.b)
            loadText(instruction)
        case .elementStoreString:
            if handler.placement.homes[global] == .sums { return keepLatest(instruction) }
            make(global, instruction.b, instruction.site)
            copy(
                texts.places[Int(instruction.dst)], to: 0, of: .r8, size: handler.placement.textSizes[global] ?? 0)
        case .elementDelete:
            key(global, instruction.b, .r2)
            emitter.code.map(.r1, .elements(global, generation: 0))
            call(.mapDeleteElement)
            if mayBeBusy { emitter.code.jump(.equal, .r0, Self.busy, skip()) }
        case .elementStoreInteger:
            if handler.placement.homes[global] == .sums { return keepLatest(instruction) }
            make(global, instruction.b, instruction.site)
            load(instruction.dst, .r1)
            emitter.code.store(.double, .r8, 0, .r1)
        case .elementFetchAdd:
            make(global, instruction.b, instruction.site)
            load(instruction.dst, .r1)
            if handler.placement.homes[global] == .sums {
                emitter.code.atomicAdd(.r8, 0, .r1)
            } else {
                clobber(.r1)
                emitter.code.atomicFetchAdd(.r8, 0, .r1)
                store(instruction.dst, .r1)
            }
        default: break
        }
    }

    /// Sets a register to the address of the key: a register's word or a string's place where the key is just that, else it is
    /// put together.
    private func key(_ global: Int, _ list: Int32, _ register: Register) {
        guard let element = handler.placement.layouts[global] else { return }
        let operands = program.operandLists[Int(list)]
        var offset = keyOffset
        var isWhole = false
        if operands.count == 1 {
            switch operands[0] {
            case .integer(let only):
                offset = word(of: only)
                isWhole = true
            case .string(let only):
                if case .memory(let place, element.keySizes[0]) = texts.places[Int(only)] {
                    offset = place
                    isWhole = true
                }
            case .wildcard: break
            }
        }
        if !isWhole {
            for (position, operand) in operands.enumerated() {
                let target = keyOffset + element.keyOffsets[position]
                switch operand {
                case .integer(let value): put(value, at: target)
                case .string(let text): copy(texts.places[Int(text)], to: target, size: element.keySizes[position])
                case .wildcard: break
                }
            }
        }
        keyAddress(offset, register)
    }

    private func keyAddress(_ offset: Int, _ register: Register) {
        clobber(register)
        emitter.code.move(register, .r7)
        emitter.code.alu(.add, register, Int32(offset))
        lastKey = offset
    }

    /// Looks an element up; r0 is its address or 0.
    func find(_ global: Int, _ list: Int32) {
        key(global, list, .r2)
        lookUp(global)
    }

    /// Calls a helper with r2… and the array's map of this generation in r1.
    func withMap(_ global: Int, _ helper: Helper) {
        guard handler.placement.homes[global] == .sums else {
            emitter.code.map(.r1, .elements(global, generation: 0))
            return call(helper)
        }
        let other = emitter.code.label()
        let done = emitter.code.label()
        loadLane(.r1)
        emitter.code.jump(.greaterOrEqual, .r1, Int32(usesShards ? handler.globals.shards : 1), other)
        emitter.code.map(.r1, .elements(global, generation: 0))
        emitter.code.call(helper)
        emitter.code.jump(done)
        emitter.code.place(other)
        emitter.code.map(.r1, .elements(global, generation: 1))
        call(helper)
        emitter.code.place(done)
    }

    private func lookUp(_ global: Int) { withMap(global, .mapLookupElement) }

    /// Finds an element or makes one of zeros; its address is in r8.
    func make(_ global: Int, _ list: Int32, _ site: Int32) {
        guard let element = handler.placement.layouts[global] else { return }
        find(global, list)
        let keyOffset = lastKey
        let absent = emitter.code.label()
        let present = emitter.code.label()
        emitter.code.jump(.equal, .r0, 0, absent)
        emitter.code.place(present)
        emitter.code.move(.r8, .r0)
        forget()
        let full = failure(.overflow, site: site)
        let busy = mayBeBusy ? skip() : full
        emitter.later(at: absent) { [self] emitter in
            let failed = emitter.code.label()
            emitter.code.comment("new element")
            insert(global, keyOffset, element, present: present, failed: failed, busy: busy)
            if program.globals[global].wraps {
                let still = emitter.code.label()
                emitter.code.place(failed)
                deleteOldest(global, element)
                insert(global, keyOffset, element, present: present, failed: still, busy: busy)
                emitter.code.place(still)
            } else {
                emitter.code.place(failed)
            }
            emitter.code.move(.r1, Int64(global))
            emitter.code.jump(full)
        }
    }

    /// Makes an element of zeros, and goes on with its address in r0, or without one.
    private func insert(
        _ global: Int, _ key: Int, _ element: ElementLayout, present: Label, failed: Label, busy: Label
    ) {
        emitter.code.move(.r2, .r7)
        emitter.code.alu(.add, .r2, Int32(key))
        emitter.code.valueAddress(.r3, .zeros, offset: 0)
        emitter.code.move(.r4, 1)
        withMap(global, .mapUpdateElement)
        if mayBeBusy { emitter.code.jump(.equal, .r0, Self.busy, busy) }
        emitter.code.call(.ktimeGetNs)
        emitter.code.store(.double, .r10, Frame.landing, .r0)
        emitter.code.move(.r2, .r7)
        emitter.code.alu(.add, .r2, Int32(key))
        lookUp(global)
        emitter.code.jump(.equal, .r0, 0, failed)
        // Another CPU may have made it meanwhile.
        emitter.code.load(.double, .r1, .r0, element.orderOffset)
        emitter.code.jump(.notEqual, .r1, 0, present)
        emitter.code.load(.double, .r1, .r10, Frame.landing)
        emitter.code.store(.double, .r0, element.orderOffset, .r1)
        emitter.code.jump(present)
    }

    // MARK: Statistics

    func aggregateAdd(_ instruction: Instruction) {
        let global = Int(instruction.a)
        guard let parameters = program.globals[global].statistics else { return }
        if program.globals[global].keyTypes.isEmpty {
            sumAddress(global, .r8, by: .r2)
        } else {
            make(global, instruction.b, instruction.site)
        }
        let shape = StatisticsShape(parameters)
        load(instruction.dst, .r1)
        clobber(.r2)
        emitter.code.move(.r2, 1)
        emitter.code.atomicAdd(.r8, 8 * StatisticsShape.count, .r2)
        emitter.code.atomicAdd(.r8, 8 * StatisticsShape.sum, .r1)
        clobber(.r2)
        clobber(.r3)
        emitter.code.move(.r2, Int64.min)
        emitter.code.alu(.xor, .r2, .r1)
        raise(StatisticsShape.maximum)
        emitter.code.alu(.xor, .r2, -1)
        raise(StatisticsShape.minimum)
        if let histogram = shape.histogram { count(in: histogram, shape.bucketCount) }
        forget()
    }

    /// Raises an extreme to r2.
    private func raise(_ word: Int) {
        let done = emitter.code.label()
        let larger = emitter.code.label()
        emitter.code.load(.double, .r0, .r8, 8 * word)
        emitter.code.jump(.less, .r0, .r2, larger)
        emitter.code.place(done)
        emitter.later(at: larger) { emitter in
            // A program that came between may have raised it; it is not likely to come twice, and never four times.
            for _ in 0..<4 {
                emitter.code.move(.r3, .r0)
                emitter.code.atomicCompareExchange(.r8, 8 * word, .r2)
                emitter.code.jump(.equal, .r0, .r3, done)
                emitter.code.jump(.greaterOrEqual, .r0, .r2, done)
            }
            emitter.code.jump(done)
        }
    }

    /// Counts r1 in its bucket.
    private func count(in histogram: HistogramKind, _ buckets: Int) {
        switch histogram {
        case .logarithmic:
            // The bit length of the magnitude without branches, whose outcomes the verifier would all follow.
            emitter.code.move(.r3, .r1)
            emitter.code.alu(.shiftRightArithmetic, .r3, 63)
            emitter.code.alu(.xor, .r1, .r3)
            emitter.code.alu(.subtract, .r1, .r3)
            emitter.code.move(.r2, 0)
            for shift in [32, 16, 8, 4, 2, 1] as [Int32] {
                emitter.code.move(.r4, .r1)
                emitter.code.alu(.shiftRight, .r4, shift)
                emitter.code.alu(.negate, .r4, 0)
                emitter.code.alu(.shiftRight, .r4, 63)
                emitter.code.alu(.multiply, .r4, shift)
                emitter.code.alu(.shiftRight, .r1, .r4)
                emitter.code.alu(.add, .r2, .r4)
            }
            emitter.code.alu(.add, .r2, .r1)
            emitter.code.alu(.xor, .r2, .r3)
            emitter.code.alu(.subtract, .r2, .r3)
            emitter.code.alu(.add, .r2, 64)
        case .linear(let low, _, let step):
            let below = emitter.code.label()
            let last = emitter.code.label()
            emitter.code.move(.r3, low)
            emitter.code.move(.r2, 0)
            emitter.code.jump(.signedLess, .r1, .r3, below)
            emitter.code.move(.r2, .r1)
            emitter.code.alu(.subtract, .r2, .r3)
            emitter.code.move(.r3, max(step, 1))
            emitter.code.alu(.divide, .r2, .r3)
            emitter.code.alu(.add, .r2, 1)
            emitter.code.jump(.less, .r2, Int32(clamping: buckets - 1), last)
            emitter.code.move(.r2, Int64(max(buckets - 1, 0)))
            emitter.code.place(last)
            emitter.code.place(below)
        }
        let outside = emitter.code.label()
        emitter.code.jump(.greaterOrEqual, .r2, Int32(clamping: max(buckets, 1)), outside)
        emitter.code.alu(.shiftLeft, .r2, 3)
        emitter.code.alu(.add, .r8, .r2)
        emitter.code.move(.r2, 1)
        emitter.code.atomicAdd(.r8, 8 * StatisticsShape.buckets, .r2)
        emitter.code.place(outside)
    }
}
