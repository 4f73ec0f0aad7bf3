// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

/// The body of a `begin` probe.
private func body(_ statements: String, globals: String = "global g, a, s", also: String = "") throws -> String {
    try handlerText("\(globals)\nprobe begin { \(statements) }\n\(also)")
}

@Test func operandsKeepTheirValueWhenALaterOneAssigns() throws {
    let text = try body("x = g; println(x + (x = 7), x)")
    #expect(text.contains("i1 = i0\n"))
    #expect(text.contains("i3 = i1 + i2\n"))
}

@Test func operandsThatNothingChangesAreNotCopied() throws {
    let text = try body("x = g; y = a; println(x - y, x)")
    #expect(text.contains("i2 = i0 - i1\nprint \"%d%d\\n\", i2, i0"))
}

@Test func postfixYieldsTheOldValueAndPrefixTheNew() throws {
    #expect(try body("println(g++)").contains("i1 = g; g += i0\nprint \"%d\\n\", i1"))
    #expect(try body("println(++g)").contains("i1 = g; g += i0\ni2 = i1 + i0\nprint \"%d\\n\", i2"))
    #expect(try body("x = g; println(x++, x)").contains("i1 = i0\ni2 = 1\ni0 = i0 + i2\nprint \"%d%d\\n\", i1, i0"))
}

@Test func subtractionFromAGlobalAddsTheNegative() throws {
    let text = try body("g -= 5; g -= a; println(g, a)")
    #expect(text.contains("i0 = -5\ni1 = g; g += i0"))
    #expect(text.contains("i3 = -i2\ni4 = g; g += i3"))
}

@Test func keysOfACompoundAssignmentAreEvaluatedOnce() throws {
    let text = try body("m[g++] *= 3; println(m[1])", globals: "global g, m")
    #expect(text.components("g += ") == 1)
    #expect(text.contains("= m[i1]\n"))
    #expect(text.contains("m[i1] = "))
}

@Test func keysComeBeforeTheValue() throws {
    let text = try body("m[g] = a++; println(m[1])", globals: "global g, a, m")
    let key = try #require(text.place(of: "= g\n"))
    let value = try #require(text.place(of: "a += "))
    #expect(key < value)
}

@Test func addingToAnElementIsOneOperation() throws {
    let text = try body("m[\"k\"] += 4; println(m[\"k\"])", globals: "global m")
    #expect(text.contains("i0 = 4\ni0 = m[s0]; m[s0] += i0"))
}

@Test func constantsFold() throws {
    #expect(
        try body("println(2 + 3 * 4, -(7 / 2), !5, 1 << 65, 7 % -1)").contains(
            "i0 = 14\ni1 = -3\ni2 = 0\ni3 = 2\nprint \"%d%d%d%d%d\\n\", i0, i1, i2, i3, i2\n"))
    // The compiler has nothing to say about a division by zero: it is an error when it runs.
    #expect(try body("println(1 / 0)").contains("i0 / i1"))
}

@Test func theTargetIsAConstantAndDeadBranchesVanish() throws {
    let text = try body("if (target() == 42) println(1); else println(2)")
    #expect(!text.contains("i0 = 2"))
    #expect(!text.contains("jump"))
}

@Test func shortCircuitsSkipTheRightSide() throws {
    let text = try body("if (g && a++) println(1)")
    #expect(text.hasPrefix("b0:\naction 1\ni0 = g\nif i0 jump b1 else b3\nb1:\n"))
    #expect(text.contains("b3:\nreturn"))
}

@Test func stringsCompareAndJoinAsStrings() throws {
    let text = try body("x = s . \"b\"; println(x < \"c\", x)", globals: "global s = \"a\"")
    #expect(text.contains("s2 = s0 . s1"))
    #expect(text.contains("i0 = s2 < s3"))
}

@Test func literalsAreCutToTheLimit() throws {
    var limits = Limits()
    limits.maxStringLength = 4
    let text = try lowerText(
        "probe begin { println(\"abcdef\") }", options: LoweringOptions(limits: limits, target: 0))
    #expect(text.contains("s0 = \"abc\"\n"))
}

@Test func wildcardsReachTheMembershipTest() throws {
    #expect(try body("m[1,2] = 3; println([g, *] in m)", globals: "global g, m").contains("= [i3, *] in m"))
}

extension String {
    /// How often a text occurs.
    func components(_ part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }

    /// Where a text occurs first, in characters.
    func place(of part: String) -> Int? {
        firstRange(of: part).map { distance(from: startIndex, to: $0.lowerBound) }
    }
}
