// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// Fills a record as the kernel would, from arguments and the memory of a test.
struct PlanSimulator {
    let plan: CapturePlan
    let host: TestHost
    var arguments: [Int64] = []
    var returned: Int64 = 0
    var context: [Builtin: Int64] = [:]
    var command = "traced"
    var kernelStack: [UInt64] = []
    var userStack: [UInt64] = []
    var kernelRegisters: [Int64]?
    var userRegisters: [Int64]?

    /// A value, or the address whose reading faulted.
    private enum Value {
        case number(Int64)
        case fault(Int64)
    }

    /// The record, aligned to 8 bytes; the caller frees it.
    func record() -> UnsafeMutableRawPointer {
        let layout = RecordLayout(plan: plan)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.size, alignment: 8)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: layout.size)
        memory.storeBytes(of: 3, toByteOffset: 4, as: UInt32.self)
        memory.storeBytes(of: 123_456_789, toByteOffset: 8, as: UInt64.self)
        var values: [Value] = []
        for node in plan.nodes { values.append(evaluate(node, values)) }
        for (index, slot) in plan.slots.enumerated() {
            let place = memory + layout.slotOffsets[index]
            let isFaulted: Bool
            switch slot {
            case .integer(let node):
                switch values[node] {
                case .number(let value):
                    place.storeBytes(of: value, as: Int64.self)
                    isFaulted = false
                case .fault(let address):
                    place.storeBytes(of: address, as: Int64.self)
                    isFaulted = true
                }
            case .string(let string): isFaulted = !store(string, at: place, values)
            case .entryString(let entry): isFaulted = !store(plan.entryStrings[entry], at: place, values)
            case .bytes(let address, let isUser, let length, let limit):
                isFaulted = !storeBytes(values[address], values[length], limit, isUser: isUser, at: place)
            case .stack(let isUser, let depth):
                let frames = (isUser ? userStack : kernelStack).prefix(depth)
                place.storeBytes(of: Int64(frames.count * 8), as: Int64.self)
                for (number, frame) in frames.enumerated() {
                    place.storeBytes(of: frame, toByteOffset: 8 + 8 * number, as: UInt64.self)
                }
                isFaulted = false
            case .registers(let isUser):
                let values = isUser ? userRegisters : kernelRegisters
                place.storeBytes(of: values == nil ? 0 : 1, as: Int64.self)
                for (number, value) in (values ?? []).enumerated() {
                    place.storeBytes(of: value, toByteOffset: 8 + 8 * number, as: Int64.self)
                }
                isFaulted = false
            }
            if isFaulted {
                let word = RecordLayout.faultOffset + index / 64 * 8
                let bits = memory.load(fromByteOffset: word, as: UInt64.self) | 1 << UInt64(index % 64)
                memory.storeBytes(of: bits, toByteOffset: word, as: UInt64.self)
            }
        }
        return memory
    }

    private func storeBytes(
        _ address: Value, _ length: Value, _ limit: Int, isUser: Bool, at place: UnsafeMutableRawPointer
    ) -> Bool {
        guard case .number(let start) = address, case .number(let count) = length else { return false }
        place.storeBytes(of: start, as: Int64.self)
        place.storeBytes(of: count, toByteOffset: 8, as: Int64.self)
        let bytes = UnsafeMutableRawBufferPointer(start: place + 16, count: min(Int(count), limit))
        return host.readMemory(at: UInt64(bitPattern: start), into: bytes, isUser: isUser)
    }

    private func store(_ string: CaptureString, at place: UnsafeMutableRawPointer, _ values: [Value]) -> Bool {
        switch string {
        case .command:
            for (offset, byte) in command.utf8.prefix(15).enumerated() {
                place.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
            }
            return true
        case .memory(let address, let isUser, let limit):
            guard case .number(let start) = values[address] else { return false }
            place.storeBytes(of: start, as: Int64.self)
            for offset in 0..<limit {
                var byte: UInt8 = 0
                let isRead = withUnsafeMutableBytes(of: &byte) {
                    host.readMemory(at: UInt64(bitPattern: start) + UInt64(offset), into: $0, isUser: isUser)
                }
                guard isRead else { return false }
                place.storeBytes(of: byte, toByteOffset: 8 + offset, as: UInt8.self)
                if byte == 0 { return true }
            }
            return true
        }
    }

    private func evaluate(_ node: CaptureNode, _ values: [Value]) -> Value {
        func operands(_ indexes: Int..., body: ([Int64]) -> Value) -> Value {
            var numbers: [Int64] = []
            for index in indexes {
                switch values[index] {
                case .number(let number): numbers.append(number)
                case .fault(let address): return .fault(address)
                }
            }
            return body(numbers)
        }
        switch node {
        case .constant(let value): return .number(value)
        case .argument(let index): return .number(arguments[index])
        case .returnValue: return .number(returned)
        case .register, .counter: return .number(0)
        case .context(let builtin): return .number(context[builtin] ?? 0)
        case .load(let address, let access):
            return operands(address) { numbers in
                var raw: UInt64 = 0
                let isRead = withUnsafeMutableBytes(of: &raw) {
                    host.readMemory(
                        at: UInt64(bitPattern: numbers[0]),
                        into: UnsafeMutableRawBufferPointer(rebasing: $0[..<Int(access.shape.size)]),
                        isUser: access.isUser)
                }
                let value = Int64(bitPattern: raw)
                return isRead ? .number(extend(value, access.shape)) : .fault(numbers[0])
            }
        case .unary(let op, let operand):
            return operands(operand) {
                .number(op == .negate ? -$0[0] : op == .complement ? ~$0[0] : $0[0] == 0 ? 1 : 0)
            }
        case .binary(let op, let left, let right):
            return operands(left, right) { .number(binary(op, $0[0], $0[1])) }
        case .extend(let operand, let shape): return operands(operand) { .number(extend($0[0], shape)) }
        case .select(let condition, let first, let second):
            return operands(condition) { values[$0[0] != 0 ? first : second] }
        case .readable(let operand):
            if case .number = values[operand] { return .number(1) }
            return .number(0)
        case .entryValue(let index): return values[plan.entryNodes[index]]
        }
    }

    private func extend(_ value: Int64, _ shape: IntegerShape) -> Int64 {
        let unused = Int64(64 - Int(shape.size) * 8)
        let top = value << unused
        return shape.isSigned ? top >> unused : Int64(bitPattern: UInt64(bitPattern: top) >> UInt64(unused))
    }

    private func binary(_ op: IR.Operation, _ a: Int64, _ b: Int64) -> Int64 {
        switch op {
        case .add: a &+ b
        case .subtract: a &- b
        case .multiply: a &* b
        case .divide: a / b
        case .and: a & b
        case .or: a | b
        case .shiftLeft: a << b
        case .shiftRight: a >> b
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .less: a < b ? 1 : 0
        default: preconditionFailure("\(op) is not simulated")
        }
    }
}
