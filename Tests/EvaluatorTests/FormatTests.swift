// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax
import Testing

@testable import Evaluator

/// The printf table, against a model that builds each part as text and puts them together.
@Suite struct FormatTests {
    private let conversions: [FormatConversion] = [.signed, .unsigned, .octal, .hexLower, .hexUpper, .pointer]
    private let flags: [FormatFlag] = [.none, .zero, .plus, .minus, .space, .alternate]
    private let values: [Int64] = [0, 1, -1, 7, 8, -42, 255, 1_000_000, Int64.max, Int64.min]

    /// Runs one print call with integer arguments.
    private func print(_ pieces: [FormatPiece], _ arguments: [Int64], host: TestHost = TestHost()) -> [UInt8] {
        let builder = ProgramBuilder()
        builder.program.formats = [pieces]
        builder.program.operandLists = [arguments.indices.map { .integer(Int32($0)) }]
        let loads = arguments.enumerated().map { position, value in
            Instruction(.integerConstant, dst: Int32(position), a: builder.integer(value))
        }
        builder.handler([loads + [Instruction(.print, a: 0, b: 0), Instruction(.returnVoid)]])
        let evaluator = Evaluator(program: builder.program, host: host, session: SessionFacts())
        _ = evaluator.run(handler: 0, record: nil)
        return evaluator.output.bytes
    }

    /// Section 4.3, said with strings.
    private func model(
        _ value: Int64, _ flag: FormatFlag, _ width: Int, _ precision: Int?, _ conversion: FormatConversion
    ) -> String {
        let bits = UInt64(bitPattern: value)
        let digits =
            switch conversion {
            case .signed: String(value.magnitude)
            case .unsigned: String(bits)
            case .octal: String(bits, radix: 8)
            case .hexUpper: String(bits, radix: 16).uppercased()
            default: String(bits, radix: 16)
            }
        let hasPrefix = flag == .alternate || conversion == .pointer
        let prefix =
            switch conversion {
            case .octal where hasPrefix: "0"
            case .hexLower where hasPrefix: "0x"
            case .pointer: "0x"
            case .hexUpper where hasPrefix: "0X"
            default: ""
            }
        var sign = ""
        if conversion == .signed {
            sign = value < 0 ? "-" : flag == .plus ? "+" : flag == .space ? " " : ""
        }
        let zeros = String(repeating: "0", count: max(0, (precision ?? 0) - digits.count))
        let padding = max(0, width - sign.count - prefix.count - zeros.count - digits.count)
        func pad(_ character: Character) -> String { String(repeating: character, count: padding) }
        switch flag {
        case .zero: return sign + prefix + pad("0") + zeros + digits
        case .minus: return sign + prefix + zeros + digits + pad(" ")
        default: return pad(" ") + sign + prefix + zeros + digits
        }
    }

    @Test func integersAreLaidOutAsTheModelSays() {
        var count = 0
        for conversion in conversions {
            for flag in flags {
                for width in [0, 1, 5, 12, 30] {
                    for precision in [nil, 0, 3, 25] as [Int?] {
                        let fixed = FormatPiece.directive(
                            flag: flag, width: width == 0 ? .none : .fixed(width),
                            precision: precision.map { .fixed($0) } ?? .none, conversion: conversion)
                        let dynamic = FormatPiece.directive(
                            flag: flag, width: .dynamic, precision: precision == nil ? .none : .dynamic,
                            conversion: conversion)
                        let bar = FormatPiece.literal("|")
                        let text = print(
                            values.flatMap { _ in [fixed, bar, dynamic, bar] },
                            values.flatMap { [$0, Int64(width)] + (precision.map { [Int64($0)] } ?? []) + [$0] })
                        let expected = values.map { value in
                            let one = model(value, flag, width, precision, conversion)
                            return "\(one)|\(one)|"
                        }
                        #expect(String(decoding: text, as: UTF8.self) == expected.joined())
                        count += values.count
                    }
                }
            }
        }
        #expect(count == 6 * 6 * 5 * 4 * 10)
    }

    private func output(_ script: String) -> String { evaluate("probe begin { \(script) }").output }

    @Test func theExamplesOfTheTable() {
        #expect(output("printf(\"%#x %#o %p %i\", 0, 0, 0, -3)") == "0x0 00 0x0 -3")
        #expect(output("printf(\"%016d|%+5d|%.3d|%08.3d\", -1, 3, 7, 7)") == "-000000000000001|   +3|007|00000007")
        #expect(output("printf(\"%-5s|%5.2s|%s|%.0s\", \"ab\", \"abc\", \"\", \"x\")") == "ab   |   ab||")
        #expect(output("printf(\"%*d|%-*d|%.*d\", -5, 1, 3, 2, 4, 3)") == "1|2  |0003")
        #expect(output("printf(\"%ld %lx\", -1, 255)") == "-1 ff")
        #expect(output("printf(\"100%%\")") == "100%")
    }

