// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@testable import BPF

/// Entry values find their return and no other; every event is in one counter.
struct ActivationTests {
    private static let counters = CounterLayout(probes: 4, cpus: 8)

    /// At the entry: the time and the word behind the first argument. The record: both, the name, the return value.
    private static var plan: CapturePlan {
        var plan = CapturePlan()
        plan.nodes = [
            .context(.ktimeGetNs), .argument(0), .load(address: 1, MemoryAccess(shape: .long)),
            .entryValue(0), .entryValue(1), .returnValue,
        ]
        plan.entryNodes = [0, 2]
        plan.entryStrings = [.command]
        plan.slots = [.integer(node: 3), .integer(node: 4), .integer(node: 5), .entryString(0)]
        return plan
    }

    private final class Kernel {
        let machine = Machine(counters: ActivationTests.counters)
        let programs: CapturePrograms
        let plan: CapturePlan

        init(_ plan: CapturePlan = ActivationTests.plan, _ index: ProbeIndexSource = .constant(1)) throws {
            self.plan = plan
            programs = try compile(
                plan: plan, probeIndex: index, context: .kretprobe(.x86),
                options: CaptureOptions(name: "f", counters: ActivationTests.counters, entryMap: 1))
            machine.entrySpec = programs.entryMap
            if let zeros = programs.zerosMap {
                machine.zeros = machine.makeRegion(size: zeros.valueSize, isWritten: true)
            }
            machine.memory = { address, size, _ in
                address >= 0x1000 ? (0..<size).map { UInt8(truncatingIfNeeded: address >> UInt64(8 * $0)) } : nil
            }
            gate(.open)
        }

        func gate(_ gate: Gate) { machine.control.set(ControlLayout.gate, gate.rawValue) }

        func enter(stack: UInt64, argument: UInt64 = 0x1234_5678) throws {
            var registers = [UInt64](repeating: 0, count: 21)
            registers[14] = argument
            registers[19] = stack
            machine.facts.time += 1
            try machine.run(#require(programs.entry), context: registers)
        }

        func leave(stack: UInt64, result: UInt64 = 0) throws {
            var registers = [UInt64](repeating: 0, count: 21)
            registers[10] = result
            registers[19] = stack + 8
            machine.facts.time += 1
            try machine.run(programs.main, context: registers)
        }

        func count(_ counter: ProbeCounter, probe: Int = 1) -> UInt64 {
            machine.counters.bytes.withUnsafeBytes {
                ActivationTests.counters.value(of: counter, probe: probe, in: $0.baseAddress!)
            }
        }

        var outcomes: [UInt64] { [.filtered, .sent, .lostRing, .entryMissing, .entryFull].map { count($0) } }

        var slots: [[PlanOracle.SlotContent]] { machine.records.map { decode($0, plan) } }
    }

    @Test func recursionKeepsLevelsApart() throws {
        let kernel = try Kernel()
        let start = Int64(kernel.machine.facts.time)
        try kernel.enter(stack: 0x9000, argument: 0x10_0001)
        try kernel.enter(stack: 0x8000, argument: 0x10_0002)
        try kernel.enter(stack: 0x7000, argument: 0x10_0003)
        for (level, stack) in [UInt64(0x7000), 0x8000, 0x9000].enumerated() {
            try kernel.leave(stack: stack, result: UInt64(level))
        }
        let name = PlanOracle.SlotContent.text(address: nil, Array("machine".utf8))
        #expect(
            kernel.slots == [
                [.value(start + 3), .value(0x10_0003), .value(0), name],
                [.value(start + 2), .value(0x10_0002), .value(1), name],
                [.value(start + 1), .value(0x10_0001), .value(2), name],
            ])
        #expect(kernel.outcomes == [0, 3, 0, 0, 0])
        #expect(kernel.machine.entries.isEmpty)
    }

    @Test func aMissedEntryIsCountedAndNotSent() throws {
        let kernel = try Kernel()
        try kernel.leave(stack: 0x9000)
        #expect(kernel.outcomes == [0, 0, 0, 1, 0] && kernel.slots.isEmpty)
    }

    @Test func anEntryOfAnotherTaskIsStale() throws {
        let kernel = try Kernel()
        try kernel.enter(stack: 0x9000)
        kernel.machine.facts.task += 64
        try kernel.leave(stack: 0x9000)
        #expect(kernel.outcomes == [0, 0, 0, 1, 0] && kernel.slots.isEmpty)
        #expect(kernel.machine.entries.isEmpty)
    }

    @Test func aFullEntryMapIsCounted() throws {
        let kernel = try Kernel()
        kernel.machine.isEntryMapFull = true
        try kernel.enter(stack: 0x9000)
        try kernel.leave(stack: 0x9000)
        #expect(kernel.outcomes == [0, 0, 0, 1, 1])
    }

