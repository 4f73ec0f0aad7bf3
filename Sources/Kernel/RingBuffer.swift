// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// The reader of a BPF ring buffer map, over its shared memory: no system call and no copy per record.
///
/// The kernel offers a page with the reader's position, one with the writers' position, and the data twice in a row, so
/// that a record need not wrap (kernel/bpf/ringbuf.c as of Linux 6.12). Each mapped page counts as memory of the process,
/// so the data is mapped once, and the one record in a round that wraps is copied. A record is a 32-bit length with two
/// flags, 32 bits for the kernel, and its bytes, rounded up to 8.
public final class RingBuffer {
    private let map: KernelMap
    private let consumer: UnsafeMutableRawPointer
    private let producer: UnsafeRawPointer
    private let data: UnsafeRawPointer
    private let mask: UInt64
    private let page: Int
    private let size: Int
    /// Where a record that wraps is put together.
    private var whole: [UInt64] = []
    private static let busy: UInt32 = 1 << 31
    private static let discarded: UInt32 = 1 << 30
    private static let header: UInt64 = 8

    /// Maps a ring buffer map.
    init(map: KernelMap) throws(KernelError) {
        self.map = map
        page = Int(sysconf(Int32(_SC_PAGESIZE)))
        size = map.entries
        mask = UInt64(size) &- 1
        let descriptor = map.descriptor.number
        guard let own = mmap(nil, page, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), own != MAP_FAILED else {
            throw KernelError(.resource, "cannot map the ring buffer: \(errorText(errno))", errno: errno)
        }
        guard let theirs = mmap(nil, page + size, PROT_READ, MAP_SHARED, descriptor, off_t(page)),
            theirs != MAP_FAILED
        else {
            munmap(own, page)
            throw KernelError(.resource, "cannot map the ring buffer: \(errorText(errno))", errno: errno)
        }
        consumer = own
        producer = UnsafeRawPointer(theirs)
        data = producer + page
    }

    deinit {
        munmap(consumer, page)
        munmap(UnsafeMutableRawPointer(mutating: producer), page + size)
    }

    /// The descriptor that becomes readable when a record is submitted with a wake-up.
    public var descriptor: Int32 { map.descriptor.number }

    /// Hands the finished records in their order to `body`, until there is none or `body` returns false, and returns
    /// their number. A record's memory belongs to the kernel again when `body` returns. Not to be nested.
    @discardableResult
    public func drain(_ body: (UnsafeRawPointer, Int) throws -> Bool) rethrows -> Int {
        var position = swtap_load_acquire64(consumer)
        var count = 0
        while true {
            let end = swtap_load_acquire64(producer)
            if position >= end { return count }
            while position < end {
                let record = data + Int(position & mask)
                let length = swtap_load_acquire32(record)
                // A writer is still at work on it, and later ones have to wait for it.
                if length & Self.busy != 0 { return count }
                let length64 = UInt64(length & ~(Self.busy | Self.discarded))
                var proceed = true
                // The position moves on even when `body` throws, so that no record is seen twice.
                defer { swtap_store_release64(consumer, position) }
                position &+= (length64 &+ Self.header &+ 7) & ~7
                if length & Self.discarded == 0 {
                    count += 1
                    let start = Int((position &- ((length64 &+ Self.header &+ 7) & ~7)) & mask) + Int(Self.header)
                    if start + Int(length64) <= size {
                        proceed = try body(data + start, Int(length64))
                    } else {
                        proceed = try unwrapped(start, Int(length64), body)
                    }
                }
                if !proceed { return count }
            }
        }
    }

    /// Puts a record together that ends at the start of the data.
    private func unwrapped(
        _ start: Int, _ count: Int, _ body: (UnsafeRawPointer, Int) throws -> Bool
    ) rethrows -> Bool {
        if whole.count * 8 < count { whole = Array(repeating: 0, count: (count + 7) / 8) }
        return try whole.withUnsafeMutableBytes { buffer in
            // A header may be the last 8 bytes: all of the record is then at the start.
            let first = max(0, min(count, size - start))
            if first > 0 { memcpy(buffer.baseAddress!, data + start, first) }
            memcpy(buffer.baseAddress! + first, data, count - first)
            return try body(UnsafeRawPointer(buffer.baseAddress!), count)
        }
    }

    /// Bytes that are written and not yet drained.
    public var pending: UInt64 {
        swtap_load_acquire64(producer) &- swtap_load_acquire64(consumer)
    }
}
