// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import Kernel

@Suite(.enabled(if: SmallProgram.hasCompiler))
struct ElfFileTests {
    /// `nm` of binutils is the truth about symbols.
    private func address(_ name: String, in program: SmallProgram) throws -> UInt64 {
        let lines = try program.run("/usr/bin/nm", [program.path]).split(separator: "\n")
        let line = try #require(lines.first { $0.hasSuffix(" \(name)") })
        return try #require(UInt64(line.prefix(16), radix: 16))
    }

    @Test(arguments: [["-pie"], ["-no-pie"], ["-static"]])
    func findsFunctions(_ options: [String]) throws {
        let program = try SmallProgram(markedSource, options: options)
        let file = try ElfFile(path: program.path)
        #expect(file.isRelocatable == (options == ["-pie"]))
        let functions = file.functions(matching: "small_*")
        #expect(Set(functions.map(\.name)) == ["small_global", "small_local"])
        for function in functions {
            #expect(function.address == (try address(function.name, in: program)))
            #expect(function.size > 0)
            #expect(function.isGlobal == (function.name == "small_global"))
            let offset = try #require(file.fileOffset(of: function.address))
            #expect(file.address(ofFileOffset: offset) == function.address)
            let found = try #require(file.symbol(at: function.address + function.size - 1))
            #expect(found.name == function.name)
        }
        #expect(file.functions(matching: "small_global").count == 1)
        #expect(file.functions(matching: "small_object").isEmpty)
        #expect(file.symbol(named: "small_object")?.kind == .object)
    }

    @Test func showsExportedFunctionsOfLibraries() throws {
        let library = try SmallProgram(markedSource, options: ["-shared", "-fPIC"], name: "small.so")
        let file = try ElfFile(path: library.path)
        #expect(file.functions(matching: "small_*", exportedOnly: true).map(\.name) == ["small_global"])
        #expect(file.linkageEntries(matching: "*printf*").count == 1)
        #expect(file.linkageEntries(matching: "no_such").isEmpty)
    }

    @Test func tellsStrippedPrograms() throws {
        let program = try SmallProgram(markedSource, options: ["-static", "-s"])
        let file = try ElfFile(path: program.path)
        #expect(!file.hasSymbols)
        #expect(file.functions(matching: "*").isEmpty)
        #expect(file.symbol(at: file.segments[0].address) == nil)
        #expect(file.markers.count == 3)
    }

    @Test(arguments: [["-pie"], ["-no-pie"]])
    func readsMarkers(_ options: [String]) throws {
        let program = try SmallProgram(markedSource, options: options)
        let file = try ElfFile(path: program.path)
        let markers = file.markers
        #expect(markers.map(\.provider) == ["small", "small", "other"])
        #expect(markers.map(\.name) == ["first", "first", "gated"])
        #expect(markers[1].arguments.hasSuffix(" 4@$7"))
        let function = try #require(file.functions(matching: "small_global").first)
        for marker in markers {
            #expect(marker.address >= function.address && marker.address < function.address + function.size)
        }
        #expect(markers[0].semaphore == 0)
        #expect(markers[2].semaphore == (try address("small_gate", in: program)))
    }

    @Test func readsTheBuildID() throws {
        let program = try SmallProgram(markedSource, options: ["-Wl,--build-id=0x0123456789abcdef"])
        #expect(try ElfFile(path: program.path).buildID == [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef])
        let plain = try SmallProgram(markedSource, options: ["-Wl,--build-id=none"])
        #expect(try ElfFile(path: plain.path).buildID == nil)
    }

    @Test func refusesWhatIsNoProgram() throws {
        #expect(throws: ElfProblem.unreadable(errno: ENOENT)) { try ElfFile(path: "/no/such/file") }
        #expect(throws: ElfProblem.unreadable(errno: EISDIR)) { try ElfFile(path: "/tmp") }
        #expect(throws: ElfProblem.notElf) { try ElfFile(path: "/proc/self/status") }
        let path = FileManager.default.temporaryDirectory.path + "/swtap-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        // A header without the rest of the file.
        let program = try SmallProgram(markedSource)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: program.path))
        for length in [4, 16, 64, 200, 1000, bytes.count / 2] {
            try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
            guard let file = try? ElfFile(path: path) else { continue }
            _ = file.functions(matching: "*")
            _ = file.markers
            _ = file.buildID
            _ = file.linkageEntries(matching: "*")
        }
        var foreign = bytes
        foreign[18] = 8
        try foreign.write(to: URL(fileURLWithPath: path))
        #expect(throws: ElfProblem.foreign) { try ElfFile(path: path) }
    }

    @Test func survivesDamagedTables() throws {
        let program = try SmallProgram(markedSource)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: program.path))
        let path = program.directory + "/damaged"
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<200 {
            var damaged = bytes
            for _ in 0..<40 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                // Headers are at the start, section headers at the end.
                let near = Int(state % 2048)
                damaged[state & 4096 == 0 ? near : bytes.count - 1 - near] = UInt8(truncatingIfNeeded: state >> 32)
            }
            damaged.replaceSubrange(0..<20, with: bytes.prefix(20))
            try damaged.write(to: URL(fileURLWithPath: path))
            guard let file = try? ElfFile(path: path) else { continue }
            _ = file.functions(matching: "*")
            _ = file.symbol(at: 0x1149)
            _ = file.markers
            _ = file.buildID
            _ = file.linkageEntries(matching: "*")
        }
    }
}
