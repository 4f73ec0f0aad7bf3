// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

extension HandlerCode {
    /// Emits one instruction that does not end a block.
    func emit(_ instruction: Instruction) {
        let (dst, a, b) = (instruction.dst, instruction.a, instruction.b)
        switch instruction.op {
        case .integerConstant:
            guard constant(dst) == nil else { return }
            storeConstantRegister(dst, program.integers[Int(a)])
        case .integerMove:
            load(a, .r1)
            store(dst, .r1)
        case .add, .subtract, .multiply, .and, .or, .xor, .shiftLeft, .shiftRight, .shiftRightLogical:
            arithmetic(instruction)
        case .divide, .modulo: division(instruction)
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: comparison(instruction)
        case .negate:
            compute(a, dst) { $0.alu(.negate, .r1, 0) }
        case .complement:
            compute(a, dst) { $0.alu(.xor, .r1, -1) }
        case .logicalNot:
            load(a, .r1)
            let isZero = emitter.code.label()
            clobber(.r2)
            emitter.code.move(.r2, 1)
            emitter.code.jump(.equal, .r1, 0, isZero)
            emitter.code.move(.r2, 0)
            emitter.code.place(isZero)
            storeJoined(dst, .r2)
        case .extend:
            let shape = IntegerShape(code: b)
            load(a, .r1)
            clobber(.r1)
            emitter.extract(.r1, lowest: 0, width: Int(shape.size) * 8, isSigned: shape.isSigned)
            store(dst, .r1)
        case .slotInteger: slotInteger(Int(a), dst, instruction.site)
        case .slotReadable:
            clobber(.r1)
            emitter.code.load(.byte, .r1, .r7, RecordLayout.faultOffset + Int(a) / 8)
            emitter.code.alu(.shiftRight, .r1, a % 8)
            emitter.code.alu(.and, .r1, 1)
            emitter.code.alu(.xor, .r1, 1)
            store(dst, .r1)
        case .stringConstant, .stringMove, .slotString: string(instruction)
        case .concatenate: concatenate(instruction)
        case .format: format(instruction)
        case .regexMatch: match(instruction)
        case .stringEqual, .stringNotEqual, .stringLess, .stringLessEqual, .stringGreater, .stringGreaterEqual:
            stringComparison(instruction)
        case .loadString, .storeString: textGlobal(instruction)
        case .readMemory: readMemory(instruction)
        case .loadInteger:
            numberAddress(Int(a), .r1)
            emitter.code.load(.double, .r1, .r1, handler.globals.numbers[Int(a)] ?? 0)
            store(dst, .r1)
        case .storeInteger:
            load(a, .r2)
            numberAddress(Int(dst), .r1)
            emitter.code.store(.double, .r1, handler.globals.numbers[Int(dst)] ?? 0, .r2)
        case .fetchAdd: fetchAdd(instruction)
        case .elementLoadInteger, .elementLoadString, .elementStoreInteger, .elementStoreString, .elementFetchAdd,
            .elementExists, .elementDelete:
            element(instruction)
        case .aggregateAdd: aggregateAdd(instruction)
        case .builtin: builtin(instruction)
        case .action: countStatements(instruction)
        case .canReadMemory: canReadMemory(instruction)
        // The rest is refused by `Eligibility`.
        default: break
        }
    }

    private func storeConstantRegister(_ register: Int32, _ value: Int64) {
        clobber(.r1)
        emitter.code.move(.r1, value)
        store(register, .r1)
    }

    private func compute(_ source: Int32, _ target: Int32, _ body: (inout Assembler) -> Void) {
        load(source, .r1)
        clobber(.r1)
        body(&emitter.code)
        store(target, .r1)
    }

    private func arithmetic(_ instruction: Instruction) {
        guard let operation = instruction.op.direct else { return }
        load(instruction.a, .r1)
        let isShift = instruction.op.isShift
        if let constant = constant(instruction.b), let small = Int32(exactly: isShift ? constant & 63 : constant) {
            clobber(.r1)
            emitter.code.alu(operation, .r1, small)
        } else {
            load(instruction.b, .r2)
            if isShift {
                clobber(.r2)
                emitter.code.alu(.and, .r2, 63)
            }
            clobber(.r1)
            emitter.code.alu(operation, .r1, .r2)
        }
        store(instruction.dst, .r1)
    }

    private func comparison(_ instruction: Instruction) {
        guard let condition = instruction.op.condition else { return }
        load(instruction.a, .r1)
        load(instruction.b, .r2)
        let holds = emitter.code.label()
        clobber(.r3)
        emitter.code.move(.r3, 1)
        emitter.code.jump(condition, .r1, .r2, holds)
        emitter.code.move(.r3, 0)
        emitter.code.place(holds)
        storeJoined(instruction.dst, .r3)
    }

    private func division(_ instruction: Instruction) {
        load(instruction.a, .r1)
        load(instruction.b, .r2)
        if (constant(instruction.b) ?? 0) == 0 {
            emitter.code.jump(.equal, .r2, 0, failure(.divisionByZero, site: instruction.site))
        }
        for register in [Register.r1, .r2, .r3, .r4] { clobber(register) }
        emitter.divide(instruction.op, .r1, by: .r2, signs: (.r3, .r4))
        store(instruction.dst, .r1)
    }

