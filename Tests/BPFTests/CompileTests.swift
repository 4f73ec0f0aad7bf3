// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@testable import BPF

/// What cannot be compiled is said, and large plans stay within the machine's limits.
struct CompileTests {
    private let options = CaptureOptions(
        name: "a long name: tcp_v4_connect", counters: CounterLayout(probes: 2), entryMap: 0)

    private func programs(
        _ plan: CapturePlan, _ context: ContextModel = .rawTracepoint(argumentCount: 4)
    ) throws -> CapturePrograms {
        try compile(plan: plan, probeIndex: .constant(1), context: context, options: options)
    }

    private func message(_ plan: CapturePlan, _ context: ContextModel = .rawTracepoint(argumentCount: 4)) -> String? {
        do {
            _ = try programs(plan, context)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func plan(_ nodes: [CaptureNode]) -> CapturePlan {
        var plan = CapturePlan()
        plan.nodes = nodes
        plan.slots = [.integer(node: nodes.count - 1)]
        return plan
    }

    @Test func whatIsNotThere() {
        #expect(message(plan([.argument(4)])) == "uses argument 5 of an event that has 4")
        #expect(message(plan([.argument(3)]), .tracing(argumentCount: 3)) == "uses argument 4 of an event that has 3")
        #expect(message(plan([.returnValue])) == "uses a return value where nothing returns")
        #expect(message(plan([.returnValue]), .kprobe()) == "uses a return value where nothing returns")
        #expect(
            message(plan([.argument(0)]), .kretprobe())
                == "uses an argument at the return, where only its entry value exists")
        #expect(message(plan([.context(.pp)])) == "uses 'pp', which the kernel cannot capture")
        var entry = plan([.context(.ktimeGetNs), .entryValue(0)])
        entry.entryNodes = [0]
        #expect(message(entry) == "uses entry values where nothing returns")
        #expect(message(entry, .kretprobe()) == nil)
    }

    @Test func malformedPlansDoNotTrap() {
        let access = MemoryAccess(shape: .long)
        let wide = MemoryAccess(shape: .long, bitField: BitField(offset: 60, width: 8))
        for nodes: [CaptureNode] in [
            [.load(address: 0, access)], [.binary(.add, 0, 7)], [.argument(-1)], [.entryValue(0)],
            [.constant(1), .unary(.add, 0)], [.constant(1), .binary(.jump, 0, 0)],
            [.constant(1), .load(address: 0, wide)],
            [.constant(1), .extend(0, IntegerShape(size: 3, isSigned: false))], [.constant(1), .select(0, -1, 0)],
        ] { #expect(message(plan(nodes)) == "has a malformed capture plan") }
        var slots = CapturePlan()
        slots.slots = [.integer(node: 0)]
        #expect(message(slots) == "has a malformed capture plan")
        slots.slots = [.entryString(0)]
        #expect(message(slots) == "has a malformed capture plan")
    }

    @Test func recordsHaveALimit() {
        var plan = CapturePlan()
        plan.nodes = [.argument(0)]
        plan.slots = [.string(.memory(address: 0, isUser: false, limit: 40000))]
        #expect(message(plan) == "needs 40000 bytes for one event, at most 32752 are possible")
        plan.slots = Array(repeating: .string(.memory(address: 0, isUser: false, limit: 511)), count: 62)
        #expect(message(plan) == nil)
        plan.slots += plan.slots
        #expect(message(plan)?.hasSuffix("at most 32752 are possible") == true)
    }

    @Test func namesAreCut() throws {
        let plan = plan([.constant(1)])
        #expect(try programs(plan).main.name == "a_long_name__tc")
    }

    @Test func probesWithoutCountersAreRefused() {
        #expect(throws: CaptureError("has no counters")) {
            try compile(
                plan: CapturePlan(), probeIndex: .constant(2), context: .rawTracepoint(argumentCount: 0),
                options: options)
        }
    }

    /// Many loads, all used twice, so that all are kept at once.
    private func manyKept(_ count: Int) -> CapturePlan {
        var plan = CapturePlan()
        plan.nodes = [.argument(0)]
        var loads: [Int] = []
        for index in 0..<count {
            plan.nodes.append(.constant(Int64(8 * index)))
            plan.nodes.append(.binary(.add, 0, plan.nodes.count - 1))
            plan.nodes.append(.load(address: plan.nodes.count - 1, MemoryAccess(shape: .long)))
            loads.append(plan.nodes.count - 1)
        }
        var sum = loads[0]
        for load in loads + loads.reversed() {
            plan.nodes.append(.binary(.xor, sum, load))
            plan.nodes.append(.binary(.add, plan.nodes.count - 1, loads[0]))
            sum = plan.nodes.count - 1
        }
        plan.slots = [.integer(node: sum)]
        return plan
    }

    @Test func whatTheStackCannotHoldGoesBehindTheRecord() throws {
        let plan = manyKept(150)
        let programs = try programs(plan)
        #expect(!programs.isFilterDropped)
        #expect(programs.layout == RecordLayout(plan: plan))
        let machine = Machine(counters: options.counters)
        machine.control.set(ControlLayout.gate, Gate.open.rawValue)
        let memory: (UInt64, Int, Bool) -> [UInt8]? = { address, size, _ in
            (0..<size).map { UInt8(truncatingIfNeeded: (address &* 0x9e37) >> UInt64(3 * $0)) }
        }
        machine.memory = memory
        try machine.run(programs.main, context: [5000, 0, 0, 0])
        let oracle = PlanOracle(plan: plan, event: .init(arguments: [5000], memory: memory))
        let record = try #require(machine.records.first)
        #expect(decode(record, plan) == oracle.slots)
        #expect(record.count > programs.layout.size)
    }

    @Test func aFilterThatDoesNotFitIsLeftOut() throws {
        var plan = manyKept(150)
        plan.filter = plan.nodes.count - 1
        let programs = try programs(plan)
        #expect(programs.isFilterDropped)
        let small = manyKept(20)
        var filtered = small
        filtered.filter = small.nodes.count - 1
        #expect(try !self.programs(filtered).isFilterDropped)
    }

    @Test func deepPlansDoNotOverflowAnything() throws {
        var plan = CapturePlan()
        plan.nodes = [.argument(0), .constant(3)]
        for _ in 0..<3000 { plan.nodes.append(.binary(.multiply, plan.nodes.count - 1, 1)) }
        plan.slots = [.integer(node: plan.nodes.count - 1)]
        let machine = Machine(counters: options.counters)
        machine.control.set(ControlLayout.gate, Gate.open.rawValue)
        try machine.run(programs(plan).main, context: [1, 0, 0, 0])
        let record = try #require(machine.records.first)
        let oracle = PlanOracle(plan: plan, event: .init(arguments: [1]))
        for node in plan.nodes.indices { _ = oracle.outcome(node) }
        #expect(decode(record, plan) == oracle.slots)
    }

    @Test func aProbeMayHaveAGateOfItsOwn() throws {
        var plan = CapturePlan()
        plan.nodes = [.argument(0)]
        plan.slots = [.integer(node: 0)]
        var options = options
        options.gate = ControlLayout.probeGate(1)
        let programs = try compile(
            plan: plan, probeIndex: .constant(0), context: .rawTracepoint(argumentCount: 4), options: options)
        let machine = Machine(counters: options.counters, probeGates: 2)
        machine.control.set(ControlLayout.gate, Gate.open.rawValue)
        machine.control.set(ControlLayout.probeGate(0), Gate.open.rawValue)
        try machine.run(programs.main, context: [7, 0, 0, 0])
        #expect(machine.records.isEmpty)
        #expect(machine.steps <= 8, "a disarmed probe tests one word")
        machine.control.set(ControlLayout.probeGate(1), Gate.open.rawValue)
        try machine.run(programs.main, context: [7, 0, 0, 0])
        #expect(machine.records.count == 1)
    }

    @Test func tooLargeProgramsAreRefused() {
        #expect(message(manyKept(4000))?.contains("too") == true)
    }
}
