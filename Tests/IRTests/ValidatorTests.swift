// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

/// A good program to break.
private func program() throws -> IRProgram {
    try lowered("probe kernel.function(\"probed\") { if ($number / 2 > 1) println($o->kind, execname()) }").program
}

@Test func aGoodProgramHasNoProblems() throws {
    #expect(try validate(program()) == [])
}

@Test func missingTerminatorsAreFound() throws {
    var program = try program()
    program.handlers[0].blocks[0].instructions.removeLast()
    #expect(!validate(program).isEmpty)
}

@Test func registersBeyondTheFileAreFound() throws {
    var program = try program()
    program.handlers[0].integerRegisters = 1
    #expect(!validate(program).isEmpty)
}

@Test func kernelReadsInACapturedHandlerAreFound() throws {
    var program = try program()
    program.handlers[0].blocks[0].instructions.insert(Instruction(.argument, dst: 0, a: 0), at: 0)
    #expect(!validate(program).isEmpty)
}

@Test func slotsThatDoNotExistAreFound() throws {
    var program = try program()
    program.captures[0]?.slots.removeLast()
    #expect(!validate(program).isEmpty)
}

@Test func nodesOutOfOrderAreFound() throws {
    var program = try program()
    program.captures[0]?.nodes.reverse()
    #expect(!validate(program).isEmpty)
}

@Test func divisionsByWhatMayBeZeroAreFound() throws {
    var program = try program()
    program.captures[0]?.nodes += [.argument(5), .constant(1)]
    let count = try #require(program.captures[0]).nodes.count
    program.captures[0]?.nodes.append(.binary(.divide, count - 1, count - 2))
    #expect(!validate(program).isEmpty)
}
