// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// Emits the code that computes the values of a graph.
///
/// r6 is the context, r7 the memory that is filled, r8 the saved entry, r9 a zero that the verifier does not know; r0…r5 are
/// for computing. A fault is a jump to a label with the faulting address in r1. Kept values have a word each; where one
/// faulted, its mark is 1 and the word holds the address.
///
/// The verifier walks every path, and merges two where their registers and stacks look alike. So that they do at every
/// join, whatever a branch decides on is a number it knows nothing about, and so is whatever goes into a kept word:
/// `launder` makes one of any number. Marks are bytes that are not the first of their word, since the first may be tracked.
final class Emitter {
    var code = Assembler()
    var frame = Frame()
    let graph: ValueGraph
    let context: ContextModel
    private(set) var locations: [Location?]
    private var marks: [Location?]
    private var remaining: [Int]
    private var freeMarks: [Location] = []
    /// Code that is off the straight way, emitted after it.
    private var deferred: [(Emitter) -> Void] = []
    /// While code off the straight way recomputes an address: where the kept values were at the time.
    var recomputing: [Int: Location]?
    /// The kept value that is still in r0, and the instruction before which that holds.
    private var fresh: (number: Int, at: Int)?

    init(graph: ValueGraph, context: ContextModel) {
        self.graph = graph
        self.context = context
        locations = Array(repeating: nil, count: graph.values.count)
        marks = locations
        remaining = graph.uses
    }

    // MARK: Off the straight way

    /// Emits code after the straight way; it begins at the label and must end by a jump or exit.
    func later(at label: Label, _ body: @escaping (Emitter) -> Void) {
        let line = code.line
        deferred.append { emitter in
            emitter.code.place(label)
            if let line { emitter.code.source(line) }
            body(emitter)
        }
    }

    /// Emits all that was put off, and what that puts off.
    func finishDeferred() {
        while !deferred.isEmpty {
            let bodies = deferred
            deferred = []
            for body in bodies { body(self) }
        }
    }

    /// Makes a number unknown to the verifier without changing it.
    func launder(_ register: Register) { code.alu(.xor, register, .r9) }

    /// Takes a mark and clears it. Only on the straight way.
    private func takeMark() -> Location {
        if let mark = freeMarks.popLast() { return mark }
        let word = frame.take()
        // The first store leaves a number on some kernels, the second makes plain bytes of it on all.
        code.store(.double, word.base, word.offset, .r9)
        code.store(.byte, word.base, word.offset + 1, .r9)
        for byte in (2...7).reversed() { freeMarks.append(Location(base: word.base, offset: word.offset + byte)) }
        return Location(base: word.base, offset: word.offset + 1)
    }

    /// Launders a value that a branch is about to decide on, unless the verifier sees it for the first time and knows the
    /// same of it on every path.
    func launderForBranch(_ number: Int, _ register: Register) {
        if graph.isKept[number] || graph.isPathDependent[number] { launder(register) }
    }

    // MARK: Kept values

    /// Computes the kept values that a root needs and that are not there yet.
    func hoist(_ root: Int) {
        var needed = Set<Int>()
        var open = [root]
        var seen = Set<Int>()
        while let number = open.popLast() {
            guard seen.insert(number).inserted, locations[number] == nil else { continue }
            if graph.isKept[number] { needed.insert(number) }
            open += graph.values[number].operands
        }
        for number in needed.sorted() { keep(number) }
    }

    private func keep(_ number: Int) {
        let mark = graph.canFault[number] ? takeMark() : nil
        if case .argument(let index) = graph.values[number] {
            let location = frame.take()
            locations[number] = location
            return callForArgument(index, into: location)
        }
        let fault = code.label()
        compute(number, .r0, RegisterSet.all.removing(.r0), fault)
        if graph.canFault[number] || graph.isPathDependent[number] { launder(.r0) }
        let location = frame.take()
        locations[number] = location
        code.store(.double, location.base, location.offset, .r0)
        guard let mark else {
            fresh = (number, code.count)
            return
        }
        marks[number] = mark
        let done = code.label()
        code.place(done)
        later(at: fault) { emitter in
            emitter.launder(.r1)
            emitter.code.store(.double, location.base, location.offset, .r1)
            emitter.code.store(.byte, mark.base, mark.offset, immediate: 1)
            emitter.code.jump(done)
        }
    }

