// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax
import Testing

@testable import Evaluator

@Suite struct MachineTests {
    private let decimal = FormatPiece.directive(flag: .none, width: .none, precision: .none, conversion: .signed)
    private let text = FormatPiece.directive(flag: .none, width: .none, precision: .none, conversion: .string)

    private func run(_ builder: ProgramBuilder, facts: SessionFacts = SessionFacts()) -> (Evaluator, SessionRequest) {
        let evaluator = Evaluator(program: builder.program, host: TestHost(), session: facts)
        var last = SessionRequest.proceed
        for handler in builder.program.handlers.indices { last = evaluator.run(handler: handler, record: nil) }
        return (evaluator, last)
    }

    @Test func loopsCountToTheirLimit() {
        let builder = ProgramBuilder()
        let sum = builder.global("sum", isDisplayed: true)
        builder.handler([
            [Instruction(.integerConstant, dst: 0, a: builder.integer(0)), Instruction(.jump, a: 1)],
            [
                Instruction(.integerConstant, dst: 2, a: builder.integer(100)),
                Instruction(.less, dst: 3, a: 0, b: 2), Instruction(.branch, dst: 3, a: 2, b: 3),
            ],
            [
                Instruction(.add, dst: 4, a: 1, b: 0), Instruction(.integerMove, dst: 1, a: 4),
                Instruction(.integerConstant, dst: 5, a: builder.integer(1)),
                Instruction(.add, dst: 6, a: 0, b: 5), Instruction(.integerMove, dst: 0, a: 6),
                Instruction(.jump, a: 1),
            ],
            [Instruction(.storeInteger, dst: sum, a: 1), Instruction(.returnVoid)],
        ])
        let (evaluator, request) = run(builder)
        evaluator.displayGlobals()
        #expect(evaluator.text == "sum=4950\n")
        #expect(request == .proceed)
    }

