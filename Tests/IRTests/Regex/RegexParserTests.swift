// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax
import Testing

@testable import IR

/// The language of patterns: section 3.5.
@Suite struct RegexParserTests {
    private func parse(_ pattern: ByteString) throws -> RegexNode {
        var parser = RegexParser(pattern)
        return try parser.parse()
    }

    private func message(_ pattern: String) -> String {
        do {
            _ = try RegexAutomaton(ByteString(pattern))
            return "no error"
        } catch {
            return error.message
        }
    }

    private func byte(_ character: Unicode.Scalar) -> RegexNode { .set(ByteSet(UInt8(ascii: character))) }

    @Test func structure() throws {
        #expect(try parse("") == .empty)
        #expect(try parse("ab|c") == .alternation([.sequence([byte("a"), byte("b")]), byte("c")]))
        #expect(try parse("|a|") == .alternation([.empty, byte("a"), .empty]))
        #expect(try parse("()") == .group(.empty, 1))
        #expect(
            try parse("(a)(?:b)(c)")
                == .sequence([.group(byte("a"), 1), .group(byte("b"), nil), .group(byte("c"), 2)]))
        #expect(try parse("((a)b)") == .group(.sequence([.group(byte("a"), 2), byte("b")]), 1))
        #expect(try parse("^a$") == .sequence([.start, byte("a"), .end]))
        #expect(try parse("\\.\\\\\\d") == .sequence([byte("."), byte("\\"), byte("d")]))
        #expect(try parse("]}") == .sequence([byte("]"), byte("}")]))
        // NUL ends the pattern as it ends every string.
        #expect(try parse("a\0(") == byte("a"))
    }

    @Test func repetitions() throws {
        func repeated(_ least: Int, _ most: Int?) -> RegexNode {
            .repetition(byte("a"), least: least, most: most, position: 1)
        }
        #expect(try parse("a*") == repeated(0, nil))
        #expect(try parse("a**") == repeated(0, nil))
        #expect(try parse("a*+") == repeated(0, nil))
        #expect(try parse("a+") == repeated(1, nil))
        #expect(try parse("a?") == repeated(0, 1))
        #expect(try parse("a{3}") == repeated(3, 3))
        #expect(try parse("a{3,}") == repeated(3, nil))
        #expect(try parse("a{3,5}") == repeated(3, 5))
        #expect(try parse("a{0,5}") == repeated(0, 5))
        #expect(try parse("a{12344}") == repeated(12344, 12344))
        #expect(try parse("a+?") == .repetition(repeated(1, nil), least: 0, most: 1, position: 2))
        #expect(try parse("ab*") == .sequence([byte("a"), .repetition(byte("b"), least: 0, most: nil, position: 2)]))
    }

    @Test func brackets() throws {
        func members(_ pattern: ByteString) throws -> String {
            guard case .set(let set) = try parse(pattern) else { return "no set" }
            return String(decoding: (UInt8(1)...127).filter { set.contains($0) }, as: UTF8.self)
        }
        #expect(try members("[abc]") == "abc")
        #expect(try members("[a-e]") == "abcde")
        #expect(try members("[]a]") == "]a")
        #expect(try members("[-a]") == "-a")
        #expect(try members("[a-]") == "-a")
        #expect(try members("[a^]") == "^a")
        #expect(try members("[.*+?(){|$]") == "$()*+.?{|")
        #expect(try members("[\\]\\-\\\\]") == "-\\]")
        #expect(try members("[[:digit:]x]") == "0123456789x")
        #expect(try members("[[a]") == "[a")
        #expect(try members("[[:digit:]-z]") == "-0123456789z")
        #expect(try members("[[:d:]]") == members("[[:digit:]]"))
        #expect(try members("[[:l:]]") == members("[[:lower:]]"))
        #expect(try members("[[:u:]]") == members("[[:upper:]]"))
        #expect(try members("[[:s:]]") == members("[[:space:]]"))
        #expect(try members("[[:space:]]") == "\t\n\u{b}\u{c}\r ")
        #expect(try members("[[:blank:]]") == "\t ")
        #expect(try members("[[:xdigit:]]") == "0123456789ABCDEFabcdef")
        #expect(try members("[[:punct:]]") == "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
        #expect(try members("[[:upper:][:lower:]]") == members("[[:alpha:]]"))
        #expect(try members("[[:alpha:][:digit:]]") == members("[[:alnum:]]"))
        #expect(try members("[[:alnum:][:punct:]]") == members("[[:graph:]]"))
        #expect(try members("[[:graph:] ]") == members("[[:print:]]"))
        #expect(try members("[^[:print:]]") == members("[[:cntrl:]]"))
        #expect(try members("[^]a]") == members("[^a\\]]"))
        #expect(try members("[^[:cntrl:]]") == members("[[:print:]]"))
    }

    /// Bytes from 128 on are one class; `.` and `[^…]` take them, NUL is never taken.
    @Test func otherBytes() throws {
        func set(_ bytes: [UInt8]) throws -> ByteSet {
            guard case .set(let set) = try parse(ByteString(bytes)) else { return ByteSet() }
            return set
        }
        #expect(try set([0x2e]).contains(0xe9))
        #expect(try set([0x2e]).contains(0x0a))
        #expect(try !set([0x2e]).contains(0))
        #expect(try set([0xe9]).contains(0xe8))
        #expect(try !set([0xe9]).contains(0x69))
        #expect(try set(Array("[^a]".utf8)).contains(0xff))
        #expect(try !set(Array("[^a]".utf8)).contains(0))
        #expect(try !set([0x5b, 0x5e, 0xe9, 0x5d]).contains(0xff))
        #expect(try !set(Array("[[:alpha:]]".utf8)).contains(0xe9))
        #expect(try !set(Array("[[:print:]]".utf8)).contains(0xe9))
    }

    @Test(arguments: [
        ("a)", 1, "unbalanced ')'"), ("(a", 1, "expected ), found end of regex"),
        ("((a)", 3, "expected ), found end of regex"), ("(a|b", 3, "expected ), found end of regex"),
        ("*a", 0, "unexpected '*'"), ("a|+", 2, "unexpected '+'"), ("(?a)", 2, "unexpected '(?a'"),
        ("x(?y)", 3, "unexpected '(?y'"), ("(?", 1, "unexpected '(?'"), ("{2}", 0, "unexpected '{'"),
        ("^*", 1, "postfix closure '*' applied to anchoring operator"),
        ("a$+", 2, "postfix closure '+' applied to anchoring operator"),
        ("^{2}", 1, "postfix closure '{' applied to anchoring operator"), ("[abc", 3, "unclosed character class"),
        ("a[^]", 3, "unclosed character class"), ("[", 0, "unclosed character class"),
        ("x[b-", 3, "unclosed character class"), ("[a\\", 2, "unclosed character class"),
        ("[z-a]", 4, "Inverted character range z-a"), ("[[:foo:]]", 1, "unknown character class 'foo'"),
        ("[[:alpha]]", 10, "unclosed character class '[:alpha]'"), ("[[:", 3, "unclosed character class '[:'"),
        ("ab\\", 4, "unexpected end of regex"), ("a{12345}", 8, "12345 is too large"),
        ("a{1,99999999999999999999999999}", 31, "99999999999999999999 is too large"),
        ("a{}", 3, "expected number"), ("a{,3}", 3, "expected number"), ("a{x}", 3, "expected number"),
        ("a{2", 3, "unexpected end of regex"), ("a{2x}", 3, "expected ',' or '}'"),
        ("a{2,x}", 5, "expected '}' or number"), ("a{2,", 4, "expected '}' or number"),
        ("a{3,2}", 1, "the second number is smaller than the first"),
    ])
    func errors(_ pattern: String, _ position: Int, _ reason: String) {
        #expect(message(pattern) == "regex compilation error (at position \(position)): \(reason)")
    }

    @Test func anchorsInGroupsMayBeRepeated() throws {
        _ = try RegexAutomaton("(^)*a(?:$)?")
    }

    @Test func largePatternsAreRefused() {
        #expect(
            message("(a{0,100}){0,100}{0,100}")
                == "regex compilation error (at position 17): the pattern becomes too large")
        #expect(message("(ab){12344}") == "regex compilation error (at position 4): the pattern becomes too large")
        #expect(message("a{1,100}{1,100}") == "no error")
        #expect(message("a{1,12344}") == "no error")
        #expect(message("(?:){12344}(?:a{0}){12344}(?:){12344}{12344}{12344}") == "no error")
        #expect(
            message(String(repeating: "(", count: 100_000))
                == "regex compilation error (at position 200): nested too deeply")
        #expect(
            message("a" + String(repeating: "{1}", count: 100_000))
                == "regex compilation error (at position 601): nested too deeply")
        #expect(
            message(String(repeating: "a|", count: 20_000))
                == "regex compilation error (at position 0): the pattern becomes too large")
        #expect(
            message(String(repeating: "(a)", count: 600))
                == "regex compilation error (at position 0): the pattern has too many groups for its size")
    }

    @Test func automata() throws {
        // A small pattern has a table; one whose states are too many has none.
        #expect(try RegexAutomaton("^(foo|bar)[0-9]+$").table != nil)
        #expect(try RegexAutomaton("[ab]*a[ab]{14}$").table == nil)
        #expect(try RegexAutomaton("(a)((b)|c)").groupCount == 4)
        let table = try #require(try RegexAutomaton("").table)
        #expect(table.start == RegexTable.accepting)
    }
}
