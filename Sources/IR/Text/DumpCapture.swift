// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

extension IRText {
    /// The slots, entry values and filter of a capture, as expressions.
    mutating func dump(_ plan: CapturePlan) {
        for (index, slot) in plan.slots.enumerated() {
            switch slot {
            case .integer(let node): line("slot \(index): int \(text(node, plan))", indent: 2)
            case .string(let string): line("slot \(index): string \(text(string, plan))", indent: 2)
            case .entryString(let string):
                let inner = plan.entryStrings.indices.contains(string) ? text(plan.entryStrings[string], plan) : "?"
                line("slot \(index): string @entry(\(inner))", indent: 2)
            case .bytes(let address, let isUser, let length, let limit):
                let place = "\(isUser ? "user" : "kernel") bytes at \(text(address, plan))"
                line("slot \(index): \(text(length, plan)) \(place), at most \(limit)", indent: 2)
            case .stack(let isUser, let depth):
                line("slot \(index): \(isUser ? "user" : "kernel") stack of at most \(depth) addresses", indent: 2)
            case .registers(let isUser): line("slot \(index): \(isUser ? "user" : "kernel") registers", indent: 2)
            }
        }
        for (index, node) in plan.entryNodes.enumerated() {
            line("at entry \(index): \(text(node, plan))", indent: 2)
        }
        if let filter = plan.filter { line("filtered when: \(text(filter, plan))", indent: 2) }
    }

    private func text(_ string: CaptureString, _ plan: CapturePlan) -> String {
        switch string {
        case .command: "execname()"
        case .memory(let address, let isUser, let limit):
            "\(isUser ? "user" : "kernel")_string(\(text(address, plan)), \(limit))"
        }
    }

    /// A node as an expression; operands that are no leaves are in parentheses.
    private func text(_ node: Int, _ plan: CapturePlan) -> String {
        guard plan.nodes.indices.contains(node) else { return "?" }
        func inner(_ operand: Int) -> String {
            let text = self.text(operand, plan)
            switch plan.nodes[operand] {
            case .binary, .unary, .select: return "(\(text))"
            default: return text
            }
        }
        switch plan.nodes[node] {
        case .constant(let value): return String(value)
        case .argument(let index): return "arg\(index)"
        case .returnValue: return "return value"
        case .register(let word): return "register \(word)"
        case .counter(let number): return "counter \(number)"
        case .context(let builtin): return builtin.signature.name + "()"
        case .load(let address, let access): return "\(access.name)[\(text(address, plan))]"
        case .unary(let op, let operand): return op.symbol + inner(operand)
        case .binary(let op, let left, let right): return "\(inner(left)) \(op.symbol) \(inner(right))"
        case .extend(let operand, let shape): return "\(shape.name)(\(text(operand, plan)))"
        case .select(let condition, let yes, let no): return "\(inner(condition)) ? \(inner(yes)) : \(inner(no))"
        case .readable(let load): return "can read \(text(load, plan))"
        case .entryValue(let index):
            return plan.entryNodes.indices.contains(index) ? "@entry(\(text(plan.entryNodes[index], plan)))" : "?"
        }
    }
}
