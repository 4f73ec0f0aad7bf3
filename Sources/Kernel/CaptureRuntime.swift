// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import Glibc
import IR
import Semantics

/// The kernel's side of a session: plans, loads and attaches what captures a program's kernel events, and hands over
/// their records and counters. The order of calls is `load`, `attach`, `openGate`, `drain`…, `closeGate`, a last
/// `drain`, `counters`, `detach`. Everything is gone from the kernel when the process ends, however it ends.
public final class CaptureRuntime {
    let planner: AttachmentPlanner
    let options: RuntimeOptions
    let layout: CounterLayout
    private(set) var captured: [CapturedProbe] = []
    private let program: IRProgram
    /// Held while the kernel measures programs.
    var measuring: Descriptor?
    /// Where handlers run and globals are.
    public internal(set) var placement: Placement
    /// Probes whose handlers the kernel cannot run, with the reasons.
    var refused: [Int: String] = [:]
    /// Handlers that the kernel should have run and did not take, for a warning.
    public internal(set) var setBack: [(point: String, reason: String)] = []
    private(set) var byProbe: [Int: CapturedProbe] = [:]
    private(set) var groups: [ProbeGroup] = []
    private(set) var maps: CaptureMaps?
    /// Follows the processes that probes are about, where they are not all.
    private(set) var tracker: ProcessTracker?
    /// What the script reads by `@perf`.
    let perfCounters: PerfCounters
    /// The probes with gates of their own.
    private var gated: [CapturedProbe] = []
    private var gate = Gate.closed
    /// What the kernel has; shared with whoever explains it.
    public let features: Features

    /// Plans the captured probes of a program. Asks the kernel what it has, but loads nothing that stays.
    public init(
        program: IRProgram, catalog: KernelCatalog, options: RuntimeOptions = RuntimeOptions()
    ) throws(KernelError) {
        self.options = options
        self.program = program
        placement = Placement(unplaced: program)
        features = Features(catalog: catalog, disabled: options.disabledFeatures)
        planner = AttachmentPlanner(catalog: catalog, features: features)
        perfCounters = PerfCounters(program.probes)
        layout = CounterLayout(probes: program.probes.count, cpus: Int(max(1, libbpf_num_possible_cpus())))
        for (probe, capture) in zip(program.probes, program.captures) {
            guard let capture else { continue }
            let one = CapturedProbe(probe: probe, capture: capture, planner: planner)
            captured.append(one)
            byProbe[probe.index] = one
            if probe.condition != nil, gated.count < ControlLayout.maximumProbeGates {
                one.gate = gated.count
                gated.append(one)
            }
            try settle(one)
        }
        if captured.count >= ProbeGroup.minimum, features[.kprobeMulti].isAvailable {
            groups = ProbeGroup.form(captured)
        }
        refuseHandlers()
        place(program)
    }

    /// How each captured probe is attached, in the order of the probes.
    public var plans: [AttachmentPlan] { captured.map(\.plan) }

    /// The CPUs that there can be.
    var processors: Int { Int(max(1, libbpf_num_possible_cpus())) }

    /// How one probe is attached and why, for `--explain`; no lines for probes that are not captured.
    public func explain(_ probe: Int) -> [String] {
        guard let one = byProbe[probe] else { return [] }
        var lines = one.plan.lines
        if (one.group?.programs ?? one.programs)?.isFilterDropped == true {
            lines.append("filtered in user space: its condition is too large for the kernel")
        } else if one.capture.filter != nil {
            lines.append("filtered in the kernel")
        }
        if let reason = placement.reasons[probe] { lines.append("its handler runs in user space: it \(reason)") }
        return lines
    }

    /// The size of the ring buffer: where only errors come through it, not every byte of what the user may need.
    private var ringBytes: Int {
        let isQuiet = captured.allSatisfy { one in
            one.plan.failure != nil || one.handler.map { !$0.prints } ?? false
        }
        return isQuiet ? min(options.ringBytes, 1 << 18) : options.ringBytes
    }

