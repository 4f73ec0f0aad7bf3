// SPDX-License-Identifier: GPL-3.0-or-later

/// Turns a pattern's tree into steps. Counted repetitions are written out, so it measures before it writes.
struct RegexCompiler {
    private(set) var steps: [RegexStep] = []
    private(set) var sets: [ByteSet] = []
    private var setIndex: [ByteSet: Int] = [:]

    /// Compiles a whole pattern, which is group 0.
    mutating func compile(_ tree: RegexNode, groups: Int) throws(RegexError) {
        let size = try measure(tree) + 3
        if size * (groups + 1) * 2 > RegexAutomaton.maximumSlots {
            throw RegexError(reason: "the pattern has too many groups for its size", position: 0)
        }
        steps.reserveCapacity(size)
        steps.append(RegexStep(.save, 0))
        emit(tree)
        steps.append(RegexStep(.save, 1))
        steps.append(RegexStep(.match))
    }

    /// The number of steps that a node takes.
    private func measure(_ node: RegexNode) throws(RegexError) -> Int {
        switch node {
        case .empty: return 0
        case .set, .start, .end: return 1
        case .sequence(let parts):
            var size = 0
            for part in parts { size += try measure(part) }
            return try checked(size, 0)
        case .alternation(let parts):
            var size = 2 * (parts.count - 1)
            for part in parts { size += try measure(part) }
            return try checked(size, 0)
        case .group(let inner, let number): return try measure(inner) + (number == nil ? 0 : 2)
        case .repetition(let inner, let least, let most, let position):
            if isIdle(node) { return 0 }
            let size = try measure(inner)
            guard let most else { return try checked(size * max(least, 1) + 2, position) }
            return try checked(size * least + (size + 1) * (most - least), position)
        }
    }

    /// Whether a node takes no steps at all, however often it is repeated.
    private func isIdle(_ node: RegexNode) -> Bool {
        switch node {
        case .empty: true
        case .set, .start, .end, .alternation, .group(_, .some): false
        case .group(let inner, nil): isIdle(inner)
        case .sequence(let parts): parts.allSatisfy(isIdle)
        case .repetition(let inner, _, let most, _): most == 0 || isIdle(inner)
        }
    }

    private func checked(_ size: Int, _ position: Int) throws(RegexError) -> Int {
        if size > RegexAutomaton.maximumSteps {
            throw RegexError(reason: "the pattern becomes too large", position: position)
        }
        return size
    }

    private mutating func emit(_ node: RegexNode) {
        switch node {
        case .empty: break
        case .set(let set): steps.append(RegexStep(.set, index(of: set)))
        case .start: steps.append(RegexStep(.start))
        case .end: steps.append(RegexStep(.end))
        case .sequence(let parts): for part in parts { emit(part) }
        case .alternation(let parts): emit(alternatives: parts)
        case .group(let inner, nil): emit(inner)
        case .group(let inner, let number?):
            steps.append(RegexStep(.save, 2 * number))
            emit(inner)
            steps.append(RegexStep(.save, 2 * number + 1))
        case .repetition(let inner, let least, let most, _): if !isIdle(node) { emit(inner, least, most) }
        }
    }

    private mutating func emit(alternatives parts: [RegexNode]) {
        var exits: [Int] = []
        for part in parts.dropLast() {
            let split = steps.count
            steps.append(RegexStep(.split, split + 1))
            emit(part)
            exits.append(steps.count)
            steps.append(RegexStep(.jump))
            steps[split].b = Int32(steps.count)
        }
        if let last = parts.last { emit(last) }
        for exit in exits { steps[exit].a = Int32(steps.count) }
    }

    private mutating func emit(_ inner: RegexNode, _ least: Int, _ most: Int?) {
        guard let most else {
            for _ in 0..<max(least - 1, 0) { emit(inner) }
            let head = steps.count
            if least == 0 {
                steps.append(RegexStep(.split, head + 1))
                emit(inner)
                steps.append(RegexStep(.jump, head))
                steps[head].b = Int32(steps.count)
            } else {
                emit(inner)
                steps.append(RegexStep(.split, head, steps.count + 1))
            }
            return
        }
        for _ in 0..<least { emit(inner) }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(steps.count)
            steps.append(RegexStep(.split, steps.count + 1))
            emit(inner)
        }
        for split in splits { steps[split].b = Int32(steps.count) }
    }

    private mutating func index(of set: ByteSet) -> Int {
        if let known = setIndex[set] { return known }
        sets.append(set)
        setIndex[set] = sets.count - 1
        return sets.count - 1
    }
}
