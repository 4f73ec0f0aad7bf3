// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// Builds the nodes of a capture plan, each once and simplified.
struct CaptureGraph {
    private(set) var nodes: [CaptureNode] = []
    private var index: [CaptureNode: Int] = [:]
    /// Nodes that are evaluated at the entry of the function.
    private(set) var entryNodes: [Int] = []
    private var entryIndex: [Int: Int] = [:]

    /// The node that computes something.
    mutating func add(_ node: CaptureNode) -> Int {
        let node = simplified(node)
        if case .same(let existing) = node { return existing }
        guard case .new(let node) = node else { return 0 }
        if let existing = index[node] { return existing }
        nodes.append(node)
        index[node] = nodes.count - 1
        return nodes.count - 1
    }

    mutating func constant(_ value: Int64) -> Int { add(.constant(value)) }

    /// The value that a node had at the entry.
    mutating func entryValue(_ node: Int) -> Int {
        if constant(of: node) != nil { return node }
        let place: Int
        if let known = entryIndex[node] {
            place = known
        } else {
            place = entryNodes.count
            entryNodes.append(node)
            entryIndex[node] = place
        }
        return add(.entryValue(place))
    }

    /// The constant that a node is.
    func constant(of node: Int) -> Int64? {
        guard case .constant(let value) = nodes[node] else { return nil }
        return value
    }

    /// Whether a node is always 0 or 1.
    func isBoolean(_ node: Int) -> Bool {
        switch nodes[node] {
        case .constant(let value): value == 0 || value == 1
        case .unary(let op, _), .binary(let op, _, _): op.isComparison
        case .readable: true
        case .select(_, let yes, let no): isBoolean(yes) && isBoolean(no)
        default: false
        }
    }

    /// A node that is 1 when `node` is 0, else 0.
    mutating func not(_ node: Int) -> Int {
        if case .binary(let op, let left, let right) = nodes[node], let inverse = op.inverse {
            return add(.binary(inverse, left, right))
        }
        if case .unary(.logicalNot, let operand) = nodes[node], isBoolean(operand) { return operand }
        return add(.unary(.logicalNot, node))
    }

    /// A node that is 1 when `node` is not 0, else 0.
    mutating func truth(_ node: Int) -> Int {
        if isBoolean(node) { return node }
        let zero = constant(0)
        return add(.binary(.notEqual, node, zero))
    }

    private enum Simplified {
        case same(Int)
        case new(CaptureNode)
    }

    private mutating func simplified(_ node: CaptureNode) -> Simplified {
        switch node {
        case .unary(let op, let operand):
            if let value = constant(of: operand), let folded = Arithmetic.unary(op, value) {
                return .new(.constant(folded))
            }
        case .extend(let operand, let shape):
            if shape.size >= 8 { return .same(operand) }
            if let value = constant(of: operand) { return .new(.constant(Arithmetic.extend(value, shape))) }
            if case .extend(_, let inner) = nodes[operand], inner == shape { return .same(operand) }
            if case .load(_, let access) = nodes[operand], access.shape == shape, access.bitField == nil {
                return .same(operand)
            }
        case .binary(let op, let left, let right): return binary(op, left, right)
        case .select(let condition, let yes, let no):
            if let value = constant(of: condition) { return .same(value != 0 ? yes : no) }
            if yes == no { return .same(yes) }
            if constant(of: yes) == 1, constant(of: no) == 0 { return .same(truth(condition)) }
            if constant(of: yes) == 0, constant(of: no) == 1 { return .same(not(condition)) }
        default: break
        }
        return .new(node)
    }

    private mutating func binary(_ op: Operation, _ left: Int, _ right: Int) -> Simplified {
        let first = constant(of: left)
        let second = constant(of: right)
        if let first, let second, let folded = Arithmetic.binary(op, first, second) { return .new(.constant(folded)) }
        switch op {
        case .add:
            if first != nil { return .same(add(.binary(.add, right, left))) }
            guard let second else { break }
            if second == 0 { return .same(left) }
            if case .binary(.add, let base, let offset) = nodes[left], let inner = constant(of: offset) {
                let sum = constant(inner &+ second)
                return .same(add(.binary(.add, base, sum)))
            }
        case .subtract:
            guard let second else { break }
            let negated = constant(0 &- second)
            return .same(add(.binary(.add, left, negated)))
        case .or, .xor, .shiftLeft, .shiftRight, .shiftRightLogical:
            if second == 0 { return .same(left) }
        case .multiply:
            if second == 1 { return .same(left) }
        default: break
        }
        return .new(.binary(op, left, right))
    }
}

extension Operation {
    /// The comparison that holds when this one does not.
    var inverse: Operation? {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterEqual
        case .greaterEqual: .less
        case .greater: .lessEqual
        case .lessEqual: .greater
        default: nil
        }
    }
}