    @Test func aFullRingIsCountedAndTheEntryTaken() throws {
        let kernel = try Kernel()
        kernel.machine.isRingFull = true
        try kernel.enter(stack: 0x9000)
        try kernel.leave(stack: 0x9000)
        #expect(kernel.outcomes == [0, 0, 1, 0, 0])
        #expect(kernel.machine.entries.isEmpty)
    }

    @Test func theGateDecides() throws {
        let kernel = try Kernel()
        kernel.gate(.closed)
        try kernel.enter(stack: 0x9000)
        #expect(kernel.machine.entries.isEmpty)
        kernel.gate(.armed)
        try kernel.enter(stack: 0x9000)
        try kernel.enter(stack: 0x8000)
        try kernel.leave(stack: 0x8000)
        #expect(kernel.machine.entries.count == 1 && kernel.outcomes == [0, 0, 0, 0, 0])
        kernel.gate(.open)
        try kernel.leave(stack: 0x9000)
        #expect(kernel.outcomes == [0, 1, 0, 0, 0] && kernel.machine.entries.isEmpty)
    }

    @Test func aFaultAtTheEntryIsHandedOver() throws {
        let kernel = try Kernel()
        try kernel.enter(stack: 0x9000, argument: 0x10)
        try kernel.leave(stack: 0x9000)
        #expect(kernel.slots.first?[1] == .fault(0x10))
        #expect(kernel.slots.first?[2] == .value(0))
    }

    @Test func cookiesKeepProbesApart() throws {
        let kernel = try Kernel(Self.plan, .cookie)
        // One function left by a jump to another: both return with the same stack pointer.
        for cookie in [UInt64(2), 3] {
            kernel.machine.facts.cookie = cookie
            try kernel.enter(stack: 0x9000, argument: 0x10_0000 + cookie)
        }
        for cookie in [UInt64(3), 2] {
            kernel.machine.facts.cookie = cookie
            try kernel.leave(stack: 0x9000)
        }
        #expect(kernel.slots.map { $0[1] } == [.value(0x10_0003), .value(0x10_0002)])
        #expect(kernel.machine.records.map { $0[0] } == [3, 2])
        #expect(kernel.count(.sent, probe: 2) == 1 && kernel.count(.sent, probe: 3) == 1)
        // An index without counters is nobody's.
        kernel.machine.facts.cookie = 4
        try kernel.leave(stack: 0x9000)
        #expect(kernel.count(.entryMissing, probe: 3) == 0)
    }

    @Test func aGuardOnTheProcessSavesNothing() throws {
        var plan = Self.plan
        // if (pid() != 100) next; if (returnval() == 7) next
        plan.nodes += [
            .context(.pid), .constant(100), .binary(.notEqual, 6, 7), .constant(7), .binary(.equal, 5, 9),
            .constant(1), .constant(0), .select(10, 11, 12), .select(8, 11, 13),
        ]
        plan.filter = 14
        let kernel = try Kernel(plan)
        try kernel.enter(stack: 0x9000)
        try kernel.leave(stack: 0x9000, result: 7)
        #expect(kernel.outcomes == [1, 0, 0, 0, 0] && kernel.machine.entries.isEmpty)
        try kernel.enter(stack: 0x9000)
        try kernel.leave(stack: 0x9000, result: 8)
        #expect(kernel.outcomes == [1, 1, 0, 0, 0])
        kernel.machine.facts.pid = 99
        try kernel.enter(stack: 0x9000)
        #expect(kernel.machine.entries.isEmpty)
        try kernel.leave(stack: 0x9000, result: 8)
        #expect(kernel.outcomes == [2, 1, 0, 0, 0])
    }

    @Test func argumentsOfFexitNeedNoEntryProgram() throws {
        var plan = CapturePlan()
        plan.nodes = [
            .argument(2), .extend(0, IntegerShape(size: 4, isSigned: true)), .entryValue(0), .context(.pid),
            .entryValue(1),
        ]
        plan.entryNodes = [1, 3]
        plan.slots = [.integer(node: 2), .integer(node: 4)]
        let options = CaptureOptions(name: "f", counters: Self.counters, entryMap: 1)
        let exit = ContextModel.tracing(TracingContext(argumentCount: 3, isReturn: true))
        let programs = try compile(plan: plan, probeIndex: .constant(0), context: exit, options: options)
        #expect(programs.entry == nil && programs.entryMap == nil)
        let other = try compile(plan: plan, probeIndex: .constant(0), context: .kretprobe(), options: options)
        #expect(other.entry != nil && other.entryMap?.keySize == 8)
    }
}
