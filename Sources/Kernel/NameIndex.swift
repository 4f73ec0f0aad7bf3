// SPDX-License-Identifier: GPL-3.0-or-later

/// A hash index from NUL-terminated names to numbers that hashes only the first 16 bytes: building it costs two loads
/// a name, and a look-up compares whole names anyway.
final class NameIndex {
    // Plain memory: the checks of arrays would double the time to build the index.
    private let heads: UnsafeMutablePointer<UInt32>
    private let links: UnsafeMutablePointer<UInt32>
    private let capacity: Int
    private let shift: UInt64

    /// Prepares for numbers below `capacity`; memory is only used for the numbers that are added.
    init(capacity: Int) {
        var bits = 10
        while bits < 16 && 1 << bits < capacity { bits += 1 }
        heads = .allocate(capacity: 1 << bits)
        heads.initialize(repeating: .max, count: 1 << bits)
        links = .allocate(capacity: max(1, capacity))
        self.capacity = capacity
        shift = UInt64(64 - bits)
    }

    deinit {
        heads.deallocate()
        links.deallocate()
    }

    /// Adds a number under the name at an address that 15 readable bytes follow at least.
    @inline(__always) func add(_ number: UInt32, name: UnsafeRawPointer) {
        guard Int(number) < capacity else { return }
        let slot = Int(truncatingIfNeeded: Self.hash(name) >> shift)
        links[Int(number)] = heads[slot]
        heads[slot] = number
    }

    /// Calls `body` with every number whose name may be the given one, the last added first.
    func candidates(_ name: String, _ body: (UInt32) -> Void) {
        var padded = Array(name.utf8)
        padded.append(contentsOf: repeatElement(0, count: 17))
        let hash = padded.withUnsafeBytes { Self.hash($0.baseAddress!) }
        var number = heads[Int(truncatingIfNeeded: hash >> shift)]
        while number != .max {
            body(number)
            number = links[Int(number)]
        }
    }

    @inline(__always) private static func hash(_ name: UnsafeRawPointer) -> UInt64 {
        let low = cut(UInt64(littleEndian: name.loadUnaligned(as: UInt64.self)))
        var hash = low.bytes &* 0x9E37_79B9_7F4A_7C15
        if !low.ended {
            let high = cut(UInt64(littleEndian: name.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
            hash = (hash ^ (hash >> 29) ^ high.bytes) &* 0xBF58_476D_1CE4_E5B9
        }
        return (hash ^ (hash >> 31)) &* 0x94D0_49BB_1331_11EB
    }

    /// Clears the bytes from the first NUL on.
    @inline(__always) private static func cut(_ word: UInt64) -> (bytes: UInt64, ended: Bool) {
        let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
        if zeros == 0 { return (word, false) }
        let bits = UInt64(zeros.trailingZeroBitCount & ~7)
        return (word & ((1 << bits) &- 1), true)
    }
}
