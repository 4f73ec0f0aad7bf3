// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Testing

@testable import Kernel

@Suite(.enabled(if: SmallProgram.hasCompiler))
struct CodeTableTests {
    /// Three names of one place, functions that follow each other, and one of unknown size.
    private static let source = """
        asm(".text\\n.globl zz_whole, aa_whole, part\\n.type zz_whole,@function\\n.type aa_whole,@function\\n"
            ".type part,@function\\nzz_whole:\\naa_whole:\\npart:\\n.skip 64\\n"
            ".size zz_whole, 64\\n.size aa_whole, 64\\n.size part, 8\\n"
            ".globl endless\\n.type endless,@function\\nendless:\\n.skip 32\\n.skip 32\\n"
            ".globl after\\n.type after,@function\\nafter:\\n.skip 16\\n.size after, 16\\n");
        int main(void) { return 0; }
        """

    @Test(arguments: [["-pie"], ["-no-pie"], ["-static"]])
    func findsFunctionsByPlace(_ options: [String]) throws {
        let program = try SmallProgram(Self.source, options: options)
        let file = try ElfFile(path: program.path)
        let table = try #require(CodeTable(path: program.path))
        func place(_ name: String) throws -> UInt64 {
            let symbol = try #require(file.symbol(named: name))
            return try #require(file.fileOffset(of: symbol.address))
        }
        let whole = try place("part")
        for offset: UInt64 in [0, 7, 8, 63] {
            let found = try #require(table.symbol(atFileOffset: whole + offset))
            #expect(found.name == "aa_whole" && found.offset == offset && found.size == 64)
        }
        let endless = try #require(table.symbol(atFileOffset: try place("endless") + 60))
        #expect(endless.name == "endless" && endless.offset == 60 && endless.size == 0)
        let after = try #require(table.symbol(atFileOffset: try place("after") + 15))
        #expect(after.name == "after" && after.offset == 15)
        #expect(table.symbol(atFileOffset: 1 << 40) == nil)
        #expect(table.symbol(atFileOffset: 0)?.name == nil)
    }

    @Test func agreesWithTheFileOnLibraries() throws {
        let candidates: [String] = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6"]
        let library = try #require(candidates.first { access($0, R_OK) == 0 })
        let file = try ElfFile(path: library)
        let table = try #require(CodeTable(path: library))
        let functions = file.functions(matching: "*")
        #expect(functions.count > 1000)
        let names = Dictionary(grouping: functions, by: \.address).mapValues { $0.map(\.name) }
        for function in functions where function.size > 0 {
            let offset = try #require(file.fileOffset(of: function.address))
            let found = try #require(table.symbol(atFileOffset: offset))
            #expect(found.offset == 0)
            #expect(names[function.address]?.contains(found.name) == true)
        }
        #expect(CodeTable(path: "/etc/passwd") == nil)
        #expect(CodeTable(path: "/no/such/file") == nil)
    }
}
