// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// Where each handler runs and where each global is kept. Handlers in the kernel share globals only with each other, and with
/// handlers of user space as `GlobalHome` says.
public struct Placement {
    /// The program, with the tables of the units for the kernel; the rest is as it was.
    public private(set) var program: IRProgram
    /// The handlers that the kernel runs, without calls, by the probe's index.
    public private(set) var units: [Int: IRUnit] = [:]
    /// Why the Evaluator runs the handler of a captured probe; nil for those in the kernel, and for events of user space.
    public private(set) var reasons: [String?]
    /// Where each global is kept.
    public private(set) var homes: [GlobalHome]
    /// How the elements of arrays in the kernel are kept, by the array's index.
    public private(set) var layouts: [Int: ElementLayout] = [:]
    /// What the strings are of the handlers that the kernel runs, by the probe's index.
    public private(set) var texts: [Int: UnitTexts] = [:]
    /// For each global with a string value the bytes of the longest with its NUL, as words.
    public private(set) var textSizes: [Int: Int] = [:]
    /// The handlers in the kernel that must have the globals of the kernel for themselves while they run.
    public private(set) var locked: Set<Int> = []
    /// The registers of caught errors, by the probe's index and the block that catches them.
    public private(set) var caught: [Int: [Int: CaughtRegisters]] = [:]
    /// What the kernel can do for handlers.
    public let abilities: KernelAbilities
    /// The globals that the handler of each probe names, in functions that it calls too.
    public private(set) var touched: [Set<Int>] = []
    /// Those of them that it changes.
    private var changed: [Set<Int>] = []

    private let isWatched: Bool

    /// Nothing is placed yet: all is in user space.
    public init(unplaced program: IRProgram) {
        isWatched = false
        self.program = program
        abilities = KernelAbilities()
        reasons = Array(repeating: nil, count: program.handlers.count)
        homes = Array(repeating: .evaluator, count: program.globals.count)
    }

    /// Places handlers in the kernel where it can run them; `refused` are probes that it cannot run, with the reasons, and
    /// `absent` those that are not attached, whose handlers never run; `abilities` are what the kernel can do for handlers. With
    /// `isWatched` others may look at every global and change it at any time: none has its home in the kernel.
    public init(
        _ program: IRProgram, refused: [Int: String] = [:], absent: Set<Int> = [],
        abilities: KernelAbilities = KernelAbilities(), isWatched: Bool = false
    ) {
        self.abilities = abilities
        self.isWatched = isWatched
        let inliner = InlineCalls(program)
        reasons = Array(repeating: nil, count: program.handlers.count)
        homes = Array(repeating: .evaluator, count: program.globals.count)
        var found: [Int: Eligibility] = [:]
        var expanded: [Int: IRUnit] = [:]
        for (index, plan) in program.captures.enumerated() {
            guard plan != nil, !absent.contains(index) else { continue }
            if let reason = refused[index] {
                reasons[index] = reason
                continue
            }
            guard !program.handlers[index].blocks.isEmpty else {
                reasons[index] = "has no code"
                continue
            }
            switch inliner.run(program.handlers[index]) {
            case .failure(let refusal): reasons[index] = refusal.reason
            case .success(var unit):
                inliner.settleProbe(program.probes[index], in: &unit)
                caught[index] = inliner.settleErrors(in: &unit)
                expanded[index] = unit
            }
        }
        self.program = inliner.program
        let kept = expanded.isEmpty ? nil : GlobalTexts(self.program, expanded: expanded, absent: absent)
        textSizes = kept?.values.mapValues { ($0 + 7) / 8 * 8 } ?? [:]
        for (index, unit) in expanded {
            guard let plan = program.captures[index] else { continue }
            let texts = UnitTexts(unit, plan: plan, program: self.program, globals: kept?.values ?? [:])
            let eligibility = Eligibility(
                unit, plan: plan, program: self.program, texts: texts, abilities: abilities)
            if let refusal = eligibility.refusal {
                reasons[index] = refusal.reason
            } else if eligibility.prints, eligibility.uses.isEmpty {
                // What it prints with is sent as it is, and put into words by user space.
                reasons[index] = "only prints"
            } else {
                units[index] = unit
                self.texts[index] = texts
                found[index] = eligibility
            }
        }
        var walker = GlobalWalker(program)
        for (index, handler) in program.handlers.enumerated() {
            guard !absent.contains(index) else {
                touched.append([])
                changed.append([])
                continue
            }
            let walked = walker.globals(of: handler)
            touched.append(walked.named)
            changed.append(walked.changed)
        }
        settle(&found)
        lock(found)
        for (global, home) in homes.enumerated() where home.isInKernel && !program.globals[global].keyTypes.isEmpty {
            var sizes = Array(repeating: 8, count: program.globals[global].keyTypes.count)
            for one in found.values {
                for (position, size) in (one.keySizes[global] ?? []).enumerated() {
                    sizes[position] = max(sizes[position], size)
                }
            }
            // What handlers of user space put in comes over too.
            for (position, bound) in (kept?.keys[global] ?? []).enumerated() where home != .sums {
                sizes[position] = max(sizes[position], (bound + 7) / 8 * 8)
            }
            let words = program.globals[global].statistics.map { StatisticsShape($0).words } ?? 1
            let text = textSizes[global]
            layouts[global] = ElementLayout(
                keySizes: sizes, keyStrings: program.globals[global].keyTypes.map { $0 == .string },
                words: text.map { $0 / 8 } ?? words, isText: text != nil,
                replaces: home == .sums && found.values.contains { $0.uses[global] == .sets })
        }
    }

