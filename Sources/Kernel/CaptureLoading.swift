// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import Glibc
import IR
import Semantics

extension CaptureRuntime {
    /// Once a probe has no mechanism left: an error, or a note for what may fail.
    func settle(_ one: CapturedProbe) throws(KernelError) {
        guard one.plan.chosen == nil else { return }
        if one.isTolerated {
            one.plan.failure = one.refusal
            return
        }
        throw KernelError(
            .attachment, "cannot attach \(one.plan.point): \(one.refusal)", wayOut: wayOut(one))
    }

    /// What helps depends on whether this kernel can probe any function at all.
    private func wayOut(_ one: CapturedProbe) -> String? {
        switch one.probe.event {
        case .perf, .lsm, .address, .netfilter: return nil
        case .user(let event, _):
            guard let place = event.place else { return nil }
            let point = "process(\"\(place.program.path)\").function(\"*\")"
            return "swtap -l '\(point)' lists the functions that can be probed"
        default: break
        }
        guard one.function != nil else { return "swtap -l 'kernel.trace(\"*\")' lists the tracepoints" }
        if !features[.kprobe].isAvailable, !features[.fentry].isAvailable {
            return
                "this kernel lets no functions be probed, but kernel.trace(\"...\") works: swtap -l 'kernel.trace(\"*\")'"
        }
        return "swtap -l 'kernel.function(\"*\")' lists the functions that can be probed; its callers may be among them"
    }

    /// Compiles for the chosen mechanism, or for the next one that the back-end can do.
    func compile(_ one: CapturedProbe) throws(KernelError) {
        let probe = one.probe
        while let chosen = one.plan.chosen, one.programs == nil {
            guard let context = planner.context(probe.event, by: chosen, hook: one.hooks.first) else {
                one.reject("the kernel's BTF does not describe it")
                try settle(one)
                continue
            }
            if chosen == .netfilter, let reason = NetfilterAttachment.refusal(one.capture) {
                one.reject(reason)
                try settle(one)
                continue
            }
            do throws(CaptureError) {
                one.further = []
                for hook in one.hooks.dropFirst() {
                    guard let context = planner.context(probe.event, by: chosen, hook: hook) else { continue }
                    one.further.append(try compile(one, context, hook: hook))
                }
                one.programs = try compile(one, context, hook: one.hooks.first)
                one.programs?.main.load(as: chosen)
            } catch {
                // Whoever placed the handler in the kernel takes it back.
                if one.handler != nil { throw KernelError(.verifier, error.description) }
                one.reject(error.description)
                try settle(one)
            }
        }
    }

    /// Compiles for one way to get at the event.
    private func compile(
        _ one: CapturedProbe, _ context: ContextModel, hook: UserHook?
    ) throws(CaptureError) -> CapturePrograms {
        let probe = one.probe
        var settings = CaptureOptions(
            name: programName(probe), counters: layout, entryMap: probe.index, entryCapacity: options.entryCapacity)
        if one.plan.chosen == .netfilter { settings.result = NetfilterAttachment.accept }
        settings.threadCounters = perfCounters.byThread
        settings.source = SourceLine(probe.token)
        if let gate = one.gate { settings.gate = ControlLayout.probeGate(gate) }
        settings.countsEvents = self.options.countsEvents
        var plan = one.handler == nil ? one.capture : one.guarded ?? one.capture
        let scope = probe.event.scope
        if scope != .every || hook != nil {
            settings.members = tracker?.members(of: scope)
            do {
                plan = try ScopeBuilder.plan(plan, scope: scope, hook: hook, catalog: planner.catalog)
            } catch {
                throw CaptureError(error.message)
            }
        }
        return try BPF.compile(
            plan: plan, probeIndex: .constant(probe.index), context: context, options: settings, handler: one.handler)
    }

    /// `tcp_sendmsg`, or the tracepoint's name, as far as the kernel takes it.
    private func programName(_ probe: CheckedProbe) -> String {
        switch probe.event {
        case .function(let function, _, _): function.name
        case .tracepoint(let tracepoint): tracepoint.name
        case .lsm(let function): function.name
        case .netfilter: "netfilter"
        case .address(let address): "at_\(String(address, radix: 16).suffix(12))"
        case .perf(let event): if case .profile = event.source { "profile" } else { "perf" }
        case .user(let event, _): event.place.map { $0.name.isEmpty ? "address" : $0.name } ?? "process"
        default: "probe\(probe.index)"
        }
    }

