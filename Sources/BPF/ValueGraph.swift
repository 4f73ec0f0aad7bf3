// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// The values of one program with what code generation must know of them. Equal values are one value.
struct ValueGraph {
    private(set) var values: [Value] = []
    private var numbers: [Value: Int] = [:]
    /// Whether a value may have a fault instead.
    private(set) var canFault: [Bool] = []
    /// How often each value is used by others and by roots.
    private(set) var uses: [Int] = []
    /// Values that are computed once and kept; all others are computed where they are used.
    private(set) var isKept: [Bool] = []
    /// Whether computing a value where it is used calls a helper, which clobbers r0…r5.
    private(set) var hasCall: [Bool] = []
    /// Whether computing a value where it is used takes branches, so that the verifier knows it differently on each.
    private(set) var isPathDependent: [Bool] = []
    /// Arguments that are only stored or read from, so that the verifier may have them as pointers.
    private(set) var directArguments: Set<Int> = []
    /// Arguments that are never loaded directly.
    var opaqueArguments: Set<Int> = []

    /// The number of a value, simplified.
    mutating func insert(_ value: Value) -> Int {
        let simple = simplified(value)
        if case .same(let number) = simple { return number }
        guard case .new(let value) = simple else { return 0 }
        if let number = numbers[value] { return number }
        numbers[value] = values.count
        values.append(value)
        canFault.append(mayFault(value))
        return values.count - 1
    }

    private func mayFault(_ value: Value) -> Bool {
        switch value {
        case .load: true
        case .saved(_, let canFault): canFault
        case .readable: false
        case .binary(let operation, let left, let right) where operation.isDivision:
            canFault[left] || canFault[right] || (constant(right) ?? 0) == 0
        default: value.operands.contains { canFault[$0] }
        }
    }

    /// The value as a constant.
    func constant(_ number: Int) -> Int64? {
        if case .constant(let constant) = values[number] { constant } else { nil }
    }

    // MARK: Simplification

    private enum Simplified {
        case same(Int)
        case new(Value)
    }

    private mutating func simplified(_ value: Value) -> Simplified {
        switch value {
        case .binary(let operation, let left, let right):
            if let first = constant(left), let second = constant(right),
                let folded = Arithmetic.binary(operation, first, second)
            {
                return .new(.constant(folded))
            }
            if operation.isCommutative, constant(left) != nil { return simplified(.binary(operation, right, left)) }
            guard let second = constant(right) else { return .new(value) }
            return simplified(operation, left, second, original: value)
        case .unary(let operation, let operand):
            guard let constant = constant(operand) else { return .new(value) }
            switch operation {
            case .negate: return .new(.constant(0 &- constant))
            case .complement: return .new(.constant(~constant))
            default: return .new(.constant(constant == 0 ? 1 : 0))
            }
        case .bits(let operand, let lowest, let width, let isSigned):
            if lowest == 0, width == 64 { return .same(operand) }
            if lowest == 0, !isSigned, case .load(_, let size, _) = values[operand], size * 8 <= width {
                return .same(operand)
            }
            guard let constant = constant(operand) else { return .new(value) }
            let raised = constant << Int64(64 - lowest - width)
            let shift = Int64(64 - width)
            return .new(
                .constant(isSigned ? raised >> shift : Int64(bitPattern: UInt64(bitPattern: raised) >> UInt64(shift))))
        case .select(let condition, let first, let second):
            guard let constant = constant(condition) else { return .new(value) }
            return .same(constant != 0 ? first : second)
        case .readable(let operand):
            return canFault[operand] ? .new(value) : .new(.constant(1))
        default: return .new(value)
        }
    }

    /// Drops what does nothing, and adds constants up.
    private mutating func simplified(
        _ operation: Operation, _ left: Int, _ right: Int64, original: Value
    ) -> Simplified {
        switch operation {
        case .add:
            if right == 0 { return .same(left) }
            if case .binary(.add, let base, let inner) = values[left], let inner = constant(inner) {
                return simplified(.binary(.add, base, insert(.constant(inner &+ right))))
            }
            return .new(original)
        case .subtract where right != .min:
            return right == 0 ? .same(left) : simplified(.binary(.add, left, insert(.constant(-right))))
        case .or, .xor, .shiftLeft, .shiftRight, .shiftRightLogical:
            return right == 0 ? .same(left) : .new(original)
        case .multiply, .divide:
            return right == 1 ? .same(left) : .new(original)
        default: return .new(original)
        }
    }

