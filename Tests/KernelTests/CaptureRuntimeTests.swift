// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import IR
import Semantics
import Testing

@testable import Kernel

/// Traces this process's own system calls through a raw tracepoint.
@Suite(.enabled(if: Here.hasBTF && Here.canTrace, "no eBPF here"), .serialized)
struct CaptureRuntimeTests {
    let catalog: KernelCatalog

    init() throws { catalog = try KernelCatalog() }

    #if arch(arm64)
        static let getppidNumber: Int64 = 173
    #else
        static let getppidNumber: Int64 = 110
    #endif

    /// Events of one system call of this process: slots are the call's number, the process, its name.
    static let ownCalls: CapturePlan = {
        var plan = CapturePlan()
        plan.nodes = [
            .argument(1), .constant(getppidNumber), .binary(.notEqual, 0, 1), .context(.pid),
            .constant(Int64(getpid())), .binary(.notEqual, 3, 4), .binary(.or, 2, 5),
        ]
        plan.filter = 6
        plan.slots = [.integer(node: 0), .integer(node: 3), .string(.command)]
        return plan
    }()

    func systemCalls() throws -> ProbeEvent {
        .tracepoint(try #require(catalog.tracepoints(matching: "sys_enter").first))
    }

    func call(_ count: Int) { for _ in 0..<count { _ = getppid() } }

    @Test func everyEventOfThisProcessArrives() throws {
        let runtime = try CaptureRuntime(
            program: makeProgram([(try systemCalls(), Self.ownCalls)]), catalog: catalog)
        #expect(
            runtime.explain(0) == [
                "captured by raw tracepoint", "filtered in the kernel",
                "its handler runs in user space: it has no code",
            ])
        try runtime.load()
        try runtime.attach()
        let layout = try #require(runtime.recordLayout(ofProbe: 0))
        func drain() -> Int {
            runtime.drain { record, size in
                #expect(size >= layout.size)
                #expect(record.load(as: UInt32.self) == 0)
                #expect(record.load(fromByteOffset: RecordLayout.faultOffset, as: UInt64.self) == 0)
                #expect(record.load(fromByteOffset: layout.slotOffsets[0], as: Int64.self) == Self.getppidNumber)
                #expect(record.load(fromByteOffset: layout.slotOffsets[1], as: Int64.self) == Int64(getpid()))
                #expect(record.load(fromByteOffset: layout.slotOffsets[2], as: UInt8.self) != 0)
                return true
            }
        }
        call(100)
        #expect(drain() == 0, "the gate was shut")
        #expect(runtime.counters(0).fired == 0)
        runtime.openGate()
        call(1000)
        // Another system call of this process, for the filter.
        for _ in 0..<10 { _ = getuid() }
        runtime.closeGate()
        call(100)
        #expect(drain() == 1000)
        let counts = runtime.counters(0)
        #expect(counts.sent == 1000)
        #expect(counts.filtered >= 10)
        #expect(counts.lost.isEmpty)
        #expect(counts.fired == counts.filtered + counts.sent)
        runtime.detach()
        runtime.openGate()
        call(100)
        #expect(drain() == 0)
        #expect(runtime.counters(0) == counts)
    }

    @Test func aProbeWithAConditionIsOpenOnlyWhileItIsArmed() throws {
        let program = makeProgram([(try systemCalls(), Self.ownCalls), (try systemCalls(), Self.ownCalls)])
        let probe = program.probes[1]
        probe.condition = CheckedExpression(token: probe.token, kind: .integer(1), type: .long)
        let runtime = try CaptureRuntime(program: program, catalog: catalog)
        try runtime.load()
        try runtime.attach()
        func drain() -> [Int] {
            var counts = [0, 0]
            runtime.drain { record, _ in
                counts[Int(record.load(as: UInt32.self))] += 1
                return true
            }
            return counts
        }
        runtime.setArmed(false, probe: 1)
        runtime.setArmed(false, probe: 0)
        runtime.openGate()
        call(100)
        #expect(drain() == [100, 0])
        #expect(runtime.counters(1).fired == 0)
        runtime.setArmed(true, probe: 1)
        call(100)
        #expect(drain() == [100, 100])
        runtime.setArmed(false, probe: 1)
        call(100)
        #expect(drain() == [100, 0])
        runtime.setArmed(true, probe: 1)
        runtime.closeGate()
        call(100)
        #expect(drain() == [0, 0])
        runtime.detach()
    }

