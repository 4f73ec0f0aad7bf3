// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// How long the strings are that a program keeps: what its handlers store, and what they use for keys.
struct GlobalTexts {
    /// For each global with string values the bytes that the longest takes with its NUL.
    private(set) var values: [Int: Int] = [:]
    /// For each array the bytes of its longest keys, 8 for a long.
    private(set) var keys: [Int: [Int]] = [:]

    private let program: IRProgram

    /// Looks at handlers without calls, and at all others with the functions that they call, but for those that never run.
    init(_ program: IRProgram, expanded: [Int: IRUnit], absent: Set<Int>) {
        self.program = program
        for (index, global) in program.globals.enumerated() {
            if global.valueType == .string {
                values[index] = 1
                if case .string(let initial)? = global.initial { raise(&values[index], to: initial.bytes.count + 1) }
            }
            if !global.keyTypes.isEmpty { keys[index] = global.keyTypes.map { $0 == .string ? 1 : 8 } }
        }
        guard program.globals.contains(where: { $0.valueType == .string || $0.keyTypes.contains(.string) }) else {
            return
        }
        var units: [(unit: IRUnit, plan: CapturePlan?)] = []
        var functions: Set<Int> = []
        for (index, handler) in program.handlers.enumerated() where !absent.contains(index) {
            if let unit = expanded[index] {
                units.append((unit, program.captures[index]))
            } else {
                units.append((handler, program.captures.indices.contains(index) ? program.captures[index] : nil))
                collect(handler, &functions)
            }
        }
        for function in functions.sorted() { units.append((program.functions[function], nil)) }
        var round = 0
        var changes = true
        while changes {
            changes = false
            round += 1
            for (unit, plan) in units {
                let before = values
                add(unit, plan)
                guard values != before else { continue }
                changes = true
                // What still grows is made of itself.
                for (global, value) in values where round > 8 && value != before[global] {
                    values[global] = max(1, program.limits.maxStringLength)
                }
            }
        }
    }

    private func collect(_ unit: IRUnit, _ functions: inout Set<Int>) {
        var called = unit.nextOverload.map { [$0] } ?? []
        for block in unit.blocks {
            for instruction in block.instructions where instruction.op == .call { called.append(Int(instruction.a)) }
        }
        for function in called where functions.insert(function).inserted {
            collect(program.functions[function], &functions)
        }
    }

    private func raise(_ bound: inout Int?, to value: Int) {
        bound = max(bound ?? 1, min(value, max(1, program.limits.maxStringLength)))
    }

    /// Takes in what a unit keeps.
    private mutating func add(_ unit: IRUnit, _ plan: CapturePlan?) {
        let texts = UnitTexts(unit, plan: plan, program: program, globals: values)
        for block in unit.blocks {
            for instruction in block.instructions {
                switch instruction.op {
                case .storeString: raise(&values[Int(instruction.dst)], to: texts.bounds[Int(instruction.a)])
                case .elementStoreString: raise(&values[Int(instruction.a)], to: texts.bounds[Int(instruction.dst)])
                default: break
                }
                guard let array = program.global(of: instruction), keys[array] != nil, instruction.op != .iterationBegin
                else { continue }
                let list = instruction.op == .deleteGlobal ? [] : program.operandLists[Int(instruction.b)]
                for (position, operand) in list.enumerated() {
                    guard case .string(let register) = operand, position < keys[array]?.count ?? 0 else { continue }
                    var bound = keys[array]?[position]
                    raise(&bound, to: texts.bounds[Int(register)])
                    keys[array]?[position] = bound ?? 1
                }
            }
        }
    }
}
