// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@testable import Evaluator

@Suite("Scripts against models of integers and strings")
struct ModelTests {
    private let functions = """
        global byNumber, byText
        function same(n) { return n }
        function choose(a, b, c) { if (a < b) return b; return c }
        function glue(s, t) { return s . t }
        """

    /// Runs lines that each print one value, and compares; the seed makes the same script again.
    private func check(
        seed: UInt64, _ state: ModelState, _ lines: [(code: String, value: TextModel.Bytes)], start: String
    ) {
        var settings = ScriptSettings()
        settings.limits.maxStringLength = ModelState.limit + 1
        settings.limits.suppressTimeLimits = true
        let used = "byNumber[0] += 0; delete byNumber; byText[\"\"] = \"\"; delete byText"
        let script = "\(functions)\nprobe begin {\n\(used)\n\(start)\n\(lines.map(\.code).joined(separator: "\n"))\n}"
        let outcome = evaluate(script, settings)
        #expect(outcome.errors == [], "seed \(seed): \(script)")
        let printed = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(printed.count == lines.count, "seed \(seed)")
        for (line, (code, value)) in zip(printed, lines) where Array(line.utf8) != value {
            let expected = String(decoding: value, as: UTF8.self)
            Issue.record("seed \(seed): \(code)\nprints \(line)\nand not \(expected)\nafter \(start)")
            return
        }
    }

    @Test("Expressions have the values of bit by bit arithmetic and of the definition of strings")
    func expressions() {
        for seed in 1...12 as ClosedRange<UInt64> {
            var state = ModelState(seed: seed)
            let start = state.assignments()
            var lines: [(code: String, value: TextModel.Bytes)] = []
            for _ in 0..<30 {
                if state.pick(3) > 0 {
                    let (text, value) = state.long(4)
                    lines.append(("println(\(text))", Array("\(value)".utf8)))
                } else {
                    let (text, value) = state.string(3)
                    lines.append(("println(\(text))", value))
                }
            }
            check(seed: seed, state, lines, start: start)
        }
    }

    @Test("Assignments with all operators change variables, globals' elements and nothing else")
    func assignments() {
        for seed in 1001...1010 as ClosedRange<UInt64> {
            var state = ModelState(seed: seed)
            let start = state.assignments()
            var lines: [(code: String, value: TextModel.Bytes)] = []
            for _ in 0..<30 {
                let op = state.one(["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ""])
                // As an element or as a local variable: both obey the same table.
                let place = state.pick(state.longs.count)
                let isElement = state.pick(3) == 0
                let target = isElement ? "byNumber[\(place)]" : "n\(place)"
                // Without effects, as these might change the target, which is read first.
                state.isPure = true
                let (text, right) = state.long(3)
                let old = isElement ? state.byNumber[Int64(place)] ?? 0 : state.longs[place]
                guard let value = op == "" ? right : BitModel.binary(op, old, right) else { continue }
                if isElement { state.byNumber[Int64(place)] = value } else { state.longs[place] = value }
                let shown = state.longs.indices.map { "n\($0)" }.joined(separator: ", ")
                lines.append(
                    (
                        "\(target) \(op)= \(text); printdln(\" \", \(target), \(shown))",
                        Array(([value] + state.longs).map { "\($0)" }.joined(separator: " ").utf8)
                    ))
            }
            check(seed: seed, state, lines, start: start)
        }
    }

    @Test("All operators agree with the model at the edges of 64 bits")
    func edges() {
        let edges: [Int64] = [0, 1, -1, 7, 63, 64, -65, .max, .min]
        var state = ModelState(seed: 1)
        state.longs = edges
        var lines: [(code: String, value: TextModel.Bytes)] = []
        for op in ModelState.operators {
            for (left, a) in edges.enumerated() {
                for (right, b) in edges.enumerated() {
                    guard let value = BitModel.binary(op, a, b) else { continue }
                    let text = Array("\(value) \(value) \(value)".utf8)
                    // Both in variables, and each as a literal.
                    let code =
                        "n\(left) \(op) n\(right), n\(left) \(op) \(state.literal(b)), \(state.literal(a)) \(op) n\(right)"
                    lines.append(("printdln(\" \", \(code))", text))
                }
            }
        }
        check(seed: 1, state, lines, start: state.assignments())
    }

    @Test("tokenize gives the tokens of a text one by one")
    func tokens() {
        for seed in 2001...2008 as ClosedRange<UInt64> {
            var state = ModelState(seed: seed)
            var lines: [(code: String, value: TextModel.Bytes)] = []
            for _ in 0..<20 {
                let (text, delimiters) = (state.text(), state.one([" ", "a", "ab", ".,_", "", "X Y", "-0"]))
                guard !text.isEmpty else { continue }
                let tokens = TextModel.tokens(text, Array(delimiters.utf8)) + [[], []]
                for (place, token) in tokens.enumerated() {
                    let next = state.one(["tokenize(\"\", \"\(delimiters)\")", "tokenize(\"\(delimiters)\")"])
                    let first = "tokenize(\(state.literal(text)), \"\(delimiters)\")"
                    lines.append(("println(\(place == 0 ? first : next))", token))
                }
            }
            check(seed: seed, state, lines, start: "")
        }
    }
}
