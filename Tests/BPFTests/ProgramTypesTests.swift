// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import BPF

/// What the kernel and a reader are told of a program.
struct ProgramTypesTests {
    static func line(_ number: Int, _ text: String, column: Int = 1) -> SourceLine {
        SourceLine(file: "a.stp", text: text, line: number, column: column)
    }

    /// A program that runs a function three times.
    static func loop() throws -> BPFProgram {
        var code = Assembler()
        let body = code.label()
        code.source(line(1, "probe begin {"))
        code.move(.r1, 3)
        code.functionAddress(.r2, body)
        code.move(.r3, 0)
        code.move(.r4, 0)
        code.source(line(2, "while (n < 3)", column: 8))
        code.call(.loop)
        code.move(.r0, 0)
        code.exit()
        code.function(body, name: "a.b-loop", kind: .loopBody)
        code.move(.r0, 0)
        code.exit()
        return try code.finish(name: "sys_enter", type: .rawTracepoint, attachType: .none)
    }

    @Test func sectionsOfTheBlob() throws {
        let types = ProgramTypes(try Self.loop())
        func word(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(types.blob[offset + $1]) << UInt32(8 * $1) }
        }
        #expect(Array(types.blob[0..<4]) == [0x9f, 0xeb, 1, 0])
        #expect(word(4) == 24)
        #expect(word(8) == 0)
        #expect(word(12) == word(16), "strings follow the types")
        #expect(types.blob.count == 24 + Int(word(16) + word(20)))
        let strings = types.blob[(24 + Int(word(16)))...]
        #expect(strings.first == 0 && strings.last == 0)
        let texts = strings.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        #expect(
            texts == [
                "int", "long", "unsigned long", "context", "sys_enter", "index", "a_b_loop", "a.stp", "probe begin {",
                "while (n < 3)",
            ])
    }

    @Test func functionsAndLines() throws {
        let types = ProgramTypes(try Self.loop())
        #expect(types.functions.count == 4)
        #expect(types.functions[0] == 0)
        #expect(types.functions[2] == 8)
        let places = stride(from: 0, to: types.lines.count, by: 4).map { types.lines[$0] }
        // The function has a line of its own, the last one.
        #expect(places == [0, 5, 8])
        #expect(types.lines[3] == 1 << 10 | 1)
        #expect(types.lines[7] == 2 << 10 | 8)
        #expect(types.lines[11] == 2 << 10 | 8)
    }

    @Test(arguments: [
        ("tcp_sendmsg", "tcp_sendmsg"), ("1st", "_1st"), ("", "_"), ("a.b-c\u{e9}", "a_b_c__"),
        (String(repeating: "x", count: 300), String(repeating: "x", count: 120)),
    ])
    func identifiers(_ name: String, _ wanted: String) { #expect(ProgramTypes.identifier(name) == wanted) }

    @Test func listingShowsLinesAndFunctions() throws {
        #expect(
            listing(try Self.loop()) == """
                ; a.stp:1: probe begin {
                0: (b7) r1 = 3
                1: (18) r2 = function[8]
                3: (b7) r3 = 0
                4: (b7) r4 = 0
                ; a.stp:2: while (n < 3)
                5: (85) call bpf_loop#181
                6: (b7) r0 = 0
                7: (95) exit
                a.b-loop:
                8: (b7) r0 = 0
                9: (95) exit

                """)
        #expect(ProgramCost(try Self.loop()).text == "9 instructions; 1 call: 1 bpf_loop; 8 ns if all of it runs once")
    }

    @Test func placesOfInstructions() throws {
        var program = try Self.loop()
        #expect(program.place(ofInstruction: 6) == "at a.stp:2:8: while (n < 3)")
        program.lines = [:]
        #expect(program.place(ofInstruction: 6) == nil)
        program.comments = [2: "gate"]
        #expect(program.place(ofInstruction: 6) == "at instruction 6: gate")
    }
}
