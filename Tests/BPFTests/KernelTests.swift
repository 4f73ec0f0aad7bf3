// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import IR
import Semantics
import Testing

@testable import BPF

/// Generated programs through the running kernel's verifier, and through its processor where BPF_PROG_TEST_RUN can.
@Suite(.enabled(if: KernelBPF.isAvailable, "needs root and BPF"), .serialized)
struct KernelTests {
    private let layout = CounterLayout(probes: 3, cpus: 4)

    @Test func randomPlansRun() throws {
        let control = try KernelValue(.control)
        let counters = try KernelValue(.counters(layout))
        let ring = try KernelRing()
        control.memory.storeBytes(of: Gate.open.rawValue, toByteOffset: ControlLayout.gate, as: UInt64.self)
        let maps: [MapReference: Int32] = [
            .control: control.descriptor, .counters: counters.descriptor, .ring: ring.descriptor,
        ]
        var sent = 0
        var filtered = 0
        var walked = 0
        for seed in UInt64(50_000)..<50_600 {
            var generator = PlanGenerator(seed: seed, facts: [.pid, .tid, .uid, .gid])
            generator.isUserOnly = true
            let plan = generator.plan(size: 5 + Int(seed % 120))
            let programs = try compile(
                plan: plan, probeIndex: .constant(1), context: .rawTracepoint(argumentCount: 4),
                options: CaptureOptions(name: "random", counters: layout, entryMap: 0))
            let program = try KernelBPF.load(programs.main, maps: maps)
            defer { close(program) }
            walked = max(walked, KernelBPF.verifiedInstructions(program))
            for _ in 0..<3 {
                let arguments = (0..<4).map { index in
                    index < 2
                        ? TestMemory.shared.pointer(&generator.random)
                        : index == 2 ? generator.random.next() % 20 : generator.random.next()
                }
                _ = try KernelBPF.run(program, context: arguments)
                let records = ring.drain()
                let oracle = PlanOracle(plan: plan, event: event(arguments))
                if oracle.isFiltered, !programs.isFilterDropped {
                    #expect(records.isEmpty, "seed \(seed)")
                    filtered += 1
                    continue
                }
                sent += 1
                guard let record = records.first, records.count == 1 else {
                    Issue.record("seed \(seed): \(records.count) records")
                    return
                }
                let found = decode(record, plan)
                #expect(found == oracle.slots, "seed \(seed)")
                if found != oracle.slots {
                    print(listing(programs.main), plan)
                    return
                }
            }
        }
        #expect(layout.value(of: .sent, probe: 1, in: counters.memory) == UInt64(sent))
        #expect(layout.value(of: .filtered, probe: 1, in: counters.memory) == UInt64(filtered))
        print("the verifier walked through at most \(walked) instructions")
    }

    private func event(_ arguments: [UInt64]) -> PlanOracle.Event {
        return PlanOracle.Event(
            arguments: arguments,
            facts: { fact in
                switch fact {
                case .pid: Int64(getpid())
                case .tid: Thread.identifier
                case .uid: Int64(getuid())
                default: Int64(getgid())
                }
            }, command: Thread.command,
            memory: { address, size, _ in TestMemory.shared.read(address, size) })
    }

    @Test(arguments: [ProbeIndexSource.constant(2), .cookie])
    func kprobesVerify(_ index: ProbeIndexSource) throws {
        var walked = 0
        for seed in UInt64(60_000)..<60_150 {
            var generator = PlanGenerator(
                seed: seed, facts: [.pid, .tid, .uid, .gid, .cpu, .taskCurrent, .ktimeGetNs, .gettimeofdayNs, .jiffies])
            generator.hasEntry = true
            generator.hasResult = true
            generator.argumentCount = 8
            let plan = generator.plan(size: 5 + Int(seed % 100))
            let programs = try compile(
                plan: plan, probeIndex: index, context: .kretprobe(),
                options: CaptureOptions(name: "random", counters: layout, entryMap: 7))
            var maps: [MapReference: Int32] = [:]
            defer { for map in maps.values { close(map) } }
            for spec in [.control, .counters(layout), .ring(bytes: 4096), programs.entryMap, programs.zerosMap] {
                if let spec { maps[spec.reference] = try KernelBPF.createMap(spec) }
            }
            for program in [programs.main, programs.entry].compactMap(\.self) {
                let descriptor = try KernelBPF.load(program, maps: maps)
                walked = max(walked, KernelBPF.verifiedInstructions(descriptor))
                close(descriptor)
            }
        }
        print("the verifier walked through at most \(walked) instructions")
    }

    @Test func memoryReader() throws {
        let value = try KernelValue(MemoryReader.map)
        let maps: [MapReference: Int32] = [.reader: value.descriptor]
        let task = try KernelBPF.load(MemoryReader.currentTask(), maps: maps)
        #expect(try KernelBPF.run(task, context: [0]) == 0)
        let address = value.memory.load(as: UInt64.self)
        #expect(address >> 48 == 0xffff)
        let reader = try KernelBPF.load(MemoryReader.readMemory(), maps: maps)
        #expect(try KernelBPF.run(reader, context: [address, 64]) == 0)
        #expect(try KernelBPF.run(reader, context: [0, 8]) == 1)
        #expect(try KernelBPF.run(reader, context: [address, UInt64(MemoryReader.capacity + 1)]) == 1)
        let user = try KernelBPF.load(MemoryReader.readMemory(isUser: true), maps: maps)
        let word: [UInt64] = [0x1122_3344_5566_7788]
        let result = try word.withUnsafeBytes { bytes in
            try KernelBPF.run(user, context: [UInt64(UInt(bitPattern: bytes.baseAddress)), 8])
        }
        #expect(result == 0)
        #expect(value.memory.load(as: UInt64.self) == word[0])
    }
}

/// What the kernel calls the running thread.
private enum Thread {
    static var command: String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let file = open("/proc/thread-self/comm", O_RDONLY)
        defer { close(file) }
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count - 1)), as: UTF8.self)
    }

    static var identifier: Int64 {
        var bytes = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/thread-self", &bytes, bytes.count)
        let path = String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").last.flatMap { Int64($0) } ?? -1
    }
}
