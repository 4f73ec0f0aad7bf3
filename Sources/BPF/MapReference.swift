// SPDX-License-Identifier: GPL-3.0-or-later

/// A map that programs refer to by its role; the loader creates the maps and puts their file descriptors in.
public enum MapReference: Sendable, Hashable {
    /// The control words; see `ControlLayout`.
    case control
    /// The counters of all probes; see `CounterLayout`.
    case counters
    /// The ring buffer that takes the records.
    case ring
    /// The saved entry values of one capture, by the number that `compile` was given.
    case entries(Int)
    /// Zeros, at least as many as the largest entry value: what a new entry starts as.
    case zeros
    /// The processes that some probe is about: by process id, with a mark for each group of them; see `ProcessMaps`.
    case processes
    /// The programs that make a process such: by the address of the inode, with the marks.
    case programs
    /// The events of a perf counter, by CPU.
    case counterEvents(Int)
    /// What a perf counter stood at when the thread that runs began to, by CPU.
    case counterStarts(Int)
    /// What threads have added to a perf counter before they began to run this time, by thread.
    case counterTotals(Int)
    /// The numbers that handlers read and write; see `GlobalsLayout`.
    case globals
    /// The sums of scalars; see `GlobalsLayout`.
    case sums
    /// The elements of an array, by the global's index; of those with sums there are two, by generation.
    case elements(Int, generation: Int)
    /// The automata of patterns; see `PatternTables`.
    case patterns
    /// What a handler works with, by the probe's index: some bytes for each CPU.
    case scratch(Int)
    /// Where the memory reader puts what it reads.
    case reader
}

/// The types of maps in use, by the kernel's numbers (linux/bpf.h).
public enum MapType: UInt32, Sendable {
    case hash = 1
    case array = 2
    case perfEvents = 4
    /// Drops what was used longest ago where it is full.
    case recentHash = 9
    case perCPUHash = 5
    case ringBuffer = 27
}

/// What a map must be created as.
public struct MapSpec: Sendable, Hashable {
    /// Its role.
    public var reference: MapReference
    /// The name, at most 15 bytes of letters, digits and `_`.
    public var name: String
    /// The type.
    public var type: MapType
    /// Bytes of a key; 0 for a ring buffer.
    public var keySize: Int
    /// Bytes of a value; 0 for a ring buffer.
    public var valueSize: Int
    /// The number of elements, or the bytes of a ring buffer (a power of two, and of whole pages).
    public var maxEntries: Int
    /// Whether user space maps its values (`BPF_F_MMAPABLE`). Such a map must never be frozen: the verifier would take
    /// its present values for constants.
    public var isMappable: Bool

    /// Creates a specification.
    public init(
        reference: MapReference, name: String, type: MapType, keySize: Int, valueSize: Int, maxEntries: Int,
        isMappable: Bool = false
    ) {
        self.reference = reference
        self.name = name
        self.type = type
        self.keySize = keySize
        self.valueSize = valueSize
        self.maxEntries = maxEntries
        self.isMappable = isMappable
    }

    /// The map of the control words.
    public static var control: MapSpec { control(probeGates: 0) }

    /// The map of the control words, with gates of that many single probes.
    public static func control(probeGates: Int) -> MapSpec {
        MapSpec(
            reference: .control, name: "swtap_control", type: .array, keySize: 4,
            valueSize: ControlLayout.probeGate(probeGates), maxEntries: 1, isMappable: true)
    }

    /// The map of the counters.
    public static func counters(_ layout: CounterLayout) -> MapSpec {
        MapSpec(
            reference: .counters, name: "swtap_counters", type: .array, keySize: 4, valueSize: layout.size,
            maxEntries: 1, isMappable: true)
    }

    /// The ring buffer of that many bytes: a power of two and a multiple of the page size.
    public static func ring(bytes: Int) -> MapSpec {
        MapSpec(reference: .ring, name: "swtap_ring", type: .ringBuffer, keySize: 0, valueSize: 0, maxEntries: bytes)
    }

    /// The map of zeros for entry values of at most `size` bytes.
    public static func zeros(size: Int) -> MapSpec {
        MapSpec(
            reference: .zeros, name: "swtap_zeros", type: .array, keySize: 4, valueSize: max(8, size), maxEntries: 1)
    }
}
