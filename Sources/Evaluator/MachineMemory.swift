// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Address space that costs memory only where it is touched: registers of frames that are never entered are free.
struct Reservation {
    let base: UnsafeMutableRawPointer
    let size: Int

    /// Reserves zeroed memory; nil when the address space has no such room.
    init?(_ size: Int) {
        let whole = max(size, 4096)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let memory = mmap(nil, whole, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED else {
            return nil
        }
        base = memory
        self.size = whole
    }

    func release() { munmap(base, size) }
}

/// One frame of a call: what the caller goes on with.
struct Frame {
    var returnCode: UnsafePointer<Code>
    var integers: UnsafeMutablePointer<Int64>
    var strings: UnsafeMutablePointer<StringView>
    var slots: UnsafeMutablePointer<UInt8>
    var iterations: Int
    /// The unit of the caller.
    var unit: Int
}

/// The state of one foreach of one frame; zeroed memory has no slice yet.
struct IterationState {
    /// The entry that the loop is at; -1 before the first.
    var cursor: Int
    /// The elements that may still be visited.
    var remaining: Int
    /// The slice, in memory that the evaluator owns; nil for none.
    var filters: UnsafeMutablePointer<KeyFilter>?
    var filterCount: Int
    /// The bytes of the slice's strings.
    var filterBytes: UnsafeMutablePointer<UInt8>?
}

/// The stacks of the machine: registers of all frames, one after the other.
struct MachineMemory {
    let maxNesting: Int
    private let reservations: [Reservation]
    let integers: UnsafeMutablePointer<Int64>
    let strings: UnsafeMutablePointer<StringView>
    /// A slot of bytes for each string register.
    let slots: UnsafeMutablePointer<UInt8>
    let slotsEnd: UnsafeMutablePointer<UInt8>
    let frames: UnsafeMutablePointer<Frame>
    let iterations: UnsafeMutablePointer<IterationState>

    /// Reserves room for `nesting` calls; for fewer where the address space is too small for so many.
    init(units: [UnitShape], nesting: Int, stride: Int) {
        let integerCount = units.map(\.integers).max() ?? 0
        let stringCount = units.map(\.strings).max() ?? 0
        let loopCount = units.map(\.iterations).max() ?? 0
        let perFrame =
            integerCount * 8 + stringCount * (MemoryLayout<StringView>.stride + stride)
            + loopCount * MemoryLayout<IterationState>.stride + MemoryLayout<Frame>.stride
        var depth = min(max(nesting, 1), (1 << 34) / perFrame)
        while true {
            let sizes = [
                integerCount * 8, stringCount * MemoryLayout<StringView>.stride, stringCount * stride,
                MemoryLayout<Frame>.stride, loopCount * MemoryLayout<IterationState>.stride,
            ]
            let parts = sizes.map { Reservation($0 * (depth + 2)) }
            let whole = parts.compactMap { $0 }
            if whole.count == parts.count {
                reservations = whole
                break
            }
            for part in whole { part.release() }
            precondition(depth > 1, "no memory for one frame")
            depth /= 2
        }
        maxNesting = depth
        integers = reservations[0].base.assumingMemoryBound(to: Int64.self)
        strings = reservations[1].base.assumingMemoryBound(to: StringView.self)
        slots = reservations[2].base.assumingMemoryBound(to: UInt8.self)
        slotsEnd = slots + reservations[2].size
        frames = reservations[3].base.assumingMemoryBound(to: Frame.self)
        iterations = reservations[4].base.assumingMemoryBound(to: IterationState.self)
    }

    func release() {
        for reservation in reservations { reservation.release() }
    }
}
