// SPDX-License-Identifier: GPL-3.0-or-later

/// A place to run code from, with the registers that are valid there.
struct MachinePoint {
    var pc: UnsafePointer<Code>
    var unit: Int
    /// How many calls are open.
    var depth: Int
    var integers: UnsafeMutablePointer<Int64>
    var strings: UnsafeMutablePointer<StringView>
    var slots: UnsafeMutablePointer<UInt8>
    var iterations: Int
}

/// Catching errors: the machine's loop ends with each one, and goes on where it is caught.
extension Evaluator {
    /// Runs a unit from its start; false when it ended with a failure that nothing caught, which `raised` then says.
    func execute(unit: Int, record: UnsafeRawPointer?) -> Bool {
        var point = MachinePoint(
            pc: UnsafePointer(pool.code) + pool.units[unit].entry, unit: unit, depth: 0, integers: memory.integers,
            strings: memory.strings, slots: memory.slots, iterations: 0)
        clearFrame(pool.units[unit], point.integers, point.strings, point.slots)
        while !interpret(from: point, record: record) {
            guard let next = catchError() else { return false }
            point = next
        }
        return true
    }

    /// Unwinds to the innermost `try` around the error; nil when there is none.
    private func catchError() -> MachinePoint? {
        guard let error = raised, error.isCatchable else { return nil }
        var position = error.position
        var depth = error.depth
        while handlers[position] < 0 {
            guard depth > 0 else { return nil }
            depth -= 1
            position = memory.frames[depth].returnCode - UnsafePointer(pool.code) - 1
        }
        raised = nil
        caughtMessage = error.message
        let pc = UnsafePointer(pool.code) + Int(handlers[position])
        guard depth == error.depth else {
            let frame = memory.frames[depth]
            return MachinePoint(
                pc: pc, unit: frame.unit, depth: depth, integers: frame.integers, strings: frame.strings,
                slots: frame.slots, iterations: frame.iterations)
        }
        guard depth > 0 else {
            return MachinePoint(
                pc: pc, unit: error.unit, depth: 0, integers: memory.integers, strings: memory.strings,
                slots: memory.slots, iterations: 0)
        }
        let caller = memory.frames[depth - 1]
        let shape = pool.units[caller.unit]
        return MachinePoint(
            pc: pc, unit: error.unit, depth: depth, integers: caller.integers + shape.integers,
            strings: caller.strings + shape.strings, slots: caller.slots + shape.strings * stride,
            iterations: caller.iterations + shape.iterations)
    }

    /// The message of the caught error as a string register, cut to the limit.
    @inline(never)
    func caughtText(into slot: UnsafeMutablePointer<UInt8>) -> StringView {
        var length = 0
        for byte in caughtMessage.bytes.prefix(stride - 1) {
            if byte == 0 { break }
            slot[length] = byte
            length += 1
        }
        return StringView(pointer: UnsafePointer(slot), length: length)
    }
}
