// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// Turns the nodes of a plan into the values of one program's graph.
struct Translation {
    private let plan: CapturePlan
    private let context: ContextModel
    /// The place of each saved entry node in the entry.
    private let places: [Int: Int]
    /// Whether each saved entry node may have faulted.
    private let savedFaults: Set<Int>
    private let replayed: [Bool]
    private var numbers: [Int?]
    private(set) var graph = ValueGraph()

    /// Prepares to translate for one program. `saved` are the entry nodes that an entry program saves, and `savedFaults` those
    /// of them that may fault; empty for the entry program itself.
    init(
        plan: CapturePlan, context: ContextModel, saved: [Int] = [], savedFaults: Set<Int> = []
    ) throws(CaptureError) {
        try Self.check(plan)
        self.plan = plan
        self.context = context
        self.savedFaults = savedFaults
        places = Dictionary(uniqueKeysWithValues: zip(saved, saved.indices))
        replayed = Self.replayable(plan, context)
        numbers = Array(repeating: nil, count: plan.nodes.count)
        if case .tracing(let tracing) = context { graph.opaqueArguments = tracing.opaqueArguments }
    }

    /// The nodes whose entry values can be had at the return as well: an fexit program has the arguments as they were,
    /// and a thread stays itself.
    static func replayable(_ plan: CapturePlan, _ context: ContextModel) -> [Bool] {
        guard case .tracing(let tracing) = context, tracing.isReturn else {
            return Array(repeating: false, count: plan.nodes.count)
        }
        var result: [Bool] = []
        for node in plan.nodes {
            let can: Bool
            switch node {
            case .constant, .argument: can = true
            case .context(let fact): can = fact == .pid || fact == .tid || fact == .taskCurrent
            case .unary(_, let operand), .extend(let operand, _): can = result[operand]
            case .binary(_, let left, let right): can = result[left] && result[right]
            case .select(let condition, let first, let second):
                can = result[condition] && result[first] && result[second]
            case .returnValue, .register, .counter, .load, .readable, .entryValue: can = false
            }
            result.append(can)
        }
        return result
    }

    /// Throws unless operands name earlier nodes and everything else names something there is.
    static func check(_ plan: CapturePlan) throws(CaptureError) {
        var isSound = true
        for (index, node) in plan.nodes.enumerated() {
            let operands: [Int]
            switch node {
            case .load(let address, let access):
                operands = [address]
                let bits = Int(access.shape.size) * 8
                isSound = isSound && (1...8).contains(access.shape.size)
                if let field = access.bitField {
                    isSound = isSound && field.width > 0 && Int(field.offset) + Int(field.width) <= bits
                }
            case .unary(let operation, let operand):
                operands = [operand]
                isSound = isSound && [.negate, .complement, .logicalNot].contains(operation)
            case .binary(let operation, let left, let right):
                operands = [left, right]
                isSound = isSound && (operation.condition != nil || operation.direct != nil || operation.isDivision)
            case .extend(let operand, let shape):
                operands = [operand]
                isSound = isSound && AccessSize(bytes: Int(shape.size)) != nil
            case .select(let condition, let first, let second): operands = [condition, first, second]
            case .readable(let operand): operands = [operand]
            case .entryValue(let entry):
                operands = []
                isSound = isSound && plan.entryNodes.indices.contains(entry)
            case .argument(let number):
                operands = []
                isSound = isSound && number >= 0
            case .register(let number):
                operands = []
                isSound = isSound && (0..<64).contains(number)
            case .counter(let number):
                operands = []
                isSound = isSound && (0..<64).contains(number)
            case .constant, .returnValue, .context: operands = []
            }
            isSound = isSound && operands.allSatisfy { $0 >= 0 && $0 < index }
        }
        var roots = plan.entryNodes + [plan.filter, plan.scope].compactMap(\.self)
        for slot in plan.slots {
            switch slot {
            case .integer(let node): roots.append(node)
            case .string(.memory(let address, _, _)): roots.append(address)
            case .string(.command), .registers: break
            case .bytes(let address, _, let length, let limit):
                roots += [address, length]
                isSound = isSound && limit >= 0
            case .stack(_, let depth): isSound = isSound && (0...1024).contains(depth)
            case .entryString(let entry): isSound = isSound && plan.entryStrings.indices.contains(entry)
            }
        }
        for case .memory(let address, _, _) in plan.entryStrings { roots.append(address) }
        isSound = isSound && roots.allSatisfy { plan.nodes.indices.contains($0) }
        if !isSound { throw CaptureError("has a malformed capture plan") }
    }