    /// Compiles and loads all programs; falls back to the next mechanism where the kernel refuses one.
    public func load() throws(KernelError) {
        Preflight.raiseLimits()
        try makeTracker()
        let maps = try CaptureMaps(counters: layout, ringBytes: ringBytes, probeGates: gated.count)
        self.maps = maps
        maps.processes = tracker?.processes
        maps.perfCounters = perfCounters
        try perfCounters.open(planner.catalog)
        setRealtimeOffset()
        try loadHandlers(program, maps: maps)
        for one in captured where one.group == nil { try compile(one) }
        for zeros in captured.compactMap({ $0.programs?.zerosMap }) { try maps.provideZeros(zeros) }
        for one in captured where one.group == nil { try loadPrograms(one, maps: maps) }
        for group in groups where group.program == nil {
            do {
                try load(group, maps: maps)
            } catch {
                group.dissolve(error.message)
                for member in group.members {
                    try compile(member)
                    try loadPrograms(member, maps: maps)
                }
            }
        }
    }

    /// Attaches all probes behind the closed gate, then lets entry values be saved. A probe that cannot be attached by
    /// any mechanism is an error, unless a wildcard made it or it is optional.
    public func attach() throws(KernelError) {
        guard let maps else { return }
        try tracker?.begin(maps)
        try perfCounters.attach(maps, tracker, planner.catalog)
        for group in groups { try attach(group, maps: maps) }
        for one in captured where one.group == nil {
            while one.plan.chosen != nil, one.plan.failure == nil {
                do {
                    try attachPrograms(one)
                    break
                } catch {
                    one.reject(error.refusal.reason(planner.catalog, module: one.function?.module))
                    try settle(one)
                    try compile(one)
                    try loadPrograms(one, maps: maps)
                }
            }
        }
        try tracker?.complete(maps)
        setGate(.armed)
    }

    /// Lets the events of all probes through, from this moment on.
    public func openGate() {
        setRealtimeOffset()
        setGate(.open)
    }

    /// Shuts all probes at once, and returns when the records of all events that came through are in the ring.
    public func closeGate() {
        setGate(.closed)
        maps?.barrier.wait()
    }

    /// The descriptor that becomes readable when the kernel wants the ring buffer drained; -1 before `load`.
    public var descriptor: Int32 { maps?.ring.descriptor ?? -1 }

    /// Hands all finished records in the order of the events to `body`, until there is none or `body` returns false;
    /// returns their number. Records are as `RecordLayout` says; they may be longer than their layout.
    @discardableResult
    public func drain(_ body: (UnsafeRawPointer, Int) throws -> Bool) rethrows -> Int {
        try maps?.ring.drain(body) ?? 0
    }

    /// The layout of a probe's records; nil for probes that are not captured.
    public func recordLayout(ofProbe index: Int) -> RecordLayout? { byProbe[index]?.layout }

    /// The account of one probe, by the kernel's counters at this moment.
    public func counters(_ index: Int) -> ProbeCounts {
        var counts = ProbeCounts()
        guard let maps, let one = byProbe[index] else { return counts }
        func value(_ counter: ProbeCounter) -> UInt64 { layout.value(of: counter, probe: index, in: maps.counters) }
        counts.filtered = value(.filtered)
        counts.sent = value(.sent)
        for cause in LossCause.allCases {
            let lost = value(cause.counter)
            if lost > 0 { counts.lost[cause] = lost }
        }
        counts.entriesNotSaved = value(.entryFull)
        counts.handled = value(.handled)
        counts.outputsLost = value(.lostOutput)
        counts.fired = counts.filtered &+ counts.sent &+ counts.handled &+ counts.totalLost
        counts.skippedByKernel = one.attachments.reduce(0) { $0 &+ $1.misses() }
        return counts
    }

