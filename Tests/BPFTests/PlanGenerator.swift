// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import IR
import Semantics

/// Numbers that are the same for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// Pages of this process, full of pointers to each other; some cannot be read.
final class TestMemory: @unchecked Sendable {
    static let pages = 16
    private static let hidden: Set<Int> = [3, 7, 8, 13]
    let base: UInt64
    private let bytes: [UInt8]

    static let shared = TestMemory(seed: 1)

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let size = Self.pages * 4096
        let area = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
        base = UInt64(UInt(bitPattern: area))
        for offset in stride(from: 0, to: size, by: 8) {
            let word: UInt64
            switch Int.random(in: 0..<10, using: &random) {
            case 0...4: word = base + UInt64.random(in: 0..<UInt64(size), using: &random)
            case 5...6: word = UInt64.random(in: 0..<300, using: &random)
            case 7: word = 0
            case 8: word = 0x0068_6c6c_6568_6f6c
            default: word = random.next()
            }
            area.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        }
        bytes = Array(UnsafeRawBufferPointer(start: area, count: size))
        for page in Self.hidden { mprotect(area + page * 4096, 4096, PROT_NONE) }
    }

    /// The bytes; nil when one of them cannot be read.
    func read(_ address: UInt64, _ size: Int) -> [UInt8]? {
        let offset = address &- base
        guard offset < UInt64(bytes.count), Int(offset) + size <= bytes.count else { return nil }
        for page in Int(offset) / 4096...(Int(offset) + size - 1) / 4096 where Self.hidden.contains(page) { return nil }
        return Array(bytes[Int(offset)..<Int(offset) + size])
    }

    func pointer(_ random: inout SeededGenerator) -> UInt64 {
        base + UInt64.random(in: 0..<UInt64(bytes.count), using: &random)
    }
}

/// Makes up plans that are valid.
struct PlanGenerator {
    var random: SeededGenerator
    /// The facts of the context to use.
    var facts: [Builtin]
    var argumentCount = 4
    var hasResult = false
    var hasEntry = false
    /// Whether all loads are of user memory.
    var isUserOnly = false

    init(seed: UInt64, facts: [Builtin]) {
        random = SeededGenerator(seed: seed)
        self.facts = facts
    }

