// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// How a handler in the kernel says what it prints: one message with a bit for each of its print calls, which says whether it was
/// made, and behind them a place for the arguments of each, in their order. Where a loop makes a call again, or one before it, what
/// is there is sent first.
public struct PrintPlan: Sendable {
    /// An argument of a print call, by its offset in the message.
    public enum Argument: Sendable {
        case integer(offset: Int)
        /// Zeros fill the place.
        case text(offset: Int, size: Int)
    }

    /// A print call.
    public struct Call: Sendable {
        /// The format, an index into `IRProgram.formats`.
        public var format: Int
        /// Its arguments.
        public var arguments: [Argument]
    }

    /// The calls in the order of the blocks.
    public private(set) var calls: [Call] = []
    /// The size of the message.
    public private(set) var size = 0
    /// The place of the first word of bits.
    static let bits = KernelMessage.operandOffset
    /// The number of each call, by block and place in it.
    private(set) var numbers: [Place: Int] = [:]

    struct Place: Hashable {
        var block: Int
        var index: Int
    }

    /// The words of bits.
    var words: Int { (calls.count + 63) / 64 }

    init(_ unit: IRUnit, program: IRProgram, texts: TextPlaces) {
        var prints: [(format: Int, list: Int)] = []
        for block in unit.blockOrder {
            for (index, instruction) in unit.blocks[block].instructions.enumerated() where instruction.op == .print {
                numbers[Place(block: block, index: index)] = prints.count
                prints.append((Int(instruction.a), Int(instruction.b)))
            }
        }
        guard !prints.isEmpty else { return }
        size = Self.bits + 8 * ((prints.count + 63) / 64)
        for (format, list) in prints {
            var arguments: [Argument] = []
            for operand in program.operandLists[list] {
                switch operand {
                case .integer:
                    arguments.append(.integer(offset: size))
                    size += 8
                case .string(let register):
                    let bytes = texts.places[Int(register)].size
                    arguments.append(.text(offset: size, size: bytes))
                    size += bytes
                case .wildcard: break
                }
            }
            calls.append(Call(format: format, arguments: arguments))
        }
    }

    /// Whether a message says that a call was made.
    public func isMade(_ call: Int, in record: UnsafeRawPointer) -> Bool {
        let word = record.loadUnaligned(fromByteOffset: Self.bits + call / 64 * 8, as: UInt64.self)
        return word >> UInt64(call % 64) & 1 != 0
    }
}

extension KernelHandler {
    /// How the handler says what it prints; it is captured by `plan`.
    public func printPlan(_ plan: CapturePlan) -> PrintPlan {
        let layout = RecordLayout(plan: plan)
        let texts = textPlaces(plan, layout)
        return PrintPlan(unit, program: placement.program, texts: texts)
    }

    /// Where its strings are: behind the record and the integer registers.
    func textPlaces(_ plan: CapturePlan, _ layout: RecordLayout) -> TextPlaces {
        TextPlaces(
            unit, texts: placement.texts[probe] ?? UnitTexts.none, program: placement.program, plan: plan,
            layout: layout,
            start: layout.size + 8 * unit.integerRegisters)
    }
}

extension HandlerCode {
    /// Says that nothing has been printed.
    func clearPrints() {
        for word in 0..<prints.words {
            emitter.code.store(.double, .r7, printOffset + PrintPlan.bits + 8 * word, immediate: 0)
        }
    }

    /// Puts the arguments of a print call into their places.
    func print(_ instruction: Instruction, _ number: Int) {
        if loops.shape.hasLoops { makeRoom(for: number) }
        let call = prints.calls[number]
        for (operand, argument) in zip(program.operandLists[Int(instruction.b)], call.arguments) {
            switch (operand, argument) {
            case (.integer(let register), .integer(let offset)): put(register, at: printOffset + offset)
            case (.string(let register), .text(let offset, let size)):
                copy(texts.places[Int(register)], to: printOffset + offset, size: size)
            default: break
            }
        }
        let byte = printOffset + PrintPlan.bits + number / 8
        clobber(.r1)
        emitter.code.load(.byte, .r1, .r7, byte)
        emitter.code.alu(.or, .r1, Int32(1) << Int32(number % 8))
        emitter.code.store(.byte, .r7, byte, .r1)
    }

    /// Sends what was printed before, if it does not come before a call in the message.
    private func makeRoom(for number: Int) {
        let flush = emitter.code.label()
        let empty = emitter.code.label()
        let bits = printOffset + PrintPlan.bits
        emitter.code.load(.double, .r1, .r7, bits + number / 64 * 8)
        emitter.code.alu(.shiftRight, .r1, Int32(number % 64))
        for word in number / 64 + 1..<max(prints.words, number / 64 + 1) {
            emitter.code.load(.double, .r2, .r7, bits + 8 * word)
            emitter.code.alu(.or, .r1, .r2)
        }
        emitter.code.jump(.notEqual, .r1, 0, flush)
        emitter.code.place(empty)
        forget()
        emitter.later(at: flush) { [self] emitter in
            flushPrints(emitter)
            emitter.code.jump(empty)
        }
    }

    /// Sends what was printed and begins anew.
    func flushPrints(_ emitter: Emitter) {
        sendPrints(emitter, activation)
        clearPrints()
    }

    /// Sends what was printed, if something was.
    func sendPrints(_ emitter: Emitter, _ activation: Activation) {
        guard prints.size > 0 else { return }
        let done = emitter.code.label()
        emitter.code.comment("output")
        emitter.code.load(.double, .r1, .r7, printOffset + PrintPlan.bits)
        for word in 1..<max(prints.words, 1) {
            emitter.code.load(.double, .r2, .r7, printOffset + PrintPlan.bits + 8 * word)
            emitter.code.alu(.or, .r1, .r2)
        }
        emitter.code.jump(.equal, .r1, 0, done)
        storeMark(.r7, printOffset)
        emitter.code.store(.double, .r7, printOffset + KernelMessage.errorOffset, immediate: 0)
        emitter.code.map(.r1, .ring)
        emitter.code.move(.r2, .r7)
        emitter.code.alu(.add, .r2, Int32(printOffset))
        emitter.code.move(.r3, Int64(prints.size))
        emitter.code.move(.r4, 1)
        emitter.code.call(.ringOutput)
        emitter.code.jump(.equal, .r0, 0, done)
        activation.count(.lostOutput)
        emitter.code.place(done)
    }
}