    @Test func lossesAreCounted() throws {
        var options = RuntimeOptions()
        options.ringMegabytes = 1
        let runtime = try CaptureRuntime(
            program: makeProgram([(try systemCalls(), Self.ownCalls)]), catalog: catalog, options: options)
        try runtime.load()
        try runtime.attach()
        runtime.openGate()
        call(30000)
        runtime.closeGate()
        let received = UInt64(runtime.drain { _, _ in true })
        let counts = runtime.counters(0)
        #expect(counts.sent == received)
        #expect(received > 10000 && received < 30000)
        #expect(counts.lost == [.ringFull: 30000 - received])
        runtime.detach()
    }

    @Test func listsWhatItLoads() throws {
        let runtime = try CaptureRuntime(
            program: makeProgram([(.begin(0), CapturePlan()), (try systemCalls(), Self.ownCalls)]), catalog: catalog)
        try runtime.load()
        #expect(runtime.listing().contains("# kernel.trace(\"sys_enter\"): captured by raw tracepoint"))
        #expect(runtime.listing().contains("exit"))
        #expect(runtime.plans.map(\.probe) == [1])
        #expect(runtime.explain(0).isEmpty)
        #expect(runtime.counters(0) == ProbeCounts())
        #expect(runtime.counters(7) == ProbeCounts())
    }

    @Test func aMissingTracepointIsAnErrorWithItsReason() throws {
        let event = ProbeEvent.tracepoint(KernelTracepoint(name: "no_such_tracepoint", parameters: []))
        let runtime = try CaptureRuntime(program: makeProgram([(event, CapturePlan())]), catalog: catalog)
        try runtime.load()
        #expect {
            try runtime.attach()
        } throws: { error in
            guard let error = error as? KernelError else { return false }
            return error.kind == .attachment && error.message.contains("kernel.trace(\"no_such_tracepoint\")")
                && error.message.contains("no such tracepoint") && error.wayOut != nil
        }
    }

    @Test(arguments: ["kernel.trace(\"no_*\")", "kernel.trace(\"no_such_tracepoint\")?"])
    func whatAWildcardMadeMayFail(_ point: String) throws {
        let event = ProbeEvent.tracepoint(KernelTracepoint(name: "no_such_tracepoint", parameters: []))
        let runtime = try CaptureRuntime(
            program: makeProgram([(event, CapturePlan()), (try systemCalls(), Self.ownCalls)], scriptPoint: point),
            catalog: catalog)
        try runtime.load()
        try runtime.attach()
        #expect(runtime.plans[0].failure == "the kernel has no such tracepoint")
        #expect(runtime.plans[1].failure == nil)
        runtime.detach()
    }

    @Test func functionsSayWhyTheyCannotBeAttached() throws {
        var options = RuntimeOptions()
        options.disabledFeatures = [.fentry, .kprobe]
        guard case .found(let function) = catalog.function("tcp_sendmsg", module: nil, needsTypes: true) else { return }
        let event = ProbeEvent.function(function, isReturn: false, allowsTyped: true)
        let catalog = catalog
        #expect {
            _ = try CaptureRuntime(
                program: makeProgram([(event, CapturePlan())]), catalog: catalog, options: options)
        } throws: { error in
            guard let error = error as? KernelError else { return false }
            return error.message.contains("kernel.function(\"tcp_sendmsg\")")
                && error.message.contains("kprobe: switched off by --no-feature")
                && error.message.contains("fentry: switched off by --no-feature")
        }
    }
}
