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
                4: (a5) if r2 < 2 goto pc+43
                5: (79) r9 = *(u64 *)(r1 +8)
                ; filter
                6: (85) call bpf_get_current_pid_tgid#14
                7: (77) r0 >>= 32
                8: (55) if r0 != 77 goto pc+41
                ; record
                9: (18) r1 = map[ring]
                11: (b7) r2 = 32
                12: (b7) r3 = 0
                13: (85) call bpf_ringbuf_reserve#131
                14: (15) if r0 == 0 goto pc+40
                15: (bf) r7 = r0
                16: (62) *(u32 *)(r7 +0) = 2
                17: (7a) *(u64 *)(r7 +16) = 0
                18: (85) call bpf_ktime_get_ns#5
                19: (7b) *(u64 *)(r7 +8) = r0
                20: (85) call bpf_get_smp_processor_id#8
                21: (63) *(u32 *)(r7 +4) = r0
                22: (18) r1 = map_value[counters]+136
                24: (b7) r2 = 1
                25: (db) lock *(u64 *)(r1 +0) += r2
                ; slot 0: node 6
                26: (79) r3 = *(u64 *)(r6 +0)
                27: (07) r3 += 24
                28: (bf) r1 = r10
                29: (07) r1 += -8
                30: (b7) r2 = 8
                31: (85) call bpf_probe_read_kernel#113
                32: (55) if r0 != 0 goto pc+27
                33: (79) r3 = *(u64 *)(r10 -8)
                34: (07) r3 += 16
                35: (7b) *(u64 *)(r10 -16) = r3
                36: (bf) r1 = r10
                37: (07) r1 += -8
                38: (b7) r2 = 2
                39: (85) call bpf_probe_read_kernel#113
                40: (55) if r0 != 0 goto pc+22
                41: (69) r0 = *(u16 *)(r10 -8)
                42: (67) r0 <<= 48
                43: (c7) r0 s>>= 48
                44: (7b) *(u64 *)(r7 +24) = r0
                ; send
                45: (bf) r1 = r7
                46: (b7) r2 = 1
                47: (85) call bpf_ringbuf_submit#132
                48: (b7) r0 = 0
                49: (95) exit
                """)
    }
}