    /// Loads for the chosen mechanism, or for the next one that the kernel takes.
    func loadPrograms(_ one: CapturedProbe, maps: CaptureMaps) throws(KernelError) {
        var verifier: KernelError?
        while let chosen = one.plan.chosen, one.main == nil, let programs = one.programs {
            do {
                if let spec = programs.zerosMap { try maps.provideZeros(spec) }
                one.entryMap = try programs.entryMap.map { spec throws(KernelError) in try KernelMap(spec) }
                if let spec = one.handler?.scratchMap(for: programs.main) { one.scratch = try KernelMap(spec) }
                one.main = try load(programs.main, for: one, by: chosen, maps: maps)
                one.entry = try programs.entry.map { program throws(KernelError) in
                    try load(program, for: one, by: Self.atEntry(chosen), maps: maps)
                }
                one.furtherMains = try one.further.map { programs throws(KernelError) in
                    try load(programs.main, for: one, by: chosen, maps: maps)
                }
            } catch {
                if error.kind == .verifier, one.handler != nil { throw error }
                if error.kind == .verifier { verifier = verifier ?? error }
                one.reject(error.message)
                if one.plan.chosen == nil, let verifier, !one.isTolerated { throw verifier }
                try settle(one)
                try compile(one)
            }
        }
    }

    /// Compiles and loads the program of a group.
    func load(_ group: ProbeGroup, maps: CaptureMaps) throws(KernelError) {
        let name = group.members.first.map { programName($0.probe) } ?? "group"
        var settings = CaptureOptions(name: name, counters: layout, entryMap: 0)
        settings.source = group.members.first.map { SourceLine($0.probe.token) }
        settings.countsEvents = options.countsEvents
        let programs: CapturePrograms
        do {
            programs = try BPF.compile(
                plan: group.handler == nil ? group.capture : group.members.first?.guarded ?? group.capture,
                probeIndex: .cookie, context: group.isReturn ? .kretprobe() : .kprobe(), options: settings,
                handler: group.handler)
        } catch {
            throw KernelError(.unsupported, error.description)
        }
        if let spec = group.handler?.scratchMap(for: programs.main) { group.scratch = try KernelMap(spec) }
        let scratch = group.scratch
        guard let instructions = programs.main.linked({ maps.descriptor(of: $0, entries: nil, scratch: scratch) })
        else {
            throw KernelError(.verifier, "the program of \(name) uses a map that does not exist: a bug in swtap")
        }
        group.program = try ProgramLoader.load(
            .kprobeMulti, name: programs.main.name, instructions: instructions,
            types: features[.programTypes].isAvailable ? LoadedTypes(programs.main) : nil)
        group.programs = programs
    }

    /// Attaches a group by one link; where that does not work, its members are loaded to be attached one by one.
    func attach(_ group: ProbeGroup, maps: CaptureMaps) throws(KernelError) {
        guard let program = group.program else { return }
        let functions = group.members.compactMap { member in
            member.function.map { ($0.name, UInt64(member.probe.index)) }
        }
        do throws(AttachFailure) {
            // The first member stands for all where the kernel counts for the link.
            group.members.first?.attachments = [
                try KprobeMultiAttachment(program: program, functions: functions, isReturn: group.isReturn)
            ]
        } catch {
            group.dissolve("the kernel refuses the whole list: \(errorText(error.refusal.errno))")
            for member in group.members {
                try compile(member)
                try loadPrograms(member, maps: maps)
            }
        }
    }

    private func load(
        _ program: BPFProgram, for one: CapturedProbe, by mechanism: Mechanism, maps: CaptureMaps
    ) throws(KernelError) -> Descriptor {
        let (entries, scratch) = (one.entryMap, one.scratch)
        guard let instructions = program.linked({ maps.descriptor(of: $0, entries: entries, scratch: scratch) }) else {
            throw KernelError(
                .verifier, "the program of \(one.plan.point) uses a map that does not exist: a bug in swtap")
        }
        var kind = ProgramKind(
            type: bpf_prog_type(program.type.rawValue), attach: bpf_attach_type(program.expectedAttachType.rawValue))
        if mechanism == .fentry || mechanism == .fexit, let function = one.function {
            kind = try FentryAttachment.kind(of: function, isReturn: mechanism == .fexit, catalog: planner.catalog)
        }
        if mechanism == .uprobeMulti { kind = UprobeMultiAttachment.kind }
        if case .lsm(let function) = one.probe.event { kind = try SecurityHookAttachment.kind(of: function) }
        let types = features[.programTypes].isAvailable ? LoadedTypes(program) : nil
        return try ProgramLoader.load(
            kind, name: program.name, instructions: instructions, types: types,
            listing: { program.place(ofInstruction: $0) })
    }

