// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Kernel

struct VerifierLogTests {
    @Test func findsTheLastWordsAndThePlace() {
        let log = VerifierLog(
            """
            0: R1=ctx() R10=fp0
            0: (b7) r0 = 0                        ; R0_w=0
            1: (79) r2 = *(u64 *)(r10 -8)
            invalid read from stack R10 off -8+0 size 8
            processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0

            """)
        #expect(log.summary.last == "invalid read from stack R10 off -8+0 size 8")
        #expect(log.instruction == 1)
    }

    @Test func anEmptyLogSaysNothing() {
        #expect(VerifierLog("") == VerifierLog("processed 0 insns\n"))
        #expect(VerifierLog("").summary.isEmpty)
        #expect(VerifierLog("").instruction == nil)
    }

    @Test(.enabled(if: Here.canTrace, "no eBPF here"))
    func aBadProgramIsOurBug() throws {
        // r0 = r5, which was never written; exit.
        let instructions: [UInt64] = [0x0000_0000_0000_50BF, 0x0000_0000_0000_0095]
        #expect {
            _ = try ProgramLoader.load(
                .rawTracepoint, name: "bad", instructions: instructions, listing: { "instruction \($0) of ours" })
        } throws: { error in
            let error = error as? KernelError
            return error?.kind == .verifier && error?.message.contains("bug in swtap") == true
                && error?.details.contains("instruction 0 of ours") == true
        }
    }
}
