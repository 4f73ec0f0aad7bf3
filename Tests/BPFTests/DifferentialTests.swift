// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@testable import BPF

/// Random plans, compiled and run in user space, against the definition of the plan.
struct DifferentialTests {
    private let facts: [Builtin] = [
        .pid, .tid, .uid, .gid, .cpu, .taskCurrent, .ktimeGetNs, .gettimeofdayNs, .jiffies,
    ]

    private func words(_ random: inout SeededGenerator, _ count: Int) -> [UInt64] {
        (0..<count).map { index in
            index < 2 ? TestMemory.shared.pointer(&random) : index == 2 ? random.next() % 20 : random.next()
        }
    }

    private func event(_ machine: Machine, _ arguments: [UInt64], _ result: UInt64) -> PlanOracle.Event {
        let facts = machine.facts
        let offset = machine.control.word(ControlLayout.realtimeOffset)
        return PlanOracle.Event(
            arguments: arguments, result: result,
            facts: { fact in
                switch fact {
                case .pid: Int64(facts.pid)
                case .tid: Int64(facts.tid)
                case .uid: Int64(facts.uid)
                case .gid: Int64(facts.gid)
                case .cpu: Int64(facts.processor)
                case .taskCurrent: Int64(bitPattern: facts.task)
                case .ktimeGetNs: Int64(facts.time)
                case .jiffies: Int64(facts.jiffies)
                default: Int64(facts.time &+ offset)
                }
            }, command: facts.command, memory: { address, size, _ in TestMemory.shared.read(address, size) })
    }

    private func machine(_ counters: CounterLayout) -> Machine {
        let machine = Machine(counters: counters)
        machine.control.set(ControlLayout.gate, Gate.open.rawValue)
        machine.control.set(ControlLayout.realtimeOffset, 1_700_000_000_000_000_000)
        machine.memory = { address, size, _ in TestMemory.shared.read(address, size) }
        return machine
    }

    private func checkRecord(_ machine: Machine, _ plan: CapturePlan, _ oracle: PlanOracle, _ seed: UInt64) -> Bool {
        if oracle.isFiltered {
            #expect(machine.records.isEmpty, "seed \(seed): filtered")
            return machine.records.isEmpty
        }
        guard let record = machine.records.first, machine.records.count == 1 else {
            Issue.record("seed \(seed): \(machine.records.count) records")
            return false
        }
        let found = decode(record, plan)
        #expect(found == oracle.slots, "seed \(seed)")
        return found == oracle.slots
    }

    @Test func rawTracepoints() throws {
        for seed in UInt64(0)..<4000 {
            var generator = PlanGenerator(seed: seed, facts: facts)
            let plan = generator.plan(size: 3 + Int(seed % 60))
            let counters = CounterLayout(probes: 3, cpus: Int(seed % 3) * 4)
            let programs = try compile(
                plan: plan, probeIndex: .constant(1), context: .rawTracepoint(argumentCount: 4),
                options: CaptureOptions(name: "random", counters: counters, entryMap: 0))
            let machine = machine(counters)
            let arguments = words(&generator.random, 4)
            try machine.run(programs.main, context: arguments)
            let oracle = PlanOracle(plan: plan, event: event(machine, arguments, 0))
            let isFiltered = oracle.isFiltered && !programs.isFilterDropped
            guard programs.isFilterDropped || checkRecord(machine, plan, oracle, seed) else {
                print(listing(programs.main), plan)
                return
            }
            machine.counters.bytes.withUnsafeBytes { bytes in
                let count = { counters.value(of: $0, probe: 1, in: bytes.baseAddress!) }
                #expect(count(.filtered) == (isFiltered ? 1 : 0))
                #expect(count(.sent) == (isFiltered ? 0 : 1))
            }
        }
    }

    @Test(arguments: [
        ContextModel.tracing(TracingContext(argumentCount: 4, isReturn: true)),
        .tracing(TracingContext(argumentCount: 4, isReturn: true, scalarArguments: [2, 3], isScalarResult: true)),
        .tracing(TracingContext(argumentCount: 4, isReturn: true, hasArgumentHelpers: false)),
        .kretprobe(.x86), .kretprobe(.arm64),
    ])
    func returnsWithEntryValues(_ context: ContextModel) throws {
        for seed in UInt64(10_000)..<10_800 {
            var generator = PlanGenerator(seed: seed, facts: facts)
            generator.hasEntry = true
            generator.hasResult = true
            let plan = generator.plan(size: 4 + Int(seed % 40))
            let counters = CounterLayout(probes: 3)
            let programs = try compile(
                plan: plan, probeIndex: .constant(2), context: context,
                options: CaptureOptions(name: "random", counters: counters, entryMap: 5))
            let machine = machine(counters)
            machine.entrySpec = programs.entryMap
            if let zeros = programs.zerosMap {
                machine.zeros = machine.makeRegion(size: zeros.valueSize, isWritten: true)
            }
            let arguments = words(&generator.random, 4)
            let result = TestMemory.shared.pointer(&generator.random)
            machine.facts.arguments = arguments + [result]
            machine.facts.argumentCount = 4
            let before = event(machine, arguments, result)
            var isSaved = false
            if let entry = programs.entry {
                try machine.run(entry, context: registers(context, arguments, result, isReturn: false))
                isSaved = machine.entries.count == 1
            }
            // What the thread is stays; time goes on.
            machine.facts.time += 1000
            machine.facts.processor = 1
            try machine.run(programs.main, context: registers(context, arguments, result, isReturn: true))
            #expect(machine.entries.isEmpty)
            let oracle = PlanOracle(plan: plan, event: event(machine, arguments, result), entry: before)
            #expect(isSaved || programs.entry == nil || oracle.isFiltered)
            guard programs.isFilterDropped || checkRecord(machine, plan, oracle, seed) else {
                print(listing(programs.main), programs.entry.map(listing) ?? "", plan)
                return
            }
        }
    }

    /// The context of a program of an attachment.
    private func registers(
        _ context: ContextModel, _ arguments: [UInt64], _ result: UInt64, isReturn: Bool
    ) -> [UInt64] {
        let table: RegisterTable
        switch context {
        case .kretprobe(let registers), .kprobe(let registers): table = registers
        default: return arguments + [result]
        }
        var words = Array(repeating: UInt64(0x5555), count: 40)
        if isReturn {
            words[table.result / 8] = result
        } else {
            for (index, argument) in arguments.enumerated() { words[table.arguments[index] / 8] = argument }
        }
        words[table.stackPointer / 8] = 0xffff_c900_0000_1000 + (isReturn ? UInt64(table.returnAdjustment) : 0)
        return words
    }
}
