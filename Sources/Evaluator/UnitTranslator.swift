// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// Turns the blocks of one unit into drafts: constants become immediate operands, a comparison and its branch one
/// jump, an operation and the move of its result one instruction, statements are counted together.
struct UnitTranslator {
    private let program: IRProgram
    private let unit: IRUnit
    private let counts: RegisterCounts
    private let use: RegisterUse
    private unowned let tables: TranslationTables

    /// The constants that integer registers hold at this point of the block.
    private var known: [Int32: Int64] = [:]
    /// Reads of each register that became immediate operands.
    private var replaced: [Int32: Int] = [:]
    private var drafts: [CodeDraft] = []
    private var iterationSlots: [Int32: Int] = [:]

    init(_ unit: IRUnit, _ program: IRProgram, _ tables: TranslationTables) {
        self.program = program
        self.unit = unit
        self.tables = tables
        use = RegisterUse(program: program)
        counts = RegisterCounts(unit, use)
    }

    /// The number of iterations that a frame of the unit keeps.
    var iterationCount: Int { iterationSlots.count }

    /// The drafts of each block.
    mutating func translate() -> [[CodeDraft]] {
        var blocks: [[CodeDraft]] = []
        for block in unit.blocks {
            known = [:]
            drafts = []
            for code in joinMoves(block.instructions) { translate(code) }
            if let handler = block.handler {
                for place in drafts.indices { drafts[place].handler = handler }
            }
            blocks.append(drafts)
        }
        return blocks.map { mergeActions($0.filter { !isUnusedConstant($0.code) }) }
    }

    // MARK: Whole blocks

    /// Lets an operation write where the move after it would.
    private func joinMoves(_ codes: [Instruction]) -> [Instruction] {
        var result: [Instruction] = []
        for code in codes {
            let moved: Operand? =
                switch code.op {
                case .integerMove: .integer(code.a)
                case .stringMove: .string(code.a)
                default: nil
                }
            if let moved, let last = result.last, last.op != .elementFetchAdd, last.op != .iterationNext,
                counts.isTemporary(moved), use.writes(last) == [moved]
            {
                result[result.count - 1].dst = code.dst
                continue
            }
            result.append(code)
        }
        return result
    }

    /// Whether a constant is loaded into a register that nothing reads any more.
    private func isUnusedConstant(_ code: Code) -> Bool {
        guard code.op == .immediate || code.op == .constant else { return false }
        let reads = counts.reads[.integer(code.dst), default: 0]
        return counts.isWrittenOnce(.integer(code.dst)) && replaced[code.dst, default: 0] == reads
    }

    private func mergeActions(_ drafts: [CodeDraft]) -> [CodeDraft] {
        var result: [CodeDraft] = []
        var open: Int?
        var parts: [(count: Int32, site: Int32)] = []
        func close() {
            if let open, parts.count > 1 { result[open].code.b = tables.addActionParts(parts) }
        }
        for draft in drafts {
            if draft.code.op == .action {
                if let open {
                    result[open].code.a &+= draft.code.a
                    parts.append((draft.code.a, draft.site))
                    continue
                }
                open = result.count
                parts = [(draft.code.a, draft.site)]
            } else if !draft.isInvisible {
                close()
                open = nil
            }
            result.append(draft)
        }
        close()
        return result
    }

    // MARK: Single instructions

    private mutating func emit(_ code: Code, _ site: Int32, target: Int = -1, other: Int = -1) {
        drafts.append(CodeDraft(code: code, site: site, target: target, otherTarget: other))
    }

