// SPDX-License-Identifier: GPL-3.0-or-later

/// Copies what slots and filter need out of a graph, numbered in order of first use.
struct PlanCompaction {
    private let graph: CaptureGraph
    private let entryStrings: [CaptureString]
    private var plan = CapturePlan()
    private var nodes: [Int: Int] = [:]
    private var entries: [Int: Int] = [:]
    private var strings: [Int: Int] = [:]

    init(graph: CaptureGraph, entryStrings: [CaptureString]) {
        self.graph = graph
        self.entryStrings = entryStrings
    }

    mutating func plan(slots: [CaptureSlot], filter: Int?) -> CapturePlan {
        for slot in slots {
            let copy: CaptureSlot =
                switch slot {
                case .integer(let node): .integer(node: self.node(node))
                case .string(let string): .string(self.string(string))
                case .entryString(let index): .entryString(entryString(index))
                case .bytes(let address, let isUser, let length, let limit):
                    .bytes(
                        address: self.node(address), isUser: isUser, length: self.node(length), limit: limit)
                case .stack, .registers: slot
                }
            plan.slots.append(copy)
        }
        plan.filter = filter.map { node($0) }
        return plan
    }

    private mutating func node(_ old: Int) -> Int {
        if let known = nodes[old] { return known }
        let copy: CaptureNode
        switch graph.nodes[old] {
        case .constant, .argument, .returnValue, .register, .counter, .context: copy = graph.nodes[old]
        case .load(let address, let access): copy = .load(address: node(address), access)
        case .unary(let op, let operand): copy = .unary(op, node(operand))
        case .binary(let op, let left, let right): copy = .binary(op, node(left), node(right))
        case .extend(let operand, let shape): copy = .extend(node(operand), shape)
        case .select(let condition, let yes, let no): copy = .select(node(condition), node(yes), node(no))
        case .readable(let load): copy = .readable(node(load))
        case .entryValue(let entry): copy = .entryValue(self.entry(entry))
        }
        plan.nodes.append(copy)
        nodes[old] = plan.nodes.count - 1
        return plan.nodes.count - 1
    }

    private mutating func entry(_ old: Int) -> Int {
        if let known = entries[old] { return known }
        let copy = node(graph.entryNodes[old])
        plan.entryNodes.append(copy)
        entries[old] = plan.entryNodes.count - 1
        return plan.entryNodes.count - 1
    }

    private mutating func string(_ string: CaptureString) -> CaptureString {
        switch string {
        case .command: .command
        case .memory(let address, let isUser, let limit):
            .memory(address: node(address), isUser: isUser, limit: limit)
        }
    }

    private mutating func entryString(_ old: Int) -> Int {
        if let known = strings[old] { return known }
        plan.entryStrings.append(string(entryStrings[old]))
        strings[old] = plan.entryStrings.count - 1
        return plan.entryStrings.count - 1
    }
}
