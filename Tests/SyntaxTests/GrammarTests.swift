// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import Syntax

/// A rule's right-hand side.
private indirect enum Term {
    case sequence([Term])
    case choice([Term])
    case optional(Term)
    case repetition(Term)
    case text(String)
    case rule(String)
    case tokenClass(String)
    /// No blank before the next symbol.
    case glue
}

/// Reads the notation that grammar/swtap.ebnf explains.
private struct GrammarReader {
    private var tokens: [String] = []
    private var position = 0

    static func read(_ text: String) throws -> [String: Term] {
        var reader = GrammarReader()
        reader.tokens = tokenize(text)
        var rules: [String: Term] = [:]
        while reader.position < reader.tokens.count {
            let name = reader.take()
            try reader.expect("=")
            #expect(rules[name] == nil, "rule \(name) is defined twice")
            rules[name] = try reader.choice()
            try reader.expect(";")
        }
        return rules
    }

    private static func tokenize(_ text: String) -> [String] {
        var tokens: [String] = []
        var rest = Substring(text)
        while let character = rest.first {
            if rest.hasPrefix("(*") {
                rest = rest.range(of: "*)").map { rest[$0.upperBound...] } ?? ""
            } else if character.isWhitespace {
                rest.removeFirst()
            } else if character == "\"" || character == "?" {
                let end = rest.dropFirst().firstIndex(of: character)!
                tokens.append(String(rest[...end]))
                rest = rest[rest.index(after: end)...]
            } else if character.isLetter {
                let word = rest.prefix { $0.isLetter || $0 == "_" }
                tokens.append(String(word))
                rest = rest.dropFirst(word.count)
            } else {
                tokens.append(String(rest.removeFirst()))
            }
        }
        return tokens
    }

    private mutating func take() -> String {
        defer { position += 1 }
        return position < tokens.count ? tokens[position] : ""
    }

    private mutating func expect(_ token: String) throws {
        let found = take()
        try #require(found == token, "expected \(token) in the grammar, found \(found)")
    }

    private var next: String { position < tokens.count ? tokens[position] : "" }

    private mutating func choice() throws -> Term {
        var terms = [try sequence()]
        while next == "|" {
            position += 1
            terms.append(try sequence())
        }
        return terms.count == 1 ? terms[0] : .choice(terms)
    }

    private mutating func sequence() throws -> Term {
        var terms = [try factor()]
        while next == "," || next == "~" {
            if next == "," { position += 1 }
            terms.append(try factor())
        }
        return terms.count == 1 ? terms[0] : .sequence(terms)
    }

    private mutating func factor() throws -> Term {
        let token = take()
        switch token {
        case "[":
            let inner = try choice()
            try expect("]")
            return .optional(inner)
        case "{":
            let inner = try choice()
            try expect("}")
            return .repetition(inner)
        case "(":
            let inner = try choice()
            try expect(")")
            return inner
        case "~": return .sequence([.glue, try factor()])
        default:
            if token.hasPrefix("\"") { return .text(String(token.dropFirst().dropLast())) }
            if token.hasPrefix("?") {
                return .tokenClass(token.dropFirst().dropLast().trimmingCharacters(in: .whitespaces))
            }
            return .rule(token)
        }
    }
}

/// Makes random sentences, ever plainer ones as they get deep.
private struct SentenceGenerator {
    let rules: [String: Term]
    /// How deep the shallowest sentence of each rule is.
    private var depths: [String: Int] = [:]
    private var random: SeededGenerator
    private(set) var words: [String] = []
    private(set) var used: Set<String> = []
    private var isGlued = false

    init(rules: [String: Term], seed: UInt64) {
        self.rules = rules
        random = SeededGenerator(seed: seed)
        var changed = true
        while changed {
            changed = false
            for (name, term) in rules {
                guard let depth = depth(term), depths[name].map({ depth + 1 < $0 }) ?? true else { continue }
                depths[name] = depth + 1
                changed = true
            }
        }
    }

    private func depth(_ term: Term) -> Int? {
        switch term {
        case .text, .tokenClass, .glue, .optional, .repetition: return 0
        case .rule(let name): return depths[name]
        case .choice(let terms): return terms.compactMap(depth).min()
        case .sequence(let terms):
            var deepest = 0
            for term in terms {
                guard let one = depth(term) else { return nil }
                deepest = max(deepest, one)
            }
            return deepest
        }
    }

