// SPDX-License-Identifier: GPL-3.0-or-later

/// The figures that the kernel keeps for each probe. An event that reached the open gate adds one to exactly one of
/// the outcomes `filtered`, `sent`, `lostRing`, `entryMissing`, `handled`, `skippedLocked`; their sum is how often the probe fired. `sent` is counted
/// beside the ring buffer, so it must equal the number of records that user space received.
public enum ProbeCounter: Int, Sendable, CaseIterable {
    /// The handler's guard ended it in the kernel.
    case filtered
    /// A record was put into the ring buffer.
    case sent
    /// The ring buffer was full.
    case lostRing
    /// A return without saved entry values: the call began before the gate was armed, the kernel skipped the entry
    /// program, or the entry was not saved (`entryFull`).
    case entryMissing
    /// An entry program could not save its values, as the map was full or busy. No outcome of its own: the same call
    /// returns as `entryMissing`.
    case entryFull
    /// The handler ran in the kernel.
    case handled
    /// The handler did not run, since the lock of the globals was not to be had in time.
    case skippedLocked
    /// A handler ran in the kernel, and what it printed did not fit the ring buffer. No outcome of its own.
    case lostOutput

    /// Whether it is one of the outcomes that add up to the events fired.
    public var isOutcome: Bool { self != .entryFull && self != .lostOutput }
}

/// Why a captured event did not reach user space.
public enum LossCause: Sendable, CaseIterable {
    /// The ring buffer was full.
    case ringFull
    /// The return had no saved entry values.
    case entryMissing
    /// The lock of the globals was not to be had in time.
    case locked

    /// The counter that holds it.
    public var counter: ProbeCounter {
        switch self {
        case .ringFull: .lostRing
        case .entryMissing: .entryMissing
        case .locked: .skippedLocked
        }
    }
}

/// The smallest power of two that is not below a number, and 1 at least.
func powerOfTwo(atLeast number: Int) -> Int {
    var power = 1
    while power < number { power *= 2 }
    return power
}

/// Where the counters are in the counter map's only value: `shards` copies of a block of 64 bytes per probe, one copy
/// for each CPU (modulo their number), so that CPUs do not fight for cache lines. User space adds the shards up.
public struct CounterLayout: Sendable, Hashable {
    /// The bytes that the counters of a probe take in one shard: a cache line.
    public static let blockSize = 64
    /// The number of probes.
    public let probes: Int
    /// The number of shards, a power of two.
    public let shards: Int

    /// Lays out counters; `cpus` is the number of possible CPUs, of which the first 64 get a shard of their own.
    public init(probes: Int, cpus: Int = 1) {
        self.probes = max(1, probes)
        shards = powerOfTwo(atLeast: min(cpus, 64))
    }

    /// The bytes of one shard.
    public var shardSize: Int { probes * Self.blockSize }

    /// The size of the map's value.
    public var size: Int { shards * shardSize }

    /// The offset of a counter in the map's value.
    public func offset(of counter: ProbeCounter, probe: Int, shard: Int) -> Int {
        shard * shardSize + probe * Self.blockSize + counter.rawValue * 8
    }

    /// Adds up a counter over the shards of a mapped value; each word is read once, with a plain load.
    public func value(of counter: ProbeCounter, probe: Int, in memory: UnsafeRawPointer) -> UInt64 {
        guard probe >= 0, probe < probes else { return 0 }
        var sum: UInt64 = 0
        for shard in 0..<shards {
            sum &+= memory.load(fromByteOffset: offset(of: counter, probe: probe, shard: shard), as: UInt64.self)
        }
        return sum
    }
}