    /// The nodes that some nodes are computed from, themselves included; replayed entry nodes too.
    func closure(of roots: [Int]) -> Set<Int> {
        var seen = Set<Int>()
        var open = roots
        while let index = open.popLast() {
            guard seen.insert(index).inserted else { continue }
            switch plan.nodes[index] {
            case .constant, .argument, .returnValue, .register, .counter, .context: break
            case .load(let operand, _), .unary(_, let operand), .extend(let operand, _), .readable(let operand):
                open.append(operand)
            case .binary(_, let left, let right): open += [left, right]
            case .select(let condition, let first, let second): open += [condition, first, second]
            case .entryValue(let entry):
                if replayed[plan.entryNodes[entry]] { open.append(plan.entryNodes[entry]) }
            }
        }
        return seen
    }

    /// Translates some nodes and all that they are computed from.
    mutating func insert(_ roots: [Int]) throws(CaptureError) {
        let needed = closure(of: roots).sorted()
        // What is replayed may be named before its operands' turn; it needs replayed nodes only.
        for index in needed where replayed[index] { try translate(index) }
        for index in needed where !replayed[index] { try translate(index) }
    }

    /// The value of a node that was inserted.
    func number(_ node: Int) -> Int { numbers[node] ?? 0 }

    /// Finds out what the graph needs to know of its values; see `ValueGraph.analyse`.
    mutating func analyse(stored: [Int], addresses: [Int], others: [Int]) {
        graph.analyse(stored: stored, addresses: addresses, others: others)
    }

    /// Adds a value that no node of the plan stands for.
    mutating func insert(_ value: Value) -> Int { graph.insert(value) }

    private mutating func translate(_ index: Int) throws(CaptureError) {
        guard numbers[index] == nil else { return }
        switch plan.nodes[index] {
        case .constant(let constant): numbers[index] = graph.insert(.constant(constant))
        case .argument(let argument): numbers[index] = try translateArgument(argument)
        case .returnValue: numbers[index] = try translateResult()
        case .register(let word): numbers[index] = try translateRegister(word)
        case .counter(let number): numbers[index] = graph.insert(.counter(number))
        case .context(let fact): numbers[index] = try translateFact(fact)
        case .load(let address, let access):
            let size = Int(access.shape.size)
            let bytes = graph.insert(.load(address: number(address), size: size, isUser: access.isUser))
            let lowest = Int(access.bitField?.offset ?? 0)
            let width = access.bitField.map { Int($0.width) } ?? size * 8
            numbers[index] = graph.insert(
                .bits(bytes, lowest: lowest, width: width, isSigned: access.shape.isSigned))
        case .unary(let operation, let operand):
            numbers[index] = graph.insert(.unary(operation, number(operand)))
        case .binary(let operation, let left, let right):
            numbers[index] = graph.insert(.binary(operation, number(left), number(right)))
        case .extend(let operand, let shape):
            numbers[index] = graph.insert(
                .bits(number(operand), lowest: 0, width: Int(shape.size) * 8, isSigned: shape.isSigned))
        case .select(let condition, let first, let second):
            numbers[index] = graph.insert(.select(number(condition), number(first), number(second)))
        case .readable(let operand): numbers[index] = graph.insert(.readable(number(operand)))
        case .entryValue(let entry):
            if replayed[plan.entryNodes[entry]] {
                numbers[index] = number(plan.entryNodes[entry])
            } else if let place = places[entry] {
                numbers[index] = graph.insert(.saved(place, canFault: savedFaults.contains(entry)))
            } else {
                throw CaptureError("uses an entry value at the entry")
            }
        }
    }

