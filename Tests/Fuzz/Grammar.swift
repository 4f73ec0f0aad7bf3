// SPDX-License-Identifier: GPL-3.0-or-later

/// The normative grammar, to make sentences of.
struct Grammar {
    private indirect enum Term {
        case sequence([Term]), choice([Term]), optional(Term), repetition(Term)
        case text(String), rule(String), tokens(String), glue
    }

    private var rules: [String: Term] = [:]
    private var symbols: [String]
    private var position = 0

    /// Reads the notation that grammar/swtap.ebnf explains.
    init(_ text: String) {
        symbols = Self.symbols(of: Array(text))
        while position + 1 < symbols.count {
            let name = take()
            _ = take()
            rules[name] = choice()
            _ = take()
        }
    }

    private static func symbols(of text: [Character]) -> [String] {
        var result: [String] = []
        var place = 0
        func end(of quote: Character) -> Int { text[(place + 1)...].firstIndex(of: quote) ?? text.count - 1 }
        while place < text.count {
            let start = place
            switch text[place] {
            case "(" where place + 1 < text.count && text[place + 1] == "*":
                while place + 1 < text.count, !(text[place] == "*" && text[place + 1] == ")") { place += 1 }
                place += 2
            case let blank where blank.isWhitespace: place += 1
            case "\"", "?":
                place = end(of: text[place]) + 1
                result.append(String(text[start..<place]))
            case let letter where letter.isLetter:
                while place < text.count, text[place].isLetter || text[place] == "_" { place += 1 }
                result.append(String(text[start..<place]))
            default:
                result.append(String(text[place]))
                place += 1
            }
        }
        return result
    }

    private var next: String { position < symbols.count ? symbols[position] : ";" }

    private mutating func take() -> String {
        defer { position += 1 }
        return next
    }

    private mutating func choice() -> Term {
        var terms = [sequence()]
        while next == "|" {
            position += 1
            terms.append(sequence())
        }
        return terms.count == 1 ? terms[0] : .choice(terms)
    }

    private mutating func sequence() -> Term {
        var terms = [factor()]
        while next == "," || next == "~" {
            if next == "," { position += 1 }
            terms.append(factor())
        }
        return .sequence(terms)
    }

    private mutating func factor() -> Term {
        let symbol = take()
        switch symbol {
        case "[", "{", "(":
            let inner = choice()
            _ = take()
            return symbol == "[" ? .optional(inner) : symbol == "{" ? .repetition(inner) : inner
        case "~": return .sequence([.glue, factor()])
        default:
            let inner = String(symbol.dropFirst().dropLast())
            if symbol.hasPrefix("\"") { return .text(inner) }
            if symbol.hasPrefix("?") { return .tokens(inner) }
            return .rule(symbol)
        }
    }

    /// A random sentence.
    func sentence(_ random: inout FuzzRandom) -> String {
        var words: [String] = []
        var isGlued = false
        var left = 200 + random.pick(600)
        expand(.rule("file"), &random, &words, &isGlued, &left, depth: 0)
        return words.joined(separator: " ")
    }

    private func expand(
        _ term: Term, _ random: inout FuzzRandom, _ words: inout [String], _ isGlued: inout Bool, _ left: inout Int,
        depth: Int
    ) {
        left -= 1
        // Too long: the sentence ends in the middle, which is an input too.
        guard left > 0, depth < 200 else { return }
        func add(_ word: String) {
            if isGlued, let last = words.popLast() { words.append(last + word) } else { words.append(word) }
            isGlued = false
        }
        switch term {
        case .text(let text): add(text)
        case .tokens(let name): add(token(name, &random))
        case .glue: isGlued = true
        case .rule(let name):
            if let rule = rules[name] { expand(rule, &random, &words, &isGlued, &left, depth: depth + 1) }
        case .sequence(let terms):
            for term in terms { expand(term, &random, &words, &isGlued, &left, depth: depth + 1) }
        case .optional(let term):
            if random.chance(1, in: 4) { expand(term, &random, &words, &isGlued, &left, depth: depth + 1) }
        case .repetition(let term):
            while left > 0, random.chance(1, in: 2) {
                expand(term, &random, &words, &isGlued, &left, depth: depth + 1)
            }
        case .choice(let terms): expand(random.one(terms), &random, &words, &isGlued, &left, depth: depth + 1)
        }
    }

    private func token(_ name: String, _ random: inout FuzzRandom) -> String {
        if name.contains("number") || name.contains("size") { return random.one(["0", "1", "0x1f", "42", "017"]) }
        if name.contains("string") { return random.one(["\"\"", "\"a b\"", "\"%d %s\"", "\"\\101\""]) }
        if name.contains("target") { return random.one(["$x", "$return", "$$vars", "$x$"]) }
        if name.contains("component") { return random.one(["kernel", "function", "return", "begin", "end", "timer"]) }
        return random.one(["a", "b", "i", "count", "f", "name", "p\(random.pick(100))"])
    }
}