    /// Attaches the main program first, so that no saved entry is left behind.
    func attachPrograms(_ one: CapturedProbe) throws(AttachFailure) {
        guard let chosen = one.plan.chosen, let main = one.main else { return }
        let attached = try attach(main, one, by: chosen, hook: one.hooks.first)
        one.attachments = [attached]
        for (hook, program) in zip(one.hooks.dropFirst(), one.furtherMains) {
            one.attachments.append(try attach(program, one, by: chosen, hook: hook))
        }
        guard let entry = one.entry else { return }
        one.attachments.append(try attach(entry, one, by: Self.atEntry(chosen), hook: nil, atEntry: true))
    }

    /// The mechanism at the entry that goes with one at the return.
    private static func atEntry(_ mechanism: Mechanism) -> Mechanism {
        switch mechanism {
        case .fexit: .fentry
        case .uretprobe: .uprobe
        case .uprobeMulti: .uprobeMulti
        default: .kprobe
        }
    }

    private func attach(
        _ program: Descriptor, _ one: CapturedProbe, by mechanism: Mechanism, hook: UserHook?, atEntry: Bool = false
    ) throws(AttachFailure) -> any Attachment {
        switch (one.probe.event, mechanism) {
        case (.tracepoint(let tracepoint), _):
            return try RawTracepointAttachment(program: program, tracepoint: tracepoint.name)
        case (.address(let address), _):
            return try KprobeAttachment(
                program: program, address: address, pmu: features.kprobePMU ?? 0,
                hasLinks: features[.kprobeLink].isAvailable)
        case (.perf(let event), _):
            return try PerfEventAttachment(
                program: program, event: event, name: one.plan.point, processors: PerfEventAttachment.online(),
                hasLinks: features[.kprobeLink].isAvailable)
        case (.netfilter(let event), _):
            return try NetfilterAttachment(program: program, event: event, name: one.plan.point)
        case (.lsm(let function), _): return try SecurityHookAttachment(program: program, function: function)
        case (.function(let function, _, _), .kprobe), (.function(let function, _, _), .kretprobe):
            return try KprobeAttachment(
                program: program, function: function, isReturn: mechanism == .kretprobe,
                pmu: features.kprobePMU ?? 0, hasLinks: features[.kprobeLink].isAvailable)
        case (.user(let event, _), _):
            if let hook { return try RawTracepointAttachment(program: program, tracepoint: hook.tracepoint) }
            guard let place = event.place else {
                throw AttachFailure(AttachRefusal(name: one.plan.point, mechanism: mechanism, errno: EINVAL))
            }
            if mechanism == .uprobeMulti {
                let isReturn = AttachmentPlanner.userMechanism(event) == .uretprobe
                return try UprobeMultiAttachment(program: program, place: place, isReturn: isReturn && !atEntry)
            }
            return try UprobeAttachment(
                program: program, place: place, isReturn: mechanism == .uretprobe, pmu: features.uprobePMU ?? 0,
                hasLinks: features[.kprobeLink].isAvailable)
        case (.function(let function, _, _), _):
            return try FentryAttachment(program: program, function: function, isReturn: mechanism == .fexit)
        default:
            throw AttachFailure(AttachRefusal(name: one.plan.point, mechanism: mechanism, errno: EINVAL))
        }
    }
}

extension BPFProgram {
    /// Makes it the type of program that a mechanism loads, where that only shares the layout of its context.
    mutating func load(as mechanism: Mechanism) {
        switch mechanism {
        case .perfEvent: type = .perfEvent
        case .netfilter: (type, expectedAttachType) = (.netfilter, .netfilter)
        case .securityHook: (type, expectedAttachType) = (.securityHook, .securityHook)
        default: break
        }
    }
}
