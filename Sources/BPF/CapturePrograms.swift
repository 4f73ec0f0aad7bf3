// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// What captures one probe's events: programs, the map between them, and the record that they send.
public struct CapturePrograms: Sendable {
    /// The program at the event itself.
    public var main: BPFProgram
    /// The program at the function's entry, for a return probe that needs entry values. Attach the main program first,
    /// so that no saved entry is left behind.
    public var entry: BPFProgram?
    /// The map of saved entries, when there is an entry program.
    public var entryMap: MapSpec?
    /// The zeros that the entry program needs, when it needs them; one map of the largest size serves all programs.
    public var zerosMap: MapSpec?
    /// The record. A record in the ring may be longer: what follows `layout.size` is to be ignored.
    public var layout: RecordLayout
    /// Whether the filter was left out, as it would not fit the stack: events are then sent that need not be.
    public var isFilterDropped: Bool
}

/// What `compile` needs beside the plan.
public struct CaptureOptions: Sendable {
    /// The name of the programs, cut to what the kernel allows.
    public var name: String
    /// The counters that the programs add to.
    public var counters: CounterLayout
    /// The number of the entry map: `MapReference.entries(entryMap)`. Programs with different plans need their own.
    public var entryMap: Int
    /// How many entries can be saved at once: calls under way of the function.
    public var entryCapacity: Int
    /// What the programs return to the kernel.
    public var result: Int64 = 0
    /// Which marks in the map of processes make an event the probe's; nil: it is not asked.
    public var members: UInt64?
    /// The perf counters that are told by thread and not by CPU.
    public var threadCounters: Set<Int> = []
    /// Whether events that are not lost are counted: those that were filtered, and those whose handler ran in the kernel.
    public var countsEvents = true
    /// The control word that the programs have for their gate.
    public var gate = ControlLayout.gate
    /// The line of the script that says what the programs are for.
    public var source: SourceLine?

    /// Creates options.
    public init(
        name: String, counters: CounterLayout, entryMap: Int, entryCapacity: Int = 4096, members: UInt64? = nil
    ) {
        self.name = name
        self.counters = counters
        self.entryMap = entryMap
        self.entryCapacity = entryCapacity
        self.members = members
    }
}
