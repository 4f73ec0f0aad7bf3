// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import Testing

@testable import Kernel

/// The kernel takes what we tell it of programs.
@Suite(.enabled(if: Here.hasBTF && Here.canTrace, "no eBPF here"))
struct ProgramTypesTests {
    @Test func linesAndFunctionsAreThere() throws {
        var code = Assembler()
        let body = code.label()
        code.source(SourceLine(file: "a.stp", text: "first", line: 1, column: 1))
        code.move(.r1, 3)
        code.functionAddress(.r2, body)
        code.move(.r3, 0)
        code.move(.r4, 0)
        code.source(SourceLine(file: "a.stp", text: "second", line: 2, column: 5))
        code.call(.loop)
        code.move(.r0, 0)
        code.exit()
        code.function(body, name: "body", kind: .loopBody)
        code.move(.r0, 0)
        code.exit()
        let program = try code.finish(name: "t", type: .rawTracepoint, attachType: .none)
        let features = Features(catalog: try KernelCatalog())
        guard features[.programTypes].isAvailable, features[.boundedLoop].isAvailable else {
            print("SKIPPED: this kernel has no \(features[.programTypes]) or \(features[.boundedLoop])")
            return
        }
        let types = try #require(LoadedTypes(program))
        #expect(types.areNeeded)
        let loaded = try ProgramLoader.load(
            .rawTracepoint, name: "t", instructions: try #require(program.linked { _ in nil }), types: types)
        let information = try #require(ProgramLoader.information(loaded))
        #expect(information.nr_func_info == 2)
        #expect(information.nr_line_info == 3)
        #expect(information.btf_id != 0)
    }
}
