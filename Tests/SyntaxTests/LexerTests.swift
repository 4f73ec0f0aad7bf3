// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Syntax

private func tokens(_ bytes: [UInt8], arguments: [String] = []) -> [Token] {
    var lexer = Lexer(SourceFile(name: "x", bytes: bytes), arguments: arguments.map { ByteString($0) })
    return lexer.tokens()
}

/// The tokens of `text` as `kind content`, and the message of those that are nothing.
private func described(_ text: String, arguments: [String] = []) -> [String] {
    tokens(Array(text.utf8), arguments: arguments).map { token in
        if case .message(let message) = token.problem { return "<\(message)>" }
        return "\(token.kind) \(token.text)"
    }
}

@Suite struct LexerTests {
    @Test(arguments: [
        ("a _b $c a$b $foo$$ $$vars $", "a,_b,$c,a$b,$foo$$,$$vars,$"),
        ("x1y2 $x1", "x1y2,$x1"),
    ])
    func identifiers(_ text: String, _ names: String) {
        #expect(described(text) == names.split(separator: ",").map { "identifier \($0)" })
    }

    @Test func keywords() {
        let words =
            "probe global private function if else for foreach in limit return delete while break continue next string"
            + " long try catch"
        #expect(described(words) == words.split(separator: " ").map { "keyword \($0)" })
        #expect(
            described("probes Probe iff _if if$")
                == ["probes", "Probe", "iff", "_if", "if$"].map { "identifier \($0)" })
    }

    @Test func operatorsTakeTheLongestMatch() {
        let spaced =
            "<<< >>> <<= >>= == != <= >= =~ !~ += -= *= /= %= &= ^= |= .= && || ++ -- -> << >> %( %? %: %) "
            + "< > = ! ~ + - * / % & | ^ . , ; : ? ( ) [ ] { } @ ` ' \\"
        #expect(described(spaced) == spaced.split(separator: " ").map { "operator \($0)" })
        #expect(described(">>>=") == ["operator >>>", "operator ="])
        #expect(described("<<<<") == ["operator <<<", "operator <"])
        #expect(described("a+++b") == ["identifier a", "operator ++", "operator +", "identifier b"])
        #expect(described("::**,,") == [":", ":", "*", "*", ",", ","].map { "operator \($0)" })
        #expect(
            described("@count @x1(@ 1") == ["operator @count", "operator @x1", "operator (", "operator @", "number 1"])
    }

    @Test func numbersAreTakenAsAWhole() {
        #expect(
            described("0x1F 12ab 017 1.5 1e5 5_") == [
                "number 0x1F", "number 12ab", "number 017", "number 1", "operator .", "number 5", "number 1e5",
                "number 5", "identifier _",
            ])
    }

    @Test(
        arguments: [
            (#""a\a\b\t\n\v\f\r\\\"\qz""#, [97, 7, 8, 9, 10, 11, 12, 13, 92, 34, 113, 122]),
            (#""\101\18\7\377\400""#, [65, 1, 56, 7, 255]),
            (#""\x41\x4a\xg\x7f1""#, [65, 74, 120, 103, 0xF1]),
            (#""a\0b""#, [97]),
            (#""a\x00g""#, [97]),
            ("\"a\\\nb\"", [97, 10, 98]),
            (#""""#, []),
        ] as [(String, [UInt8])])
    func strings(_ text: String, _ content: [UInt8]) {
        let found = tokens(Array(text.utf8))
        #expect(found.map(\.kind) == [.string])
        #expect(found.first?.content.bytes == content)
    }

    @Test func bytesBeyondASCIIStayInStringsOnly() {
        #expect(tokens([34, 0xFF, 0xC3, 34]).first?.content.bytes == [0xFF, 0xC3])
        #expect(tokens([0xFF, 0x00, 0x1B]).map(\.kind) == [.junk, .junk, .junk])
    }

    @Test(arguments: ["\"abc", "\"abc\nx", "\"abc\\", "\"abc\\\""])
    func unclosedStrings(_ text: String) {
        #expect(described(text).first == "<Could not find matching closing quote>")
    }

    @Test func commentsSeparateTokens() {
        #expect(
            described("#!/usr/bin/stap -g\na # b\nc // d\ne/* f */g /* h")
                == ["a", "c", "e", "g"].map { "identifier \($0)" })
        #expect(described("/*/ a */ b /**/ c") == ["identifier b", "identifier c"])
        #expect(described("a /*") == ["identifier a"])
    }

    @Test func embeddedCode() {
        #expect(described("%{ a } %\n \"%}b") == ["embedded  a } %\n \"", "identifier b"])
        #expect(
            described("a %{ b") == ["identifier a", "<Could not find matching '%}' to close embedded function block>"])
        #expect(described("a %{ $1 %}", arguments: []) == ["identifier a", "embedded  $1 "])
    }

    @Test func placesCountBytesAndLines() {
        let found = tokens(Array("a\tb\n\n  /* \n\n*/ c \"é\" d\n%{\n%}e".utf8))
        let places = found.map { "\($0.location.line):\($0.location.column)" }
        #expect(places == ["1:1", "1:3", "5:4", "5:6", "5:11", "6:1", "7:3"])
    }

    @Test func sourceLines() {
        let file = SourceFile(name: "x", text: "a\nbc\n\nd")
        #expect(
            [1, 2, 3, 4, 5, 6].map { String(decoding: file.line($0), as: UTF8.self) } == ["a", "bc", "", "d", "", ""])
    }

    // MARK: - Script arguments

    @Test(
        arguments: [
            ("$1", ["a + 1"], ["identifier a", "operator +", "number 1"]),
            ("@1", ["a \"b\\n"], ["string a \"b\\n"]),
            ("$# @#", ["x", "y"], ["number 2", "string 2"]),
            ("$#5", ["x", "y"], ["number 25"]),
            ("$1foo", ["ab"], ["identifier abfoo"]),
            ("x$1 x@1", ["v"], ["identifier x$1", "identifier x", "string v"]),
            ("$1$2", ["", "b"], ["identifier b"]),
            ("$10", ["a"], ["<command line argument out of range [1-1]>"]),
            ("$0", ["a", "b"], ["<command line argument out of range [1-2]>"]),
            ("@99999999999999999999999", ["a"], ["<command line argument out of range [1-1]>"]),
            ("$1", ["$1"], ["<invalid nested substitution of command line arguments>"]),
            (
                "$1", ["1 @2 x"],
                ["number 1", "<invalid nested substitution of command line arguments>", "identifier x"]
            ),
            ("$12", ["$"], ["<command line argument out of range [1-1]>"]),
            ("$1 2", ["\"a"], ["<Could not find matching closing quote>"]),
            ("# $1\n\"$1\" /* @1 */", ["a"], ["string $1"]),
        ] as [(String, [String], [String])])
    func arguments(_ text: String, _ arguments: [String], _ expected: [String]) {
        #expect(described(text, arguments: arguments) == expected)
    }

    @Test func pastedTokensStandAtTheirMarker() {
        let found = tokens(Array("a $1 b\n@1 c".utf8), arguments: ["x\ny  z"])
        #expect(
            found.map { "\($0.text)@\($0.location.line):\($0.location.column)" } == [
                "a@1:1", "x@1:3", "y@1:3", "z@1:3", "b@1:6", "x\ny  z@2:1", "c@2:4",
            ])
    }

    @Test func usedArgumentsAreThoseMentioned() {
        var lexer = Lexer(
            SourceFile(name: "x", text: "$2 %( 1 == 2 %? @3 %) # $1"), arguments: ["1", "2", "3", "4"])
        _ = lexer.tokens()
        #expect(lexer.usedArguments == [2, 3])
    }
}