    private mutating func translate(_ code: Instruction) {
        switch code.op {
        case .integerConstant: constant(code)
        case .add, .subtract, .multiply, .divide, .modulo, .and, .or, .xor, .shiftLeft, .shiftRight,
            .shiftRightLogical, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
            binary(code)
        case .stringGreater: simple(.stringLess, code, swapped: true)
        case .stringGreaterEqual: simple(.stringLessEqual, code, swapped: true)
        case .branch: branch(code)
        case .jump: emit(Code(op: .jump), code.site, target: Int(code.a))
        case .iterationNext:
            emit(
                Code(op: .iterationNext, dst: iteration(code.dst)), code.site, target: Int(code.a),
                other: Int(code.b))
        case .fetchAdd: fetchAdd(code)
        case .call: call(code)
        case .builtin: builtin(code)
        case .print:
            emit(Code(op: .print, a: tables.format(code.a), b: tables.list(code.b)), code.site)
        case .format:
            emit(Code(op: .format, dst: code.dst, a: tables.format(code.a), b: tables.list(code.b)), code.site)
        case .iterationBegin: emit(Code(op: .iterationBegin, a: iteration(code.a)), code.site)
        case .iterationEnd: emit(Code(op: .iterationEnd, a: iteration(code.a)), code.site)
        case .action: emit(Code(op: .action, a: code.a, b: -1), code.site)
        case .extend:
            emit(Code(op: .extend, small: UInt8(truncatingIfNeeded: code.b), dst: code.dst, a: code.a), code.site)
        case .elementFetchAdd: elementFetchAdd(code)
        case .elementLoadInteger, .elementLoadString, .elementStoreInteger, .elementStoreString,
            .elementExists, .elementDelete, .canReadString, .aggregateAdd, .aggregateLoad, .histogramBucket,
            .histogramPrint, .histogramFormat:
            if let (op, key) = simpleElement(code) {
                if op == .numberStoreInteger, let number = known[code.dst].flatMap({ Int8(exactly: $0) }) {
                    replaced[code.dst, default: 0] += 1
                    let small = UInt8(bitPattern: number)
                    emit(Code(op: .numberStoreSmall, small: small, a: code.a, b: key), code.site)
                    break
                }
                emit(Code(op: op, dst: code.dst, a: code.a, b: key), code.site)
                break
            }
            guard let op = tables.plain[code.op] else { return }
            emit(Code(op: op, dst: code.dst, a: code.a, b: tables.list(code.b)), code.site)
        default:
            guard let op = tables.plain[code.op] else { return }
            emit(Code(op: op, dst: code.dst, a: code.a, b: code.b), code.site)
        }
        if code.op != .integerConstant {
            for operand in use.writes(code) {
                if case .integer(let register) = operand { known[register] = nil }
            }
        }
    }

    private mutating func simple(_ op: Opcode, _ code: Instruction, swapped: Bool = false) {
        emit(Code(op: op, dst: code.dst, a: swapped ? code.b : code.a, b: swapped ? code.a : code.b), code.site)
    }

    private mutating func constant(_ code: Instruction) {
        let value = program.integers[Int(code.a)]
        if let short = Int32(exactly: value) {
            emit(Code(op: .immediate, dst: code.dst, a: short), code.site)
        } else {
            emit(Code(op: .constant, dst: code.dst, a: code.a), code.site)
        }
        known[code.dst] = value
    }

    private mutating func iteration(_ index: Int32) -> Int32 {
        if iterationSlots[index] == nil { iterationSlots[index] = iterationSlots.count }
        return tables.iteration(index, slot: iterationSlots[index]!)
    }

    private mutating func fetchAdd(_ code: Instruction) {
        if counts.isRead(.integer(code.dst)) {
            emit(Code(op: .fetchAdd, dst: code.dst, a: code.a, b: code.b), code.site)
        } else if let number = immediate(code.b) {
            replaced[code.b, default: 0] += 1
            emit(Code(op: .addImmediateToGlobal, a: code.a, b: number), code.site)
        } else {
            emit(Code(op: .addToGlobal, a: code.a, b: code.b), code.site)
        }
    }

    /// Adding a constant of which nothing else is wanted needs no register.
    private mutating func elementFetchAdd(_ code: Instruction) {
        let operand = Operand.integer(code.dst)
        if let number = known[code.dst].flatMap({ Int8(exactly: $0) }), counts.reads[operand] == 1,
            counts.writes[operand] == 2,
            let loaded = drafts.lastIndex(where: { $0.code.op == .immediate && $0.code.dst == code.dst })
        {
            drafts.remove(at: loaded)
            let (op, keys) = simpleElement(code) ?? (.elementAddSmall, tables.list(code.b))
            emit(Code(op: op, small: UInt8(bitPattern: number), a: code.a, b: keys), code.site)
            return
        }
        emit(Code(op: .elementFetchAdd, dst: code.dst, a: code.a, b: tables.list(code.b)), code.site)
    }

    /// The form for a key of one register, and that register.
    private func simpleElement(_ code: Instruction) -> (Opcode, Int32)? {
        let keys = program.operandLists[Int(code.b)]
        guard keys.count == 1 else { return nil }
        switch (code.op, keys[0]) {
        case (.elementLoadInteger, .integer(let key)): return (.numberLoadInteger, key)
        case (.elementLoadString, .integer(let key)): return (.numberLoadString, key)
        case (.elementStoreInteger, .integer(let key)): return (.numberStoreInteger, key)
        case (.elementFetchAdd, .integer(let key)): return (.numberAddSmall, key)
        case (.elementLoadInteger, .string(let key)): return (.nameLoadInteger, key)
        case (.elementFetchAdd, .string(let key)): return (.nameAddSmall, key)
        default: return nil
        }
    }

