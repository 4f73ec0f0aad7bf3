// SPDX-License-Identifier: GPL-3.0-or-later

/// Frames, globals and strings of the machine.
extension Evaluator {
    /// Makes the registers of a frame 0 and "" that may be read before they are set.
    @inline(__always)
    func clearFrame(
        _ unit: UnitShape, _ integers: UnsafeMutablePointer<Int64>, _ strings: UnsafeMutablePointer<StringView>,
        _ slots: UnsafeMutablePointer<UInt8>
    ) {
        var place = pool.lists + unit.cleared
        var left = place.pointee
        while left > 0 {
            place += 1
            left &-= 1
            let operand = PackedOperand(raw: place.pointee)
            if operand.kind == PackedOperand.integerKind {
                integers[operand.register] = 0
            } else {
                strings[operand.register] = StringView(
                    pointer: UnsafePointer(slots + operand.register &* stride), length: 0)
            }
        }
    }

    /// Hands strings over; the integers among the arguments are there already.
    @inline(never)
    func passStrings(
        _ arguments: UnsafePointer<Int32>, _ callerStrings: UnsafeMutablePointer<StringView>, _ callee: Int,
        _ strings: UnsafeMutablePointer<StringView>
    ) {
        let parameters = pool.lists + pool.units[callee].parameters
        var position = 1
        while position <= Int(arguments[0]) && position <= Int(parameters[0]) {
            let from = PackedOperand(raw: arguments[position])
            if from.kind == PackedOperand.stringKind {
                strings[PackedOperand(raw: parameters[position]).register] = callerStrings[from.register]
            }
            position += 1
        }
    }

    /// Hands arguments over: strings as views of the caller's slots, which cannot change while the callee runs.
    @inline(__always)
    func passArguments(
        _ arguments: UnsafePointer<Int32>, _ callerIntegers: UnsafeMutablePointer<Int64>,
        _ callerStrings: UnsafeMutablePointer<StringView>, _ callee: UnitShape,
        _ integers: UnsafeMutablePointer<Int64>, _ strings: UnsafeMutablePointer<StringView>
    ) {
        let parameters = pool.lists + callee.parameters
        var position = 1
        while position <= Int(arguments[0]) && position <= Int(parameters[0]) {
            let from = PackedOperand(raw: arguments[position])
            let to = PackedOperand(raw: parameters[position])
            if from.kind == PackedOperand.integerKind {
                integers[to.register] = callerIntegers[from.register]
            } else {
                strings[to.register] = callerStrings[from.register]
            }
            position += 1
        }
    }

    /// Takes a function's result: bytes in the stack of slots are copied, others stay where they are.
    @inline(__always)
    func takeString(
        _ text: StringView, _ register: Int, _ strings: UnsafeMutablePointer<StringView>,
        _ slots: UnsafeMutablePointer<UInt8>
    ) {
        let isInStack = text.pointer >= UnsafePointer(memory.slots) && text.pointer < UnsafePointer(memory.slotsEnd)
        guard isInStack else {
            strings[register] = text
            return
        }
        let slot = slots + register * stride
        slot.update(from: text.pointer, count: text.length)
        strings[register] = StringView(pointer: slot, length: text.length)
    }

    @inline(__always)
    func storeGlobal(_ index: Int, _ text: StringView) { globals.store(index, text) }

    @inline(never)
    func deleteGlobal(_ index: Int) { globals.reset(index) }
}
