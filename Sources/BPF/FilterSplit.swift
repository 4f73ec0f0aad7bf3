// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// A return probe's filter in two parts. What can be told at the entry already (`if (pid() != target()) next`) is told
/// there, so that calls of no interest have no entry saved; the same test comes first at the return.
struct FilterSplit {
    /// The plan with the nodes of the guard added, and with what is left of its filter.
    private(set) var plan: CapturePlan
    /// The node that is not 0 when the call is of no interest, the same at entry and return; nil when nothing is.
    private(set) var guardNode: Int?
    private let isStable: [Bool]
    /// The copies of stable nodes, without entry values.
    private var copies: [Int: Int] = [:]

    /// Splits the filter of a checked plan.
    init(plan: CapturePlan, context: ContextModel) {
        self.plan = plan
        isStable = Self.stableNodes(plan, context)
        guard let filter = plan.filter, let guardNode = early(filter) else { return }
        self.guardNode = guardNode
        let left = rest(filter)
        self.plan.filter = left
    }

    /// The nodes that have the same value at the entry and the return of a call, and no fault.
    private static func stableNodes(_ plan: CapturePlan, _ context: ContextModel) -> [Bool] {
        var result: [Bool] = []
        let hasArguments = if case .tracing = context { true } else { false }
        for node in plan.nodes {
            switch node {
            case .constant: result.append(true)
            case .argument: result.append(hasArguments)
            case .context(let fact): result.append(fact == .pid || fact == .tid || fact == .taskCurrent)
            case .unary(_, let operand), .extend(let operand, _): result.append(result[operand])
            case .binary(let operation, let left, let right):
                result.append(!operation.isDivision && result[left] && result[right])
            case .select(let condition, let first, let second):
                result.append(result[condition] && result[first] && result[second])
            case .entryValue(let entry):
                // An entry node may come later; only plain arguments matter.
                if case .argument = plan.nodes[plan.entryNodes[entry]] {
                    result.append(hasArguments)
                } else {
                    result.append(false)
                }
            case .returnValue, .register, .counter, .load, .readable: result.append(false)
            }
        }
        return result
    }

    private func constant(_ node: Int) -> Int64? {
        if case .constant(let constant) = plan.nodes[node] { constant } else { nil }
    }

    /// A node that is not 0 only where the filter is not; nil when that is never.
    private mutating func early(_ node: Int) -> Int? {
        if isStable[node] { return constant(node) == 0 ? nil : copy(node) }
        guard case .select(let condition, let first, let second) = plan.nodes[node], isStable[condition] else {
            return nil
        }
        let yes = early(first)
        let no = early(second)
        guard yes != nil || no != nil else { return nil }
        let never = append(.constant(0))
        return append(.select(copy(condition), yes ?? never, no ?? never))
    }

    /// What is left of the filter where the guard is 0; nil when nothing is.
    private func rest(_ node: Int) -> Int? {
        if isStable[node] { return nil }
        guard case .select(let condition, let first, let second) = plan.nodes[node], isStable[condition] else {
            return node
        }
        if let always = constant(first), always != 0 { return rest(second) }
        if let always = constant(second), always != 0 { return rest(first) }
        return node
    }

    private mutating func append(_ node: CaptureNode) -> Int {
        plan.nodes.append(node)
        return plan.nodes.count - 1
    }

    private mutating func copy(_ node: Int) -> Int {
        if let copy = copies[node] { return copy }
        let made: Int
        switch plan.nodes[node] {
        case .unary(let operation, let operand): made = append(.unary(operation, copy(operand)))
        case .extend(let operand, let shape): made = append(.extend(copy(operand), shape))
        case .binary(let operation, let left, let right):
            made = append(.binary(operation, copy(left), copy(right)))
        case .select(let condition, let first, let second):
            made = append(.select(copy(condition), copy(first), copy(second)))
        case .entryValue(let entry): made = append(plan.nodes[plan.entryNodes[entry]])
        case let leaf: made = append(leaf)
        }
        copies[node] = made
        return made
    }
}
