// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@testable import Evaluator

/// Every integer operation over every pair of interesting numbers, with operands in registers and as constants,
/// against a model in arbitrary-width steps.
@Suite struct OperationTests {
    private let numbers: [Int64] = [
        0, 1, -1, 2, -2, 7, 63, 64, 65, -64, 255, 1000, Int64(Int32.max), Int64(Int32.min), Int64(Int32.max) + 1,
        Int64(Int32.min) - 1, 1 << 40, Int64.max, Int64.min, Int64.min + 1,
    ]

    private func model(_ op: IR.Operation, _ a: Int64, _ b: Int64) -> Int64? {
        func wrapped(_ value: Int128) -> Int64 { Int64(truncatingIfNeeded: value) }
        let (x, y) = (Int128(a), Int128(b))
        let count = Int(b & 63)
        switch op {
        case .add: return wrapped(x + y)
        case .subtract: return wrapped(x - y)
        case .multiply: return wrapped(x * y)
        case .divide: return b == 0 ? nil : wrapped(x / y)
        case .modulo: return b == 0 ? nil : wrapped(x % y)
        case .and: return a & b
        case .or: return a | b
        case .xor: return a ^ b
        case .shiftLeft: return wrapped(Int128(UInt64(bitPattern: a)) << Int128(count))
        case .shiftRight: return wrapped(x >> Int128(count))
        case .shiftRightLogical: return wrapped(Int128(UInt64(bitPattern: a)) >> Int128(count))
        case .equal: return x == y ? 1 : 0
        case .notEqual: return x != y ? 1 : 0
        case .less: return x < y ? 1 : 0
        case .lessEqual: return x <= y ? 1 : 0
        case .greater: return x > y ? 1 : 0
        case .greaterEqual: return x >= y ? 1 : 0
        default: return nil
        }
    }

    /// Runs `op` on two numbers; `known` says which operands are constants in the same block. Also branches on it.
    private func evaluate(_ op: IR.Operation, _ a: Int64, _ b: Int64, known: (Bool, Bool)) -> (Int64?, Bool) {
        let builder = ProgramBuilder()
        let x = builder.global("x", initial: .number(a))
        let y = builder.global("y", initial: .number(b))
        let result = builder.global("r")
        let taken = builder.global("t")
        let left =
            known.0
            ? Instruction(.integerConstant, dst: 0, a: builder.integer(a)) : Instruction(.loadInteger, dst: 0, a: x)
        let right =
            known.1
            ? Instruction(.integerConstant, dst: 1, a: builder.integer(b)) : Instruction(.loadInteger, dst: 1, a: y)
        let one = builder.integer(1)
        builder.handler([
            [
                left, right, Instruction(op, dst: 2, a: 0, b: 1), Instruction(.storeInteger, dst: result, a: 2),
                Instruction(op, dst: 3, a: 0, b: 1), Instruction(.branch, dst: 3, a: 2, b: 1),
            ],
            [Instruction(.returnVoid)],
            [
                Instruction(.integerConstant, dst: 4, a: one), Instruction(.storeInteger, dst: taken, a: 4),
                Instruction(.returnVoid),
            ],
        ])
        let evaluator = Evaluator(program: builder.program, host: TestHost(), session: SessionFacts())
        let request = evaluator.run(handler: 0, record: nil)
        return (
            request == .failed ? nil : evaluator.globalIntegers[Int(result)], evaluator.globalIntegers[Int(taken)] == 1
        )
    }

    @Test func operationsMeanWhatTheTableSays() {
        let operations: [IR.Operation] = [
            .add, .subtract, .multiply, .divide, .modulo, .and, .or, .xor, .shiftLeft, .shiftRight, .shiftRightLogical,
            .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual,
        ]
        var wrong: [String] = []
        for op in operations {
            for a in numbers {
                for b in numbers {
                    let expected = model(op, a, b)
                    for known in [(false, false), (true, false), (false, true)] {
                        let (value, taken) = evaluate(op, a, b, known: known)
                        if value != expected || taken != (expected.map { $0 != 0 } ?? false) {
                            wrong.append("\(a) \(op) \(b) \(known): \(String(describing: value)) \(taken)")
                        }
                    }
                }
            }
        }
        #expect(wrong.prefix(10) == [])
    }

    @Test func extensionsTakeTheLowBytes() {
        let value: Int64 = 0x1122_3344_f5f6_f7f8
        let cases: [(Int32, Int64)] = [
            (1, 0xf8), (2, 0xf7f8), (4, 0xf5f6_f7f8), (8, value), (17, -8), (18, -0x808), (20, -0x0a09_0808),
            (24, value),
        ]
        for (shape, expected) in cases {
            let builder = ProgramBuilder()
            let result = builder.global("r")
            builder.handler([
                [
                    Instruction(.integerConstant, dst: 0, a: builder.integer(value)),
                    Instruction(.extend, dst: 1, a: 0, b: shape), Instruction(.storeInteger, dst: result, a: 1),
                    Instruction(.returnVoid),
                ]
            ])
            let evaluator = Evaluator(program: builder.program, host: TestHost(), session: SessionFacts())
            _ = evaluator.run(handler: 0, record: nil)
            #expect(evaluator.globalIntegers[0] == expected)
        }
    }
}

/// Integers in memory, with all shapes and bit-fields.
@Suite struct MemoryReadTests {
    @Test func bitFieldsAreCutOutAndExtended() {
        let builder = ProgramBuilder()
        builder.handler([[Instruction(.returnVoid)]])
        let host = TestHost()
        host.memory[0x100] = [0b1110_0101, 0xff, 0x80, 0x01, 2, 3, 4, 0xf0]
        let evaluator = Evaluator(program: builder.program, host: host, session: SessionFacts())
        func read(_ size: UInt8, _ isSigned: Bool, _ field: BitField? = nil, at address: Int64 = 0x100) -> Int64? {
            evaluator.readInteger(
                at: address, MemoryAccess(shape: IntegerShape(size: size, isSigned: isSigned), bitField: field))
        }
        #expect(read(1, false) == 0xe5)
        #expect(read(1, true) == -27)
        #expect(read(2, true) == -27)
        #expect(read(4, false) == 0x0180_ffe5)
        #expect(read(8, true) == Int64(bitPattern: 0xf004_0302_0180_ffe5))
        #expect(read(4, false, BitField(offset: 5, width: 3)) == 7)
        #expect(read(4, true, BitField(offset: 5, width: 3)) == -1)
        #expect(read(4, true, BitField(offset: 2, width: 2)) == 1)
        #expect(read(8, false, BitField(offset: 60, width: 4)) == 15)
        #expect(read(8, true, BitField(offset: 0, width: 64)) == Int64(bitPattern: 0xf004_0302_0180_ffe5))
        #expect(read(4, false, at: 0x900) == nil)
    }
}