    private mutating func translateFact(_ fact: Builtin) throws(CaptureError) -> Int {
        switch fact {
        case .pid: return graph.insert(.bits(graph.insert(.task), lowest: 32, width: 32, isSigned: false))
        case .tid: return graph.insert(.bits(graph.insert(.task), lowest: 0, width: 32, isSigned: false))
        case .uid: return graph.insert(.bits(graph.insert(.owner), lowest: 0, width: 32, isSigned: false))
        case .gid: return graph.insert(.bits(graph.insert(.owner), lowest: 32, width: 32, isSigned: false))
        case .cpu: return graph.insert(.processor)
        case .taskCurrent: return graph.insert(.taskAddress)
        case .ktimeGetNs: return graph.insert(.time)
        case .jiffies: return graph.insert(.ticks)
        case .gettimeofdayNs:
            let offset = graph.insert(.control(ControlLayout.realtimeOffset))
            return graph.insert(.binary(.add, graph.insert(.time), offset))
        default: throw CaptureError("uses '\(fact.signature.name)', which the kernel cannot capture")
        }
    }

    private mutating func translateArgument(_ index: Int) throws(CaptureError) -> Int {
        switch context {
        case .tracing(let tracing):
            guard index < tracing.argumentCount else { throw tooFew(index, tracing.argumentCount) }
            if tracing.scalarArguments.contains(index) { return graph.insert(.contextWord(8 * index)) }
            return graph.insert(.argument(index))
        case .rawTracepoint(let count):
            guard index < count else { throw tooFew(index, count) }
            return graph.insert(.contextWord(8 * index))
        case .kprobe(let table), .uprobe(let table):
            if index < table.arguments.count { return graph.insert(.contextWord(table.arguments[index])) }
            guard index < 128 else { throw CaptureError("uses argument \(index + 1), which no function has") }
            let offset = Int64(table.stackArguments + 8 * (index - table.arguments.count))
            let stack = graph.insert(.contextWord(table.stackPointer))
            let address = graph.insert(.binary(.add, stack, graph.insert(.constant(offset))))
            let isUser = if case .uprobe = context { true } else { false }
            return graph.insert(.load(address: address, size: 8, isUser: isUser))
        case .kretprobe, .uretprobe:
            throw CaptureError("uses an argument at the return, where only its entry value exists")
        }
    }

    private mutating func translateRegister(_ word: Int) throws(CaptureError) -> Int {
        switch context {
        case .kprobe, .kretprobe, .uprobe, .uretprobe:
            guard word < 21 else { throw CaptureError("uses register \(word), which there is not") }
            return graph.insert(.contextWord(8 * word))
        case .tracing, .rawTracepoint: throw CaptureError("uses a register, which only kprobes and uprobes show")
        }
    }

    private func tooFew(_ index: Int, _ count: Int) -> CaptureError {
        CaptureError("uses argument \(index + 1) of an event that has \(count)")
    }

    private mutating func translateResult() throws(CaptureError) -> Int {
        switch context {
        case .tracing(let tracing) where tracing.isReturn:
            return graph.insert(
                tracing.isScalarResult
                    ? .contextWord(8 * tracing.argumentCount) : .argument(tracing.argumentCount))
        case .kretprobe(let table), .uretprobe(let table): return graph.insert(.contextWord(table.result))
        case .tracing, .kprobe, .uprobe, .rawTracepoint:
            throw CaptureError("uses a return value where nothing returns")
        }
    }
}
