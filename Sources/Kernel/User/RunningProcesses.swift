// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import Glibc
import IR
import Semantics

extension CaptureRuntime {
    /// Records of `process.begin` and `process.thread.begin` for what is there already, in the order of the probes and
    /// then of the processes; to be called when the gate is open. They are as if the kernel had captured them now.
    public func recordsOfRunning() -> [(probe: Int, record: [UInt8])] {
        var records: [(probe: Int, record: [UInt8])] = []
        var source: RunningSource?
        for one in startProbes {
            guard case .user(.life(let moment), let scope) = one.probe.event, one.plan.failure == nil else { continue }
            let isThread = moment == .threadBegin
            guard isThread || moment == .begin else { continue }
            let own = getpid()
            for pid in runningProcesses(scope) where pid != own && pid != waitingTarget {
                let threads =
                    isThread ? directoryNames("/proc/\(pid)/task").compactMap { Int32($0) }.sorted() : [pid]
                for thread in threads where (thread == pid) != isThread {
                    let from = source ?? RunningSource(catalog: planner.catalog)
                    source = from
                    guard let task = from.task(pid, thread) else { continue }
                    records.append((one.probe.index, RunningRecord(task, one.capture, from).bytes(one.probe.index)))
                }
            }
        }
        return records
    }
}

/// What is known of one thread that runs.
struct RunningTask {
    var process: Int32
    var thread: Int32
    var user: UInt32 = 0
    var group: UInt32 = 0
    var name: [UInt8] = []
    var processor: UInt32 = 0
}

/// Finds the facts of threads: in /proc, and the address of their task in the kernel's list of all.
final class RunningSource {
    private let reader: KernelMemoryReader?
    private let offsets: KernelOffsets
    private lazy var tasks: [Int32: UInt64] = walk()

    init(catalog: KernelCatalog) {
        reader = try? KernelMemoryReader()
        offsets = KernelOffsets(catalog, reader: reader)
    }

    /// The facts of a thread; nil when it is gone.
    func task(_ process: Int32, _ thread: Int32) -> RunningTask? {
        let directory = "/proc/\(process)/task/\(thread)"
        guard let status = readText(directory + "/status"), let comm = readFile(directory + "/comm") else { return nil }
        var task = RunningTask(process: process, thread: thread)
        task.name = comm.last == 10 ? comm.dropLast() : comm
        for line in status.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            guard words.count > 1, let number = UInt32(words[1]) else { continue }
            if words[0] == "Uid:" { task.user = number }
            if words[0] == "Gid:" { task.group = number }
        }
        return task
    }

    /// The address of a thread's task; 0 when it cannot be found.
    func address(_ task: RunningTask) -> UInt64 { tasks[task.thread] ?? tasks[task.process] ?? 0 }

    func read(_ address: UInt64, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        reader?.read(address: address, into: buffer) ?? false
    }

    /// The first threads of all processes, by the list that starts at our own.
    private func walk() -> [Int32: UInt64] {
        guard let reader, let links = try? offsets.offset("tasks", of: "task_struct"),
            let process = try? offsets.offset("tgid", of: "task_struct"),
            let leader = try? offsets.offset("group_leader", of: "task_struct")
        else { return [:] }
        var found: [Int32: UInt64] = [:]
        let own = reader.currentTask()
        guard own != 0, let first = offsets.word(own &+ UInt64(leader)) else { return [:] }
        var task = first
        // The list may change under us: it is followed no further than any system has processes.
        for _ in 0..<1 << 20 {
            var pid: Int32 = 0
            guard withUnsafeMutableBytes(of: &pid, { reader.read(address: task &+ UInt64(process), into: $0) }),
                let next = offsets.word(task &+ UInt64(links)), next != 0
            else { break }
            found[pid] = task
            task = next &- UInt64(links)
            if task == first { break }
        }
        return found
    }
}

/// Computes a record in user space, as the capture plan says.
final class RunningRecord {
    private enum Outcome {
        case value(Int64)
        case fault(UInt64)
    }

    private let task: RunningTask
    private let plan: CapturePlan
    private let source: RunningSource
    private let time: Int64
    private var known: [Int: Outcome] = [:]

    init(_ task: RunningTask, _ plan: CapturePlan, _ source: RunningSource) {
        self.task = task
        self.plan = plan
        self.source = source
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        time = Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    }

