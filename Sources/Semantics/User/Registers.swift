// SPDX-License-Identifier: GPL-3.0-or-later

/// A processor's register by name: which word of `struct pt_regs` it is, and which bits of it.
struct RegisterName: Equatable {
    /// The number of the 8-byte word.
    let word: Int
    /// The bytes that the name means.
    let size: Int
    /// The bits below them.
    let shift: Int

    init(word: Int, size: Int = 8, shift: Int = 0) {
        self.word = word
        self.size = size
        self.shift = shift
    }

    /// The register of a name without `%`; nil when there is no such register.
    init?(_ name: String) {
        guard let found = Self.table[name] else { return nil }
        self = found
    }

    /// The word of the instruction pointer.
    static var instructionPointer: Int {
        #if arch(arm64)
            32
        #else
            16
        #endif
    }

    #if arch(arm64)
        private static let table: [String: RegisterName] = {
            var table: [String: RegisterName] = [:]
            for number in 0...30 {
                table["x\(number)"] = RegisterName(word: number)
                table["w\(number)"] = RegisterName(word: number, size: 4)
            }
            table["fp"] = RegisterName(word: 29)
            table["lr"] = RegisterName(word: 30)
            table["sp"] = RegisterName(word: 31)
            table["pc"] = RegisterName(word: 32)
            table["pstate"] = RegisterName(word: 33)
            return table
        }()
    #else
        /// In the order of arch/x86/include/asm/ptrace.h.
        private static let words = [
            "r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si", "di", "orig_ax",
            "ip", "cs", "flags", "sp", "ss",
        ]
        /// The assembler's names, and those of the kernel, which has `ax` for all of `rax`.
        private static let table: [String: RegisterName] = {
            var table: [String: RegisterName] = [:]
            for (word, name) in words.enumerated() {
                table[name] = RegisterName(word: word)
                if name.hasPrefix("r") {
                    table[name + "d"] = RegisterName(word: word, size: 4)
                    table[name + "w"] = RegisterName(word: word, size: 2)
                    table[name + "b"] = RegisterName(word: word, size: 1)
                } else if name.count == 2, name != "cs", name != "ss" {
                    table["r" + name] = RegisterName(word: word)
                    table["e" + name] = RegisterName(word: word, size: 4)
                }
            }
            for letter in ["a", "b", "c", "d"] {
                guard let whole = table["\(letter)x"] else { continue }
                table["\(letter)l"] = RegisterName(word: whole.word, size: 1)
                table["\(letter)h"] = RegisterName(word: whole.word, size: 1, shift: 8)
            }
            for name in ["si", "di", "bp", "sp"] {
                if let whole = table[name] { table[name + "l"] = RegisterName(word: whole.word, size: 1) }
            }
            table["rflags"] = table["flags"]
            table["eflags"] = table["flags"].map { RegisterName(word: $0.word, size: 4) }
            return table
        }()
    #endif
}
