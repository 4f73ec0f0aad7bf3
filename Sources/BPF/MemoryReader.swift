// SPDX-License-Identifier: GPL-3.0-or-later

/// Programs for BPF_PROG_TEST_RUN that read on behalf of handlers in user space (`begin`, timers). They are raw
/// tracepoint programs, never attached, and run with a context of 64-bit words.
public enum MemoryReader {
    /// The most bytes that one run reads.
    public static let capacity = 4096

    /// The map that they write to: one value of `capacity` bytes.
    public static var map: MapSpec {
        MapSpec(
            reference: .reader, name: "swtap_reader", type: .array, keySize: 4, valueSize: capacity, maxEntries: 1,
            isMappable: true)
    }

    /// Reads memory into the map's value: context word 0 is the address, word 1 the number of bytes. It returns 0, or 1
    /// when the memory cannot be read or there are more bytes than `capacity`. `isUser` reads the memory of the process
    /// that starts the run.
    public static func readMemory(isUser: Bool = false) throws(CaptureError) -> BPFProgram {
        var code = Assembler()
        let failed = code.label()
        code.comment("read word 1 bytes at word 0")
        code.load(.double, .r3, .r1, 0)
        code.load(.double, .r2, .r1, 8)
        code.jump(.greater, .r2, Int32(capacity), failed)
        code.valueAddress(.r1, .reader, offset: 0)
        code.call(isUser ? .probeReadUser : .probeReadKernel)
        code.jump(.notEqual, .r0, 0, failed)
        code.exit()
        code.place(failed)
        code.move(.r0, 1)
        code.exit()
        return try code.finish(
            name: isUser ? "swtap_read_user" : "swtap_read", type: .rawTracepoint, attachType: .none)
    }

    /// Stores the address of the running thread's `struct task_struct` in the first 8 bytes of the map's value, and
    /// returns 0.
    public static func currentTask() throws(CaptureError) -> BPFProgram {
        try store(.getCurrentTask, name: "swtap_task")
    }

    /// Stores the kernel's ticks in the first 8 bytes of the map's value, and returns 0.
    public static func jiffies() throws(CaptureError) -> BPFProgram {
        try store(.jiffies, name: "swtap_jiffies")
    }

    private static func store(_ helper: Helper, name: String) throws(CaptureError) -> BPFProgram {
        var code = Assembler()
        code.call(helper)
        code.valueAddress(.r1, .reader, offset: 0)
        code.store(.double, .r1, 0, .r0)
        code.move(.r0, 0)
        code.exit()
        return try code.finish(name: name, type: .rawTracepoint, attachType: .none)
    }
}