    func bytes(_ probe: Int) -> [UInt8] {
        let layout = RecordLayout(plan: plan)
        var record = [UInt8](repeating: 0, count: layout.size)
        record.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: UInt32(clamping: probe), toByteOffset: 0, as: UInt32.self)
            bytes.storeBytes(of: task.processor, toByteOffset: 4, as: UInt32.self)
            bytes.storeBytes(of: time, toByteOffset: 8, as: Int64.self)
            for (index, slot) in plan.slots.enumerated() {
                let place = UnsafeMutableRawBufferPointer(rebasing: bytes[layout.slotOffsets[index]...])
                if !fill(place, slot) { bytes[RecordLayout.faultOffset + index / 8] |= 1 << UInt8(index % 8) }
            }
        }
        return record
    }

    /// Fills a slot; false for a fault.
    private func fill(_ place: UnsafeMutableRawBufferPointer, _ slot: CaptureSlot) -> Bool {
        switch slot {
        case .integer(let node):
            switch evaluate(node) {
            case .value(let value):
                place.storeBytes(of: value, as: Int64.self)
                return true
            case .fault(let address):
                place.storeBytes(of: address, as: UInt64.self)
                return false
            }
        case .string(.command):
            for (index, byte) in task.name.prefix(15).enumerated() { place[index] = byte }
            return true
        case .string(.memory(let node, let isUser, let limit)):
            guard case .value(let address) = evaluate(node) else { return false }
            place.storeBytes(of: address, as: Int64.self)
            guard !isUser else { return false }
            for index in 0..<max(limit, 0) {
                let byte = UnsafeMutableRawBufferPointer(rebasing: place[(8 + index)...(8 + index)])
                guard source.read(UInt64(bitPattern: address) &+ UInt64(index), byte) else { return false }
                if byte[0] == 0 { return true }
            }
            return true
        case .bytes(let node, let isUser, let length, let limit):
            guard case .value(let address) = evaluate(node), case .value(let count) = evaluate(length), !isUser else {
                return false
            }
            place.storeBytes(of: address, as: Int64.self)
            place.storeBytes(of: count, toByteOffset: 8, as: Int64.self)
            let wanted = Int(min(UInt64(bitPattern: count), UInt64(max(limit, 0))))
            return wanted == 0
                || source.read(
                    UInt64(bitPattern: address), UnsafeMutableRawBufferPointer(rebasing: place[16..<16 + wanted]))
        // An empty stack, and no registers.
        case .stack, .registers: return true
        case .entryString: return false
        }
    }

    private func evaluate(_ node: Int) -> Outcome {
        if let outcome = known[node] { return outcome }
        let outcome = compute(node)
        known[node] = outcome
        return outcome
    }

    private func compute(_ node: Int) -> Outcome {
        switch plan.nodes[node] {
        case .constant(let value): return .value(value)
        case .context(let fact): return .value(value(of: fact))
        case .unary(let operation, let operand):
            return map(operand) { Arithmetic.unary(operation, $0) }
        case .extend(let operand, let shape): return map(operand) { Arithmetic.extend($0, shape) }
        case .binary(let operation, let left, let right):
            guard case .value(let first) = evaluate(left) else { return evaluate(left) }
            return map(right) { Arithmetic.binary(operation, first, $0) }
        case .select(let condition, let yes, let no):
            guard case .value(let value) = evaluate(condition) else { return evaluate(condition) }
            return evaluate(value != 0 ? yes : no)
        // It has not run since.
        case .counter: return .value(0)
        case .readable(let operand):
            if case .value = evaluate(operand) { return .value(1) }
            return .value(0)
        case .load(let address, let access): return load(address, access)
        // The life of a process has neither arguments nor registers.
        case .argument, .returnValue, .register, .entryValue: return .fault(0)
        }
    }

    private func map(_ node: Int, _ body: (Int64) -> Int64?) -> Outcome {
        switch evaluate(node) {
        case .value(let value): body(value).map { .value($0) } ?? .fault(0)
        case .fault(let address): .fault(address)
        }
    }

    private func load(_ node: Int, _ access: MemoryAccess) -> Outcome {
        guard case .value(let start) = evaluate(node) else { return evaluate(node) }
        let address = UInt64(bitPattern: start)
        var raw: UInt64 = 0
        let size = Int(access.shape.size)
        let isRead =
            !access.isUser && (1...8).contains(size)
            && withUnsafeMutableBytes(of: &raw) {
                source.read(address, UnsafeMutableRawBufferPointer(rebasing: $0[..<size]))
            }
        guard isRead else { return .fault(address) }
        var value = Int64(bitPattern: raw)
        var width = size * 8
        if let field = access.bitField {
            value = Int64(bitPattern: raw &>> UInt64(field.offset))
            width = Int(field.width)
        }
        guard width < 64, width > 0 else { return .value(value) }
        let shift = Int64(64 - width)
        let raised = value &<< shift
        return .value(
            access.shape.isSigned
                ? raised &>> shift : Int64(bitPattern: UInt64(bitPattern: raised) &>> UInt64(shift)))
    }

    private func value(of fact: Builtin) -> Int64 {
        switch fact {
        case .pid: Int64(task.process)
        case .tid: Int64(task.thread)
        case .uid: Int64(task.user)
        case .gid: Int64(task.group)
        case .cpu: Int64(task.processor)
        case .taskCurrent: Int64(bitPattern: source.address(task))
        case .gettimeofdayNs: time &+ SystemFacts.realTimeOffset()
        default: time
        }
    }
}
