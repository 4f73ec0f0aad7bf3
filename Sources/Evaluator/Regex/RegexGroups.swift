// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// Finds what the groups of a pattern match: all paths at once, each with the positions that it noted. It allocates
/// when it is created, and not when it is used.
final class RegexGroups {
    /// The positions of the last match: start of group n at 2n, its end at 2n+1; -1 for a group that took no part.
    let slots: UnsafeMutablePointer<Int32>
    /// The number of groups with group 0.
    let groupCount: Int

    private let slotCount: Int
    private let stepCount: Int
    private let setCount: Int
    private let steps: UnsafeMutablePointer<RegexStep>
    private let sets: UnsafeMutablePointer<ByteSet>
    private var threads: ThreadList
    private var following: ThreadList
    /// What to do next while the paths from a step are followed.
    private let stack: UnsafeMutablePointer<Task>
    /// The positions of the path that is followed.
    private let current: UnsafeMutablePointer<Int32>

    private enum Task {
        case visit(Int32)
        case restore(slot: Int32, value: Int32)
    }

    /// Whether a match that is not at the start may begin with a byte.
    private let begins: UnsafeMutablePointer<Bool>

    /// Paths in order of preference, no two at the same step.
    private struct ThreadList {
        let order: UnsafeMutablePointer<Int32>
        let slots: UnsafeMutablePointer<Int32>
        let marks: UnsafeMutablePointer<Int32>
        var count = 0

        init(steps: Int, slots slotCount: Int) {
            order = .allocate(capacity: steps)
            slots = .allocate(capacity: steps * slotCount)
            marks = .allocate(capacity: steps)
        }

        func deallocate() {
            order.deallocate()
            slots.deallocate()
            marks.deallocate()
        }
    }

    init(_ regex: RegexAutomaton) {
        groupCount = regex.groupCount
        slotCount = 2 * regex.groupCount
        stepCount = regex.steps.count
        setCount = regex.sets.count
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: -1, count: slotCount)
        current = .allocate(capacity: slotCount)
        current.initialize(repeating: -1, count: slotCount)
        steps = .allocate(capacity: stepCount)
        sets = .allocate(capacity: max(setCount, 1))
        for (index, step) in regex.steps.enumerated() { (steps + index).initialize(to: step) }
        for (index, set) in regex.sets.enumerated() { (sets + index).initialize(to: set) }
        threads = ThreadList(steps: stepCount, slots: slotCount)
        following = ThreadList(steps: stepCount, slots: slotCount)
        begins = .allocate(capacity: 256)
        begins.initialize(repeating: false, count: 256)
        // A visit pushes at most two tasks, and each step is visited once for each position.
        stack = .allocate(capacity: 2 * stepCount + 2)
        noteBeginnings(regex)
    }

    /// Fills `begins`: with everything where a match may be empty.
    private func noteBeginnings(_ regex: RegexAutomaton) {
        var pending: [Int32] = [0]
        var known = Set(pending)
        while let place = pending.popLast() {
            let step = regex.steps[Int(place)]
            var next: [Int32] = []
            switch step.kind {
            case .set: for byte in 0..<256 where regex.sets[Int(step.a)].contains(UInt8(byte)) { begins[byte] = true }
            case .match: begins.update(repeating: true, count: 256)
            case .jump: next = [step.a]
            case .split: next = [step.a, step.b]
            case .save: next = [place + 1]
            // At the start and at the end every path is followed.
            case .start, .end: break
            }
            for place in next where known.insert(place).inserted { pending.append(place) }
        }
    }

    deinit {
        slots.deallocate()
        current.deallocate()
        steps.deallocate()
        sets.deallocate()
        threads.deallocate()
        following.deallocate()
        stack.deallocate()
        begins.deallocate()
    }

    /// Finds the preferred match in a text and notes its groups in `slots`; false when there is none.
    func find(_ text: StringView) -> Bool {
        var hasMatch = false
        threads.count = 0
        threads.marks.initialize(repeating: -1, count: stepCount)
        following.marks.initialize(repeating: -1, count: stepCount)
        for position in 0...text.length {
            // Where no path can go on with the byte there, none is begun.
            let mayBegin = position == 0 || position == text.length || begins[Int(text.pointer[position])]
            if !hasMatch, mayBegin {
                // Paths that begin earlier are preferred.
                current.update(repeating: -1, count: slotCount)
                follow(from: 0, position, text.length, &threads)
            }
            if threads.count == 0 {
                if hasMatch { break }
                continue
            }
            following.count = 0
            for index in 0..<threads.count {
                let place = Int(threads.order[index])
                let step = steps[place]
                let noted = threads.slots + index * slotCount
                if step.kind == .match {
                    slots.update(from: noted, count: slotCount)
                    hasMatch = true
                    // What comes after is less preferred.
                    break
                }
                guard position < text.length, sets[Int(step.a)].contains(text.pointer[position]) else { continue }
                current.update(from: noted, count: slotCount)
                follow(from: place + 1, position + 1, text.length, &following)
            }
            swap(&threads, &following)
        }
        return hasMatch
    }

    /// Adds the paths from a step on with the positions in `current`.
    private func follow(from first: Int, _ position: Int, _ end: Int, _ list: inout ThreadList) {
        let time = Int32(truncatingIfNeeded: position)
        var depth = 1
        stack[0] = .visit(Int32(truncatingIfNeeded: first))
        while depth > 0 {
            depth -= 1
            switch stack[depth] {
            case .restore(let slot, let value): current[Int(slot)] = value
            case .visit(let place):
                guard list.marks[Int(place)] != time else { continue }
                list.marks[Int(place)] = time
                let step = steps[Int(place)]
                switch step.kind {
                case .set, .match:
                    list.order[list.count] = place
                    (list.slots + list.count * slotCount).update(from: current, count: slotCount)
                    list.count += 1
                case .jump:
                    stack[depth] = .visit(step.a)
                    depth += 1
                case .split:
                    stack[depth] = .visit(step.b)
                    stack[depth + 1] = .visit(step.a)
                    depth += 2
                case .save:
                    stack[depth] = .restore(slot: step.a, value: current[Int(step.a)])
                    stack[depth + 1] = .visit(place + 1)
                    depth += 2
                    current[Int(step.a)] = time
                case .start where position == 0, .end where position == end:
                    stack[depth] = .visit(place + 1)
                    depth += 1
                case .start, .end: break
                }
            }
        }
    }
}
