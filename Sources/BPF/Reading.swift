// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// Reads of memory by helpers: integers, strings, arguments that the verifier has as pointers.
extension Emitter {
    /// Reads memory straight into the memory that is filled, where a value is no more than that; false, and nothing,
    /// elsewhere.
    func copy(_ number: Int, to place: Location, _ fault: Label) -> Bool {
        guard !graph.isKept[number], case .load(let address, 8, let isUser) = graph.values[number] else { return false }
        read(address, 8, isUser: isUser, into: place, fault)
        return true
    }

    /// Where the kept values are that a value in place is computed from.
    private func keptOperands(of number: Int) -> [Int: Location] {
        if graph.isKept[number] { return locations[number].map { [number: $0] } ?? [:] }
        return graph.values[number].operands.reduce(into: [:]) { places, operand in
            places.merge(keptOperands(of: operand)) { first, _ in first }
        }
    }

    func read(_ address: Int, _ size: Int, isUser: Bool, into place: Location, _ fault: Label) {
        value(address, .r3, RegisterSet.all.removing(.r3), fault)
        let failed = code.label()
        let isSimple = graph.isSimpleTree(address)
        if !isSimple { code.store(.double, .r10, Frame.address, .r3) }
        if AccessSize(bytes: size) == nil { code.store(.double, place.base, place.offset, immediate: 0) }
        code.move(.r1, place.base)
        code.alu(.add, .r1, Int32(place.offset))
        code.move(.r2, Int64(size))
        code.call(isUser ? .probeReadUser : .probeReadKernel)
        code.jump(.notEqual, .r0, 0, failed)
        let then = isSimple ? keptOperands(of: address) : [:]
        later(at: failed) { emitter in
            if isSimple {
                emitter.recomputing = then
                emitter.value(address, .r1, RegisterSet.all.removing(.r1), fault)
                emitter.recomputing = nil
            } else {
                emitter.code.load(.double, .r1, .r10, Frame.address)
            }
            emitter.code.jump(fault)
        }
    }

    /// Copies a parameter or the result to a place on the stack, as a number even where the verifier has a pointer.
    func callForArgument(_ index: Int, into location: Location) {
        guard case .tracing(let tracing) = context else { return }
        let isResult = index == tracing.argumentCount
        let place: Register = !tracing.hasArgumentHelpers ? .r1 : isResult ? .r2 : .r3
        let target = location.base == .r10 ? location.offset : Frame.landing
        code.move(place, .r10)
        code.alu(.add, place, Int32(target))
        if !tracing.hasArgumentHelpers {
            code.move(.r2, 8)
            code.move(.r3, .r6)
            code.alu(.add, .r3, Int32(8 * index))
            code.call(.probeReadKernel)
        } else {
            code.move(.r1, .r6)
            if !isResult { code.move(.r2, Int64(index)) }
            code.call(isResult ? .getFunctionResult : .getFunctionArgument)
        }
        guard location.base != .r10 else { return }
        code.load(.double, .r0, .r10, Frame.landing)
        code.store(.double, location.base, location.offset, .r0)
    }

    /// Reads a string behind its address; `mark` emits what marks a fault, and may use r2.
    func readString(
        at address: Int, limit: Int, isUser: Bool, into place: Location, mark: @escaping (Emitter) -> Void
    ) {
        let failed = code.label()
        let fault = code.label()
        let done = code.label()
        hoist(address)
        value(address, .r3, RegisterSet.all.removing(.r3), fault)
        code.store(.double, place.base, place.offset, .r3)
        code.move(.r1, place.base)
        code.alu(.add, .r1, Int32(place.offset + 8))
        code.move(.r2, Int64(limit + 1))
        code.call(isUser ? .probeReadUserString : .probeReadKernelString)
        code.jump(.signedLess, .r0, 0, failed)
        code.place(done)
        later(at: failed) { emitter in
            mark(emitter)
            emitter.code.jump(done)
        }
        guard graph.canFault[address] else { return }
        later(at: fault) { emitter in
            emitter.code.store(.double, place.base, place.offset, .r1)
            mark(emitter)
            emitter.code.jump(done)
        }
    }
}
