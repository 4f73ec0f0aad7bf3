// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import IR
import Testing

@testable import Kernel

@Suite(.enabled(if: Here.hasBTF && Here.canTrace, "no eBPF here"))
struct PerfCountersTests {
    private let maps: [MapReference: KernelMap]

    init() throws {
        var maps: [MapReference: KernelMap] = [.processes: try KernelMap(ProcessPrograms.processes)]
        let processors = Int(max(1, libbpf_num_possible_cpus()))
        for number in 0...1 {
            for spec in CounterPrograms.maps(number, processors: processors, isByThread: number == 0) {
                maps[spec.reference] = try KernelMap(spec)
            }
        }
        self.maps = maps
    }

    private func load(_ program: BPFProgram, _ others: [MapReference: KernelMap] = [:]) throws {
        let linked = try #require(
            program.linked { (maps[$0] ?? others[$0])?.descriptor.number }, "a map of \(program.name) is missing")
        _ = try ProgramLoader.load(.rawTracepoint, name: program.name, instructions: linked)
    }

    @Test func theVerifierTakesWhatTellsThreadsApart() throws {
        let counters = [CounterPrograms.Counter(number: 0, members: 1 << 63 | 5)]
        try load(try CounterPrograms.switched(counters))
        try load(try CounterPrograms.switched(counters + counters))
        try load(try CounterPrograms.forked(counters, thread: 2400))
        #expect(CounterPrograms.maps(3, processors: 4, isByThread: false).map(\.reference) == [.counterEvents(3)])
    }

    /// Of a thread and of a CPU, stored, computed with and decided on.
    @Test func theVerifierTakesProgramsThatReadCounters() throws {
        var plan = CapturePlan()
        plan.nodes = [
            .counter(0), .counter(1), .binary(.add, 0, 1), .constant(7), .binary(.less, 2, 3), .context(.pid),
        ]
        plan.filter = 4
        plan.slots = [.integer(node: 0), .integer(node: 1), .integer(node: 2), .integer(node: 5)]
        let layout = CounterLayout(probes: 1)
        var options = CaptureOptions(name: "counters", counters: layout, entryMap: 0)
        options.threadCounters = [0]
        let programs = try compile(
            plan: plan, probeIndex: .constant(0), context: .rawTracepoint(argumentCount: 2), options: options)
        try load(
            programs.main,
            [
                .control: try KernelMap(.control), .counters: try KernelMap(.counters(layout)),
                .ring: try KernelMap(.ring(bytes: 1 << 16)),
            ])
        #expect(listing(programs.main).contains("map[events of counter 1]"))
        #expect(listing(programs.main).contains("map[totals of counter 0]"))
        #expect(!listing(programs.main).contains("map[totals of counter 1]"))
    }

    @Test func aPlanWithACounterThatCannotBe() {
        var plan = CapturePlan()
        plan.nodes = [.counter(64)]
        plan.slots = [.integer(node: 0)]
        #expect(throws: CaptureError.self) {
            try compile(
                plan: plan, probeIndex: .constant(0), context: .uprobe(),
                options: CaptureOptions(name: "x", counters: CounterLayout(probes: 1), entryMap: 0))
        }
    }
}