    /// One use of a kept value less; the last gives its word back.
    private func release(_ number: Int) {
        guard recomputing == nil else { return }
        remaining[number] -= 1
        if remaining[number] == 0, let location = locations[number] { frame.give(location) }
    }

    /// Emits code that need not be passed on the way to what comes later: what it keeps is computed again there.
    func apart(_ body: () -> Void) {
        let (locations, marks, remaining, freeMarks, frame) = (locations, marks, remaining, freeMarks, frame)
        body()
        (self.locations, self.marks, self.remaining, self.freeMarks) = (locations, marks, remaining, freeMarks)
        self.frame.restore(frame)
        fresh = nil
    }

    // MARK: Values in registers

    /// Computes a value into a register. `free` are further registers that may be overwritten; when the value calls a
    /// helper, all must be. Faults go to the label.
    func value(_ number: Int, _ target: Register, _ free: RegisterSet, _ fault: Label) {
        guard graph.isKept[number], let location = recomputing?[number] ?? locations[number] else {
            return compute(number, target, free, fault)
        }
        if recomputing == nil, let mark = marks[number] {
            let faulted = code.label()
            code.load(.byte, target, mark.base, mark.offset)
            code.jump(.notEqual, target, 0, faulted)
            later(at: faulted) { emitter in
                emitter.code.load(.double, .r1, location.base, location.offset)
                emitter.code.jump(fault)
            }
        }
        if let fresh, fresh == (number, code.count) {
            code.move(target, .r0)
        } else {
            code.load(.double, target, location.base, location.offset)
        }
        release(number)
    }

    private func compute(_ number: Int, _ target: Register, _ free: RegisterSet, _ fault: Label) {
        switch graph.values[number] {
        case .constant(let constant): code.move(target, constant)
        case .contextWord(let offset): code.load(.double, target, .r6, offset)
        case .argument(let index):
            if graph.directArguments.contains(index), recomputing == nil {
                code.load(.double, target, .r6, 8 * index)
            } else {
                callForArgument(index, into: Location(base: .r10, offset: Frame.landing))
                code.load(.double, target, .r10, Frame.landing)
            }
        case .task: call(.getCurrentPidTgid, target)
        case .owner: call(.getCurrentUidGid, target)
        case .processor: call(.getProcessorID, target)
        case .taskAddress: call(.getCurrentTask, target)
        case .time: call(.ktimeGetNs, target)
        case .ticks: call(.jiffies, target)
        case .counter(let number): counter(number, target)
        case .control(let offset):
            code.valueAddress(target, .control, offset: 0)
            code.load(.double, target, target, offset)
        case .load(let address, let size, let isUser):
            let landing = Location(base: .r10, offset: Frame.landing)
            read(address, size, isUser: isUser, into: landing, fault)
            code.load(AccessSize(bytes: size) ?? .double, target, landing.base, landing.offset)
        case .unary(let operation, let operand):
            value(operand, target, free, fault)
            switch operation {
            case .negate: code.alu(.negate, target, 0)
            case .complement: code.alu(.xor, target, -1)
            default:
                launderForBranch(operand, target)
                booleanOfNonzero(target)
                code.alu(.xor, target, 1)
            }
        case .binary(let operation, let left, let right): binary(operation, left, right, target, free, fault)
        case .bits(let operand, let lowest, let width, let isSigned):
            value(operand, target, free, fault)
            extract(target, lowest: lowest, width: width, isSigned: isSigned)
        case .select(let condition, let first, let second):
            let otherwise = code.label()
            let end = code.label()
            branch(condition, holds: false, otherwise, target, free, fault)
            value(first, target, free, fault)
            code.jump(end)
            code.place(otherwise)
            value(second, target, free, fault)
            code.place(end)
        case .readable(let operand): readable(operand, target, free)
        case .saved(let place, let canFault):
            if canFault {
                let faulted = code.label()
                code.load(.byte, target, .r8, EntryLayout.markOffset(place))
                code.jump(.notEqual, target, 0, faulted)
                later(at: faulted) { emitter in
                    emitter.code.load(.double, .r1, .r8, emitter.savedOffset(place))
                    emitter.code.jump(fault)
                }
            }
            code.load(.double, target, .r8, savedOffset(place))
        }
    }

