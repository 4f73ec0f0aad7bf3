// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// Where the globals are that handlers in the kernel name.
///
/// Numbers and strings of `GlobalHome.kernel` and `.shared` are words of one value. Sums of scalars are kept in two generations, each with a shard for each
/// CPU (modulo their number), so that user space can take in the one while handlers add to the other:
/// `generation 0: shard 0, shard 1, …; generation 1: shard 0, …`. Arrays are hash maps.
public struct GlobalsLayout: Sendable {
    /// The shards, a power of two.
    public let shards: Int
    /// The bytes of one shard of sums, a multiple of a cache line.
    public let shardSize: Int
    /// Where each scalar with sums is in a shard, by the global's index.
    public let sums: [Int: Int]
    /// Where each number or string is that handlers read and write, by the global's index.
    public let numbers: [Int: Int]
    /// The bytes of them all.
    public let numbersSize: Int
    /// The maps of elements.
    public let arrays: [MapSpec]
    /// The automata of the patterns.
    public let patterns: PatternTables
    /// The bytes of zeros that new elements start from.
    public let zeros: Int

    /// Lays out what a placement has put into the kernel; `cpus` is the number of possible CPUs.
    public init(_ placement: Placement, cpus: Int) {
        shards = powerOfTwo(atLeast: min(cpus, 64))
        var sums: [Int: Int] = [:]
        var numbers: [Int: Int] = [:]
        var arrays: [MapSpec] = []
        var (size, largest, numbersSize) = (0, 0, 0)
        for (index, home) in placement.homes.enumerated() where home.isInKernel {
            let global = placement.program.globals[index]
            if let layout = placement.layouts[index] {
                largest = max(largest, layout.valueSize)
                for generation in home == .sums ? 0..<2 : 0..<1 {
                    arrays.append(
                        MapSpec(
                            reference: .elements(index, generation: generation), name: Self.name(global.name),
                            type: global.statistics == nil ? .hash : .perCPUHash, keySize: layout.keySize,
                            valueSize: layout.valueSize, maxEntries: max(1, global.capacity)))
                }
            } else if home == .sums {
                sums[index] = size
                size += 8 * (global.statistics.map { StatisticsShape($0).words } ?? 1)
            } else {
                numbers[index] = numbersSize
                numbersSize += placement.textSizes[index] ?? 8
            }
        }
        self.sums = sums
        self.numbers = numbers
        self.numbersSize = numbersSize
        self.arrays = arrays
        patterns = PatternTables(placement)
        zeros = largest
        shardSize = (size + 63) / 64 * 64
    }

    /// The offset of a scalar's sums in the map's value.
    public func offset(ofSums global: Int, generation: Int, shard: Int) -> Int {
        (generation * shards + shard) * shardSize + (sums[global] ?? 0)
    }

    /// The map of the numbers; nil when there are none.
    public var numberMap: MapSpec? {
        guard !numbers.isEmpty else { return nil }
        return MapSpec(
            reference: .globals, name: "swtap_globals", type: .array, keySize: 4, valueSize: numbersSize,
            maxEntries: 1, isMappable: true)
    }

    /// The map of the sums of scalars; nil when there are none.
    public var sumMap: MapSpec? {
        guard shardSize > 0 else { return nil }
        return MapSpec(
            reference: .sums, name: "swtap_sums", type: .array, keySize: 4, valueSize: 2 * shards * shardSize,
            maxEntries: 1, isMappable: true)
    }

    /// A map's name as far as the kernel takes it.
    private static func name(_ name: String) -> String {
        String(
            name.utf8.prefix(15).map { byte -> Character in
                let character = Character(Unicode.Scalar(byte))
                return character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
            })
    }
}

/// A handler that is compiled to run at its event.
public struct KernelHandler {
    /// The probe's index.
    public var probe: Int
    /// The handler, without calls.
    public var unit: IRUnit
    /// Whether it relies on the filter of its plan, which cannot be left out then.
    public var isGuarded = false
    /// Whether another thread may run the program on a CPU where it has not ended.
    public var interleaves = false
    /// Whether it may run in an interrupt that cannot be masked.
    public var isUnmaskable = false
    /// Where it is placed.
    public var placement: Placement
    /// Where the globals are.
    public var globals: GlobalsLayout
    /// The CPUs that there can be.
    public var cpus: Int
    /// How many errors of handlers shut all probes; nil: none do.
    public var maximalErrors: Int?

    /// Whether it prints.
    public var prints: Bool {
        unit.blocks.contains { block in block.instructions.contains { $0.op == .print || $0.op == .histogramPrint } }
    }

    /// Creates a handler.
    public init(
        probe: Int, unit: IRUnit, placement: Placement, globals: GlobalsLayout, cpus: Int, maximalErrors: Int?
    ) {
        self.probe = probe
        self.unit = unit
        self.placement = placement
        self.globals = globals
        self.cpus = cpus
        self.maximalErrors = maximalErrors
    }
}
