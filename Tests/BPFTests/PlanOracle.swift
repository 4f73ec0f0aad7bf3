// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

@testable import BPF

/// Says what a plan's record must hold, straight from the definition of the plan.
final class PlanOracle {
    enum Outcome: Equatable {
        case value(Int64)
        case fault(UInt64)
    }

    /// What an event is made of.
    struct Event {
        var arguments: [UInt64] = []
        var result: UInt64 = 0
        var registers: [Int: UInt64] = [:]
        var facts: (Builtin) -> Int64 = { _ in 0 }
        var command = ""
        var memory: (UInt64, Int, Bool) -> [UInt8]? = { _, _, _ in nil }
    }

    /// What a slot holds.
    enum SlotContent: Equatable {
        case value(Int64)
        case fault(UInt64)
        case text(address: UInt64?, [UInt8])
        case textFault(UInt64)
    }

    private let plan: CapturePlan
    private let event: Event
    private let entry: PlanOracle?
    private var known: [Int: Outcome] = [:]

    /// `entry` is the event at which the entry values are read.
    init(plan: CapturePlan, event: Event, entry: Event? = nil) {
        self.plan = plan
        self.event = event
        self.entry = entry.map { PlanOracle(plan: plan, event: $0) }
    }

    /// Whether the event is filtered.
    var isFiltered: Bool {
        guard let filter = plan.filter, case .value(let value) = outcome(filter) else { return false }
        return value != 0
    }

    var slots: [SlotContent] {
        plan.slots.map { slot in
            switch slot {
            case .integer(let node):
                switch outcome(node) {
                case .value(let value): .value(value)
                case .fault(let address): .fault(address)
                }
            case .string(let string): text(string)
            case .entryString(let index): entry?.text(plan.entryStrings[index]) ?? .fault(0)
            // What a helper fills as a whole is looked at on real kernels.
            case .stack, .registers: .value(0)
            case .bytes(let address, let isUser, let length, let limit): bytes(address, isUser, length, limit)
            }
        }
    }

    private func bytes(_ address: Int, _ isUser: Bool, _ length: Int, _ limit: Int) -> SlotContent {
        for node in [address, length] {
            if case .fault(let place) = outcome(node) { return .textFault(place) }
        }
        guard case .value(let place) = outcome(address), case .value(let count) = outcome(length) else {
            return .textFault(0)
        }
        let start = UInt64(bitPattern: place)
        let size = Int(min(UInt64(bitPattern: count), UInt64(limit)))
        guard size > 0 else { return .text(address: start, []) }
        return event.memory(start, size, isUser).map { .text(address: start, $0) } ?? .textFault(start)
    }

    private func text(_ string: CaptureString) -> SlotContent {
        switch string {
        case .command: return .text(address: nil, Array(event.command.utf8.prefix(15)))
        case .memory(let node, let isUser, let limit):
            guard case .value(let address) = outcome(node) else {
                if case .fault(let address) = outcome(node) { return .textFault(address) }
                return .textFault(0)
            }
            let start = UInt64(bitPattern: address)
            var bytes: [UInt8] = []
            // The helper looks at one byte more than it keeps.
            for index in 0...limit {
                guard let byte = event.memory(start &+ UInt64(index), 1, isUser)?[0] else { return .textFault(start) }
                if byte == 0 || index == limit { break }
                bytes.append(byte)
            }
            return .text(address: start, bytes)
        }
    }

    func outcome(_ node: Int) -> Outcome {
        if let outcome = known[node] { return outcome }
        let outcome = compute(plan.nodes[node])
        known[node] = outcome
        return outcome
    }