    // MARK: Slots

    private func slotInteger(_ slot: Int, _ dst: Int32, _ site: Int32) {
        let offset = layout.slotOffsets[slot]
        if case .integer(let node) = plan.slots[slot], plan.nodes[node].mayFault(plan) {
            let isSound = emitter.code.label()
            clobber(.r1)
            emitter.code.load(.byte, .r1, .r7, RecordLayout.faultOffset + slot / 8)
            emitter.code.alu(.and, .r1, Int32(1) << Int32(slot % 8))
            emitter.code.jump(.equal, .r1, 0, isSound)
            emitter.code.load(.double, .r1, .r7, offset)
            emitter.code.jump(failure(.readFault, site: site))
            emitter.code.place(isSound)
        }
        if isSlot(dst) { return }
        clobber(.r1)
        emitter.code.load(.double, .r1, .r7, offset)
        store(dst, .r1)
    }

    /// Reads to the landing place of the stack; r0 is not 0 where that fails.
    private func land(_ access: MemoryAccess, from register: Int32) {
        load(register, .r3)
        emitter.code.move(.r1, .r10)
        emitter.code.alu(.add, .r1, Int32(Frame.landing))
        emitter.code.move(.r2, Int64(access.shape.size))
        call(access.isUser ? .probeReadUser : .probeReadKernel)
    }

    private func canReadMemory(_ instruction: Instruction) {
        land(program.accesses[Int(instruction.b)], from: instruction.a)
        let failed = emitter.code.label()
        clobber(.r1)
        emitter.code.move(.r1, 0)
        emitter.code.jump(.notEqual, .r0, 0, failed)
        emitter.code.move(.r1, 1)
        emitter.code.place(failed)
        storeJoined(instruction.dst, .r1)
    }

    private func readMemory(_ instruction: Instruction) {
        let access = program.accesses[Int(instruction.b)]
        let size = Int(access.shape.size)
        let failed = emitter.code.label()
        let raise = failure(.readFault, site: instruction.site)
        let address = word(of: instruction.a)
        land(access, from: instruction.a)
        emitter.code.jump(.notEqual, .r0, 0, failed)
        emitter.later(at: failed) { emitter in
            emitter.code.load(.double, .r1, .r7, address)
            emitter.code.jump(raise)
        }
        emitter.code.load(AccessSize(bytes: size) ?? .double, .r1, .r10, Frame.landing)
        let width = access.bitField.map { Int($0.width) } ?? size * 8
        if width < 64 {
            emitter.extract(
                .r1, lowest: Int(access.bitField?.offset ?? 0), width: width, isSigned: access.shape.isSigned)
        }
        store(instruction.dst, .r1)
    }

    private func builtin(_ instruction: Instruction) {
        guard let builtin = Builtin(rawValue: UInt16(truncatingIfNeeded: instruction.a)) else { return }
        switch builtin {
        case .exit:
            emitter.code.comment("exit()")
            clobber(.r1)
            emitter.code.valueAddress(.r1, .control, offset: 0)
            emitter.code.store(.double, .r1, ControlLayout.exit, immediate: 1)
            emitter.code.store(.double, .r1, ControlLayout.gate, immediate: 0)
        case .error:
            raise(instruction)
            hasLeft = true
        case .cpu:
            call(.getProcessorID)
            store(instruction.dst, .r0)
        case .ktimeGetNs:
            call(.ktimeGetNs)
            store(instruction.dst, .r0)
        case .strlen, .substr, .isdigit, .ipNtop, .ipv6Text: textBuiltin(builtin, instruction)
        case .bswap16, .bswap32, .bswap64:
            guard case .integer(let value)? = program.operandLists[Int(instruction.b)].first else { return }
            compute(value, instruction.dst) {
                $0.byteSwap(.r1, bits: builtin == .bswap16 ? 16 : builtin == .bswap32 ? 32 : 64)
            }
        default:
            guard let slot = builtin.fact.flatMap({ plan.facts[$0] }) else { return }
            if builtin.signature.result == .string {
                string(instruction)
            } else {
                slotInteger(slot, instruction.dst, instruction.site)
            }
        }
    }
}

extension CaptureNode {
    /// Whether the value of a slot may be a fault.
    func mayFault(_ plan: CapturePlan) -> Bool {
        switch self {
        case .constant, .argument, .returnValue, .register, .context, .readable: false
        case .load, .counter: true
        case .unary(_, let operand), .extend(let operand, _): plan.nodes[operand].mayFault(plan)
        case .binary(let operation, let left, let right):
            operation.isDivision || plan.nodes[left].mayFault(plan) || plan.nodes[right].mayFault(plan)
        case .select(let condition, let first, let second):
            plan.nodes[condition].mayFault(plan) || plan.nodes[first].mayFault(plan)
                || plan.nodes[second].mayFault(plan)
        case .entryValue: true
        }
    }
}
