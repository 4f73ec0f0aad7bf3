// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import IR
import Semantics

/// Handlers that the kernel runs: which, and what becomes of those that it does not take.
extension CaptureRuntime {
    /// Finds the probes whose mechanism cannot run a handler.
    func refuseHandlers() {
        for one in captured {
            switch one.probe.event {
            case .user(.life(.begin), _), .user(.life(.threadBegin), _):
                refused[one.probe.index] = "also runs for what is there before the probes open"
            default: break
            }
            if case .missing(let cause) = features[.handlers] {
                refused[one.probe.index] = "cannot run in this kernel: \(cause)"
            }
        }
    }

    /// Places handlers and globals anew.
    func place(_ program: IRProgram) {
        let absent = captured.filter { $0.plan.failure != nil }.map(\.probe.index)
        // A program without loops need not wait for the answers.
        let asks = program.hasLoops || program.globals.contains { $0.wraps }
        let hasLoops =
            !asks || features[.programTypes].isAvailable && features[.boundedLoop].isAvailable
        func placed() -> Placement {
            Placement(
                program, refused: refused, absent: Set(absent),
                abilities: KernelAbilities(loops: hasLoops ? .callback : .walked),
                isWatched: options.watchesGlobals)
        }
        placement = placed()
        while refuseMore() { placement = placed() }
        let globals = GlobalsLayout(placement, cpus: processors)
        let limit = options.ignoresErrors ? nil : program.limits.maxErrors
        for one in captured {
            let index = one.probe.index
            one.handler = nil
            if let unit = placement.units[index] {
                let guarded = HandlerGuard(unit, plan: one.capture, program: placement.program)
                var handler = KernelHandler(
                    probe: index, unit: guarded.unit, placement: placement, globals: globals, cpus: processors,
                    maximalErrors: limit)
                handler.isGuarded = true
                (handler.interleaves, handler.isUnmaskable) = Self.surroundings(one.probe.event)
                one.handler = handler
                one.guarded = guarded.plan
            }
            one.plan.runsInKernel = one.handler != nil
        }
    }

    /// Refuses handlers that are placed in the kernel but cannot stay there; whether there are some.
    private func refuseMore() -> Bool {
        for group in groups {
            guard let reason = group.refusal(placement) else { continue }
            for member in group.members { refused[member.probe.index] = reason }
            return true
        }
        for one in captured
        where placement.locked.contains(one.probe.index) && Self.surroundings(one.probe.event).isUnmaskable {
            refused[one.probe.index] = "needs the globals for itself, and may interrupt who has them"
            return true
        }
        return false
    }

    /// Whether another thread may run a program of an event on a CPU where it has not ended: the kernel keeps that from happening only
    /// for functions, tracepoints and perf events. And whether it may run in an interrupt that cannot be masked.
    private static func surroundings(_ event: ProbeEvent) -> (interleaves: Bool, isUnmaskable: Bool) {
        switch event {
        case .lsm, .netfilter: (true, false)
        case .user(let event, _): (event.place != nil, false)
        case .perf: (false, true)
        default: (false, false)
        }
    }

    /// Compiles and loads the handlers for the kernel. One that is not taken goes to user space, and others with it that share
    /// its globals; then all are loaded anew.
    func loadHandlers(_ program: IRProgram, maps: CaptureMaps) throws(KernelError) {
        while true {
            let handlers = captured.filter { $0.handler != nil }
            guard !handlers.isEmpty else { return }
            let layout = GlobalsLayout(placement, cpus: processors)
            let globals = try HandlerGlobals(
                placement, layout, processors: processors, barrier: maps.barrier)
            maps.globals = globals
            if layout.zeros > 0 {
                try maps.provideZeros(
                    MapSpec(
                        reference: .zeros, name: "swtap_zeros", type: .array, keySize: 4, valueSize: layout.zeros,
                        maxEntries: 1))
            }
            guard let (one, reason) = try firstRefusal(of: handlers, maps) else { return }
            refused[one.probe.index] = reason
            setBack.append((one.plan.point, reason))
            try maps.growRing(to: options.ringBytes)
            for other in captured {
                (other.programs, other.main, other.entry) = (nil, nil, nil)
                (other.entryMap, other.scratch) = (nil, nil)
            }
            for group in groups { (group.program, group.programs, group.scratch) = (nil, nil, nil) }
            place(program)
        }
    }