    private func compute(_ node: CaptureNode) -> Outcome {
        switch node {
        case .constant(let constant): return .value(constant)
        case .argument(let index): return .value(Int64(bitPattern: event.arguments[index]))
        case .returnValue: return .value(Int64(bitPattern: event.result))
        case .register(let word): return .value(Int64(bitPattern: event.registers[word] ?? 0))
        case .counter: return .value(0)
        case .context(let fact): return .value(event.facts(fact))
        case .load(let address, let access):
            guard case .value(let start) = outcome(address) else { return outcome(address) }
            let size = Int(access.shape.size)
            guard let bytes = event.memory(UInt64(bitPattern: start), size, access.isUser) else {
                return .fault(UInt64(bitPattern: start))
            }
            var bits = bytes.enumerated().flatMap { _, byte in (0..<8).map { byte >> $0 & 1 } }
            if let field = access.bitField { bits = Array(bits[Int(field.offset)..<Int(field.offset + field.width)]) }
            return .value(number(bits, isSigned: access.shape.isSigned))
        case .unary(let operation, let operand):
            guard case .value(let value) = outcome(operand) else { return outcome(operand) }
            switch operation {
            case .negate: return .value(0 &- value)
            case .complement: return .value(~value)
            default: return .value(value == 0 ? 1 : 0)
            }
        case .binary(let operation, let left, let right):
            guard case .value(let first) = outcome(left) else { return outcome(left) }
            guard case .value(let second) = outcome(right) else { return outcome(right) }
            return binary(operation, first, second)
        case .extend(let operand, let shape):
            guard case .value(let value) = outcome(operand) else { return outcome(operand) }
            let bits = (0..<Int(shape.size) * 8).map { UInt8(truncatingIfNeeded: value >> Int64($0) & 1) }
            return .value(number(bits, isSigned: shape.isSigned))
        case .select(let condition, let first, let second):
            guard case .value(let value) = outcome(condition) else { return outcome(condition) }
            return outcome(value != 0 ? first : second)
        case .readable(let operand):
            if case .value = outcome(operand) { return .value(1) }
            return .value(0)
        case .entryValue(let index): return entry?.outcome(plan.entryNodes[index]) ?? .fault(0)
        }
    }

    private func number(_ bits: [UInt8], isSigned: Bool) -> Int64 {
        var value: UInt64 = 0
        for (index, bit) in bits.enumerated() where bit != 0 { value |= 1 << UInt64(index) }
        if isSigned, bits.last == 1, bits.count < 64 { value |= ~0 << UInt64(bits.count) }
        return Int64(bitPattern: value)
    }

    /// On purpose not the compiler's own folding.
    private func binary(_ operation: Operation, _ left: Int64, _ right: Int64) -> Outcome {
        switch operation {
        case .add: return .value(left &+ right)
        case .subtract: return .value(left &- right)
        case .multiply: return .value(left &* right)
        case .divide:
            if right == 0 { return .fault(0) }
            return .value(right == -1 ? 0 &- left : left / right)
        case .modulo:
            if right == 0 { return .fault(0) }
            return .value(right == -1 ? 0 : left % right)
        case .and: return .value(left & right)
        case .or: return .value(left | right)
        case .xor: return .value(left ^ right)
        case .shiftLeft: return .value(left &<< right)
        case .shiftRight: return .value(left &>> right)
        case .shiftRightLogical:
            return .value(Int64(bitPattern: UInt64(bitPattern: left) &>> UInt64(bitPattern: right)))
        case .equal: return .value(left == right ? 1 : 0)
        case .notEqual: return .value(left == right ? 0 : 1)
        case .less: return .value(left < right ? 1 : 0)
        case .lessEqual: return .value(left > right ? 0 : 1)
        case .greater: return .value(left > right ? 1 : 0)
        case .greaterEqual: return .value(left < right ? 0 : 1)
        default: return .fault(.max)
        }
    }
}

/// A record taken apart by its layout, with what a fault of a string leaves of it.
func decode(_ record: [UInt8], _ plan: CapturePlan) -> [PlanOracle.SlotContent] {
    let layout = RecordLayout(plan: plan)
    let word = { (offset: Int) in (0..<8).reduce(UInt64(0)) { $0 | UInt64(record[offset + $1]) << UInt64(8 * $1) } }
    return plan.slots.enumerated().map { index, slot in
        let offset = layout.slotOffsets[index]
        let isFaulted = word(RecordLayout.faultOffset + index / 64 * 8) >> UInt64(index % 64) & 1 == 1
        var string: CaptureString?
        switch slot {
        case .integer, .stack, .registers: break
        case .bytes(_, _, _, let limit):
            if isFaulted { return .textFault(word(offset)) }
            let size = Int(min(word(offset + 8), UInt64(limit)))
            return .text(address: word(offset), Array(record[offset + 16..<offset + 16 + size]))
        case .string(let captured): string = captured
        case .entryString(let entry): string = plan.entryStrings[entry]
        }
        switch string {
        case nil: return isFaulted ? .fault(word(offset)) : .value(Int64(bitPattern: word(offset)))
        case .command: return .text(address: nil, Array(record[offset..<offset + 16].prefix { $0 != 0 }))
        case .memory(_, _, let limit):
            if isFaulted { return .textFault(word(offset)) }
            return .text(
                address: word(offset), Array(record[offset + 8..<offset + 9 + limit].prefix { $0 != 0 }))
        }
    }
}
