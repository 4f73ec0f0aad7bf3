// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// What the lowering must know of each function before it meets a call.
struct FunctionTraits {
    /// Whether a call must be inlined into the handler of a kernel event, so that the capture planner sees its reads.
    private(set) var readsKernel: [Bool]
    /// Whether it is small straight arithmetic, inlined there too: the kernel can then evaluate it.
    private(set) var isArithmetic: [Bool]
    /// Whether a call whose result is not used may be dropped.
    private(set) var isPure: [Bool]
    /// Whether a call that is not inlined reads memory.
    private(set) var readsMemory: [Bool]
    /// What a call that is not inlined asks of the event.
    private(set) var facts: [Set<CaptureFact>]
    /// Whether it has an `@entry`, which must be inlined.
    private(set) var usesEntry: [Bool]
    /// Whether the program asks for the groups of matches.
    private(set) var notesMatches = false
    /// The functions that each calls or falls through to.
    private(set) var callees: [[Int]]

    /// The largest function, in expressions, that is inlined although it reads nothing.
    private static let arithmeticSize = 48

    /// For units without calls.
    init() {
        (readsKernel, isArithmetic, isPure, readsMemory, facts, usesEntry, callees) = ([], [], [], [], [], [], [])
    }

    init(_ program: CheckedProgram) {
        let count = program.functions.count
        readsKernel = Array(repeating: false, count: count)
        isArithmetic = Array(repeating: false, count: count)
        isPure = Array(repeating: true, count: count)
        callees = Array(repeating: [], count: count)
        readsMemory = Array(repeating: false, count: count)
        facts = Array(repeating: [], count: count)
        usesEntry = Array(repeating: false, count: count)
        notesMatches = Self.notesMatches(program)
        for function in program.functions {
            var facts = Facts(notesMatches: notesMatches)
            function.body.walk(statement: { facts.add($0) }, expression: { facts.add($0) })
            var called = facts.callees
            if let next = function.nextOverload { called.append(next) }
            let isInteger = function.locals.allSatisfy { $0.type != .string } && function.result == .long
            readsKernel[function.index] = facts.readsKernel
            readsMemory[function.index] = facts.readsMemory
            self.facts[function.index] = facts.facts
            usesEntry[function.index] = facts.usesEntry
            isPure[function.index] = facts.isPure && (!facts.hasNext || function.nextOverload != nil)
            isArithmetic[function.index] =
                facts.isArithmetic && isInteger && facts.size <= Self.arithmeticSize && called.isEmpty
            callees[function.index] = called.filter { $0 >= 0 && $0 < count }
        }
        propagate()
    }

    /// Whether a call in the handler of a kernel event is replaced by the function's body.
    func isInlined(_ function: Int) -> Bool { readsKernel[function] || isArithmetic[function] }

    /// Hands what a body shows up the call graph until nothing changes.
    private mutating func propagate() {
        var changed = true
        while changed {
            changed = false
            for function in callees.indices {
                if !readsKernel[function], callees[function].contains(where: { readsKernel[$0] }) {
                    readsKernel[function] = true
                    changed = true
                }
                if !readsMemory[function], callees[function].contains(where: { readsMemory[$0] }) {
                    readsMemory[function] = true
                    changed = true
                }
                if !usesEntry[function], callees[function].contains(where: { usesEntry[$0] }) {
                    usesEntry[function] = true
                    changed = true
                }
                let known = facts[function].count
                for callee in callees[function] { facts[function].formUnion(facts[callee]) }
                if facts[function].count != known { changed = true }
                if isPure[function], callees[function].contains(where: { !isPure[$0] }) {
                    isPure[function] = false
                    changed = true
                }
            }
        }
    }

    private static func notesMatches(_ program: CheckedProgram) -> Bool {
        var found = false
        func look(_ body: CheckedStatement) {
            body.walk(
                statement: { _ in },
                expression: { if case .builtin(let builtin, _) = $0.kind, builtin.observesMatches { found = true } })
        }
        for probe in program.probes { look(probe.body) }
        for function in program.functions { look(function.body) }
        return found
    }

    /// The longest chain of calls from the handlers, plus 10 when functions recurse.
    func nesting(of program: CheckedProgram) -> Int {
        var depth = [Int?](repeating: nil, count: callees.count)
        var isOpen = [Bool](repeating: false, count: callees.count)
        var recurses = false
        func measure(_ function: Int) -> Int {
            if let known = depth[function] { return known }
            if isOpen[function] {
                recurses = true
                return 0
            }
            isOpen[function] = true
            let deepest = callees[function].map(measure).max() ?? 0
            isOpen[function] = false
            depth[function] = deepest + 1
            return deepest + 1
        }
        let longest = callees.indices.map(measure).max() ?? 0
        return longest + (recurses ? 10 : 0)
    }

    /// What one body shows by itself.
    private struct Facts {
        let notesMatches: Bool
        var readsKernel = false
        var readsMemory = false
        var usesEntry = false
        var facts: Set<CaptureFact> = []
        var isPure = true
        var isArithmetic = true
        var hasNext = false
        var size = 0
        var callees: [Int] = []

        init(notesMatches: Bool) { self.notesMatches = notesMatches }

        mutating func add(_ statement: CheckedStatement) {
            switch statement.kind {
            case .loop, .foreach: isArithmetic = false
            case .tryCatch(_, let variable, _):
                isArithmetic = false
                if case .global? = variable?.kind { isPure = false }
            case .next:
                hasNext = true
                isArithmetic = false
            case .deleteGlobal, .deleteElement:
                isPure = false
                isArithmetic = false
            default: break
            }
            // A sort reorders the array for good.
            if case .foreach(let foreach) = statement.kind, foreach.sort != nil { isPure = false }
        }

        mutating func add(_ expression: CheckedExpression) {
            size += 1
            switch expression.kind {
            case .string, .membership: isArithmetic = false
            case .global, .element: isArithmetic = false
            case .call(let function, _):
                callees.append(function)
                isArithmetic = false
            case .builtin(let builtin, _):
                isArithmetic = false
                switch builtin.signature.effect {
                case .context: readsKernel = true
                case .memory:
                    readsKernel = true
                    readsMemory = true
                case .effect: isPure = false
                case .pure, .session, .recorded: break
                }
                if let fact = builtin.fact { facts.insert(fact) }
                if builtin.asksForProcess { facts.insert(.context(.pid)) }
            case .assignment(_, let target, _), .increment(let target, _, _):
                if case .local = target.kind { return }
                isPure = false
            case .print(let returnsString, let pieces, _):
                isArithmetic = false
                if !returnsString { isPure = false }
                if pieces.contains(where: \.readsMemory) {
                    readsKernel = true
                    readsMemory = true
                }
                if pieces.contains(where: \.readsProcess) { facts.insert(.context(.pid)) }
            case .aggregateAdd: isPure = false
            case .histogramText(let returnsString, _): if !returnsString { isPure = false }
            case .argument(let index, _):
                readsKernel = true
                facts.insert(.argument(index))
            case .returnValue:
                readsKernel = true
                facts.insert(.returnValue)
            case .load(_, let access):
                readsKernel = true
                readsMemory = true
                if access.isUser { facts.insert(.context(.pid)) }
            case .readable: readsKernel = true
            case .entry:
                readsKernel = true
                usesEntry = true
            case .regexMatch:
                isArithmetic = false
                if notesMatches { isPure = false }
            default: break
            }
        }
    }
}
