// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds when a handler ends without any effect: such events need not leave the kernel.
///
/// What is read on such a path and used for nothing counts as not read, as everywhere: its faults are no effect.
struct CaptureFilter {
    private(set) var graph: CaptureGraph
    private let flow: ControlFlow
    private let conditions: [KnownValue]
    private let context: PassContext
    private var memo: [Int: Int] = [:]

    /// The most blocks that are looked at.
    private static let maximumBlocks = 64

    init(planner: CapturePlanner) {
        graph = planner.graph
        flow = planner.flow
        conditions = planner.conditions
        context = PassContext(tables: planner.tables, traits: planner.traits)
    }

    /// The node that is 1 when the handler has no effect; nil when it always may have one.
    mutating func run(_ unit: IRUnit) -> Int? {
        let node = idle(0, unit)
        return graph.constant(of: node) == 0 ? nil : node
    }

    private mutating func idle(_ block: Int, _ unit: IRUnit) -> Int {
        if let known = memo[block] { return known }
        let busy = graph.constant(0)
        if memo.count >= Self.maximumBlocks { return busy }
        // Also what a loop finds when it comes back here.
        memo[block] = busy
        let result = evaluate(block, unit, busy)
        memo[block] = result
        return result
    }

    private mutating func evaluate(_ block: Int, _ unit: IRUnit, _ busy: Int) -> Int {
        guard let last = unit.blocks[block].instructions.last else { return busy }
        for instruction in unit.blocks[block].instructions.dropLast() {
            if instruction.op != .action, !context.isRemovable(instruction) { return busy }
        }
        // A fault that is caught goes on in the handler, which must then have no effect whatever led to it.
        if let handler = unit.blocks[block].handler,
            unit.blocks[block].instructions.contains(where: { context.tables.mayRaise($0) })
        {
            let afterErrors = idle(handler, unit)
            if graph.constant(of: afterErrors) != 1 { return busy }
        }
        switch last.op {
        case .returnVoid: return graph.constant(1)
        case .jump: return idle(Int(last.a), unit)
        case .branch:
            let yes = idle(Int(last.a), unit)
            let no = idle(Int(last.b), unit)
            switch conditions[block] {
            case .event(let condition): return graph.add(.select(condition, yes, no))
            case .entry(let node):
                let condition = graph.entryValue(node)
                return graph.add(.select(condition, yes, no))
            case .unknown: return graph.add(.select(yes, no, busy))
            }
        default: return busy
        }
    }
}
