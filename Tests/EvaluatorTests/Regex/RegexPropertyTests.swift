// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax
import Testing

@testable import Evaluator

/// The engine against the back-tracking matcher on made-up patterns and texts.
@Suite struct RegexPropertyTests {
    private func withView<Result>(_ text: [UInt8], _ body: (StringView) -> Result) -> Result {
        (text + [0]).withUnsafeBufferPointer { body(StringView(pointer: $0.baseAddress!, length: text.count)) }
    }

    @Test(arguments: 0..<8)
    func madeUpPatterns(_ seed: Int) throws {
        var generator = PatternGenerator(seed: UInt64(seed + 1))
        var compared = 0
        var exact = 0
        for _ in 0..<250 {
            let tree = generator.pattern(4)
            let pattern = ByteString(tree.text)
            let regex = try RegexAutomaton(pattern)
            let matcher = RegexMatcher(regex)
            let cache = RegexMatcher(regex.withoutTable)
            let groups = RegexGroups(regex)
            for _ in 0..<4 {
                let text = generator.text()
                var naive = NaiveMatcher(tree, text)
                let expected = naive.run()
                if naive.gaveUp { continue }
                compared += 1
                let label = "/\(pattern)/ on '\(ByteString(text))'"
                #expect(regex.groupCount == naive.groupCount, "\(label)")
                #expect(withView(text, matcher.matches) == (expected != nil), "\(label): table")
                #expect(withView(text, cache.matches) == (expected != nil), "\(label): states")
                #expect(withView(text, groups.find) == (expected != nil), "\(label): groups")
                guard let expected else { continue }
                let found = (0..<regex.groupCount).map { number -> Range<Int>? in
                    let (start, end) = (Int(groups.slots[2 * number]), Int(groups.slots[2 * number + 1]))
                    return start < 0 ? nil : start..<end
                }
                #expect(found[0]?.lowerBound == expected[0]?.lowerBound, "\(label): start")
                if !tree.repeatsNullable {
                    exact += 1
                    #expect(found == expected, "\(label)")
                }
            }
        }
        #expect(compared > 900)
        #expect(exact > 100)
    }

    /// Nothing that a pattern says makes it slow.
    @Test func hardPatternsAreFast() throws {
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 511)
        let cases: [(ByteString, Bool)] = [
            ("(a*)*b", false), ("(a|aa)*c", false), ("(a|a)*c", false), ("(a+a+)+b", false), ("a{1,100}{1,100}", true),
            ("((a?){100}){3}b", false), (".*.*.*.*.*=.*", false), ("([ab]*a[ab]{14})$", true), ("(.*a){20}", true),
            ("(a|b|ab|ba|aa|bb)*c", false), ("a{12344}", false),
        ]
        let clock = ContinuousClock()
        for (pattern, matches) in cases {
            let time = try clock.measure {
                let regex = try RegexAutomaton(pattern)
                let matcher = RegexMatcher(regex)
                #expect(withView(long, matcher.matches) == matches, "\(pattern)")
                if regex.steps.count < 2000 {
                    #expect(withView(long, RegexGroups(regex).find) == matches, "\(pattern)")
                }
            }
            // Generous: this is a debug build on a machine that does other things too.
            #expect(time < .seconds(20), "\(pattern)")
        }
    }

    /// A text long enough to fill the memory of states again and again.
    @Test func statesAreForgottenWhenThereIsNoRoom() throws {
        let regex = try RegexAutomaton("[ab]*a[ab]{12}c")
        #expect(regex.table == nil)
        let matcher = RegexMatcher(regex)
        var generator = PatternGenerator(seed: 7)
        for _ in 0..<20 {
            var text = (0..<400).map { _ in generator.number(2) == 0 ? UInt8(ascii: "a") : UInt8(ascii: "b") }
            #expect(!withView(text, matcher.matches))
            text.append(UInt8(ascii: "c"))
            let isMatch = text[text.count - 14] == UInt8(ascii: "a")
            #expect(withView(text, matcher.matches) == isMatch)
        }
    }
}

extension RegexAutomaton {
    /// The same pattern as one whose table would be too large.
    fileprivate var withoutTable: RegexAutomaton {
        var copy = self
        copy.forgetTable()
        return copy
    }
}