    // MARK: Analysis

    /// Finds out uses, what to keep and where helpers are called, when all values are in. `stored` are the roots that are
    /// only written to memory, `addresses` those that are only read from, `others` all other roots.
    mutating func analyse(stored: [Int], addresses: [Int], others: [Int]) {
        uses = Array(repeating: 0, count: values.count)
        for root in stored + addresses + others { uses[root] += 1 }
        // Values that are computed with: their arguments must be numbers.
        var computed = Set(others)
        for number in values.indices.reversed() where uses[number] > 0 {
            let operands = values[number].operands
            for operand in operands { uses[operand] += 1 }
            switch values[number] {
            case .load: break
            case .binary(.add, let base, let right) where isPointerOffset(right):
                // All users come later and have been seen. A sum that is used twice would be kept on the stack.
                if uses[number] > 1 || computed.contains(number) { computed.insert(base) }
            default: computed.formUnion(operands)
            }
        }
        directArguments = []
        for number in values.indices where uses[number] > 0 && !computed.contains(number) {
            if case .argument(let index) = values[number], !opaqueArguments.contains(index) {
                directArguments.insert(index)
            }
        }
        decideWhatToKeep()
    }

    /// Small enough for the verifier to add it to a typed pointer (BPF_MAX_VAR_OFF is 1 << 29).
    private func isPointerOffset(_ number: Int) -> Bool { constant(number).map { $0.magnitude < 1 << 28 } ?? false }

    /// Whether the verifier may have a pointer where this value is.
    func isPointer(_ number: Int) -> Bool {
        switch values[number] {
        case .argument(let index): directArguments.contains(index)
        case .binary(.add, let base, _): if case .argument = values[base] { isPointer(base) } else { false }
        default: false
        }
    }

    private mutating func decideWhatToKeep() {
        isKept = Array(repeating: false, count: values.count)
        hasCall = isKept
        isPathDependent = isKept
        var depths = Array(repeating: 0, count: values.count)
        for number in values.indices where uses[number] > 0 {
            let value = values[number]
            let operands = value.operands
            var depth = 1
            var calls = false
            var branches = value.branches
            for operand in operands where !isKept[operand] {
                depth = max(depth, depths[operand] + 1)
                calls = calls || hasCall[operand]
                branches = branches || isPathDependent[operand]
            }
            var isCheap = false
            switch value {
            case .constant, .contextWord, .saved: isCheap = true
            case .argument(let index): isCheap = directArguments.contains(index)
            default: break
            }
            switch value {
            case .load, .task, .owner, .processor, .taskAddress, .time, .ticks, .counter: calls = true
            case .argument: calls = !isCheap
            // A fault takes r1 away from whoever keeps something there.
            case .readable(let operand): calls = calls || !isKept[operand]
            default: break
            }
            depths[number] = depth
            hasCall[number] = calls
            isPathDependent[number] = branches
            // Trees are computed by recursion: deep ones are cut.
            isKept[number] = !isCheap && (uses[number] > 1 || depth > 20)
        }
    }

    /// Whether a helper is called for a value, or for one that it is computed from.
    func callsHelper(_ number: Int) -> Bool {
        var seen = Set<Int>()
        var open = [number]
        while let next = open.popLast() {
            guard seen.insert(next).inserted else { continue }
            if hasCall[next] { return true }
            open += values[next].operands
        }
        return false
    }

    /// Whether computing a value where it is used passes the places where faults begin. Kept operands count too.
    func isSimpleTree(_ number: Int) -> Bool {
        var rest = 6
        return isSimpleTree(number, &rest)
    }

    private func isSimpleTree(_ number: Int, _ rest: inout Int) -> Bool {
        rest -= 1
        if isKept[number] { return true }
        if rest < 0 || hasCall[number] { return false }
        switch values[number] {
        case .constant, .contextWord, .argument: return true
        case .binary(let operation, let left, let right) where operation.direct != nil:
            return isSimpleTree(left, &rest) && isSimpleTree(right, &rest)
        default: return false
        }
    }
}
