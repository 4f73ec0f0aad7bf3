// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

@testable import IR

/// What a run of a handler did.
struct SimulationOutcome: Equatable {
    /// One entry for each print, then the globals.
    var output: [[Int64]] = []
    var globals: [Int64] = []
    /// A fault or a division by zero ended it.
    var failed = false
    /// It took too long to be judged.
    var isEndless = false
}

/// A made-up kernel at the entry and at the return of a function: what every address holds follows from a seed.
struct SimulatedKernel {
    var seed: UInt64
    /// Whether some addresses cannot be read.
    var faults: Bool
    /// Whether that is so for all of them.
    var faultsAlways: Bool

    init(seed: UInt64, faults: Bool, faultsAlways: Bool = false) {
        self.seed = seed
        self.faults = faults
        self.faultsAlways = faultsAlways
    }

    private func mix(_ values: UInt64...) -> UInt64 {
        var state = seed
        for value in values {
            state ^= value &+ 0x9e37_79b9_7f4a_7c15 &+ (state << 6) &+ (state >> 2)
            state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
            state ^= state >> 27
        }
        return state
    }

    /// Small values, so that comparisons of the scripts go both ways.
    func argument(_ index: Int, atEntry: Bool) -> Int64 { Int64(mix(1, UInt64(index), atEntry ? 1 : 0) % 4) - 1 }
    func returnValue() -> Int64 { Int64(mix(2) % 4) - 1 }
    func context(_ builtin: Builtin, atEntry: Bool) -> Int64 {
        Int64(mix(3, UInt64(builtin.rawValue), atEntry ? 1 : 0) % 3)
    }
    func commandIsX(atEntry: Bool) -> Bool { mix(4, atEntry ? 1 : 0) % 2 == 0 }

    func load(_ address: Int64, _ access: MemoryAccess, atEntry: Bool) -> Int64? {
        let value = mix(5, UInt64(bitPattern: address), UInt64(access.shape.size), atEntry ? 1 : 0)
        return faults && (faultsAlways || value % 5 == 0) ? nil : Int64(value % 4) - 1
    }
}

/// Runs integer handlers, before and after their captures are planned.
struct Simulation {
    let program: IRProgram
    let kernel: SimulatedKernel
    var plan: CapturePlan?
    private var integers: [Int64] = []
    private var strings: [Bool] = []
    private var outcome = SimulationOutcome()

    init(program: IRProgram, kernel: SimulatedKernel, plan: CapturePlan?) {
        self.program = program
        self.kernel = kernel
        self.plan = plan
    }

    private struct Failure: Error {}

    mutating func run(_ unit: IRUnit) -> SimulationOutcome {
        integers = Array(repeating: 0, count: unit.integerRegisters)
        strings = Array(repeating: false, count: unit.stringRegisters)
        outcome.globals = Array(repeating: 1, count: program.globals.count)
        var block = 0
        var steps = 0
        while true {
            do {
                for instruction in unit.blocks[block].instructions {
                    steps += 1
                    if steps > 5000 {
                        outcome.isEndless = true
                        return outcome
                    }
                    switch instruction.op {
                    case .jump: block = Int(instruction.a)
                    case .branch: block = Int(integers[Int(instruction.dst)] != 0 ? instruction.a : instruction.b)
                    case .returnVoid: return outcome
                    default: try execute(instruction)
                    }
                }
            } catch {
                guard let handler = unit.blocks[block].handler else {
                    outcome.failed = true
                    return outcome
                }
                block = handler
            }
        }
    }