    @Test func recursionKeepsItsRegistersAndIsBounded() {
        let builder = ProgramBuilder()
        let one = builder.integer(1)
        // f(n) = n <= 1 ? 1 : n * f(n - 1)
        let call = builder.list(.integer(3))
        let call2 = builder.list(.integer(0))
        let site = builder.site("f", 2, 5)
        let body: [[Instruction]] = [
            [
                Instruction(.integerConstant, dst: 1, a: one), Instruction(.lessEqual, dst: 2, a: 0, b: 1),
                Instruction(.branch, dst: 2, a: 1, b: 2),
            ],
            [Instruction(.returnInteger, a: 1)],
            [
                Instruction(.integerConstant, dst: 1, a: one), Instruction(.subtract, dst: 3, a: 0, b: 1),
                Instruction(.call, dst: 4, a: 0, b: call, site: site), Instruction(.multiply, dst: 5, a: 0, b: 4),
                Instruction(.returnInteger, a: 5),
            ],
        ]
        let function = builder.function(builder.unit("f", parameters: [.integer(0)], result: .long, body))
        let print = builder.format(decimal)
        for number in [10, 100] as [Int64] {
            builder.handler([
                [
                    Instruction(.integerConstant, dst: 0, a: builder.integer(number)),
                    Instruction(.call, dst: 1, a: function, b: call2, site: builder.site("f", 9, 7)),
                    Instruction(.print, a: print, b: builder.list(.integer(1))), Instruction(.returnVoid),
                ]
            ])
        }
        let (evaluator, request) = run(builder)
        #expect(evaluator.text == "3628800")
        #expect(request == .failed)
        #expect(evaluator.errorCount == 1)
        guard case .error(let line)? = evaluator.takeMessages().first else {
            Issue.record("no message")
            return
        }
        // The longest chain is one call; ten more for recursion.
        #expect(
            line.hasPrefix("ERROR: MAXNESTING exceeded near identifier 'f' at <input>:2:5 (called from identifier 'f'"))
        #expect(line.components(of: "(called from").count - 1 == 11)
        #expect(line.hasSuffix("(called from identifier 'f' at <input>:9:7) in probe begin"))
    }

    @Test func errorsNameEveryCallThatLedThere() {
        let builder = ProgramBuilder()
        let caller = builder.site("g", 3, 4)
        let inner = builder.site("error", 1, 2, inlinedAt: caller)
        builder.handler([
            [
                Instruction(.stringConstant, dst: 0, a: builder.string("oops")),
                Instruction(
                    .builtin, a: Int32(Builtin.error.rawValue), b: builder.list(.string(0)), site: inner),
                Instruction(.returnVoid),
            ]
        ])
        let (evaluator, request) = run(builder)
        #expect(request == .failed)
        #expect(
            evaluator.takeMessages() == [
                .error(
                    "ERROR: oops near identifier 'error' at <input>:1:2 (called from identifier 'g' at <input>:3:4)"
                        + " in probe begin")
            ])
    }

    @Test func joinedStringsAreCutAndMayAlias() {
        let builder = ProgramBuilder()
        builder.program.limits.maxStringLength = 20
        let lines = builder.format(text, .literal("\n"))
        let printed = builder.list(.string(0))
        builder.handler([
            [
                Instruction(.stringConstant, dst: 0, a: builder.string("abcdef")),
                Instruction(.stringConstant, dst: 1, a: builder.string("xy")),
                // s = s . s, s = "xy" . s, s = s . "xy": joined with the moves after them.
                Instruction(.concatenate, dst: 2, a: 0, b: 0), Instruction(.stringMove, dst: 0, a: 2),
                Instruction(.print, a: lines, b: printed),
                Instruction(.concatenate, dst: 3, a: 1, b: 0), Instruction(.stringMove, dst: 0, a: 3),
                Instruction(.print, a: lines, b: printed),
                Instruction(.concatenate, dst: 4, a: 0, b: 0), Instruction(.stringMove, dst: 0, a: 4),
                Instruction(.print, a: lines, b: printed), Instruction(.returnVoid),
            ]
        ])
        let (evaluator, _) = run(builder)
        #expect(evaluator.text == "abcdefabcdef\nxyabcdefabcdef\nxyabcdefabcdefxyabc\n")
    }

    @Test func statementsAreCountedAtTheirOwnPlaces() {
        let builder = ProgramBuilder()
        builder.program.limits.maxActionInterruptible = 2
        builder.handler([
            [
                Instruction(.action, a: 1, site: builder.site("a")),
                Instruction(.integerConstant, dst: 0, a: builder.integer(1)),
                Instruction(.action, a: 1, site: builder.site("b")),
                Instruction(.integerConstant, dst: 1, a: builder.integer(1)),
                Instruction(.action, a: 1, site: builder.site("c", 4, 5)), Instruction(.returnVoid),
            ]
        ])
        let (evaluator, _) = run(builder)
        #expect(
            evaluator.takeMessages() == [
                .error("ERROR: MAXACTION exceeded near identifier 'c' at <input>:4:5 in probe begin")
            ])
    }

    @Test func overloadsFallThroughWithTheOriginalArguments() {
        let builder = ProgramBuilder()
        let second = builder.function(
            builder.unit("f", parameters: [.integer(0)], result: .long, [[Instruction(.returnInteger, a: 0)]]))
        let first = builder.function(
            builder.unit(
                "f", parameters: [.integer(0)], result: .long, next: Int(second),
                [[Instruction(.integerConstant, dst: 0, a: builder.integer(7)), Instruction(.nextOverload)]]))
        let exhausted = builder.function(
            builder.unit("g", parameters: [.integer(0)], result: .long, [[Instruction(.nextOverload)]]))
        builder.handler([
            [
                Instruction(.integerConstant, dst: 0, a: builder.integer(42)),
                Instruction(.call, dst: 1, a: first, b: builder.list(.integer(0)), site: builder.site("f")),
                Instruction(.print, a: builder.format(decimal), b: builder.list(.integer(1))),
                Instruction(.call, dst: 1, a: exhausted, b: builder.list(.integer(0)), site: builder.site("g")),
                Instruction(.returnVoid),
            ]
        ])
        let (evaluator, _) = run(builder)
        #expect(evaluator.text == "42")
        guard case .error(let line)? = evaluator.takeMessages().first else {
            Issue.record("no message")
            return
        }
        #expect(line.hasPrefix("ERROR: all functions exhausted near"))
    }

    @Test func abortEndsAtOnceAndExitDoesNot() {
        for (builtin, expected) in [(Builtin.abort, ""), (.exit, "5")] {
            let builder = ProgramBuilder()
            builder.handler([
                [
                    Instruction(.builtin, a: Int32(builtin.rawValue), b: builder.list()),
                    Instruction(.integerConstant, dst: 0, a: builder.integer(5)),
                    Instruction(.print, a: builder.format(decimal), b: builder.list(.integer(0))),
                    Instruction(.returnVoid),
                ]
            ])
            let (evaluator, request) = run(builder)
            #expect(evaluator.text == expected)
            #expect(request == .exit)
            #expect(evaluator.takeMessages().isEmpty)
        }
    }
}

extension String {
    /// The parts between occurrences of a word.
    func components(of word: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: word) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
