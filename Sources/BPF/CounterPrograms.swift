// SPDX-License-Identifier: GPL-3.0-or-later

/// What makes perf counters of CPUs those of threads: a program where a CPU goes from one thread to another books what was
/// counted since the last time on the thread that leaves. A thread has what was booked and what was counted since then.
public enum CounterPrograms {
    /// The most threads that totals are kept of.
    public static let capacity = 65536

    /// One counter.
    public struct Counter: Sendable {
        /// Its number in the program.
        public var number: Int
        /// The marks in the map of processes that make a thread one it counts for.
        public var members: UInt64

        /// Names a counter.
        public init(number: Int, members: UInt64) {
            self.number = number
            self.members = members
        }
    }

    /// The maps of a counter.
    public static func maps(_ number: Int, processors: Int, isByThread: Bool) -> [MapSpec] {
        let events = MapSpec(
            reference: .counterEvents(number), name: "swtap_perf", type: .perfEvents, keySize: 4, valueSize: 4,
            maxEntries: processors)
        guard isByThread else { return [events] }
        return [
            events,
            MapSpec(
                reference: .counterStarts(number), name: "swtap_starts", type: .array, keySize: 4, valueSize: 8,
                maxEntries: processors),
            MapSpec(
                reference: .counterTotals(number), name: "swtap_totals", type: .recentHash, keySize: 4, valueSize: 8,
                maxEntries: capacity),
        ]
    }

    /// Sits at `sched_switch`, where the thread that leaves is still the current one.
    public static func switched(_ counters: [Counter]) throws(CaptureError) -> BPFProgram {
        var code = Assembler()
        for counter in counters {
            let next = code.label()
            let new = code.label()
            code.comment("counter \(counter.number)")
            readCounter(&code, counter.number, at: -40)
            code.jump(.notEqual, .r0, 0, next)
            code.call(.getProcessorID)
            code.store(.word, .r10, -8, .r0)
            lookUp(&code, .counterStarts(counter.number), key: -8)
            code.jump(.equal, .r0, 0, next)
            code.load(.double, .r7, .r10, -40)
            code.load(.double, .r6, .r0, 0)
            code.store(.double, .r0, 0, .r7)
            code.alu(.subtract, .r7, .r6)
            code.comment("the thread, and its process")
            code.call(.getCurrentPidTgid)
            code.store(.word, .r10, -16, .r0)
            code.alu(.shiftRight, .r0, 32)
            code.store(.word, .r10, -8, .r0)
            lookUp(&code, .processes, key: -8)
            code.jump(.equal, .r0, 0, next)
            code.load(.double, .r0, .r0, 0)
            code.move(.r1, Int64(bitPattern: counter.members))
            code.alu(.and, .r0, .r1)
            code.jump(.equal, .r0, 0, next)
            lookUp(&code, .counterTotals(counter.number), key: -16)
            code.jump(.equal, .r0, 0, new)
            code.load(.double, .r1, .r0, 0)
            code.alu(.add, .r1, .r7)
            code.store(.double, .r0, 0, .r1)
            code.jump(next)
            code.place(new)
            code.store(.double, .r10, -48, .r7)
            code.map(.r1, .counterTotals(counter.number))
            code.move(.r2, .r10)
            code.alu(.add, .r2, -16)
            code.move(.r3, .r10)
            code.alu(.add, .r3, -48)
            code.move(.r4, 0)
            code.call(.mapUpdateElement)
            code.place(next)
        }
        code.move(.r0, 0)
        code.exit()
        return try code.finish(name: "swtap_switch", type: .rawTracepoint, attachType: .none)
    }

    /// Sits at `sched_process_fork`: a new thread may have the number of an old one. `thread` is where `struct task_struct`
    /// has its number.
    public static func forked(_ counters: [Counter], thread: Int) throws(CaptureError) -> BPFProgram {
        var code = Assembler()
        let out = code.label()
        code.load(.double, .r3, .r1, 8)
        code.alu(.add, .r3, Int32(thread))
        code.move(.r1, .r10)
        code.alu(.add, .r1, -8)
        code.move(.r2, 4)
        code.call(.probeReadKernel)
        code.jump(.notEqual, .r0, 0, out)
        for counter in counters {
            code.map(.r1, .counterTotals(counter.number))
            code.move(.r2, .r10)
            code.alu(.add, .r2, -8)
            code.call(.mapDeleteElement)
        }
        code.place(out)
        code.move(.r0, 0)
        code.exit()
        return try code.finish(name: "swtap_thread", type: .rawTracepoint, attachType: .none)
    }

    /// Reads a counter on this CPU to 24 bytes of the stack: its value first, or 0; r0 is 0 where that worked.
    static func readCounter(_ code: inout Assembler, _ number: Int, at place: Int) {
        code.map(.r1, .counterEvents(number))
        // BPF_F_CURRENT_CPU.
        code.move(.r2, Int64(UInt32.max))
        code.move(.r3, .r10)
        code.alu(.add, .r3, Int32(place))
        code.move(.r4, 24)
        code.call(.perfEventReadValue)
    }

    static func lookUp(_ code: inout Assembler, _ map: MapReference, key: Int) {
        code.map(.r1, map)
        code.move(.r2, .r10)
        code.alu(.add, .r2, Int32(key))
        code.call(.mapLookupElement)
    }
}

extension Emitter {
    /// Computes what a counter stands at: on this CPU, or with what the thread has on its account.
    func counter(_ number: Int, _ target: Register) {
        let value = counterBuffer
        CounterPrograms.readCounter(&code, number, at: value)
        if threadCounters.contains(number) {
            combine(.subtract, .counterStarts(number), of: .getProcessorID, into: value)
            combine(.add, .counterTotals(number), of: .getCurrentPidTgid, into: value)
        }
        code.load(.double, target, .r10, value)
    }

    /// Adds what a map has for the low word of a helper's answer to a word of the stack, or subtracts it; where the map has nothing,
    /// the word stays.
    private func combine(_ operation: ALUOperation, _ map: MapReference, of helper: Helper, into value: Int) {
        let absent = code.label()
        code.call(helper)
        code.store(.word, .r10, Frame.landing, .r0)
        CounterPrograms.lookUp(&code, map, key: Frame.landing)
        code.jump(.equal, .r0, 0, absent)
        code.load(.double, .r1, .r0, 0)
        code.load(.double, .r2, .r10, value)
        code.alu(operation, .r2, .r1)
        code.store(.double, .r10, value, .r2)
        code.place(absent)
    }
}
