// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// Puts the bodies of the functions that a handler calls in the place of their calls, for code that cannot call.
struct InlineCalls {
    let tables: ProgramTables
    /// The program, whose tables grow by what the copies need.
    var program: IRProgram { tables.program }
    /// The most instructions of a unit.
    static let maximumSize = 6000

    init(_ program: IRProgram) { tables = ProgramTables(program) }

    /// A unit without calls, or why there is none.
    func run(_ unit: IRUnit) -> Result<IRUnit, Refusal> {
        var unit = unit
        var size = unit.blocks.reduce(0) { $0 + $1.instructions.count }
        // The functions that are being expanded in each block: a call of one of them is a recursion.
        var chains = [[Int]](repeating: [], count: unit.blocks.count)
        var block = 0
        while block < unit.blocks.count {
            guard let place = unit.blocks[block].instructions.firstIndex(where: { $0.op == .call }) else {
                block += 1
                continue
            }
            let call = unit.blocks[block].instructions[place]
            let chain = chains[block]
            var overload: Int? = Int(call.a)
            while let function = overload {
                if chain.contains(function) {
                    return .failure(Refusal("calls '\(program.functions[function].name)', which is recursive"))
                }
                size += program.functions[function].blocks.reduce(0) { $0 + $1.instructions.count }
                overload = program.functions[function].nextOverload
            }
            if size > Self.maximumSize { return .failure(Refusal("is too large with the functions that it calls")) }
            if let refusal = expand(call, at: place, of: block, in: &unit, &chains) { return .failure(refusal) }
        }
        return .success(unit)
    }

    /// Makes constants of what functions tell of the probe that a handler belongs to.
    func settleProbe(_ probe: CheckedProbe, in unit: inout IRUnit) {
        for block in unit.blocks.indices {
            for (place, instruction) in unit.blocks[block].instructions.enumerated() where instruction.op == .builtin {
                let builtin = program.builtin(instruction)
                let constant: Instruction
                if let word = probe.word(of: builtin) {
                    let text = tables.string(ByteString(Array(word.utf8)))
                    constant = Instruction(.stringConstant, dst: instruction.dst, a: text, site: instruction.site)
                } else if builtin == .isReturn {
                    let number = tables.integer(probe.isReturn ? 1 : 0)
                    constant = Instruction(.integerConstant, dst: instruction.dst, a: number, site: instruction.site)
                } else {
                    continue
                }
                unit.blocks[block].instructions[place] = constant
            }
        }
    }

    private func expand(
        _ call: Instruction, at place: Int, of block: Int, in unit: inout IRUnit, _ chains: inout [[Int]]
    ) -> Refusal? {
        let chain = chains[block]
        let handler = unit.blocks[block].handler
        func newBlock(_ instructions: [Instruction], _ chain: [Int]) -> Int {
            var next = IRBlock()
            next.instructions = instructions
            next.handler = handler
            unit.blocks.append(next)
            chains.append(chain)
            return unit.blocks.count - 1
        }
        let rest = Array(unit.blocks[block].instructions[(place + 1)...])
        let exit = newBlock(rest, chain)
        unit.blocks[block].instructions.removeSubrange(place...)
        let arguments = program.operandLists[Int(call.b)]
        var overload: Int? = Int(call.a)
        var entry = block
        while let function = overload {
            let body = program.functions[function]
            let shift = Shift(
                integers: Int32(unit.integerRegisters), strings: Int32(unit.stringRegisters),
                blocks: Int32(unit.blocks.count), callSite: call.site)
            unit.integerRegisters += body.integerRegisters
            unit.stringRegisters += body.stringRegisters
            for (argument, parameter) in zip(arguments, body.parameters) {
                unit.blocks[entry].instructions.append(move(argument, to: shift.moved(parameter), call.site))
            }
            // Registers start as 0 and "" with each call, not only with the first one of a loop.
            unit.blocks[entry].instructions += clearing(body, shift, call.site)
            unit.blocks[entry].instructions.append(Instruction(.jump, a: shift.blocks, site: call.site))
            let first = unit.blocks.count
            for source in body.blocks {
                let copy = newBlock([], chain + [function])
                if let handler = source.handler { unit.blocks[copy].handler = handler + first }
                unit.blocks[copy].instructions = source.instructions.map { self.copy($0, shift) }
            }
            overload = body.nextOverload
            let next = newBlock([], chain)
            var usesNext = false
            for copy in first..<next {
                usesNext = leave(&unit.blocks[copy].instructions, call, to: exit, next: next) || usesNext
            }
            if usesNext, overload == nil { return Refusal("may find no overload of '\(body.name)'") }
            if overload == nil || !usesNext {
                // Nothing leads there.
                unit.blocks[next].instructions = [Instruction(.returnVoid, site: call.site)]
                overload = nil
            }
            entry = next
        }
        return nil
    }

