// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@testable import BPF

struct ListingTests {
    @Test func everyKindOfInstruction() throws {
        var code = Assembler()
        let end = code.label()
        code.comment("start")
        code.move(.r6, .r1)
        code.move(.r2, 0x1_0000_0000)
        code.map(.r1, .ring)
        code.valueAddress(.r1, .control, offset: 8)
        code.load(.word, .r0, .r1, 0)
        code.store(.double, .r10, -8, .r0)
        code.store(.byte, .r10, -9, immediate: 1)
        code.atomicAdd(.r1, 16, .r0)
        code.zeroExtendWord(.r0)
        code.alu(.negate, .r0, 0)
        code.alu(.shiftRightArithmetic, .r0, 63)
        code.jump(.signedGreaterOrEqual, .r0, -1, end)
        code.jump(.notEqual, .r0, .r2, end)
        code.comment("ask")
        code.call(.ktimeGetNs)
        code.jump(end)
        code.place(end)
        code.exit()
        let program = try code.finish(name: "t", type: .kprobe, attachType: .none)
        #expect(
            listing(program) == """
                ; start
                0: (bf) r6 = r1
                1: (18) r2 = 0x100000000
                3: (18) r1 = map[ring]
                5: (18) r1 = map_value[control]+8
                7: (61) r0 = *(u32 *)(r1 +0)
                8: (7b) *(u64 *)(r10 -8) = r0
                9: (72) *(u8 *)(r10 -9) = 1
                10: (db) lock *(u64 *)(r1 +16) += r0
                11: (bc) w0 = w0
                12: (87) r0 = -r0
                13: (c7) r0 s>>= 63
                14: (75) if r0 s>= -1 goto pc+3
                15: (5d) if r0 != r2 goto pc+2
                ; ask
                16: (85) call bpf_ktime_get_ns#5
                17: (05) goto pc+0
                18: (95) exit

                """)
    }

    /// What an event costs: a change here is a change of the cost of every event.
    @Test func aChain() throws {
        var plan = CapturePlan()
        plan.nodes = [
            .argument(0), .constant(24), .binary(.add, 0, 1), .load(address: 2, MemoryAccess(shape: .long)),
            .constant(16), .binary(.add, 3, 4),
            .load(address: 5, MemoryAccess(shape: IntegerShape(size: 2, isSigned: true))),
            .context(.pid), .constant(77), .binary(.notEqual, 7, 8),
        ]
        plan.slots = [.integer(node: 6)]
        plan.filter = 9
        let programs = try compile(
            plan: plan, probeIndex: .constant(2), context: .rawTracepoint(argumentCount: 2),
            options: CaptureOptions(name: "chain", counters: CounterLayout(probes: 4), entryMap: 0))
        // What follows is off the straight way.
        let straight = listing(programs.main).split(separator: "\n").prefix { $0 != "; filtered" }
        #expect(
            straight.joined(separator: "\n") == """
                ; gate
                0: (bf) r6 = r1
                1: (18) r1 = map_value[control]+0
                3: (79) r2 = *(u64 *)(r1 +0)
                4: (a5) if r2 < 2 goto pc+42
                ; filter
                5: (85) call bpf_get_current_pid_tgid#14
                6: (77) r0 >>= 32
                7: (55) if r0 != 77 goto pc+41
                ; record
                8: (18) r1 = map[ring]
                10: (b7) r2 = 32
                11: (b7) r3 = 0
                12: (85) call bpf_ringbuf_reserve#131
                13: (15) if r0 == 0 goto pc+40
                14: (bf) r7 = r0
                15: (62) *(u32 *)(r7 +0) = 2
                16: (7a) *(u64 *)(r7 +16) = 0
                17: (85) call bpf_ktime_get_ns#5
                18: (7b) *(u64 *)(r7 +8) = r0
                19: (85) call bpf_get_smp_processor_id#8
                20: (63) *(u32 *)(r7 +4) = r0
                21: (18) r1 = map_value[counters]+136
                23: (b7) r2 = 1
                24: (db) lock *(u64 *)(r1 +0) += r2
                ; slot 0: node 6
                25: (79) r3 = *(u64 *)(r6 +0)
                26: (07) r3 += 24
                27: (bf) r1 = r10
                28: (07) r1 += -8
                29: (b7) r2 = 8
                30: (85) call bpf_probe_read_kernel#113
                31: (55) if r0 != 0 goto pc+27
                32: (79) r3 = *(u64 *)(r10 -8)
                33: (07) r3 += 16
                34: (7b) *(u64 *)(r10 -16) = r3
                35: (bf) r1 = r10
                36: (07) r1 += -8
                37: (b7) r2 = 2
                38: (85) call bpf_probe_read_kernel#113
                39: (55) if r0 != 0 goto pc+22
                40: (69) r0 = *(u16 *)(r10 -8)
                41: (67) r0 <<= 48
                42: (c7) r0 s>>= 48
                43: (7b) *(u64 *)(r7 +24) = r0
                ; send
                44: (bf) r1 = r7
                45: (b7) r2 = 1
                46: (85) call bpf_ringbuf_submit#132
                47: (b7) r0 = 0
                48: (95) exit
                """)
    }
}
