// SPDX-License-Identifier: GPL-3.0-or-later

/// Makes the inputs: bytes, tokens, changed scripts, sentences and programs, in turns.
struct InputMaker {
    private static let words = [
        "probe", "function", "global", "begin", "end", "error", "timer", "s", "ms", "(", ")", "{", "}", "[", "]", "if",
        "else", "while", "for", "foreach", "in", "limit", "break", "continue", "next", "return", "delete", "try",
        "catch",
        "private", "printf", "println", "sprintf", "print", "kernel", ".function", ".trace", ".return", "process", "?",
        "!", ":", ";", ",", "=", "+", "-", "*", "/", "%", "++", "--", "+=", "<<<", "<<", ">>", ">>>", "==", "!=", "=~",
        "!~",
        "&&", "||", "&", "|", "^", "~", ".", ".=", "->", "$", "$x", "$$vars", "$x$", "$x$$", "@count", "@sum", "@avg",
        "@min", "@max", "@hist_log", "@hist_linear", "@entry", "@cast", "@var", "@defined", "@choose_defined",
        "@define",
        "@1", "$1", "%(", "%)", "%?", "%:", "kernel_v", ">=", "<=", "\"6.1\"", "arch", "\"", "\"a\"", "\"%d\"",
        "\"\\n\"",
        "'", "0", "1", "-1", "0x", "0xff", "08", "9223372036854775808", "99999999999999999999", "a", "b", "x", "y",
        "arr",
        ":long", ":string", "%{", "%}", "/*", "*/", "//", "#", "\n", "\\", "*", "**", "stap", "..", "...", "@", "guru",
        "%s", "tokenize", "pid()", "execname()", "exit()", "@hist_linear(a,1,2,3)", "long", "string", "stats",
    ]

    private let seeds: [[UInt8]]
    private let grammar: Grammar?

    /// Creates a maker that changes the given scripts and makes sentences of a grammar.
    init(seeds: [[UInt8]], grammar: Grammar?) {
        self.seeds = seeds
        self.grammar = grammar
    }

    /// The input with a number.
    func input(seed: UInt64, number: Int) -> [UInt8] {
        var random = FuzzRandom(seed: seed, number: number)
        // Most are well-formed programs, or nearly.
        switch number % 16 {
        case 0: return random.chance(1, in: 2) ? bytes(&random) : tokens(&random)
        case 1: return changed(random.one(seeds), &random)
        case 2:
            guard let grammar, random.chance(1, in: 2) else { return changed(random.one(seeds), &random) }
            return Array(grammar.sentence(&random).utf8)
        case 3:
            var maker = ProgramMaker(random: random)
            return changed(Array(maker.program().utf8), &random)
        case 4:
            var maker = ProgramMaker(random: random)
            return rearranged(maker.program(), &random)
        default:
            var maker = ProgramMaker(random: random)
            return Array(maker.program().utf8)
        }
    }

    /// A program whose lines, which are statements, are left out, repeated or exchanged.
    private func rearranged(_ program: String, _ random: inout FuzzRandom) -> [UInt8] {
        var lines = program.split(separator: "\n")
        for _ in 0...random.pick(3) {
            let place = random.pick(lines.count)
            switch random.pick(3) {
            case 0: lines.remove(at: place)
            case 1: lines.insert(lines[place], at: random.pick(lines.count))
            default: lines.swapAt(place, random.pick(lines.count))
            }
        }
        return Array(lines.joined(separator: "\n").utf8)
    }

    private func bytes(_ random: inout FuzzRandom) -> [UInt8] {
        let isText = random.chance(1, in: 2)
        return (0..<random.pick(200)).map { _ in isText ? UInt8(32 + random.pick(96)) : UInt8(random.pick(256)) }
    }

    private func tokens(_ random: inout FuzzRandom) -> [UInt8] {
        var text = random.chance(2, in: 3) ? "probe begin { " : ""
        for _ in 0..<random.pick(60) {
            text += random.one(Self.words)
            if random.chance(3, in: 4) { text += " " }
        }
        return Array(text.utf8)
    }

    private func changed(_ script: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
        var result = script
        for _ in 0...random.pick(6) {
            let place = random.pick(result.count + 1)
            let end = min(result.count, place + random.pick(random.chance(1, in: 4) ? 200 : 12))
            switch random.pick(7) {
            case 0: result.removeSubrange(place..<end)
            case 1: result.insert(contentsOf: result[place..<end], at: random.pick(result.count + 1))
            case 2: result.insert(contentsOf: Array((" " + random.one(Self.words) + " ").utf8), at: place)
            case 3: if place < result.count { result[place] = UInt8(random.pick(256)) }
            case 4: if place < result.count { result[place] ^= 1 << UInt8(random.pick(8)) }
            case 5:
                let other = random.one(seeds)
                let from = random.pick(other.count + 1)
                result.replaceSubrange(place..<end, with: other[from..<min(other.count, from + random.pick(120))])
            default: result.replaceSubrange(place..<end, with: Array(random.one(Self.words).utf8))
            }
        }
        return result
    }
}