    /// Detaches all probes, and returns when the kernel is done with them. It can take seconds for many kprobes: print
    /// results before. Entry programs go first, so that no entry is saved that nobody takes out.
    public func detach() { takeAttachments().close() }

    /// All that keeps probes attached, for the caller to close: `detach` in two steps.
    public func takeAttachments() -> TakenAttachments {
        TakenAttachments([
            captured.flatMap { $0.attachments.dropFirst().flatMap { $0.surrender() } },
            (tracker?.surrender() ?? []) + perfCounters.surrender(),
            captured.flatMap { $0.attachments.flatMap { $0.surrender() } },
        ])
    }

    /// All programs as the kernel is given them, for `-p4`: instructions with what they are for.
    public func listing() -> String {
        var text = ""
        for group in groups {
            guard let program = group.programs?.main else { continue }
            text += "# \(group.members.map(\.plan.point).joined(separator: ", ")): by one kprobe.multi link\n"
            text += "# \(ProgramCost(program).text)\n" + BPF.listing(program)
        }
        for one in captured where one.group == nil {
            text += "# \(one.plan.point): \(one.plan.lines.joined(separator: "; "))\n"
            for program in [one.programs?.main, one.programs?.entry].compactMap({ $0 }) + one.further.map(\.main) {
                text += "# \(ProgramCost(program).text)\n" + BPF.listing(program)
            }
        }
        return text
    }

    private func makeTracker() throws(KernelError) {
        let scopes = captured.compactMap { one -> ProcessScope? in
            one.plan.failure == nil ? one.probe.event.scope : nil
        }
        let tracked = ProcessTracker.tracked(scopes + perfCounters.scopes)
        guard !tracked.isEmpty else { return }
        var target = ProcessTracker.Target.none
        if options.targetPid != 0 {
            target = options.startsTarget ? .waiting(options.targetPid) : .running(options.targetPid)
        }
        tracker = try ProcessTracker(scopes: tracked, target: target, catalog: planner.catalog)
    }

    /// The captured probes, in their order.
    var startProbes: [CapturedProbe] { captured }

    /// The process of `-c` that has not begun yet.
    var waitingTarget: Int32? { options.startsTarget ? options.targetPid : nil }

    /// The processes of a scope that are there now.
    func runningProcesses(_ scope: ProcessScope) -> [Int32] {
        switch scope {
        case .every:
            // Threads of the kernel execute no file.
            ProcessList().processes.filter { access("/proc/\($0)/exe", F_OK) == 0 }
        case .process(let pid): access("/proc/\(pid)", F_OK) == 0 ? [pid] : []
        case .target, .programs: tracker?.running(scope) ?? []
        }
    }

    /// Says whether the condition of a probe holds: while it does not, its events cost one test and are not counted. Probes
    /// without a condition are always armed.
    public func setArmed(_ isArmed: Bool, probe index: Int) {
        guard let one = byProbe[index], one.gate != nil, one.isArmed != isArmed else { return }
        one.isArmed = isArmed
        setGate(of: one)
    }

    private func setGate(_ gate: Gate) {
        guard let maps else { return }
        self.gate = gate
        swtap_store_release64(maps.control + ControlLayout.gate, gate.rawValue)
        for one in gated { setGate(of: one) }
    }

    private func setGate(of one: CapturedProbe) {
        guard let maps, let index = one.gate else { return }
        // A call that is under way when the condition becomes true has its entry values.
        let disarmed = one.plan.savesEntry ? Gate.armed : .closed
        let own = one.isArmed ? gate : min(gate, disarmed)
        swtap_store_release64(maps.control + ControlLayout.probeGate(index), own.rawValue)
    }

    private func setRealtimeOffset() {
        guard let maps else { return }
        let offset = UInt64(bitPattern: SystemFacts.realTimeOffset())
        swtap_store_release64(maps.control + ControlLayout.realtimeOffset, offset)
    }
}
