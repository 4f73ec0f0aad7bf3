// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax
import Testing

@testable import Evaluator

@Suite struct GlobalStorageTests {
    private func global(
        _ name: String, keys: [ValueType] = [], _ type: ValueType = .long, initial: Literal? = nil
    ) -> IRGlobal {
        IRGlobal(
            name: name, keyTypes: keys, valueType: type, capacity: 8, isDeclaredSize: false, wraps: false,
            initial: initial, isDisplayed: false, isPointer: false,
            statistics: type == .statistics ? StatisticsParameters() : nil)
    }

    @Test func globalsAreAddedWhileOthersRun() {
        let storage = GlobalStorage(capacity: 2, limits: Limits())
        #expect(storage.add(global("a", initial: .number(5))))
        #expect(!storage.isEmpty(0))
        #expect(storage.add(global("b", .string, initial: .string(ByteString("text")))))
        #expect(!storage.isEmpty(1))
        #expect(!storage.add(global("c")))
        storage.reset(1)
        #expect(storage.isEmpty(1))
        #expect(storage.globals.map(\.name) == ["a", "b"])
    }

    @Test func programsShareValues() throws {
        let (first, _) = translate("global x, y probe begin { x = 7 y[\"a\"] = 3 y[\"b\\n\"] = 40 }")
        let (second, _) = translate("global x, y probe begin { println(x, y[\"a\"]) x++ y[\"c\"] = 1 }")
        var registry = GlobalRegistry()
        let storage = GlobalStorage(capacity: 4, limits: Limits())
        var programs: [IRProgram] = []
        for program in [try #require(first), try #require(second)] {
            var positions: [Int] = []
            for global in program.globals {
                if let position = registry.position(of: global.name) {
                    positions.append(position)
                } else {
                    storage.add(global)
                    positions.append(registry.add(global, as: global.name))
                }
            }
            var program = program
            program.renumberGlobals(positions, among: registry.globals)
            programs.append(program)
        }
        let evaluators = programs.map {
            Evaluator(program: $0, host: TestHost(), session: SessionFacts(), globals: storage)
        }
        _ = evaluators[0].run(handler: 0, record: nil)
        _ = evaluators[1].run(handler: 0, record: nil)
        #expect(evaluators[1].output.withBytes { String(decoding: $0, as: UTF8.self) } == "73\n")
        let y = try #require(registry.position(of: "y"))
        #expect(storage.table(y) == "key   y\nb\\n  40\na     3\nc     1\n")
        let x = try #require(registry.position(of: "x"))
        #expect(storage.integers[x] == 8)
    }

    @Test func statisticsAreTables() throws {
        let (program, _) = translate(
            "global s, t probe begin { s <<< 1 s <<< 4 t[1] <<< -5 println(@count(s), @count(t[1])) }")
        let made = try #require(program)
        let storage = GlobalStorage(made)
        let evaluator = Evaluator(program: made, host: TestHost(), session: SessionFacts(), globals: storage)
        _ = evaluator.run(handler: 0, record: nil)
        let names = made.globals.map(\.name)
        let (s, t) = (try #require(names.firstIndex(of: "s")), try #require(names.firstIndex(of: "t")))
        #expect(storage.table(s) == "count  min  avg  max\n    2    1    2    4\n")
        #expect(storage.table(t) == "key  count  min  avg  max\n  1      1   -5   -5   -5\n")
        storage.reset(s)
        #expect(storage.table(s) == "s is empty\n")
    }
}
