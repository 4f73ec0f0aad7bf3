// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

@Suite("private: what only its own file sees")
struct PrivateTests {
    private func result(_ files: String...) -> AnalysisResult {
        let user = files.enumerated().map { parsed($1, name: "file\($0).stp") }
        return analyze(user: user, library: [], catalog: FakeCatalog.miniature(), options: AnalysisOptions())
    }

    @Test func functionsOfOneNameMayBeInEveryFile() {
        let both = result(
            "private function f() { return 1 } probe begin { print(f()) }",
            "private function f() { return \"x\" } probe begin { print(f()) }")
        #expect(messages(both) == [])
        #expect(both.program?.functions.map(\.result) == [.long, .string])
        #expect(
            messages(
                result(
                    "private function hidden() { return 1 } probe begin { print(hidden()) }",
                    "probe begin { print(hidden()) }"))
                == ["unresolved function hidden: 'hidden'"])
    }

    @Test func globalsOfOneNameMayBeInEveryFile() {
        let both = result(
            "private global g = 1; probe begin { print(g) }", "private global g = \"x\"; probe begin { print(g) }",
            "probe begin { g = 3; print(g) }")
        #expect(messages(both) == [])
        #expect(both.program?.globals.map(\.valueType) == [.long, .string])
        #expect(both.program?.probes[2].locals.map(\.name) == ["g"])
    }

    @Test func publicGlobalsOfOneNameConflict() {
        #expect(
            messages(result("global g; probe begin { print(g++) }", "global g; probe end { print(g++) }"))
                == ["conflicting global variables: 'g' <- duplicate global: 'g'"])
    }
}
