// SPDX-License-Identifier: GPL-3.0-or-later

/// The programs that keep the map of processes: which processes the probes of user space are about. They are raw tracepoint
/// programs, and run whether the gate is open or not.
///
/// The map has a word of marks for each process id. Mark 0 is for the descendants of the session's target, the others for
/// programs: whoever executes one of them, and whoever is forked from such a process, has its mark.
public enum ProcessPrograms {
    /// The mark of the session's target and its descendants.
    public static let targetMark: UInt64 = 1
    /// The most processes that can be marked at once.
    public static let capacity = 65536

    /// Where the kernel keeps what the programs look at, in bytes.
    public struct Offsets: Sendable, Equatable {
        /// `mm` in `struct task_struct`.
        public var memory = 0
        /// `exe_file` in `struct mm_struct`.
        public var executable = 0
        /// `f_inode` in `struct file`.
        public var inode = 0
        /// `tgid` in `struct task_struct`.
        public var process = 0
        /// `signal` in `struct task_struct`.
        public var signal = 0
        /// `live` in `struct signal_struct`: the threads that are left.
        public var live = 0

        /// Creates offsets of 0.
        public init() {}
    }

    /// The map of marked processes: by process id, its marks.
    public static var processes: MapSpec {
        MapSpec(
            reference: .processes, name: "swtap_processes", type: .hash, keySize: 4, valueSize: 8, maxEntries: capacity)
    }

    /// The map of programs: by the address of the inode, the marks that executing it brings.
    public static func programs(count: Int) -> MapSpec {
        MapSpec(
            reference: .programs, name: "swtap_programs", type: .hash, keySize: 8, valueSize: 8,
            maxEntries: max(1, count))
    }

    /// Sits at `sched_process_exec`: a process is what it executes, and the target's descendant as before. `target` is a
    /// process that becomes the target's first by executing something.
    public static func executed(_ offsets: Offsets, target: Int32?) throws(CaptureError) -> BPFProgram {
        var code = Assembler()
        let unknown = code.label()
        let new = code.label()
        let remove = code.label()
        code.move(.r6, 0)
        code.comment("the inode of the program")
        code.call(.getCurrentTask)
        code.move(.r3, .r0)
        for (step, offset) in [offsets.memory, offsets.executable, offsets.inode].enumerated() {
            if step > 0 { code.load(.double, .r3, .r10, -8) }
            code.alu(.add, .r3, Int32(offset))
            read(&code, 8, unknown)
        }
        code.comment("its marks")
        lookUp(&code, .programs, key: -8)
        code.jump(.equal, .r0, 0, unknown)
        code.load(.double, .r6, .r0, 0)
        code.place(unknown)
        storeProcess(&code, at: -16)
        lookUp(&code, .processes, key: -16)
        code.jump(.equal, .r0, 0, new)
        code.load(.double, .r1, .r0, 0)
        code.alu(.and, .r1, Int32(targetMark))
        code.alu(.or, .r6, .r1)
        code.place(new)
        if let target {
            let other = code.label()
            code.load(.word, .r1, .r10, -16)
            code.jump(.notEqual, .r1, target, other)
            code.alu(.or, .r6, Int32(targetMark))
            code.place(other)
        }
        code.jump(.equal, .r6, 0, remove)
        code.store(.double, .r10, -24, .r6)
        update(&code, key: -16, value: -24)
        end(&code)
        code.place(remove)
        delete(&code, key: -16)
        end(&code)
        return try code.finish(name: "swtap_exec", type: .rawTracepoint, attachType: .none)
    }

    /// Sits at `sched_process_fork`: a new process has its parent's marks before it runs.
    public static func forked(_ offsets: Offsets) throws(CaptureError) -> BPFProgram {
        var code = Assembler()
        let out = code.label()
        code.load(.double, .r6, .r1, 8)
        storeProcess(&code, at: -16)
        lookUp(&code, .processes, key: -16)
        code.jump(.equal, .r0, 0, out)
        code.load(.double, .r7, .r0, 0)
        code.store(.double, .r10, -24, .r7)
        code.comment("the child's process; a thread has the parent's")
        code.move(.r3, .r6)
        code.alu(.add, .r3, Int32(offsets.process))
        read(&code, 4, out)
        code.load(.word, .r1, .r10, -8)
        code.load(.word, .r2, .r10, -16)
        code.jump(.equal, .r1, .r2, out)
        update(&code, key: -8, value: -24)
        code.place(out)
        end(&code)
        return try code.finish(name: "swtap_fork", type: .rawTracepoint, attachType: .none)
    }

    /// Sits at `sched_process_exit`, behind the probes there: the last thread takes the marks away.
    public static func exited(_ offsets: Offsets) throws(CaptureError) -> BPFProgram {
        var code = Assembler()
        let out = code.label()
        code.load(.double, .r3, .r1, 0)
        code.alu(.add, .r3, Int32(offsets.signal))
        read(&code, 8, out)
        code.load(.double, .r3, .r10, -8)
        code.alu(.add, .r3, Int32(offsets.live))
        read(&code, 4, out)
        code.load(.word, .r1, .r10, -8)
        code.jump(.notEqual, .r1, 0, out)
        storeProcess(&code, at: -16)
        delete(&code, key: -16)
        code.place(out)
        end(&code)
        return try code.finish(name: "swtap_exit", type: .rawTracepoint, attachType: .none)
    }

    /// Reads kernel memory at r3 to the stack at -8.
    private static func read(_ code: inout Assembler, _ size: Int64, _ fault: Label) {
        code.move(.r1, .r10)
        code.alu(.add, .r1, -8)
        code.move(.r2, size)
        code.call(.probeReadKernel)
        code.jump(.notEqual, .r0, 0, fault)
    }

    private static func storeProcess(_ code: inout Assembler, at place: Int) {
        code.call(.getCurrentPidTgid)
        code.alu(.shiftRight, .r0, 32)
        code.store(.word, .r10, place, .r0)
    }

    private static func lookUp(_ code: inout Assembler, _ map: MapReference, key: Int32) {
        code.map(.r1, map)
        code.move(.r2, .r10)
        code.alu(.add, .r2, key)
        code.call(.mapLookupElement)
    }

    private static func update(_ code: inout Assembler, key: Int32, value: Int32) {
        code.map(.r1, .processes)
        code.move(.r2, .r10)
        code.alu(.add, .r2, key)
        code.move(.r3, .r10)
        code.alu(.add, .r3, value)
        code.move(.r4, 0)
        code.call(.mapUpdateElement)
    }

    private static func delete(_ code: inout Assembler, key: Int32) {
        code.map(.r1, .processes)
        code.move(.r2, .r10)
        code.alu(.add, .r2, key)
        code.call(.mapDeleteElement)
    }

    private static func end(_ code: inout Assembler) {
        code.move(.r0, 0)
        code.exit()
    }
}
