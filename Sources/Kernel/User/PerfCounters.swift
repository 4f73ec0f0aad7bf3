// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import Glibc
import Semantics

/// The counters that scripts read by `@perf`: a perf event of each on every processor that counts and never fires, and for those
/// of some processes the programs that tell threads apart.
final class PerfCounters {
    private struct Counter {
        var event: PerfEvent
        var point: String
        var isByThread: Bool { event.scope != .every }
    }

    private let counters: [Counter]
    private var maps: [MapReference: KernelMap] = [:]
    private var events: [Descriptor] = []
    private var attachments: [RawTracepointAttachment] = []

    /// Takes the counters of a program; their order numbers them.
    init(_ probes: [CheckedProbe]) {
        counters = probes.compactMap { probe in
            guard case .counter(let event) = probe.event else { return nil }
            return Counter(event: event, point: probe.point)
        }
    }

    /// Whose processes they are about.
    var scopes: [ProcessScope] { counters.map(\.event.scope) }

    /// Those that are told by thread.
    var byThread: Set<Int> { Set(counters.indices.filter { counters[$0].isByThread }) }

    /// The descriptor of one of their maps.
    func descriptor(of reference: MapReference) -> Int32? { maps[reference]?.descriptor.number }

    /// Makes the maps and begins to count; throws the kernel's refusal of a counter.
    func open(_ catalog: KernelCatalog) throws(KernelError) {
        let possible = Int(max(1, libbpf_num_possible_cpus()))
        for (number, counter) in counters.enumerated() {
            for spec in CounterPrograms.maps(number, processors: possible, isByThread: counter.isByThread) {
                maps[spec.reference] = try KernelMap(spec)
            }
            guard case .counter(let type, let config) = counter.event.source,
                let map = maps[.counterEvents(number)]
            else { continue }
            for processor in PerfEventAttachment.online() {
                let event = Descriptor(swtap_perf_event(type, config, 0, 0, 0, 0, 0, processor))
                var value = event.number
                if value >= 0, map.update(key: UInt32(processor), value: &value), swtap_perf_enable(value) == 0 {
                    events.append(event)
                    continue
                }
                if errno == ENODEV { continue }
                let refusal = AttachRefusal(name: counter.point, mechanism: .perfEvent, errno: errno)
                throw KernelError(
                    .attachment, "cannot attach \(counter.point): \(refusal.reason(catalog, module: nil))")
            }
        }
    }

    /// Begins to tell threads apart, once processes are followed.
    func attach(_ shared: CaptureMaps, _ tracker: ProcessTracker?, _ catalog: KernelCatalog) throws(KernelError) {
        let counters = byThread.sorted().compactMap { number in
            tracker?.members(of: self.counters[number].event.scope).map {
                CounterPrograms.Counter(number: number, members: $0)
            }
        }
        guard !counters.isEmpty else { return }
        do {
            let thread = try KernelOffsets(catalog).offset("pid", of: "task_struct")
            try attach("sched_process_fork", CounterPrograms.forked(counters, thread: thread), shared)
            try attach("sched_switch", CounterPrograms.switched(counters), shared)
        } catch {
            throw KernelError(.unsupported, "cannot count for single threads: \(error)")
        }
    }

    /// Stops counting.
    func surrender() -> [Descriptor] {
        defer { events = [] }
        return attachments.flatMap { $0.surrender() } + events
    }

    private func attach(_ tracepoint: String, _ program: BPFProgram, _ shared: CaptureMaps) throws {
        guard let linked = program.linked({ shared.descriptor(of: $0, entries: nil) }) else {
            throw KernelError(.verifier, "a map is missing: a bug in swtap")
        }
        let loaded = try ProgramLoader.load(.rawTracepoint, name: program.name, instructions: linked)
        do {
            attachments.append(try RawTracepointAttachment(program: loaded, tracepoint: tracepoint))
        } catch {
            throw KernelError(
                .attachment, "tracepoint \(tracepoint): \(errorText(error.refusal.errno))", errno: error.refusal.errno)
        }
    }
}
