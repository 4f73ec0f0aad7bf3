// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// A program as one array of code, with the tables it names.
struct TranslatedProgram {
    var code: [Code] = []
    /// The place in the source of each instruction.
    var sites: [Int32] = []
    /// The code that an error in each instruction goes to; -1 for none.
    var handlers: [Int32] = []
    /// Functions first, then handlers.
    var units: [UnitShape] = []
    var lists: [Int32] = []
    var iterations: [IterationShape] = []
    /// The depth of calls beyond which `MAXNESTING exceeded` is raised.
    var maxNesting = 1
}

/// Lays out the blocks of all units and resolves their jumps.
struct ProgramTranslator {
    private let program: IRProgram
    private let tables: TranslationTables
    private let cleared: [[Operand]]
    private var result = TranslatedProgram()

    init(_ program: IRProgram) {
        self.program = program
        tables = TranslationTables(program)
        cleared = program.initialRegisters()
    }

    /// Translates the whole program.
    mutating func translate() -> TranslatedProgram {
        for unit in program.functions { translate(unit) }
        for unit in program.handlers { translate(unit) }
        result.lists = tables.lists
        result.iterations = tables.iterations
        result.maxNesting = program.limits.maxNesting ?? CallGraph(program).nesting
        return result
    }

    private mutating func translate(_ unit: IRUnit) {
        var translator = UnitTranslator(unit, program, tables)
        let blocks = translator.translate()
        let entry = result.code.count
        layOut(blocks)
        result.units.append(
            UnitShape(
                entry: entry, integers: unit.integerRegisters, strings: unit.stringRegisters,
                iterations: translator.iterationCount, parameters: Int(tables.list(unit.parameters)),
                takesStrings: unit.parameters.contains { if case .string = $0 { true } else { false } },
                cleared: Int(tables.list(cleared[result.units.count])), cost: Int(cost(at: Int32(entry))),
                next: unit.nextOverload ?? -1))
    }

    private mutating func layOut(_ blocks: [[CodeDraft]]) {
        var starts: [Int] = []
        var pending: [(position: Int, draft: CodeDraft)] = []
        for (number, block) in blocks.enumerated() {
            starts.append(result.code.count)
            for draft in joinSteps(settle(block, in: blocks, next: number + 1, mayCopy: true)) {
                if draft.target >= 0 || draft.otherTarget >= 0 { pending.append((result.code.count, draft)) }
                result.code.append(draft.code)
                result.sites.append(draft.site)
                result.handlers.append(Int32(draft.handler))
            }
        }
        // A unit without a terminator, which lowering never makes, must not run into the next one.
        result.code.append(Code(op: .returnVoid))
        result.sites.append(0)
        result.handlers.append(-1)
        for position in starts[0]..<result.code.count where result.handlers[position] >= 0 {
            result.handlers[position] = Int32(starts[Int(result.handlers[position])])
        }
        for (position, draft) in pending {
            var target = Int32(starts[draft.target])
            if draft.code.op != .iterationNext {
                let cost = cost(at: target)
                result.code[position].cost = cost
                if cost > 0 { target += 1 }
            }
            switch draft.code.op {
            case .jump, .jumpIf, .jumpUnless: result.code[position].a = target
            case .iterationNext:
                result.code[position].a = target
                result.code[position].b = Int32(starts[draft.otherTarget])
            default: result.code[position].dst = target
            }
        }
    }

    /// The statements that an `action` at the target of a jump counts, which the jump can count itself; else 0.
    private func cost(at place: Int32) -> UInt16 {
        let code = result.code[Int(place)]
        return code.op == .action ? UInt16(exactly: code.a) ?? 0 : 0
    }

    /// Drops jumps to the block that follows, and copies the head of a loop in place of the jump back to it.
    private func settle(_ block: [CodeDraft], in blocks: [[CodeDraft]], next: Int, mayCopy: Bool) -> [CodeDraft] {
        guard let last = block.last, last.code.op == .jump else { return block }
        var result = block
        if result.count >= 2, result[result.count - 2].isConditional {
            let condition = result[result.count - 2]
            if last.target == next {
                result.removeLast()
            } else if condition.target == next, let inverted = condition.inverted(to: last.target) {
                result.removeLast(2)
                result.append(inverted)
            }
            return result
        }
        if last.target == next {
            result.removeLast()
            return result
        }
        let head = blocks[last.target]
        if mayCopy, head.count <= 4, head.last.map({ $0.code.op == .iterationNext }) == true || isTest(head) {
            result.removeLast()
            return result + settle(head, in: blocks, next: next, mayCopy: false)
        }
        return result
    }

    /// Makes one instruction of the step of a loop and the test that follows it.
    private func joinSteps(_ drafts: [CodeDraft]) -> [CodeDraft] {
        var result: [CodeDraft] = []
        for draft in drafts {
            if let step = result.last?.code, step.op == .addImmediate, step.dst == step.a, step.a == draft.code.a,
                let number = Int8(exactly: step.b),
                draft.code.op == .jumpLessImmediate || draft.code.op == .jumpLess && draft.code.b != step.a
            {
                var joined = draft
                joined.code.op = draft.code.op == .jumpLess ? .addJumpLess : .addJumpLessImmediate
                joined.code.small = UInt8(bitPattern: number)
                result[result.count - 1] = joined
                continue
            }
            if let step = result.last?.code, step.op == .add, step.dst == step.a || step.dst == step.b,
                step.dst == draft.code.a, draft.code.op == .jumpLessImmediate,
                let other = UInt8(exactly: step.dst == step.a ? step.b : step.a)
            {
                var joined = draft
                joined.code.op = .stepJumpLessImmediate
                joined.code.small = other
                result[result.count - 1] = joined
                continue
            }
            result.append(draft)
        }
        return result
    }

    private func isTest(_ block: [CodeDraft]) -> Bool {
        block.count >= 2 && block[block.count - 2].isConditional
    }
}