    mutating func sentence(of rule: String, budget: Int) -> String {
        words = []
        expand(.rule(rule), budget: budget)
        return words.joined(separator: " ")
    }

    private mutating func emit(_ word: String) {
        if isGlued, let last = words.popLast() { words.append(last + word) } else { words.append(word) }
        isGlued = false
    }

    private mutating func expand(_ term: Term, budget: Int) {
        switch term {
        case .text(let text): emit(text)
        case .tokenClass(let name): emit(token(name))
        case .glue: isGlued = true
        case .rule(let name):
            used.insert(name)
            expand(rules[name]!, budget: budget - 1)
        case .sequence(let terms): for term in terms { expand(term, budget: budget) }
        case .optional(let term):
            if budget > 0, Int.random(in: 0..<6, using: &random) == 0 { expand(term, budget: budget) }
        case .repetition(let term):
            guard budget > 0 else { return }
            for _ in 0..<2 where Int.random(in: 0..<5, using: &random) == 0 {
                expand(term, budget: budget)
            }
        case .choice(let terms):
            if budget > 0 {
                expand(terms.randomElement(using: &random)!, budget: budget)
            } else {
                expand(terms.min { (depth($0) ?? .max) < (depth($1) ?? .max) }!, budget: budget)
            }
        }
    }

    private mutating func token(_ name: String) -> String {
        let choices: [String]
        switch name {
        case "number": choices = ["0", "7", "0x1f", "017", "18446744073709551615", "42"]
        case "size": choices = ["1", "10", "20"]
        case "priority": choices = ["1", "3"]
        case "string": choices = ["\"\"", "\"a b\"", "\"\\n\\t\\\"\"", "\"%d %s\"", "\"\\101\""]
        case "global": choices = ["total", "count"]
        case "array": choices = ["table", "by_name"]
        case "local": choices = ["i", "name", "x1", "_v"]
        case "parameter", "new global": return "p\(Int.random(in: 0..<1_000_000, using: &random))"
        case "function": return ["compute", "string", "long", "f_2"].randomElement(using: &random)!
        case "component": choices = ["kernel", "function", "return", "begin", "socket", "next", "end"]
        case "target": choices = ["$x", "$return", "$sock"]
        case "pretty target": choices = ["$x$", "$sock$$", "$$vars", "$$parms$"]
        case "member": choices = ["sk", "next", "function", "data"]
        default:
            Issue.record("the grammar names an unknown class of tokens: \(name)")
            return ""
        }
        return choices.randomElement(using: &random)!
    }
}

/// A small generator with a seed, so that a failure can be repeated.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

@Suite("The normative grammar")
struct GrammarTests {
    private let rules: [String: Term]

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("grammar/swtap.ebnf")
        rules = try GrammarReader.read(String(contentsOf: file, encoding: .utf8))
    }

    private func parsed(_ text: String) -> ParseResult {
        parse(
            SourceFile(name: "sentence", text: text),
            options: ParseOptions(environment: PreprocessorEnvironment(kernelRelease: "6.1.0")))
    }

    @Test("Generated sentences parse, and print back to the same tree")
    func sentences() throws {
        var used: Set<String> = []
        // More than that only until every rule has been used.
        for seed in 1...6000 as ClosedRange<UInt64> where seed <= 800 || used.count < rules.count {
            var generator = SentenceGenerator(rules: rules, seed: seed)
            let rule = ["probe", "alias", "function", "global", "file"][Int(seed % 5)]
            let text = generator.sentence(of: rule, budget: 20 + Int(seed % 24))
            used.formUnion(generator.used)
            guard !text.isEmpty else { continue }
            let first = parsed(text)
            try #require(!first.hasErrors, "seed \(seed): \(first.diagnostics.map(\.message)) in: \(text)")
            let printed = SourcePrinter.text(of: first.file)
            let second = parsed(printed)
            try #require(!second.hasErrors, "seed \(seed): the print does not parse: \(printed)\nof: \(text)")
            let again = SourcePrinter.text(of: second.file)
            try #require(again == printed, "seed \(seed): printed \(printed)\nthen \(again)\nof: \(text)")
        }
        let unused = Set(rules.keys).subtracting(used)
        #expect(unused.isEmpty, "no sentence uses the rules \(unused.sorted())")
    }
}
