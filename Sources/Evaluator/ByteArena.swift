// SPDX-License-Identifier: GPL-3.0-or-later

/// Bytes that are handed out one after the other and freed all at once.
///
/// A string in it is named by one long: the offset of its bytes in units of 8 in the upper half, its length in the
/// lower; 0 is "". The 8 bytes before it hold its capacity.
struct ByteArena {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var used = 0
    /// Bytes of strings that moved because they grew.
    private(set) var garbage = 0
    private var capacity = 64

    init() { base = .allocate(capacity: capacity) }

    func deallocate() { base.deallocate() }

    mutating func removeAll() {
        used = 0
        garbage = 0
    }

    /// The offset of `count` fresh bytes.
    mutating func allocate(_ count: Int) -> Int {
        if used + count > capacity {
            capacity = max(capacity * 2, used + count)
            let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            memory.update(from: base, count: used)
            base.deallocate()
            base = memory
        }
        let offset = used
        used += count
        return offset
    }

    @inline(__always)
    func string(_ name: Int64) -> StringView {
        StringView(
            pointer: UnsafePointer(base + Int(name >> 32) * 8), length: Int(UInt32(truncatingIfNeeded: name)))
    }

    /// Stores a string in place of another; its name.
    mutating func replaceString(_ name: Int64, _ string: StringView) -> Int64 {
        if name != 0 {
            let offset = Int(name >> 32) * 8
            let room = UnsafeRawPointer(base + offset - 8).load(as: Int64.self)
            if string.length <= Int(room) {
                copyBytes(base + offset, string.pointer, string.length)
                return Int64(offset / 8) << 32 | Int64(string.length)
            }
            garbage += Int(room) + 8
        } else if string.length == 0 {
            return 0
        }
        let room = max((string.length + 7) & ~7, 16)
        let offset = allocate(room + 8) + 8
        UnsafeMutableRawPointer(base + offset - 8).storeBytes(of: Int64(room), as: Int64.self)
        copyBytes(base + offset, string.pointer, string.length)
        return Int64(offset / 8) << 32 | Int64(string.length)
    }

    func copyString(_ name: Int64, into other: inout ByteArena) -> Int64 {
        name == 0 ? 0 : other.replaceString(0, string(name))
    }
}
