// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// Lowers one handler or function into a unit. Every register that is read is set before on every path, and
/// temporaries have one assignment: the passes and the capture planner rely on both.
final class UnitLowering {
    /// A loop that `break` and `continue` may leave.
    struct Loop {
        var exit: Int
        var next: Int
        var iteration: Int32?
    }

    /// The variables and ways out of one body: the unit's own, or one that is inlined.
    struct Frame {
        var registers: [Operand]
        var function: Int?
        var callSite: Int32?
        /// Where an inlined body continues; nil for the unit's own.
        var exit: Int?
        var result: Operand?
        /// The block of the next overload.
        var next: Int?
        /// Where errors of the call itself go.
        var errorHandler: Int?
        var loops: [Loop] = []
    }

    /// The most instructions of a unit; inlining beyond it is refused.
    static let maximumSize = 50_000

    let checked: CheckedProgram
    let tables: ProgramTables
    let traits: FunctionTraits
    let target: Int64
    /// The probe, when the unit is the handler of a kernel event: functions that read the kernel are inlined.
    let captured: CheckedProbe?
    var unit: IRUnit
    var block = 0
    var frames: [Frame] = []
    /// Where errors of new blocks go.
    var errorHandler: Int?
    /// How many `@entry` are open.
    var entryDepth = 0
    var diagnostics: [Diagnostic] = []
    /// For the result of the test of a read the result of the test of a read from there; see `readable`.
    var impliedTests: [Int32: Int32] = [:]
    private var constants: [Int32: Int64] = [:]
    private var variables: Set<Operand> = []
    private var size = 0
    /// The site that was asked for last: instructions of one token follow each other.
    private var lastSite: (token: Token, callSite: Int32?, site: Int32)?

    init(
        name: String, checked: CheckedProgram, tables: ProgramTables, traits: FunctionTraits, target: Int64,
        captured: CheckedProbe?
    ) {
        self.checked = checked
        self.tables = tables
        self.traits = traits
        self.target = target
        self.captured = captured
        unit = IRUnit(name: name)
        unit.blocks.append(IRBlock())
    }

    // MARK: Whole units

    /// Lowers a probe's handler.
    func lowerHandler(_ probe: CheckedProbe) {
        let registers = probe.locals.map { variable($0.type) }
        frames.append(Frame(registers: registers))
        if let condition = probe.condition {
            let body = newBlock()
            let leave = newBlock()
            branch(condition, yes: body, no: leave)
            block = leave
            emit(.returnVoid, condition.token)
            block = body
        }
        for (local, register) in zip(probe.locals, registers) { clear(register, local.token) }
        statement(probe.body)
        emit(.returnVoid, probe.token)
    }

    /// Lowers a probe's condition as a function of its own.
    func lowerCondition(_ condition: CheckedExpression) {
        frames.append(Frame(registers: []))
        unit.result = .long
        emit(.returnInteger, integer(condition), condition.token)
    }

    /// Lowers a function that is called.
    func lowerFunction(_ function: CheckedFunction) {
        let registers = function.locals.map { variable($0.type) }
        frames.append(Frame(registers: registers, function: function.index))
        unit.parameters = Array(registers.prefix(function.parameterCount))
        unit.result = function.result == .unknown ? .unknown : function.result
        unit.nextOverload = function.nextOverload
        for (local, register) in zip(function.locals, registers).dropFirst(function.parameterCount) {
            clear(register, local.token)
        }
        statement(function.body)
        leaveFunction(nil, function.token)
    }

    // MARK: Emission

    /// The frame that is being lowered.
    var frame: Frame {
        get { frames[frames.count - 1] }
        set { frames[frames.count - 1] = newValue }
    }

    /// Whether too much was inlined already.
    var isTooLarge: Bool { size > Self.maximumSize }

    func newBlock() -> Int {
        var block = IRBlock()
        block.handler = errorHandler
        unit.blocks.append(block)
        return unit.blocks.count - 1
    }

