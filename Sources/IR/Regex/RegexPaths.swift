// SPDX-License-Identifier: GPL-3.0-or-later

/// Follows all paths through an automaton at once. It allocates when it is created, and not when it is used.
public final class RegexPaths {
    /// The steps at which paths wait: for a byte of a set, or for the end of the string. In order of preference.
    public let list: UnsafeMutablePointer<Int32>
    /// The number of steps in `list`.
    public private(set) var count = 0
    /// Steps that were looked at since the paths were created: what building an automaton costs.
    public private(set) var visits = 0

    private let steps: UnsafeMutablePointer<RegexStep>
    private let sets: UnsafeMutablePointer<ByteSet>
    private let stepCount: Int
    private let setCount: Int
    private let stack: UnsafeMutablePointer<Int32>
    /// When each step was visited last.
    private let marks: UnsafeMutablePointer<UInt32>
    private var generation: UInt32 = 0

    /// Creates paths through an automaton.
    public init(steps program: [RegexStep], sets programSets: [ByteSet]) {
        stepCount = program.count
        setCount = programSets.count
        steps = .allocate(capacity: max(stepCount, 1))
        sets = .allocate(capacity: max(setCount, 1))
        for (index, step) in program.enumerated() { (steps + index).initialize(to: step) }
        for (index, set) in programSets.enumerated() { (sets + index).initialize(to: set) }
        list = .allocate(capacity: max(stepCount, 1))
        // A visit pushes at most two steps, and each step is visited once.
        stack = .allocate(capacity: 2 * stepCount + 2)
        marks = .allocate(capacity: max(stepCount, 1))
        marks.initialize(repeating: 0, count: max(stepCount, 1))
    }

    deinit {
        steps.deallocate()
        sets.deallocate()
        list.deallocate()
        stack.deallocate()
        marks.deallocate()
    }

    /// Forgets all paths.
    public func begin() {
        count = 0
        if generation == UInt32.max {
            marks.update(repeating: 0, count: stepCount)
            generation = 0
        }
        generation += 1
    }

    /// Adds the paths from a step on; true when one of them leads to a match without another byte.
    public func follow(from first: Int, atStart: Bool, atEnd: Bool) -> Bool {
        var depth = 1
        stack[0] = Int32(truncatingIfNeeded: first)
        while depth > 0 {
            depth -= 1
            let place = stack[depth]
            guard marks[Int(place)] != generation else { continue }
            marks[Int(place)] = generation
            visits += 1
            let step = steps[Int(place)]
            switch step.kind {
            case .match: return true
            case .set:
                list[count] = place
                count += 1
            case .jump:
                stack[depth] = step.a
                depth += 1
            case .split:
                stack[depth] = step.b
                stack[depth + 1] = step.a
                depth += 2
            case .save:
                stack[depth] = place + 1
                depth += 1
            case .start:
                if atStart {
                    stack[depth] = place + 1
                    depth += 1
                }
            case .end:
                if atEnd {
                    stack[depth] = place + 1
                    depth += 1
                } else {
                    list[count] = place
                    count += 1
                }
            }
        }
        return false
    }

    /// Takes a byte: from the waiting steps of `state` and, as a match may begin anywhere, from the first step anew.
    /// True when that is a match; the paths are then incomplete.
    public func take(_ byte: UInt8, from state: UnsafePointer<Int32>, count: Int) -> Bool {
        begin()
        visits += count
        for index in 0..<count {
            let place = Int(state[index])
            let step = steps[place]
            guard step.kind == .set, sets[Int(step.a)].contains(byte) else { continue }
            if follow(from: place + 1, atStart: false, atEnd: false) { return true }
        }
        return follow(from: 0, atStart: false, atEnd: false)
    }

    /// Whether a state matches when the string ends.
    public func endMatches(_ state: UnsafePointer<Int32>, count: Int, atStart: Bool) -> Bool {
        begin()
        for index in 0..<count where steps[Int(state[index])].kind == .end {
            if follow(from: Int(state[index]), atStart: atStart, atEnd: true) { return true }
        }
        return false
    }
}