    /// Moves handlers to user space until no global is in two places.
    private mutating func settle(_ found: inout [Int: Eligibility]) {
        let conditional = program.conditions.contains { $0 != nil }
        var walker = GlobalWalker(program)
        var conditions: Set<Int> = []
        for case let function? in program.conditions {
            conditions.formUnion(walker.globals(of: program.functions[function]).named)
        }
        if conditional {
            for (probe, one) in found where one.exits {
                move(probe, "calls 'exit' beside probes with conditions", &found)
            }
        }
        var changes = true
        while changes {
            changes = false
            for global in program.globals.indices {
                let inKernel = found.keys.filter { found[$0]?.uses[global] != nil }.sorted()
                guard !inKernel.isEmpty else {
                    homes[global] = .evaluator
                    continue
                }
                if !isWatched, isFixed(global) {
                    homes[global] = .shared
                    continue
                }
                let isKept = isKeptForCollection(global, inKernel.compactMap { found[$0]?.uses[global] })
                homes[global] = isKept ? .sums : .kernel
                guard let reason = conflict(global, adds: isKept, conditions, found) else { continue }
                for probe in inKernel { move(probe, reason, &found) }
                changes = true
            }
        }
    }

    /// Whether user space can take in what handlers keep: they all only add to it, or all only set elements, the last of which
    /// counts.
    private func isKeptForCollection(_ global: Int, _ uses: [GlobalUse]) -> Bool {
        let declared = program.globals[global]
        return uses.allSatisfy { $0 == .adds }
            || !isWatched && !declared.keyTypes.isEmpty && !declared.wraps && uses.allSatisfy { $0 == .sets }
    }

    /// Whether no handler changes a global while the probes are open.
    private func isFixed(_ global: Int) -> Bool {
        program.probes.indices.allSatisfy { probe in
            guard changed[probe].contains(global) else { return true }
            switch program.probes[probe].event {
            case .begin, .end, .error, .never: return true
            default: return false
            }
        }
    }

    /// Finds out who needs the lock: handlers that name more than once what others name too, and all that they share it with. An
    /// element that only its own thread names needs none; one that others delete must not be added to meanwhile.
    private mutating func lock(_ found: [Int: Eligibility]) {
        var shared: Set<Int> = []
        for (global, home) in homes.enumerated() where home == .kernel {
            let users = found.values.filter { $0.uses[global] != nil }
            let isArray = !program.globals[global].keyTypes.isEmpty
            let own = users.map { $0.threadKeys[global] ?? [] }
            if isArray, let first = own.first, !own.reduce(first, { $0.intersection($1) }).isEmpty {
                continue
            }
            shared.insert(global)
        }
        // Who makes room deletes what others may be about to change.
        var guarded = Set(
            program.globals.indices.filter {
                program.globals[$0].wraps && homes[$0].isInKernel && homes[$0] != .shared
            })
        for one in found.values {
            let names = one.accesses.filter { shared.contains($0.key) }
            if names.values.reduce(0, +) > 1 { guarded.formUnion(names.keys) }
            guarded.formUnion(one.deletes.intersection(shared))
        }
        for (probe, one) in found where one.accesses.keys.contains(where: { guarded.contains($0) }) {
            locked.insert(probe)
        }
    }

