// SPDX-License-Identifier: GPL-3.0-or-later
import Evaluator
import IR
import Kernel

/// Arms the probes whose conditions hold and disarms the others, when handlers have changed what the conditions read.
final class Arming {
    private let triggers: ConditionTriggers
    private let evaluator: Evaluator
    private let runtime: CaptureRuntime?
    /// The timers of conditional probes, by probe.
    private var timers: [Int: TimerSource] = [:]
    /// Whether each conditional probe is armed; nothing is known before `start`.
    private var isArmed: [Int: Bool] = [:]

    init(program: IRProgram, evaluator: Evaluator, runtime: CaptureRuntime?) {
        triggers = ConditionTriggers(program)
        self.evaluator = evaluator
        self.runtime = runtime
    }

    /// Evaluates all conditions, after the begin probes.
    func start() { update(triggers.conditional) }

    /// Evaluates the conditions that a handler may have changed. Nothing happens before `start`.
    func update(after handler: Int) {
        if isArmed.isEmpty || triggers.probes[handler].isEmpty { return }
        update(triggers.probes[handler])
    }

    /// Arms the timer of a probe now, or when its condition holds: it fires one interval after.
    func add(_ timer: TimerSource, probe: Int) {
        guard let isArmed = isArmed[probe] else { return timer.arm() }
        timers[probe] = timer
        if isArmed { timer.arm() }
    }

    private func update(_ probes: [Int]) {
        for probe in probes {
            let holds = evaluator.holdsCondition(ofProbe: probe)
            if isArmed.updateValue(holds, forKey: probe) == holds { continue }
            runtime?.setArmed(holds, probe: probe)
            if let timer = timers[probe] {
                if holds { timer.arm() } else { timer.disarm() }
            }
        }
    }
}
