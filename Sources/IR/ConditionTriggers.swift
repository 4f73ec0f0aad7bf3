// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// Which conditions of probes may change when a handler has run.
public struct ConditionTriggers {
    /// The probes with a condition whose truth a handler may change, at the handler's index.
    public let probes: [[Int]]
    /// The probes with a condition.
    public let conditional: [Int]

    /// Looks a program through.
    public init(_ program: IRProgram) {
        let access = GlobalAccess(program)
        let reads = program.conditions.enumerated().compactMap { index, function in
            function.map { (probe: index, globals: access.reads[$0]) }
        }
        conditional = reads.map(\.probe)
        probes = program.handlers.map { handler in
            if reads.isEmpty { return [] }
            let written = access.written(by: handler)
            return reads.filter { written.isAnything || !$0.globals.isDisjoint(with: written.globals) }.map(\.probe)
        }
    }
}

/// The globals that units use.
private struct GlobalAccess {
    private let program: IRProgram
    private let tables: ProgramTables
    /// What each function reads by itself.
    let reads: [Set<Int>]

    struct Written {
        var globals: Set<Int> = []
        /// An operation that is not looked into.
        var isAnything = false
    }

    init(_ program: IRProgram) {
        self.program = program
        tables = ProgramTables(limits: program.limits)
        tables.program = program
        reads = program.functions.map { unit in
            var found: Set<Int> = []
            for block in unit.blocks {
                for instruction in block.instructions {
                    // A condition has no other operations with globals than those whose `a` is the global.
                    if program.globals.indices.contains(Int(instruction.a)), instruction.op.namesGlobal {
                        found.insert(Int(instruction.a))
                    }
                }
            }
            return found
        }
    }

    /// What a handler writes, with the functions that it calls.
    func written(by handler: IRUnit) -> Written {
        var written = Written()
        var seen: Set<Int> = []
        var waiting = [handler]
        func reach(_ function: Int) {
            guard program.functions.indices.contains(function), seen.insert(function).inserted else { return }
            waiting.append(program.functions[function])
        }
        while let unit = waiting.popLast() {
            if let next = unit.nextOverload { reach(next) }
            for block in unit.blocks {
                for instruction in block.instructions {
                    switch instruction.op {
                    case .call: reach(Int(instruction.a))
                    case .storeInteger, .storeString: written.globals.insert(Int(instruction.dst))
                    case .fetchAdd, .deleteGlobal, .elementStoreInteger, .elementStoreString, .elementFetchAdd,
                        .elementDelete:
                        written.globals.insert(Int(instruction.a))
                    case .builtin, .print, .action, .iterationBegin, .iterationNext, .iterationEnd: break
                    default:
                        if !instruction.op.isTerminator, tables.definition(of: instruction) == nil {
                            written.isAnything = true
                        }
                    }
                }
            }
        }
        return written
    }
}

extension Operation {
    /// Whether `a` may be a global that it reads; too many do no harm.
    fileprivate var namesGlobal: Bool {
        switch self {
        case .integerConstant, .stringConstant, .integerMove, .stringMove, .negate, .complement, .logicalNot, .extend,
            .concatenate, .stringEqual, .stringNotEqual, .stringLess, .stringLessEqual, .stringGreater,
            .stringGreaterEqual, .jump, .branch, .returnInteger, .returnString, .call, .builtin, .print, .format,
            .action:
            false
        default: !isIntegerBinary
        }
    }
}
