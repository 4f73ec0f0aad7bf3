// SPDX-License-Identifier: GPL-3.0-or-later

/// The flow graph of a unit: orders, dominators and loops. Block numbers are those of the unit. The way of errors, from
/// anywhere in a block to its handler, is the last of a block's edges.
struct ControlFlow {
    let successors: [BlockTargets]
    let predecessors: [[Int]]
    /// The reachable blocks in reverse postorder.
    let order: [Int]
    /// The position of each block in `order`; -1 for blocks that nothing reaches.
    let position: [Int]

    init(_ unit: IRUnit) {
        let next = unit.blocks.map { block in
            var targets = block.instructions.last?.successors ?? BlockTargets()
            if let handler = block.handler { targets.append(handler) }
            return targets
        }
        var postorder: [Int] = []
        var isSeen = [Bool](repeating: false, count: next.count)
        var stack: [(block: Int, edge: Int)] = [(0, 0)]
        isSeen[0] = true
        while let top = stack.last {
            guard top.edge < next[top.block].count else {
                postorder.append(top.block)
                stack.removeLast()
                continue
            }
            stack[stack.count - 1].edge += 1
            // The last edge first: loop exits then come after the bodies.
            let target = next[top.block][next[top.block].count - 1 - top.edge]
            if !isSeen[target] {
                isSeen[target] = true
                stack.append((target, 0))
            }
        }
        order = postorder.reversed()
        var places = [Int](repeating: -1, count: next.count)
        for (place, block) in order.enumerated() { places[block] = place }
        position = places
        successors = next
        var previous = [[Int]](repeating: [], count: next.count)
        for block in order {
            for target in next[block] where !previous[target].contains(block) { previous[target].append(block) }
        }
        predecessors = previous
    }

    /// Whether an edge goes back to a loop's head.
    func isBackEdge(from block: Int, to target: Int) -> Bool { position[block] >= position[target] }

    /// The blocks that can be reached from a block without passing another one.
    func reachable(from start: Int, avoiding barrier: Int) -> Set<Int> {
        var seen: Set<Int> = []
        var waiting = [start]
        while let block = waiting.popLast() {
            guard block != barrier, seen.insert(block).inserted else { continue }
            for next in successors[block] { waiting.append(next) }
        }
        return seen
    }

    /// The immediate dominator of each block; the entry's and those of unreachable blocks are -1.
    func dominators() -> [Int] {
        var dominator = [Int](repeating: -1, count: successors.count)
        var changed = true
        while changed {
            changed = false
            for block in order.dropFirst() {
                var candidate = -1
                for previous in predecessors[block] where previous == 0 || dominator[previous] >= 0 {
                    candidate = candidate < 0 ? previous : common(candidate, previous, dominator)
                }
                if candidate != dominator[block] {
                    dominator[block] = candidate
                    changed = true
                }
            }
        }
        return dominator
    }

    /// The nearest block that comes before two blocks on every way to them.
    func common(_ first: Int, _ second: Int, _ dominator: [Int]) -> Int {
        var left = first
        var right = second
        while left != right {
            while position[left] > position[right] { left = dominator[left] }
            while position[right] > position[left] { right = dominator[right] }
        }
        return left
    }

    /// The blocks of the loop with a head: all that reach a back edge without passing the head. nil for no loop.
    func loop(head: Int) -> [Int]? {
        let latches = predecessors[head].filter { isBackEdge(from: $0, to: head) }
        guard !latches.isEmpty else { return nil }
        var members: Set<Int> = [head]
        var waiting = latches
        while let block = waiting.popLast() {
            guard members.insert(block).inserted else { continue }
            waiting += predecessors[block]
        }
        return members.sorted()
    }
}
