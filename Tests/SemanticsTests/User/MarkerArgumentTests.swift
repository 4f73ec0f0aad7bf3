// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Semantics

#if !arch(arm64)
    struct MarkerArgumentTests {
        private func register(_ name: String) -> RegisterName { RegisterName(name) ?? RegisterName(word: -1) }

        @Test func splitsAtSpacesOutsideParentheses() {
            let arguments = MarkerArgument.parse("-4@%edi 8@8(%rax, %rbx, 8)  4@$5")
            #expect(arguments.map(\.size) == [4, 8, 4])
            #expect(arguments.map(\.isSigned) == [true, false, false])
            #expect(MarkerArgument.parse("").isEmpty)
        }

        @Test func readsConstants() {
            #expect(MarkerArgument("4@$5").operand == .constant(5))
            #expect(MarkerArgument("-8@$-7").operand == .constant(-7))
            #expect(MarkerArgument("8@$0x10").operand == .constant(16))
            #expect(MarkerArgument("8@$18446744073709551615").operand == .constant(-1))
        }

        @Test func readsRegisters() {
            #expect(MarkerArgument("-4@%edi").operand == .register(RegisterName(word: 14, size: 4)))
            #expect(MarkerArgument("8@%rax").operand == .register(RegisterName(word: 10)))
            #expect(MarkerArgument("1@%ah").operand == .register(RegisterName(word: 10, size: 1, shift: 8)))
            #expect(MarkerArgument("2@%r10w").operand == .register(RegisterName(word: 7, size: 2)))
            #expect(MarkerArgument("1@%sil").operand == .register(RegisterName(word: 13, size: 1)))
            // Without a size it is as wide as a register, and signed.
            let bare = MarkerArgument("%rcx")
            #expect(bare.operand == .register(RegisterName(word: 11)) && bare.size == 8 && bare.isSigned)
        }

        @Test func readsMemory() {
            #expect(
                MarkerArgument("8@-16(%rbp)").operand
                    == .memory(base: register("rbp"), index: nil, scale: 1, offset: -16, symbol: nil))
            #expect(
                MarkerArgument("4@8(%rax,%rbx,8)").operand
                    == .memory(base: register("rax"), index: register("rbx"), scale: 8, offset: 8, symbol: nil))
            #expect(
                MarkerArgument("4@(,%rbx,4)").operand
                    == .memory(base: nil, index: register("rbx"), scale: 4, offset: 0, symbol: nil))
            #expect(
                MarkerArgument("4@table+8(%rip)").operand
                    == .memory(base: register("rip"), index: nil, scale: 1, offset: 8, symbol: "table"))
            #expect(
                MarkerArgument("4@table-4+16(%rip)").operand
                    == .memory(base: register("rip"), index: nil, scale: 1, offset: 12, symbol: "table"))
            #expect(
                MarkerArgument("4@table").operand
                    == .memory(base: nil, index: nil, scale: 1, offset: 0, symbol: "table"))
        }

        @Test(arguments: [
            "8@%xmm0", "8f@%rax", "8@%fs:16", "8@8(%rax", "8@(%rax,%rbx,3)", "8@(%rax,%rbx,8,9)", "4@$x", "3@%eax", "@",
            "-@", "8@", "8@()", "8@--(%rax)", "8@99999999999999999999(%rax)", "\u{e4}@%rax", "8@%",
        ])
        func keepsWhatItDoesNotKnow(_ text: String) {
            #expect(MarkerArgument(text).operand == .unknown(text))
        }
    }
#endif
