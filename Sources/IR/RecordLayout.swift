// SPDX-License-Identifier: GPL-3.0-or-later

/// Where things are in a captured event's record: written by the BPF program, read by the Evaluator. All integers are
/// little-endian and aligned to 8 bytes, but for the two 32-bit words at the start:
///
///     0   u32  index of the probe
///     4   u32  CPU that the event happened on
///     8   u64  nanoseconds of CLOCK_MONOTONIC
///     16  u64… fault words: bit i of word i/64 is set when slot i faulted
///     …        the slots
///
/// An integer slot is 8 bytes: its value, or the faulting address (0 too is an address). A string slot of kind
/// `.command` is 16 bytes, NUL-terminated. One of kind `.memory` is its address in 8 bytes, then NUL-terminated bytes.
/// A slot of bytes is its address and the number of bytes, which may be more than there are, then the bytes.
/// A slot of a stack is its size in bytes (negative: an error number) in 8 bytes, then the addresses. A slot of
/// registers is 1 in 8 bytes (0: the event has none), then `struct pt_regs`.
public struct RecordLayout: Sendable, Equatable {
    /// The offset of the first fault word.
    public static let faultOffset = 16
    /// The bytes of the registers that a record holds: `struct pt_regs`, on arm64 `struct user_pt_regs`.
    public static var registersSize: Int {
        #if arch(arm64)
            34 * 8
        #else
            21 * 8
        #endif
    }
    /// The number of fault words.
    public let faultWords: Int
    /// The offset of each slot.
    public let slotOffsets: [Int]
    /// The whole size, a multiple of 8.
    public let size: Int

    /// Lays out the slots of a plan.
    public init(plan: CapturePlan) {
        faultWords = (plan.slots.count + 63) / 64
        var offset = Self.faultOffset + faultWords * 8
        var offsets: [Int] = []
        for slot in plan.slots {
            offsets.append(offset)
            switch slot {
            case .integer: offset += 8
            case .string(let string): offset += Self.size(of: string)
            case .entryString(let index): offset += Self.size(of: plan.entryStrings[index])
            case .bytes(_, _, _, let limit): offset += 16 + (limit + 7) / 8 * 8
            case .stack(_, let depth): offset += 8 + 8 * max(0, depth)
            case .registers: offset += 8 + Self.registersSize
            }
        }
        slotOffsets = offsets
        size = offset
    }

    /// The bytes that a string occupies in a record, a multiple of 8.
    public static func size(of string: CaptureString) -> Int {
        switch string {
        case .command: 16
        case .memory(_, _, let limit): 8 + (limit + 1 + 7) / 8 * 8
        }
    }
}