    private mutating func move(_ probe: Int, _ reason: String, _ found: inout [Int: Eligibility]) {
        found[probe] = nil
        units[probe] = nil
        texts[probe] = nil
        reasons[probe] = reason
    }

    /// Why the kernel cannot have a global.
    private func conflict(
        _ global: Int, adds: Bool, _ conditions: Set<Int>, _ found: [Int: Eligibility]
    ) -> String? {
        let name = program.globals[global].name
        if conditions.contains(global) { return "uses '\(name)', which the condition of a probe reads" }
        if isWatched, !adds { return "uses '\(name)', which the prompt may look at at any time" }
        if !adds, program.globals[global].statistics != nil { return "reads the statistics of '\(name)'" }
        for (index, probe) in program.probes.enumerated() where touched[index].contains(global) && found[index] == nil {
            if let reason = reasons[index] {
                return "shares '\(name)' with \(probe.scriptPoint), whose handler \(reason)"
            }
            switch probe.event {
            case .begin, .end, .error, .never: continue
            default: if !adds { return "shares '\(name)' with \(probe.scriptPoint), which runs in user space" }
            }
        }
        return nil
    }
}

/// Collects the globals that code names, and those that it changes.
private struct GlobalWalker {
    private let program: IRProgram
    private var seen: Set<Int> = []
    private var found: Set<Int> = []
    private var changed: Set<Int> = []

    init(_ program: IRProgram) { self.program = program }

    /// Those of a unit and of the functions that it calls.
    mutating func globals(of unit: IRUnit) -> (named: Set<Int>, changed: Set<Int>) {
        (seen, found, changed) = ([], [], [])
        walk(unit)
        return (found, changed)
    }

    private mutating func walk(_ unit: IRUnit) {
        if let next = unit.nextOverload { walk(function: next) }
        for block in unit.blocks {
            for instruction in block.instructions {
                if let global = program.global(of: instruction) {
                    found.insert(global)
                    if instruction.op.changesGlobal { changed.insert(global) }
                }
                if instruction.op == .call { walk(function: Int(instruction.a)) }
            }
        }
    }

    private mutating func walk(function index: Int) {
        if seen.insert(index).inserted { walk(program.functions[index]) }
    }
}

extension Operation {
    /// Whether it changes the global that it names.
    var changesGlobal: Bool {
        switch self {
        case .storeInteger, .storeString, .fetchAdd, .deleteGlobal, .elementStoreInteger, .elementStoreString,
            .elementFetchAdd, .elementDelete, .aggregateAdd:
            true
        default: false
        }
    }
}

extension IRProgram {
    /// The globals that a handler and the functions that it calls name.
    public func globals(ofHandler index: Int) -> Set<Int> {
        var walker = GlobalWalker(self)
        return walker.globals(of: handlers[index]).named
    }

    /// The globals that the condition of a probe names; none for probes without one.
    public func globals(ofCondition index: Int) -> Set<Int> {
        guard conditions.indices.contains(index), let function = conditions[index] else { return [] }
        var walker = GlobalWalker(self)
        return walker.globals(of: functions[function]).named
    }

    /// The global that an instruction names.
    public func global(of instruction: Instruction) -> Int? {
        switch instruction.op {
        case .loadInteger, .loadString, .fetchAdd, .deleteGlobal, .elementLoadInteger, .elementLoadString,
            .elementStoreInteger, .elementStoreString, .elementFetchAdd, .elementExists, .elementDelete,
            .aggregateAdd, .histogramBucket, .histogramPrint, .histogramFormat:
            Int(instruction.a)
        case .storeInteger, .storeString: Int(instruction.dst)
        case .aggregateLoad: aggregates[Int(instruction.a)].global
        case .iterationBegin: iterations[Int(instruction.a)].array
        default: nil
        }
    }
}