    mutating func plan(size: Int) -> CapturePlan {
        var plan = CapturePlan()
        // Nodes of the entry come first, so that they depend on nothing else.
        var entryNodes: [Int] = []
        if hasEntry {
            grow(&plan, to: size / 2, isEntry: true)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                entryNodes.append(Int.random(in: 0..<plan.nodes.count, using: &random))
            }
            plan.entryNodes = entryNodes
            for _ in 0..<Int.random(in: 0...2, using: &random) { plan.entryStrings.append(string(&plan)) }
        }
        let first = plan.nodes.count
        grow(&plan, to: first + size, isEntry: false, from: first)
        for _ in 0..<Int.random(in: 1...10, using: &random) {
            let node = Int.random(in: first..<plan.nodes.count, using: &random)
            if !plan.entryStrings.isEmpty, random.chance(20) {
                plan.slots.append(.entryString(Int.random(in: plan.entryStrings.indices, using: &random)))
            } else if random.chance(15) {
                plan.slots.append(.string(string(&plan, from: first)))
            } else if random.chance(10) {
                let length = Int.random(in: first..<plan.nodes.count, using: &random)
                let limit = [0, 1, 8, 63, 200].randomElement(using: &random)!
                plan.slots.append(
                    .bytes(
                        address: node, isUser: isUserOnly || random.chance(50), length: length, limit: limit))
            } else {
                plan.slots.append(.integer(node: node))
            }
        }
        if random.chance(30) { plan.filter = Int.random(in: first..<plan.nodes.count, using: &random) }
        if random.chance(30) { plan.filter = decision(&plan, from: first, depth: 4) }
        return plan
    }

    /// A tree of tests like those that begin handlers; some know the answer from the process alone.
    private mutating func decision(_ plan: inout CapturePlan, from first: Int, depth: Int) -> Int {
        let append = { (node: CaptureNode, plan: inout CapturePlan) in
            plan.nodes.append(node)
            return plan.nodes.count - 1
        }
        if depth == 0 || random.chance(15) { return append(.constant(random.chance(50) ? 1 : 0), &plan) }
        var condition = Int.random(in: first..<plan.nodes.count, using: &random)
        if random.chance(60) {
            let known = append(.context(random.chance(50) ? .pid : .tid), &plan)
            let other = append(.constant(Int64.random(in: 99...102, using: &random)), &plan)
            condition = append(.binary(random.chance(50) ? .notEqual : .lessEqual, known, other), &plan)
        }
        let yes = random.chance(60) ? append(.constant(1), &plan) : decision(&plan, from: first, depth: depth - 1)
        let no = decision(&plan, from: first, depth: depth - 1)
        return append(.select(condition, yes, no), &plan)
    }

    private mutating func string(_ plan: inout CapturePlan, from first: Int = 0) -> CaptureString {
        if random.chance(25) { return .command }
        let address = Int.random(in: first..<plan.nodes.count, using: &random)
        return .memory(
            address: address, isUser: isUserOnly || random.chance(50),
            limit: [1, 7, 15, 63, 200].randomElement(using: &random)!)
    }

    private mutating func grow(_ plan: inout CapturePlan, to count: Int, isEntry: Bool, from first: Int = 0) {
        while plan.nodes.count < count {
            let high = plan.nodes.count - 1
            let any = { (generator: inout PlanGenerator) in generator.node(from: first, to: high) }
            let kind = plan.nodes.count == first ? 0 : Int.random(in: 0..<100, using: &random)
            switch kind {
            case 0..<8: plan.nodes.append(.constant(constant()))
            case 8..<16:
                if hasEntry, !isEntry {
                    plan.nodes.append(.entryValue(Int.random(in: plan.entryNodes.indices, using: &random)))
                } else {
                    plan.nodes.append(.argument(Int.random(in: 0..<argumentCount, using: &random)))
                }
            case 16..<20:
                plan.nodes.append(
                    hasResult && !isEntry && random.chance(60)
                        ? .returnValue : .context(facts.randomElement(using: &random)!))
            case 20..<50:
                let base = any(&self)
                plan.nodes.append(.constant(Int64.random(in: -16...64, using: &random)))
                plan.nodes.append(.binary(.add, base, plan.nodes.count - 1))
                plan.nodes.append(.load(address: plan.nodes.count - 1, access()))
            case 50..<54: plan.nodes.append(.load(address: any(&self), access()))
            case 54..<60:
                plan.nodes.append(
                    .unary([.negate, .complement, .logicalNot].randomElement(using: &random)!, any(&self)))
            case 60..<84:
                let operations: [Operation] = [
                    .add, .subtract, .multiply, .divide, .modulo, .and, .or, .xor, .shiftLeft, .shiftRight,
                    .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual,
                ]
                plan.nodes.append(.binary(operations.randomElement(using: &random)!, any(&self), any(&self)))
            case 84..<89:
                let size: UInt8 = [1, 2, 4, 8].randomElement(using: &random)!
                plan.nodes.append(.extend(any(&self), IntegerShape(size: size, isSigned: random.chance(50))))
            case 89..<96: plan.nodes.append(.select(any(&self), any(&self), any(&self)))
            default: plan.nodes.append(.readable(any(&self)))
            }
        }
    }

    /// Mostly a recent node, so that trees grow deep.
    private mutating func node(from first: Int, to last: Int) -> Int {
        let start = random.chance(60) ? max(first, last - 5) : first
        return Int.random(in: start...max(start, last), using: &random)
    }

    private mutating func access() -> MemoryAccess {
        let size: UInt8 = random.chance(50) ? 8 : [1, 2, 4, 8].randomElement(using: &random)!
        var access = MemoryAccess(
            shape: IntegerShape(size: size, isSigned: random.chance(50)), isUser: isUserOnly || random.chance(50))
        if random.chance(15) {
            let offset = UInt8.random(in: 0..<size * 8, using: &random)
            access.bitField = BitField(offset: offset, width: UInt8.random(in: 1...size * 8 - offset, using: &random))
        }
        return access
    }

    private mutating func constant() -> Int64 {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: .random(in: -2...2, using: &random)
        case 1: .random(in: -100...100, using: &random)
        case 2: [.min, .max, -1, 1 << 31, 1 << 32, -(1 << 31)].randomElement(using: &random)!
        default: .random(in: 0...70, using: &random)
        }
    }
}
