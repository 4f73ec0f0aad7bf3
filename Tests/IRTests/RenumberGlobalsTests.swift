// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@Suite struct RenumberGlobalsTests {
    private func global(
        _ name: String, keys: [ValueType] = [], _ type: ValueType = .long, capacity: Int = 8,
        _ statistics: StatisticsParameters? = nil
    ) -> IRGlobal {
        IRGlobal(
            name: name, keyTypes: keys, valueType: type, capacity: capacity, isDeclaredSize: false, wraps: false,
            initial: nil, isDisplayed: false, isPointer: false, statistics: statistics)
    }

    @Test func conflictsAreTold() {
        var registry = GlobalRegistry()
        #expect(registry.add(global("x", keys: [.long]), as: "x") == 0)
        #expect(registry.add(global("s", .statistics, StatisticsParameters()), as: "s") == 1)
        #expect(registry.conflict(global("x", keys: [.long]), as: "x") == nil)
        #expect(registry.conflict(global("x", keys: [.string]), as: "x") == .type)
        #expect(registry.conflict(global("x"), as: "x") == .type)
        #expect(registry.conflict(global("x", keys: [.long], capacity: 9), as: "x") == .size)
        #expect(registry.conflict(global("y", keys: [.string]), as: "y") == nil)
        #expect(
            registry.conflict(global("s", .statistics, StatisticsParameters(shift: 1)), as: "s") == .statistics)
        registry.forget("x")
        #expect(registry.conflict(global("x"), as: "x") == nil)
        // Its place stays taken.
        #expect(registry.add(global("x"), as: "x") == 2)
        #expect(registry.position(of: "x") == 2)
    }

    @Test func instructionsAndTablesAreRenumbered() {
        var program = IRProgram()
        program.globals = [global("a"), global("b", keys: [.long])]
        var unit = IRUnit(name: "f")
        var block = IRBlock()
        block.instructions = [
            Instruction(.loadInteger, dst: 1, a: 0), Instruction(.storeInteger, dst: 0, a: 1),
            Instruction(.elementExists, dst: 1, a: 1, b: 0), Instruction(.add, dst: 1, a: 0, b: 1),
            Instruction(.aggregateLoad, dst: 1, a: 0), Instruction(.returnVoid),
        ]
        unit.blocks = [block]
        program.functions = [unit]
        program.handlers = [unit]
        program.aggregates = [AggregateRead(global: 1, operation: .count)]
        program.iterations = [Iteration(array: 1, sort: nil, limit: nil, slice: nil, keys: [], value: nil)]
        let all = ["x", "b", "y", "a"].map { global($0) }
        program.renumberGlobals([3, 1], among: all)
        let expected = [
            Instruction(.loadInteger, dst: 1, a: 3), Instruction(.storeInteger, dst: 3, a: 1),
            Instruction(.elementExists, dst: 1, a: 1, b: 0), Instruction(.add, dst: 1, a: 0, b: 1),
            Instruction(.aggregateLoad, dst: 1, a: 0), Instruction(.returnVoid),
        ]
        #expect(program.functions[0].blocks[0].instructions == expected)
        #expect(program.handlers[0].blocks[0].instructions == expected)
        #expect(program.aggregates[0].global == 1)
        #expect(program.iterations[0].array == 1)
        #expect(program.globals.map(\.name) == ["x", "b", "y", "a"])
    }
}