    func site(_ token: Token) -> Int32 {
        let callSite = frame.callSite
        if let last = lastSite, last.token === token, last.callSite == callSite { return last.site }
        let site = tables.site(token, inlinedAt: callSite)
        lastSite = (token, callSite, site)
        return site
    }

    /// Appends an instruction; what follows a terminator goes to a block that nothing reaches.
    func emit(_ op: Operation, dst: Int32 = 0, _ a: Int32, _ b: Int32, _ token: Token) {
        if let last = unit.blocks[block].instructions.last, last.op.isTerminator { block = newBlock() }
        size += 1
        unit.blocks[block].instructions.append(
            Instruction(op, dst: dst, a: a, b: b, site: site(token), atEntry: entryDepth > 0))
    }

    func emit(_ op: Operation, dst: Int32 = 0, _ a: Int32, _ token: Token) { emit(op, dst: dst, a, 0, token) }

    func emit(_ op: Operation, dst: Int32 = 0, _ token: Token) { emit(op, dst: dst, 0, 0, token) }

    func jump(_ target: Int, _ token: Token) { emit(.jump, Int32(target), token) }

    func newInteger() -> Int32 {
        unit.integerRegisters += 1
        return Int32(unit.integerRegisters - 1)
    }

    func newString() -> Int32 {
        unit.stringRegisters += 1
        return Int32(unit.stringRegisters - 1)
    }

    func temporary(_ type: ValueType) -> Operand {
        type == .string ? .string(newString()) : .integer(newInteger())
    }

    /// A register that is assigned more than once.
    func variable(_ type: ValueType) -> Operand {
        let register = temporary(type)
        variables.insert(register)
        return register
    }

    /// Whether a register is a variable, which a later assignment changes.
    func isVariable(_ operand: Operand) -> Bool { variables.contains(operand) }

    /// A register that holds a constant.
    func constant(_ value: Int64, _ token: Token) -> Int32 {
        let register = newInteger()
        constants[register] = value
        emit(.integerConstant, dst: register, tables.integer(value), token)
        return register
    }

    /// The constant that a temporary holds.
    func constant(in register: Int32) -> Int64? { constants[register] }

    func string(_ value: ByteString, _ token: Token) -> Int32 {
        let register = newString()
        emit(.stringConstant, dst: register, tables.string(value), token)
        return register
    }

    /// Sets a register to 0 or "".
    func clear(_ register: Operand, _ token: Token) {
        switch register {
        case .integer(let register): emit(.integerConstant, dst: register, tables.integer(0), token)
        case .string(let register): emit(.stringConstant, dst: register, tables.string(ByteString([])), token)
        case .wildcard: break
        }
    }

    /// Copies between registers of one type; a source of the other type clears.
    func move(_ source: Operand?, to destination: Operand, _ token: Token) {
        switch (source, destination) {
        case (.integer(let source), .integer(let register)):
            if source != register { emit(.integerMove, dst: register, source, token) }
        case (.string(let source), .string(let register)):
            if source != register { emit(.stringMove, dst: register, source, token) }
        default: clear(destination, token)
        }
    }

    /// Lets the instruction that just made a temporary set a variable instead, or copies.
    func assign(_ source: Operand?, to destination: Operand, _ token: Token) {
        let place = unit.blocks[block].instructions.count - 1
        guard let source, place >= 0, !isVariable(source),
            unit.blocks[block].instructions[place].atEntry == (entryDepth > 0),
            tables.definition(of: unit.blocks[block].instructions[place]) == source,
            unit.blocks[block].instructions[place].op != .elementFetchAdd
        else { return move(source, to: destination, token) }
        switch (source, destination) {
        case (.integer, .integer(let register)), (.string, .string(let register)):
            unit.blocks[block].instructions[place].dst = register
        default: clear(destination, token)
        }
    }

    func refuse(_ message: String, _ token: Token) {
        diagnostics.append(Diagnostic(.semanticError, message, tokens: [token]))
    }
}