    private mutating func execute(_ instruction: Instruction) throws {
        let (dst, a, b) = (Int(instruction.dst), Int(instruction.a), Int(instruction.b))
        switch instruction.op {
        case .integerConstant: integers[dst] = program.integers[a]
        case .integerMove: integers[dst] = integers[a]
        case .stringConstant: strings[dst] = true
        case .stringMove: strings[dst] = strings[a]
        case .stringEqual: integers[dst] = strings[a] == strings[b] ? 1 : 0
        case .negate, .complement, .logicalNot: integers[dst] = Arithmetic.unary(instruction.op, integers[a]) ?? 0
        case .extend: integers[dst] = Arithmetic.extend(integers[a], IntegerShape(code: instruction.b))
        case .loadInteger: integers[dst] = outcome.globals[a]
        case .storeInteger: outcome.globals[dst] = integers[a]
        case .fetchAdd:
            let addend = integers[b]
            integers[dst] = outcome.globals[a]
            outcome.globals[a] &+= addend
        case .print:
            outcome.output.append(
                program.operandLists[b].map { operand in
                    if case .integer(let register) = operand { return integers[Int(register)] }
                    return -99
                })
        case .argument: integers[dst] = kernel.argument(a, atEntry: instruction.atEntry)
        case .returnValue: integers[dst] = kernel.returnValue()
        case .readMemory:
            integers[dst] = try fail(kernel.load(integers[a], program.accesses[b], atEntry: instruction.atEntry))
        case .canReadMemory:
            let value = kernel.load(integers[a], program.accesses[b], atEntry: instruction.atEntry)
            integers[dst] = value == nil ? 0 : 1
        case .builtin:
            guard let builtin = Builtin(rawValue: UInt16(a)) else { throw Failure() }
            if builtin == .execname {
                strings[dst] = kernel.commandIsX(atEntry: instruction.atEntry)
            } else {
                integers[dst] = kernel.context(builtin, atEntry: instruction.atEntry)
            }
        case .slotInteger: integers[dst] = try fail(slot(a))
        case .slotReadable: integers[dst] = slot(a) == nil ? 0 : 1
        case .slotString:
            if case .entryString? = plan?.slots[a] {
                strings[dst] = kernel.commandIsX(atEntry: true)
            } else {
                strings[dst] = kernel.commandIsX(atEntry: false)
            }
        case .action, .caughtError: break
        default:
            guard let result = Arithmetic.binary(instruction.op, integers[a], integers[b]) else { throw Failure() }
            integers[dst] = result
        }
    }

    private func fail(_ value: Int64?) throws -> Int64 {
        guard let value else { throw Failure() }
        return value
    }

    private func slot(_ index: Int) -> Int64? {
        guard let plan, case .integer(let node) = plan.slots[index] else { return nil }
        return value(node, plan, atEntry: false)
    }

    /// What the kernel computes for a node; nil for a fault.
    func value(_ node: Int, _ plan: CapturePlan, atEntry: Bool) -> Int64? {
        switch plan.nodes[node] {
        case .constant(let value): return value
        case .argument(let index): return kernel.argument(index, atEntry: atEntry)
        case .returnValue: return kernel.returnValue()
        case .register, .counter: return nil
        case .context(let builtin): return kernel.context(builtin, atEntry: atEntry)
        case .load(let address, let access):
            return value(address, plan, atEntry: atEntry).flatMap { kernel.load($0, access, atEntry: atEntry) }
        case .unary(let op, let operand):
            return value(operand, plan, atEntry: atEntry).flatMap { Arithmetic.unary(op, $0) }
        case .binary(let op, let left, let right):
            guard let left = value(left, plan, atEntry: atEntry), let right = value(right, plan, atEntry: atEntry)
            else { return nil }
            return Arithmetic.binary(op, left, right)
        case .extend(let operand, let shape):
            return value(operand, plan, atEntry: atEntry).map { Arithmetic.extend($0, shape) }
        case .select(let condition, let yes, let no):
            guard let condition = value(condition, plan, atEntry: atEntry) else { return nil }
            return value(condition != 0 ? yes : no, plan, atEntry: atEntry)
        case .readable(let load): return value(load, plan, atEntry: atEntry) == nil ? 0 : 1
        case .entryValue(let index): return value(plan.entryNodes[index], plan, atEntry: true)
        }
    }
}