    /// Turns the ways out of a function into the result and a jump; whether one of them asks for the next overload.
    private func leave(
        _ instructions: inout [Instruction], _ call: Instruction, to exit: Int, next: Int
    ) -> Bool {
        guard let last = instructions.last else { return false }
        let jump = Instruction(.jump, a: Int32(exit), site: last.site)
        switch last.op {
        case .returnInteger:
            instructions[instructions.count - 1] = Instruction(.integerMove, dst: call.dst, a: last.a, site: last.site)
            instructions.append(jump)
        case .returnString:
            instructions[instructions.count - 1] = Instruction(.stringMove, dst: call.dst, a: last.a, site: last.site)
            instructions.append(jump)
        case .returnVoid: instructions[instructions.count - 1] = jump
        case .nextOverload:
            instructions[instructions.count - 1] = Instruction(.jump, a: Int32(next), site: last.site)
            return true
        default: break
        }
        return false
    }

    private func move(_ source: Operand, to destination: Operand, _ site: Int32) -> Instruction {
        if case .string = destination {
            return Instruction(.stringMove, dst: destination.index, a: source.index, site: site)
        }
        return Instruction(.integerMove, dst: destination.index, a: source.index, site: site)
    }

    /// Sets the registers of a function that it may read before it sets them.
    private func clearing(_ body: IRUnit, _ shift: Shift, _ site: Int32) -> [Instruction] {
        let unset = program.registersReadBeforeSet(of: body).subtracting(body.parameters)
        if unset.isEmpty { return [] }
        var code: [Instruction] = []
        for register in 0..<Int32(body.integerRegisters) where unset.contains(.integer(register)) {
            code.append(
                Instruction(.integerConstant, dst: register + shift.integers, a: tables.integer(0), site: site))
        }
        for register in 0..<Int32(body.stringRegisters) where unset.contains(.string(register)) {
            code.append(
                Instruction(
                    .stringConstant, dst: register + shift.strings, a: tables.string(ByteString([])), site: site))
        }
        return code
    }

    // MARK: Copies

    private struct Shift {
        var integers: Int32
        var strings: Int32
        var blocks: Int32
        var callSite: Int32

        func moved(_ operand: Operand) -> Operand {
            switch operand {
            case .integer(let register): .integer(register + integers)
            case .string(let register): .string(register + strings)
            case .wildcard: .wildcard
            }
        }
    }

    private func copy(_ instruction: Instruction, _ shift: Shift) -> Instruction {
        var copy = instruction
        tables.rewriteUses(of: &copy) { shift.moved($0) }
        switch tables.definition(of: instruction) {
        // `elementFetchAdd` reads what it sets, so that is moved already.
        case .integer where instruction.op != .elementFetchAdd: copy.dst = instruction.dst + shift.integers
        case .string: copy.dst = instruction.dst + shift.strings
        default: break
        }
        switch instruction.op {
        case .jump: copy.a += shift.blocks
        case .branch:
            copy.a += shift.blocks
            copy.b += shift.blocks
        default: break
        }
        copy.site = site(instruction.site, calledFrom: shift.callSite)
        return copy
    }

    /// The place of a copied instruction: the same token, with the call behind all that it was called from.
    private func site(_ site: Int32, calledFrom callSite: Int32) -> Int32 {
        let source = program.sites[Int(site)]
        let outer = source.inlinedAt.map { self.site($0, calledFrom: callSite) } ?? callSite
        tables.program.sites.append(SourceSite(token: source.token, inlinedAt: outer))
        return Int32(tables.program.sites.count - 1)
    }
}

/// Why a handler does not run in the kernel, to follow on the handler: `calls 'ctime'`.
public struct Refusal: Error, Sendable, Hashable {
    /// The reason.
    public var reason: String

    /// Creates a refusal.
    public init(_ reason: String) { self.reason = reason }
}