    /// The perf counters that are told by thread and not by CPU.
    var threadCounters: Set<Int> = []
    /// Where the kernel puts what it tells of a counter: three words of the stack.
    private(set) lazy var counterBuffer = frame.reserve(3)

    /// Where the saved values are in an entry; set by the main program.
    var savedOffsets: [Int] = []

    private func savedOffset(_ place: Int) -> Int { savedOffsets.indices.contains(place) ? savedOffsets[place] : 0 }

    private func call(_ helper: Helper, _ target: Register) {
        code.call(helper)
        code.move(target, .r0)
    }

    /// Jumps when a value is not 0 (or is 0 unless `holds`).
    func branch(
        _ number: Int, holds: Bool, _ label: Label, _ target: Register, _ free: RegisterSet, _ fault: Label
    ) {
        if !graph.isKept[number] {
            if case .unary(.logicalNot, let operand) = graph.values[number] {
                return branch(operand, holds: !holds, label, target, free, fault)
            }
            if case .binary(let operation, let left, let right) = graph.values[number],
                let condition = operation.condition
            {
                let wanted = holds ? condition : condition.opposite
                return compare(wanted, left, right, label, target, free, fault)
            }
            if case .select(let condition, let first, let second) = graph.values[number],
                branch(condition, first, second, holds: holds, label, target, free, fault)
            {
                return
            }
        }
        value(number, target, free, fault)
        launderForBranch(number, target)
        code.jump(holds ? .notEqual : .equal, target, 0, label)
    }

    /// The same for a selection, by its condition; false, and nothing, when neither arm can be told apart. There is always a
    /// way past the jump, since the kernel takes no code that cannot be reached.
    private func branch(
        _ condition: Int, _ first: Int, _ second: Int, holds: Bool, _ label: Label, _ target: Register,
        _ free: RegisterSet, _ fault: Label
    ) -> Bool {
        let constants = (graph.constant(first).map { $0 != 0 }, graph.constant(second).map { $0 != 0 })
        switch constants {
        case (let yes?, let no?):
            if yes == no { return false }
            branch(condition, holds: yes == holds, label, target, free, fault)
        case (let known?, nil), (nil, let known?):
            let end = code.label()
            branch(condition, holds: constants.0 != nil, known == holds ? label : end, target, free, fault)
            branch(constants.0 != nil ? second : first, holds: holds, label, target, free, fault)
            code.place(end)
        case (nil, nil):
            let otherwise = code.label()
            let end = code.label()
            branch(condition, holds: false, otherwise, target, free, fault)
            branch(first, holds: holds, label, target, free, fault)
            code.jump(end)
            code.place(otherwise)
            branch(second, holds: holds, label, target, free, fault)
            code.place(end)
        }
        return true
    }

    private func readable(_ operand: Int, _ target: Register, _ free: RegisterSet) {
        if let mark = marks[operand] {
            code.load(.byte, target, mark.base, mark.offset)
            code.alu(.xor, target, 1)
            return release(operand)
        }
        let bad = code.label()
        let end = code.label()
        value(operand, target, free, bad)
        code.move(target, 1)
        code.jump(end)
        code.place(bad)
        code.move(target, 0)
        code.place(end)
    }
}
