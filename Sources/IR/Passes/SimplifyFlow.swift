// SPDX-License-Identifier: GPL-3.0-or-later

extension PassManager {
    /// Protects no block that raises nothing, threads jumps through empty blocks, joins blocks that only follow each other, drops what nothing reaches,
    /// and puts the blocks into reverse postorder.
    static let simplifyFlow = UnitPass(name: "simplify-flow") { unit, context in
        var changed = false
        for block in unit.blocks.indices where unit.blocks[block].handler != nil {
            if mayRaise(unit.blocks[block], context) { continue }
            unit.blocks[block].handler = nil
            changed = true
        }
        thread(&unit, &changed)
        join(&unit, &changed)
        reorder(&unit, &changed)
        return changed
    }

    private static func thread(_ unit: inout IRUnit, _ changed: inout Bool) {
        let blocks = unit.blocks
        func destination(_ start: Int32) -> Int32 {
            var target = start
            // A cycle of empty blocks is an endless loop; it stays one.
            for _ in 0..<blocks.count {
                guard blocks[Int(target)].instructions.count == 1, let only = blocks[Int(target)].instructions.first,
                    only.op == .jump
                else { break }
                target = only.a
            }
            return target
        }
        for block in unit.blocks.indices {
            guard var last = unit.blocks[block].instructions.last else { continue }
            switch last.op {
            case .jump: last.a = destination(last.a)
            case .branch:
                last.a = destination(last.a)
                last.b = destination(last.b)
                if last.a == last.b { last = Instruction(.jump, a: last.a, site: last.site, atEntry: last.atEntry) }
            case .iterationNext:
                last.a = destination(last.a)
                last.b = destination(last.b)
            default: continue
            }
            let place = unit.blocks[block].instructions.count - 1
            if unit.blocks[block].instructions[place] != last {
                unit.blocks[block].instructions[place] = last
                changed = true
            }
        }
    }

    private static func mayRaise(_ block: IRBlock, _ context: PassContext) -> Bool {
        block.instructions.contains { context.tables.mayRaise($0) }
    }

    private static func join(_ unit: inout IRUnit, _ changed: inout Bool) {
        let flow = ControlFlow(unit)
        // A block that was taken in has no instructions of its own any more.
        var isTaken = [Bool](repeating: false, count: unit.blocks.count)
        for block in flow.order where !isTaken[block] {
            while let last = unit.blocks[block].instructions.last, last.op == .jump {
                let next = Int(last.a)
                guard next != block, next != 0, !isTaken[next], flow.predecessors[next].count == 1,
                    // What is set before a `try` is then still known to be set in its handler.
                    unit.blocks[block].handler == unit.blocks[next].handler
                else { break }
                unit.blocks[block].instructions.removeLast()
                unit.blocks[block].instructions += unit.blocks[next].instructions
                isTaken[next] = true
                changed = true
            }
        }
    }

    private static func reorder(_ unit: inout IRUnit, _ changed: inout Bool) {
        let flow = ControlFlow(unit)
        if flow.order.count == unit.blocks.count, flow.order == Array(unit.blocks.indices) { return }
        changed = true
        unit.blocks = flow.order.map { old in
            var block = unit.blocks[old]
            block.handler = block.handler.map { flow.position[$0] }
            let place = block.instructions.count - 1
            guard place >= 0 else { return block }
            switch block.instructions[place].op {
            case .jump: block.instructions[place].a = Int32(flow.position[Int(block.instructions[place].a)])
            case .branch, .iterationNext:
                block.instructions[place].a = Int32(flow.position[Int(block.instructions[place].a)])
                block.instructions[place].b = Int32(flow.position[Int(block.instructions[place].b)])
            default: break
            }
            return block
        }
    }
}
