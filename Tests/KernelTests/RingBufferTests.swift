// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Testing

@testable import Kernel

/// A ring buffer that programs fill by test runs: each run sends the two words that it is given.
@Suite(.enabled(if: Here.canTrace, "no eBPF here"), .serialized)
struct RingBufferTests {
    let map: KernelMap
    let ring: RingBuffer
    let program: Descriptor

    init() throws {
        map = try KernelMap(BPF_MAP_TYPE_RINGBUF, name: "test_ring", keySize: 0, valueSize: 0, entries: 4096)
        ring = try RingBuffer(map: map)
        // r2 = ctx; r3 = 16 bytes of it copied to the stack; ringbuf_output(map, stack, 16, no wake-up).
        program = try ProgramLoader.load(
            .rawTracepoint, name: "test_ring",
            instructions: [
                0x0000_0000_0000_1279, 0x0000_0000_FFF0_2A7B, 0x0000_0000_0008_1279, 0x0000_0000_FFF8_2A7B,
                UInt64(UInt32(map.descriptor.number)) << 32 | 0x1118, 0,
                0x0000_0000_0000_A2BF, 0xFFFF_FFF0_0000_0207, 0x0000_0010_0000_03B7, 0x0000_0001_0000_04B7,
                0x0000_0082_0000_0085, 0x0000_0000_0000_0095,
            ])
    }

    func send(_ first: UInt64, _ second: UInt64) -> Bool {
        var words = [first, second]
        var options = bpf_test_run_opts()
        options.sz = MemoryLayout<bpf_test_run_opts>.size
        return words.withUnsafeMutableBytes { context in
            options.ctx_in = UnsafeRawPointer(context.baseAddress)
            options.ctx_size_in = 16
            return bpf_prog_test_run_opts(program.number, &options) == 0 && options.retval == 0
        }
    }

    func drain() -> [UInt64] {
        var seen: [UInt64] = []
        ring.drain { record, size in
            #expect(size == 16)
            #expect(record.load(fromByteOffset: 8, as: UInt64.self) == ~record.load(as: UInt64.self))
            seen.append(record.load(as: UInt64.self))
            return true
        }
        return seen
    }

    @Test func handsOverRecordsInOrder() {
        #expect(drain().isEmpty)
        for number: UInt64 in 1...3 { #expect(send(number, ~number)) }
        #expect(ring.pending == 3 * 24)
        #expect(drain() == [1, 2, 3])
        #expect(ring.pending == 0)
        #expect(drain().isEmpty)
    }

    @Test func goesAroundTheRingManyTimes() {
        var next: UInt64 = 0
        for round in 0..<100 {
            for number in 0..<UInt64(round) { #expect(send(next + number, ~(next + number))) }
            #expect(drain() == Array(next..<(next + UInt64(round))))
            next += UInt64(round)
        }
    }

    @Test func aFullRingRefusesAndGoesOnAfterwards() {
        var sent: UInt64 = 0
        while send(sent, ~sent) { sent += 1 }
        #expect(sent == 4096 / 24)
        #expect(drain() == Array(0..<sent))
        #expect(send(7, ~7))
        #expect(drain() == [7])
    }

    @Test func stopsWhenToldToAndLosesNothing() {
        for number: UInt64 in 1...3 { #expect(send(number, ~number)) }
        var seen: [UInt64] = []
        #expect(
            ring.drain { record, _ in
                seen.append(record.load(as: UInt64.self))
                return seen.count < 2
            } == 2)
        #expect(seen == [1, 2])
        #expect(drain() == [3])
    }

    @Test func aThrowingReaderSeesNoRecordTwice() {
        struct Stop: Error {}
        for number: UInt64 in 1...2 { #expect(send(number, ~number)) }
        #expect(throws: Stop.self) { try ring.drain { _, _ in throw Stop() } }
        #expect(drain() == [2])
    }
}
