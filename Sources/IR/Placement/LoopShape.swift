// SPDX-License-Identifier: GPL-3.0-or-later

/// What loops a handler has: for code that must know where it goes back, and how often at most.
public struct LoopShape: Sendable {
    /// The reachable blocks in an order in which all but loops go forward.
    public let order: [Int]
    /// The position of each block in `order`; -1 for those that nothing reaches.
    public let position: [Int]
    /// The blocks that something goes back to, in that order.
    public let heads: [Int]
    /// The blocks that are run more than once.
    public let repeated: Set<Int>
    /// The least number of statements between two ways back to a block; 0 where some loop counts none. 1 without loops.
    public let statementsOfARound: Int

    /// Looks at a unit.
    public init(_ unit: IRUnit) {
        let flow = ControlFlow(unit)
        order = flow.order
        position = flow.position
        var heads: Set<Int> = []
        for block in flow.order {
            for target in flow.successors[block] where flow.isBackEdge(from: block, to: target) { heads.insert(target) }
        }
        self.heads = flow.order.filter { heads.contains($0) }
        let counts = unit.blocks.map { block in
            block.instructions.reduce(0) { $1.op == .action ? $0 + max(0, Int($1.a)) : $0 }
        }
        var repeated: Set<Int> = []
        var least = Int.max
        for head in self.heads {
            // An error may leave a block before it has counted anything.
            func cost(_ block: Int, to target: Int) -> Int {
                unit.blocks[block].handler == target ? 0 : counts[block]
            }
            var distance = [Int?](repeating: nil, count: unit.blocks.count)
            var open: Set<Int> = []
            func reach(_ block: Int, _ length: Int) {
                if let known = distance[block], known <= length { return }
                distance[block] = length
                open.insert(block)
            }
            for next in flow.successors[head] { reach(next, cost(head, to: next)) }
            while let block = open.min(by: { (distance[$0] ?? 0, $0) < (distance[$1] ?? 0, $1) }) {
                open.remove(block)
                if block == head { continue }
                for next in flow.successors[block] { reach(next, (distance[block] ?? 0) + cost(block, to: next)) }
            }
            if let round = distance[head] { least = min(least, round) }
            // What comes from the head and gets back there.
            var back: Set<Int> = [head]
            var waiting = [head]
            while let block = waiting.popLast() {
                for previous in flow.predecessors[block]
                where distance[previous] != nil && back.insert(previous).inserted {
                    waiting.append(previous)
                }
            }
            repeated.formUnion(back)
        }
        self.repeated = repeated
        statementsOfARound = least == .max ? 1 : least
    }

    /// Whether there are loops.
    public var hasLoops: Bool { !heads.isEmpty }

    /// Whether going from one block to another goes back.
    public func isBack(from block: Int, to target: Int) -> Bool { position[block] >= position[target] }

    /// How often a handler goes back at most, when it may run so many statements; nil where that has no bound.
    public func rounds(statements: Int) -> Int? {
        guard statementsOfARound > 0 else { return nil }
        // To each head at most so often; statements of nested loops count for both.
        let rounds = (statements / statementsOfARound + 1).multipliedReportingOverflow(by: max(1, heads.count))
        return rounds.overflow ? nil : rounds.partialValue
    }
}

extension IRProgram {
    /// Whether some handler or function loops.
    public var hasLoops: Bool {
        (handlers + functions).contains { unit in
            guard !unit.blocks.isEmpty else { return false }
            let flow = ControlFlow(unit)
            return flow.order.contains { block in
                flow.successors[block].contains { flow.isBackEdge(from: block, to: $0) }
            }
        }
    }
}

/// What the kernel can do for handlers, beside what all kernels can that run any.
public struct KernelAbilities: Sendable {
    /// How loops are run.
    public enum Loops: Sendable, Hashable {
        /// By `bpf_loop`, whose body is verified once.
        case callback
        /// As they are: the verifier walks through every round, so there must be few.
        case walked
    }

    /// How loops are run.
    public var loops: Loops

    /// Creates the abilities.
    public init(loops: Loops = .callback) { self.loops = loops }

    /// The most rounds of `bpf_loop` (BPF_MAX_LOOPS).
    static let maximumRounds = 1 << 23
    /// The most instructions of the IR that the verifier is made to walk through, of the million of its own.
    static let maximumWalk = 3000

    /// Why the kernel cannot run the loops of a unit under these limits; nil where it can.
    func refusal(of shape: LoopShape, _ unit: IRUnit, _ limits: Limits) -> String? {
        guard shape.hasLoops else { return nil }
        if limits.suppressTimeLimits { return "loops without a limit" }
        guard let rounds = shape.rounds(statements: limits.maxAction) else {
            return "loops without counting statements"
        }
        switch loops {
        case .callback: return rounds > Self.maximumRounds ? "may loop more than \(Self.maximumRounds) times" : nil
        case .walked:
            let size = shape.order.reduce(0) { $0 + unit.blocks[$1].instructions.count }
            let walk = rounds.multipliedReportingOverflow(by: size)
            return walk.overflow || walk.partialValue > Self.maximumWalk
                ? "loops more often than the verifier of a kernel without bpf_loop could follow" : nil
        }
    }
}
