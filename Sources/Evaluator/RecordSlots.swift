// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax

/// Where the slots of one handler's records are, and how their faults are worded.
struct RecordSlots {
    enum Kind {
        /// Both are facts of the expression that the kernel evaluates for the slot.
        case integer(mayDivide: Bool, mayRead: Bool)
        case command
        case memory(isUser: Bool, limit: Int)
        case bytes(limit: Int)
        /// A stack or registers: looked at as a whole.
        case whole
    }

    let offsets: UnsafePointer<Int32>
    let kinds: [Kind]
    /// The slots of what handlers ask for by name.
    let facts: [CaptureFact: Int]

    init(_ plan: CapturePlan) {
        let layout = RecordLayout(plan: plan)
        let memory = UnsafeMutablePointer<Int32>.allocate(capacity: max(plan.slots.count, 1))
        for (index, offset) in layout.slotOffsets.enumerated() { memory[index] = Int32(offset) }
        offsets = UnsafePointer(memory)
        self.facts = plan.facts
        let facts = NodeFacts(plan)
        kinds = plan.slots.map { slot in
            switch slot {
            case .integer(let node): .integer(mayDivide: facts.mayDivide[node], mayRead: facts.mayRead[node])
            case .string(let string): Self.kind(string)
            case .entryString(let index): Self.kind(plan.entryStrings[index])
            case .bytes(_, _, _, let limit): .bytes(limit: limit)
            case .stack, .registers: .whole
            }
        }
    }

    func deallocate() { offsets.deallocate() }

    private static func kind(_ string: CaptureString) -> Kind {
        switch string {
        case .command: .command
        case .memory(_, let isUser, let limit): .memory(isUser: isUser, limit: limit)
        }
    }
}

/// Which nodes of a plan divide or read memory, themselves or through their operands: a fault at address 0 is a
/// division by zero only where no read can be meant.
private struct NodeFacts {
    private(set) var mayDivide: [Bool] = []
    private(set) var mayRead: [Bool] = []

    init(_ plan: CapturePlan) {
        for node in plan.nodes {
            var divides = false
            var reads = false
            var operands: [Int] = []
            switch node {
            case .constant, .argument, .returnValue, .register, .counter, .context: break
            case .load(let address, _):
                operands = [address]
                reads = true
            case .unary(_, let operand), .extend(let operand, _): operands = [operand]
            case .binary(let operation, let left, let right):
                operands = [left, right]
                divides = operation == .divide || operation == .modulo
            case .select(let condition, let first, let second): operands = [condition, first, second]
            // Never faults itself.
            case .readable: break
            case .entryValue(let index):
                operands = plan.entryNodes.indices.contains(index) ? [plan.entryNodes[index]] : []
            }
            for operand in operands where operand < mayDivide.count {
                divides = divides || mayDivide[operand]
                reads = reads || mayRead[operand]
            }
            mayDivide.append(divides)
            mayRead.append(reads)
        }
    }
}

/// Reading captured values.
extension Evaluator {
    @inline(__always)
    func isFaulted(_ record: UnsafeRawPointer, _ slot: Int) -> Bool {
        let word = record.load(fromByteOffset: RecordLayout.faultOffset + (slot >> 6) * 8, as: UInt64.self)
        return word >> UInt64(slot & 63) & 1 != 0
    }

    @inline(never)
    func slotFault(_ record: UnsafeRawPointer, _ slot: Int) -> Failure {
        let address = record.load(fromByteOffset: Int(slotOffsets[slot]), as: UInt64.self)
        switch slotKinds[slot] {
        case .integer(let mayDivide, let mayRead):
            return address == 0 && mayDivide && !mayRead ? .divisionByZero : .readFault(address)
        case .command, .bytes, .whole: return .readFault(address)
        case .memory(let isUser, _): return .stringFault(address, isUser: isUser)
        }
    }

    /// A string slot as a view of the record, which outlives the run.
    @inline(__always)
    func slotString(_ record: UnsafeRawPointer, _ slot: Int) -> StringView {
        var bytes = record + Int(slotOffsets[slot])
        var limit = 16
        if case .memory(_, let most) = slotKinds[slot] {
            bytes += 8
            limit = most
        }
        let text = bytes.assumingMemoryBound(to: UInt8.self)
        return StringView(pointer: text, length: lengthBeforeNul(text, min(limit, stride - 1)))
    }
}