    @Test func oneCallPrintsAtMost8192Bytes() {
        func bytes(_ script: String) -> [UInt8] { Array(output(script).utf8) }
        #expect(bytes("printf(\"%9000d\", 1)") == Array(repeating: 32, count: 8192))
        #expect(bytes("printf(\"%-9000d|\", 1)") == [49] + Array(repeating: 32, count: 8191))
        #expect(bytes("printf(\"%0*d\", 1 << 40, 7)") == Array(repeating: 48, count: 8192))
        #expect(bytes("printf(\"%.*x\", 1 << 40, 7)") == Array(repeating: 48, count: 8192))
        let part = "s = \"0123456789abcdef\"; for (i = 0; i < 5; i++) s = s . s;"
        let arguments = Array(repeating: "s", count: 32).joined(separator: ", ")
        #expect(bytes(part + "print(\(arguments)); print(\"!\")").count == 8192 + 1)
        #expect(bytes(part + "println(strlen(sprint(\(arguments))))") == Array("511\n".utf8))
    }

    @Test func charactersAreEscapedOnRequest() {
        #expect(output("printf(\"%c%3c%-3c|\", 65, 66, 67)") == "A  BC  |")
        #expect(output("printf(\"%#c%#c%#c%#c%#c\", 10, 39, 92, 1, 65)") == "\\n\\'\\\\\\001A")
        #expect(output("printf(\"%#6c|\", 255)") == "  \\377|")
    }

    @Test func binaryValuesAreBytes() {
        let value: Int64 = 0x1122_3344_5566_7788
        func bytes(_ flag: FormatFlag, _ width: FormatNumber, _ precision: FormatNumber) -> [UInt8] {
            print([.directive(flag: flag, width: width, precision: precision, conversion: .binary)], [value])
        }
        #expect(bytes(.none, .none, .none) == [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11])
        #expect(bytes(.none, .fixed(2), .none) == [0x88, 0x77])
        #expect(bytes(.none, .fixed(3), .none) == [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11])
        #expect(bytes(.none, .none, .fixed(4)) == [0x88, 0x77, 0x66, 0x55])
        #expect(bytes(.none, .fixed(4), .fixed(1)) == [0, 0, 0, 0x88])
        #expect(bytes(.minus, .fixed(4), .fixed(1)) == [0x88, 0, 0, 0])
    }

    @Test func memoryIsCopiedOrShownInHex() {
        let host = TestHost()
        host.memory[0x100] = [0x41, 0x00, 0xfe, 0x42]
        func bytes(_ flag: FormatFlag, _ width: FormatNumber, _ precision: FormatNumber, hex: Bool) -> [UInt8] {
            let conversion: FormatConversion = hex ? .memoryHex : .memory
            return print(
                [.directive(flag: flag, width: width, precision: precision, conversion: conversion)], [0x100],
                host: host)
        }
        #expect(bytes(.none, .none, .none, hex: false) == [0x41])
        #expect(bytes(.none, .none, .fixed(4), hex: false) == [0x41, 0, 0xfe, 0x42])
        #expect(bytes(.zero, .fixed(3), .fixed(1), hex: false) == [0x20, 0x20, 0x41, 0])
        #expect(bytes(.none, .none, .fixed(4), hex: true) == Array("4100fe42".utf8))
        #expect(bytes(.minus, .fixed(4), .fixed(1), hex: true) == Array("41  ".utf8))
        #expect(print([.directive(flag: .none, width: .none, precision: .none, conversion: .memory)], [0x9]) == [])
    }

    @Test func stringsMayBeFollowedByNul() {
        let builder = ProgramBuilder()
        builder.handler([
            [
                Instruction(.stringConstant, dst: 0, a: builder.string("ab")),
                Instruction(
                    .print,
                    a: builder.format(
                        .directive(flag: .zero, width: .fixed(3), precision: .none, conversion: .string)),
                    b: builder.list(.string(0))), Instruction(.returnVoid),
            ]
        ])
        let evaluator = Evaluator(program: builder.program, host: TestHost(), session: SessionFacts())
        _ = evaluator.run(handler: 0, record: nil)
        #expect(evaluator.output.bytes == [0x20, 0x61, 0x62, 0])
    }
}