    private mutating func call(_ code: Instruction) {
        passIntegers(code)
        let result = resultKind(program.functions[Int(code.a)].result)
        emit(Code(op: .call, small: result, dst: code.dst, a: code.a, b: tables.list(code.b)), code.site)
    }

    /// Puts the integers among the arguments where the callee's frame will be, behind the caller's.
    private mutating func passIntegers(_ code: Instruction) {
        let callee = program.functions[Int(code.a)]
        for (argument, parameter) in zip(program.operandLists[Int(code.b)], callee.parameters) {
            guard case .integer(let from) = argument, case .integer(let to) = parameter else { continue }
            let place = Int32(unit.integerRegisters) + to
            // Another overload would want the arguments again.
            if callee.nextOverload == nil {
                if let number = immediate(from) {
                    replaced[from, default: 0] += 1
                    emit(Code(op: .immediate, dst: place, a: number), code.site)
                    continue
                }
                if counts.isTemporary(argument), let made = maker(of: from) {
                    drafts[made].code.dst = place
                    continue
                }
            }
            emit(Code(op: .move, dst: place, a: from), code.site)
        }
    }

    /// The draft since the last call that does nothing but compute a register.
    private func maker(of register: Int32) -> Int? {
        for place in drafts.indices.reversed() {
            let draft = drafts[place]
            if draft.code.op == .call { return nil }
            if draft.code.dst == register, draft.isInteger { return place }
        }
        return nil
    }

    private mutating func builtin(_ code: Instruction) {
        let signature = Builtin(rawValue: UInt16(truncatingIfNeeded: code.a))?.signature
        let result = resultKind(signature?.result ?? .unknown)
        emit(Code(op: .builtin, small: result, dst: code.dst, a: code.a, b: tables.list(code.b)), code.site)
    }

    private func resultKind(_ type: ValueType) -> UInt8 {
        switch type {
        case .long: 1
        case .string: 2
        case .unknown, .statistics: 0
        }
    }

    // MARK: Arithmetic and conditions

    /// The constant in a register where it fits an immediate operand.
    private func immediate(_ register: Int32) -> Int32? {
        known[register].flatMap { Int32(exactly: $0) }
    }

    private mutating func binary(_ code: Instruction) {
        var op = code.op
        var (a, b) = (code.a, code.b)
        // The constant goes to the right where the operation allows.
        if immediate(b) == nil, immediate(a) != nil, let mirrored = tables.mirrored[op] {
            op = mirrored
            swap(&a, &b)
        }
        if let number = immediate(b), let (short, value) = tables.immediateForm(op, number) {
            replaced[b, default: 0] += 1
            emit(Code(op: short, dst: code.dst, a: a, b: value), code.site)
            return
        }
        switch op {
        case .greater: emit(Code(op: .less, dst: code.dst, a: b, b: a), code.site)
        case .greaterEqual: emit(Code(op: .lessEqual, dst: code.dst, a: b, b: a), code.site)
        default:
            guard let plain = tables.plain[op] else { return }
            emit(Code(op: plain, dst: code.dst, a: a, b: b), code.site)
        }
    }

    private mutating func branch(_ code: Instruction) {
        var condition = Code(op: .jumpIf, dst: code.dst)
        var site = code.site
        if counts.isTemporary(.integer(code.dst)), let last = drafts.last, last.code.dst == code.dst,
            let fused = tables.fusedJump(last.code)
        {
            condition = fused
            site = last.site
            drafts.removeLast()
        }
        joinMask(&condition)
        emit(condition, site, target: Int(code.a))
        emit(Code(op: .jump), code.site, target: Int(code.b))
    }

    /// Makes one jump of a mask and the test of its result.
    private mutating func joinMask(_ condition: inout Code) {
        let (tested, onZero): (Int32, Bool)
        switch (condition.op, condition.b) {
        case (.jumpIf, _): (tested, onZero) = (condition.dst, false)
        case (.jumpUnless, _): (tested, onZero) = (condition.dst, true)
        case (.jumpEqualImmediate, 0): (tested, onZero) = (condition.a, true)
        case (.jumpNotEqualImmediate, 0): (tested, onZero) = (condition.a, false)
        default: return
        }
        guard counts.isTemporary(.integer(tested)), let last = drafts.last, last.code.dst == tested,
            let joined = tables.maskedJump(last.code, onZero: onZero)
        else { return }
        condition = joined
        drafts.removeLast()
    }
}
