// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import Glibc

/// Memory of the kernel for handlers that run in user space (`begin`, timers): small programs that are run once on
/// demand and never attached. They are loaded at the first use.
public final class KernelMemoryReader {
    private let map: KernelMap
    private let value: UnsafeMutableRawPointer
    private var programs: [Purpose: Descriptor] = [:]

    private enum Purpose {
        case kernel, user, task, jiffies
    }

    /// Prepares; throws where the kernel lets this process have no eBPF.
    public init() throws(KernelError) {
        map = try KernelMap(MemoryReader.map)
        value = try map.mapped()
    }

    /// Fills a buffer from memory of the kernel, or with `isUser` of this process; false when any byte cannot be read,
    /// or the kernel does not let us. The buffer's content is then undefined.
    public func read(address: UInt64, into buffer: UnsafeMutableRawBufferPointer, isUser: Bool = false) -> Bool {
        var done = 0
        while done < buffer.count {
            let count = min(MemoryReader.capacity, buffer.count - done)
            let start = address &+ UInt64(done)
            guard run(isUser ? .user : .kernel, [start, UInt64(count)]), let base = buffer.baseAddress
            else { return false }
            memcpy(base + done, value, count)
            done += count
        }
        return true
    }

    /// The address of the running thread's `struct task_struct`; 0 when the kernel does not let us.
    public func currentTask() -> UInt64 {
        guard run(.task, [0, 0]) else { return 0 }
        return value.load(as: UInt64.self)
    }

    /// The kernel's ticks; nil when the kernel does not let us.
    public func jiffies() -> Int64? {
        guard run(.jiffies, [0, 0]) else { return nil }
        return value.load(as: Int64.self)
    }

    /// Runs a program with context words; whether it ran and returned 0.
    private func run(_ purpose: Purpose, _ words: [UInt64]) -> Bool {
        guard let program = program(purpose) else { return false }
        var options = bpf_test_run_opts()
        options.sz = MemoryLayout<bpf_test_run_opts>.size
        return words.withUnsafeBytes { context in
            options.ctx_in = context.baseAddress
            options.ctx_size_in = UInt32(context.count)
            return bpf_prog_test_run_opts(program.number, &options) == 0 && options.retval == 0
        }
    }

    private func program(_ purpose: Purpose) -> Descriptor? {
        if let known = programs[purpose] { return known }
        do {
            let code =
                switch purpose {
                case .kernel: try MemoryReader.readMemory()
                case .user: try MemoryReader.readMemory(isUser: true)
                case .task: try MemoryReader.currentTask()
                case .jiffies: try MemoryReader.jiffies()
                }
            let number = map.descriptor.number
            guard let linked = code.linked({ $0 == .reader ? number : nil }) else { return nil }
            let program = try ProgramLoader.load(.rawTracepoint, name: code.name, instructions: linked)
            programs[purpose] = program
            return program
        } catch {
            return nil
        }
    }
}