    // MARK: Running

    /// Hands the globals of user space over to handlers in the kernel: before `openGate`. The indexes of the arrays whose elements
    /// do not all fit.
    public func handOverGlobals(of store: any GlobalStore) -> [Int] { maps?.globals?.handOver(store) ?? [] }

    /// Takes in what handlers in the kernel have added up, before a handler of user space looks at it.
    public func collectSums(into store: any GlobalStore) {
        guard let maps else { return }
        maps.globals?.collect(into: store, control: maps.control)
    }

    /// Takes all globals back from the kernel: after `closeGate`.
    public func takeBackGlobals(into store: any GlobalStore) {
        guard let maps, let globals = maps.globals else { return }
        globals.collect(into: store, control: maps.control, isShut: true)
        globals.takeBack(store)
    }

    /// The arrays that had no room for elements that came from the kernel, each time; it is empty afterwards.
    public func takeOverflows() -> [Int] { maps?.globals?.takeOverflows() ?? [] }

    /// How the handler of a probe in the kernel says what it prints; nil for one that does not run there.
    public func printPlan(ofProbe index: Int) -> PrintPlan? {
        byProbe[index].flatMap { one in one.handler?.printPlan(one.capture) }
    }

    /// Lets the kernel measure how long programs run, all that there are, as long as this runtime lives. Linux 5.8.
    public func measure() {
        let number = bpf_enable_stats(BPF_STATS_RUN_TIME)
        if number >= 0 { measuring = Descriptor(number) }
    }

    /// How many nanoseconds the programs of a probe have run, that at the entry included, and how often the one at the event has, what
    /// it filtered included; for one of many with one program, those of all. nil for what is not measured.
    public func runTime(ofProbe index: Int) -> (nanoseconds: UInt64, runs: UInt64)? {
        guard measuring != nil, let one = byProbe[index], let main = one.group?.program ?? one.main else { return nil }
        var (time, runs): (UInt64, UInt64) = (0, 0)
        for program in [main] + one.furtherMains {
            guard let information = ProgramLoader.information(program) else { continue }
            time &+= information.run_time_ns
            runs &+= information.run_cnt
        }
        if let entry = one.entry, let information = ProgramLoader.information(entry) {
            time &+= information.run_time_ns
        }
        return runs > 0 ? (time, runs) : nil
    }

    /// How many handlers did not run, since the lock of the globals was not to be had.
    public var skippedCount: Int {
        guard let maps else { return 0 }
        return placement.units.keys.reduce(0) {
            $0 &+ Int(clamping: layout.value(of: .skippedLocked, probe: $1, in: maps.counters))
        }
    }

    /// Whether a handler in the kernel has called `exit()`.
    public var hasExited: Bool {
        guard let maps else { return false }
        return swtap_load_acquire64(maps.control + ControlLayout.exit) != 0
    }

    /// How many errors handlers in the kernel have had.
    public var errorCount: Int {
        guard let maps else { return 0 }
        return Int(clamping: swtap_load_acquire64(maps.control + ControlLayout.errors))
    }

    private func firstRefusal(
        of handlers: [CapturedProbe], _ maps: CaptureMaps
    ) throws(KernelError) -> (probe: CapturedProbe, reason: String)? {
        for group in groups where group.handler != nil {
            guard let first = group.members.first else { continue }
            do throws(KernelError) {
                try load(group, maps: maps)
            } catch {
                guard error.kind == .verifier || error.kind == .unsupported else { throw error }
                return (first, error.message)
            }
        }
        for one in handlers where one.group == nil {
            do throws(KernelError) {
                try compile(one)
                if let zeros = one.programs?.zerosMap { try maps.provideZeros(zeros) }
                try loadPrograms(one, maps: maps)
            } catch {
                guard error.kind == .verifier else { throw error }
                return (one, error.message)
            }
        }
        return nil
    }
}
