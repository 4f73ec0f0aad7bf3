// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import BPF

/// Encodings as the kernel's own assembler macros (linux/filter.h) make them.
struct AssemblerTests {
    private func words(_ body: (inout Assembler) -> Void) throws -> [UInt64] {
        var code = Assembler()
        body(&code)
        return try code.finish(name: "t", type: .kprobe, attachType: .none).linked { _ in 7 } ?? []
    }

    @Test func arithmetic() throws {
        #expect(try words { $0.move(.r1, .r10) } == [0x0000_0000_0000_a1bf])
        #expect(try words { $0.move(.r3, -2) } == [0xffff_fffe_0000_03b7])
        #expect(try words { $0.alu(.add, .r1, -8) } == [0xffff_fff8_0000_0107])
        #expect(try words { $0.alu(.shiftRightArithmetic, .r2, .r4) } == [0x0000_0000_0000_42cf])
        #expect(try words { $0.alu(.negate, .r5, 0) } == [0x0000_0000_0000_0587])
        #expect(try words { $0.zeroExtendWord(.r6) } == [0x0000_0000_0000_66bc])
        #expect(try words { $0.move(.r6, .r6) } == [])
    }

    @Test func wideConstants() throws {
        #expect(try words { $0.move(.r2, 0x1122_3344_5566_7788) } == [0x5566_7788_0000_0218, 0x1122_3344_0000_0000])
        #expect(try words { $0.move(.r2, Int64(Int32.min)) } == [0x8000_0000_0000_02b7])
        #expect(try words { $0.move(.r2, 1 << 31) } == [0x8000_0000_0000_0218, 0])
        #expect(try words { $0.move(.r2, .min) } == [0x0000_0000_0000_0218, 0x8000_0000_0000_0000])
    }

    @Test func memory() throws {
        #expect(try words { $0.load(.double, .r2, .r1, 8) } == [0x0000_0000_0008_1279])
        #expect(try words { $0.load(.byte, .r0, .r10, -1) } == [0x0000_0000_ffff_a071])
        #expect(try words { $0.store(.half, .r7, 16, .r0) } == [0x0000_0000_0010_076b])
        #expect(try words { $0.store(.word, .r7, 0, immediate: 5) } == [0x0000_0005_0000_0762])
        #expect(try words { $0.atomicAdd(.r1, 0, .r2) } == [0x0000_0000_0000_21db])
    }

    @Test func mapsAndCalls() throws {
        #expect(try words { $0.map(.r1, .ring) } == [0x0000_0007_0000_1118, 0])
        #expect(
            try words { $0.valueAddress(.r1, .counters, offset: 136) } == [
                0x0000_0007_0000_2118, 0x0000_0088_0000_0000,
            ])
        #expect(try words { $0.call(.ringReserve) } == [0x0000_0083_0000_0085])
        #expect(try words { $0.exit() } == [0x95])
    }

    @Test func preparationsThatNothingReadsAreDropped() throws {
        func body(_ code: inout Assembler, _ prepares: Bool, reads: Bool) {
            let ahead = code.label()
            code.jump(.equal, .r1, 0, ahead)
            if prepares {
                code.prepare(.r6) { $0.move(.r6, .r1) }
                code.prepare(.r7) {
                    $0.call(.getProcessorID)
                    $0.valueAddress(.r7, .counters, offset: 8)
                    $0.alu(.add, .r7, .r0)
                }
            }
            code.map(.r2, .ring)
            if reads { code.load(.double, .r0, .r6, 0) }
            code.place(ahead)
            code.exit()
        }
        #expect(try words { body(&$0, true, reads: false) } == words { body(&$0, false, reads: false) })
        let kept = try words { code in
            let ahead = code.label()
            code.jump(.equal, .r1, 0, ahead)
            code.move(.r6, .r1)
            code.map(.r2, .ring)
            code.load(.double, .r0, .r6, 0)
            code.place(ahead)
            code.exit()
        }
        #expect(try words { body(&$0, true, reads: true) } == kept)
    }

    @Test func jumpsGoBothWays() throws {
        let code = try words { code in
            let back = code.label()
            let ahead = code.label()
            code.place(back)
            code.jump(.equal, .r1, 0, ahead)
            code.move(.r0, 1 << 40)
            code.jump(.signedLess, .r1, .r2, back)
            code.jump(back)
            code.place(ahead)
            code.exit()
        }
        // Both halves of the wide constant count.
        #expect(code[0] == 0x0000_0000_0004_0115)
        #expect(code[3] == 0x0000_0000_fffc_21cd)
        #expect(code[4] == 0x0000_0000_fffb_0005)
    }

    @Test func whatDoesNotFitIsThrown() {
        #expect(throws: CaptureError.self) { try words { $0.load(.byte, .r0, .r7, 32768) } }
        #expect(throws: CaptureError.self) { try words { $0.store(.byte, .r10, -32769, .r0) } }
        #expect(throws: CaptureError.self) { try words { $0.jump($0.label()) } }
        #expect(throws: CaptureError.self) {
            try words { code in
                let end = code.label()
                code.jump(end)
                for _ in 0..<32768 { code.exit() }
                code.place(end)
                code.exit()
            }
        }
    }

    @Test func encodingRoundTrips() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<1000 {
            let word = random.next()
            #expect(BPFInstruction(encoded: word).encoded == word)
        }
    }

    @Test func unknownMapsAreNotLinked() throws {
        var code = Assembler()
        code.map(.r1, .entries(4))
        let program = try code.finish(name: "t", type: .kprobe, attachType: .none)
        #expect(program.linked { $0 == .entries(3) ? 1 : nil } == nil)
        #expect(program.linked { $0 == .entries(4) ? 9 : nil } == [0x0000_0009_0000_1118, 0])
    }
}
