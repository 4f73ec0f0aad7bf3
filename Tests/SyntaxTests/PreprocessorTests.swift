// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Syntax

/// The preprocessed tokens of `text`, joined by spaces; junk shows its message.
private func preprocessed(
    _ text: String, arguments: [String] = [], library: String? = nil, guru: Bool = false
) -> String {
    let source = SourceFile(name: "<input>", text: text)
    var lexer = Lexer(source, arguments: arguments.map { ByteString($0) })
    let environment = testEnvironment(guru: guru)
    var macros = MacroLibrary()
    if let library {
        let file = SourceFile(name: "l.stpm", text: library, role: .tapset)
        #expect(macros.add(file, options: ParseOptions(environment: environment)).isEmpty)
    }
    let preprocessor = Preprocessor(
        source: source, tokens: lexer.tokens(), environment: environment,
        library: macros)
    return preprocessor.run().map { token in
        if case .diagnostic(let diagnostic) = token.problem { return "<\(diagnostic.message)>" }
        return token.kind == .string ? "\"\(token.text)\"" : token.text
    }.joined(separator: " ")
}

@Suite struct PreprocessorTests {
    @Test(arguments: [
        ("@define x %( 1 + 2 %) a @x b", "a 1 + 2 b"),
        ("@define x %( 1 %) @x(2)", "1 ( 2 )"),
        ("@define f(a, b) %( @b @a %) @f(1, 2 3)", "2 3 1"),
        ("@define f(a) %( @a %) @f((1, 2)[3, 4])", "( 1 , 2 ) [ 3 , 4 ]"),
        ("@define f(a) %( [@a] %) @f(@f(1))", "[ [ 1 ] ]"),
        ("@define f(a) %( [@a] %) @f()", "[ ]"),
        ("@define a %( 1 %) @define f(a) %( @a %) @f(@a) @a", "1 1"),
        ("@define a %( 1 %) @define f(a) %( @a %) @f(2) @a", "2 1"),
        ("@define g(x) %( <@x> %) @define f(x) %( @g(@x @x) %) @f(1)", "< 1 1 >"),
        ("@define f() %( 1 %) @f()", "1"),
        ("@define late %( @later %) @define later %( 3 %) @late", "3"),
        ("@unknown(1)", "@unknown ( 1 )"),
        ("@define string %( \"s\" %) @string", "\"s\""),
        ("@define body %( %( 1 == 1 %? yes %: no %) %) @body", "yes"),
    ])
    func macros(_ text: String, _ expected: String) {
        #expect(preprocessed(text) == expected)
    }

    @Test(arguments: [
        ("@define f(a, b) %( %) @f(1) x", "<too few parameters for macro '@f' (expected 2)> x"),
        ("@define f(a, b) %( %) @f(1, 2, 3) x", "<too many parameters for macro '@f' (expected 2)> x"),
        ("@define f(a) %( %) @f x", "<expected '(' in invocation of macro '@f' taking 1 parameter> x"),
        ("@define f(a) %( %) @f(", "<could not find end of macro invocation>"),
        ("@define x %( 1 @x %) @x", "1 <macro '@x' expands to itself without end>"),
        (
            "@define x %( @y %) @define y %( @x %) @x z", "<macro '@x' expands to itself without end> z"
        ),
        ("@define x %( 1 %) @define x %( 2 %) @x", "<attempt to redefine macro '@x' in the same file> 1"),
        ("@define define %( 1 %)", "<attempt to redefine '@define'>"),
        ("@define x %( @define y %( 1 %) %) z", "<attempt to nest macro definitions> z"),
        ("@define x %( 1", "<incomplete macro definition - missing '%)'>"),
        ("@define", "<expected identifier>"),
        ("@define x", "<expected '%('>"),
        ("@define x y", "<expected '%(' or '('>"),
        ("@define x(a, a) %( %)", "<duplicate parameter names>"),
    ])
    func macroErrors(_ text: String, _ expected: String) {
        #expect(preprocessed(text).hasPrefix(expected))
    }

    @Test(arguments: [
        ("kernel_v == \"6.12.57\"", true), ("kernel_v >= \"6.12\"", true), ("kernel_v < \"6.9\"", false),
        ("kernel_v == \"6.*\"", true), ("kernel_v != \"6.1?.*\"", false), ("kernel_v == \"6.[02].*\"", false),
        ("kernel_v <= \"6.12.57\"", true), ("kernel_v > \"6.2.0\"", true),
        ("kernel_vr == \"6.12.57-cloud-amd64\"", true), ("kernel_vr == \"*-cloud-*\"", true),
        ("systemtap_v >= \"4.4\"", true), ("systemtap_v < \"5.10\"", true),
        ("systemtap_privilege == \"stapdev\"", true), ("systemtap_privilege != \"stapusr\"", true),
        ("guru_mode == 0", true), ("guru_mode != 1", true),
        ("arch == \"x86_64\"", true), ("arch == \"x86*\"", true), ("arch != \"arm64\"", true),
        ("runtime == \"bpf\"", true), ("runtime != \"kernel\"", true), ("runtime == \"dyn*\"", false),
        ("CONFIG_BPF == \"y\"", true), ("CONFIG_NFS == \"[ym]\"", true), ("CONFIG_ABSENT == \"\"", true),
        ("CONFIG_ABSENT != \"y\"", true), ("CONFIG_HZ == 250", true), ("CONFIG_HZ > 0xf9", true),
        ("CONFIG_HZ < CONFIG_NR", false), ("CONFIG_NFS > CONFIG_ABSENT", true), ("CONFIG_BPF != CONFIG_NFS", true),
        ("\"a\" < \"b\"", true), ("\"10\" < \"9\"", true), ("\"a*\" == \"ab\"", false), ("2 < 10", true),
        ("1 == 1 && 1 == 2 || 3 >= 3", true), ("1 == 1 || 1 == 1 && 1 == 2", true), ("$# > 1", true),
        ("@1 == \"one\"", true), ("@# == \"2\"", true), ("18446744073709551615 > 1", true),
    ])
    func conditions(_ condition: String, _ expected: Bool) {
        let text = "%( \(condition) %? yes %: no %)"
        #expect(preprocessed(text, arguments: ["one", "two"]) == (expected ? "yes" : "no"))
    }

    @Test(arguments: [
        ("kernel_v > \"6.*\"", "wildcard not allowed with order comparison operators"),
        ("kernel_v > 6", "expected string literal"),
        ("arch < \"x\"", "expected '==' or '!='"),
        ("systemtap_privilege > \"stapusr\"", "expected '==' or '!='"),
        ("guru_mode == 2", "expected 0 or 1"),
        ("guru_mode == \"1\"", "expected number"),
        ("CONFIG_ABSENT > 1", "Kconfig option CONFIG_ABSENT is not set"),
        ("CONFIG_BPF == 1", "Kconfig option CONFIG_BPF is not a number"),
        ("CONFIG_HZ == x", "expected string, number or CONFIG_ option"),
        ("1 == \"1\"", "expected number"),
        ("\"1\" == 1", "expected string literal"),
        ("1 == 09", "number invalid or out of range"),
        ("1 +", "expected comparison operator"),
        ("1 == 1 &&", "expected condition operand"),
        ("1 == 1 2", "expected '&&', '||' or '%?'"),
        ("1 == 2 && 1", "expected comparison operator"),
        ("!", "expected condition operand"),
        (
            "defined == 1",
            "expected 'arch', 'guru_mode', 'kernel_v', 'kernel_vr', 'runtime', 'systemtap_privilege', "
                + "'systemtap_v', a CONFIG_ option, a string or a number"
        ),
    ])
    func conditionErrors(_ condition: String, _ message: String) {
        #expect(preprocessed("a %( \(condition) %? yes %: %( 1 == 1 %? x %: y %) %) b") == "a <\(message)> b")
    }

    @Test(arguments: [
        ("%( 1 == 1 %? a %( 1 == 2 %? b %: c %) d %: e %( 1 == 1 %? f %) %) g", "a c d g"),
        ("%( 1 == 2 %? a %( 1 == 1 %? b %: c %) d %: e %( 1 == 1 %? f %) %) g", "e f g"),
        ("%( 1 == 2 %? a %) b", "b"),
        ("%( 1 == 2 %? @define m %( 1 %) %: @define m %( 2 %) %) @m", "2"),
        ("%( 1 == 2 %? $9 \"open\n 08 \u{1} %: b %)", "b"),
        ("@define c %( 1 == 1 %) %( @c %? a %: b %)", "a"),
        ("@define c(x) %( %( @x %? a %: b %) %) @c(1 == 2)", "b"),
        ("%( 1 == 1 %? a", "a <incomplete conditional at end of file>"),
        ("%( 1 == 2 %? a", "<incomplete conditional at end of file>"),
        ("%( 1 == 2", "<incomplete conditional at end of file>"),
        ("%( 1 == 1 %? a %: b", "a <incomplete conditional at end of file>"),
        ("a %? b", "a <incomplete conditional - missing '%('> b"),
        ("a %: b", "a <incomplete conditional - missing '%('> b"),
        ("a %) b", "a <incomplete conditional - missing '%('> b"),
        ("%( 1 == 1 %? a %: b %: c %) d", "a <invalid conditional - duplicate '%:'> d"),
        ("%( 1 == 2 %? a %: b %: c %) d", "b <invalid conditional - duplicate '%:'> d"),
        ("%( 1 == 1 %: c %) d", "<expected '%?' marker for conditional> d"),
        ("%( 1 == 1 %( 1 %? x %) c %) d", "<expected '%?' marker for conditional> d"),
    ])
    func conditionals(_ text: String, _ expected: String) {
        #expect(preprocessed(text) == expected)
    }

    @Test func guruModeIsAnswered() {
        #expect(preprocessed("%( guru_mode == 1 %? yes %: no %)", guru: true) == "yes")
    }

    @Test func libraryMacros() {
        let library = "%( 1 == 1 %? @define a(x) %( @b <@x> %) %) @define b %( 1 %)"
        #expect(preprocessed("@a(@b)", library: library) == "1 < 1 >")
        // A file's own macro shadows the library's for the file, not for other library macros.
        #expect(preprocessed("@define b %( 2 %) @a(@b)", library: library) == "1 < 2 >")
        #expect(preprocessed("@define own %( 2 %) @c", library: "@define c %( @own %)") == "@own")
    }

    @Test func libraryFilesHoldOnlyDefinitions() {
        let files = [
            SourceFile(name: "a.stpm", text: "@define a %( 1 %) probe begin {}"),
            SourceFile(name: "b.stpm", text: "@define a %( 2 %)"),
        ]
        var library = MacroLibrary()
        let options = ParseOptions(environment: testEnvironment())
        let diagnostics = files.flatMap { library.add($0, options: options) }
        #expect(
            diagnostics.map(\.message) == [
                "unexpected token in library macro file 'a.stpm'",
                "attempt to redefine macro '@a' in another library file",
            ])
    }

    @Test func configurationIsAskedOnlyWhenNeeded() {
        var environment = testEnvironment()
        environment.config = { _ in
            Issue.record("looked up")
            return nil
        }
        let source = SourceFile(name: "x", text: "%( 1 == 2 %? %( CONFIG_X == \"y\" %? 1 %) %) probe begin {}")
        #expect(parse(source, options: ParseOptions(environment: environment)).diagnostics.isEmpty)
    }

    @Test func redefiningBuiltInsWarns() {
        let result = parsed("@define count(x) %( @sum(@x) %) probe begin { print(@count(a)) }")
        #expect(result.diagnostics.map(\.message) == ["macro redefines built-in operator '@count'"])
        #expect(!result.hasErrors)
    }

    @Test func expansionsRememberTheirUses() throws {
        let result = parsed("@define inner %( x = %)\n@define outer %( @inner %)\nprobe begin { @outer }")
        let token = try #require(result.diagnostics.first?.tokens.first)
        #expect(token.text == "}")
        let name = parsed("@define inner %( = %)\n@define outer %( @inner %)\nprobe begin { @outer }")
        let wrong = try #require(name.diagnostics.first?.tokens.first)
        #expect(wrong.expandedFrom?.text == "@inner")
        #expect(wrong.expandedFrom?.expandedFrom?.text == "@outer")
        #expect(wrong.expandedFrom?.expandedFrom?.expandedFrom == nil)
    }

    @Test func hugeExpansionsAreRefused() {
        var text = "@define m0 %( 1 %)\n"
        for level in 1...60 { text += "@define m\(level) %( @m\(level - 1) @m\(level - 1) %)\n" }
        #expect(preprocessed(text + "@m60 z").hasSuffix("<macros expand to more than 262144 tokens> z"))
    }

    @Test func deepExpansionsAreRefused() {
        var text = "@define m0 %( 1 %)\n"
        for level in 1...5000 { text += "@define m\(level) %( @m\(level - 1) %)\n" }
        #expect(preprocessed(text + "@m5000 z") == "<macros nested more than 200 levels deep> z")
    }

    @Test(arguments: [
        ("6.12", "6.9", 1), ("6.12", "6.12", 0), ("6.12", "6.12.0", -1), ("6.12-rc1", "6.12", 1),
        ("5.6", "5.10", -1), ("a", "b", -1), ("99999999999999999999999", "100000000000000000000000", -1),
    ])
    func versions(_ left: String, _ right: String, _ sign: Int) {
        #expect(compareVersions(Array(left.utf8), Array(right.utf8)).signum() == sign)
        #expect(compareVersions(Array(right.utf8), Array(left.utf8)).signum() == -sign)
    }

    @Test(arguments: [
        ("*", "", true), ("a*c", "abbbc", true), ("a*c", "abbb", false), ("a?c", "abc", true), ("a?c", "ac", false),
        ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[]]", "]", true), ("[a", "[a", true), ("\\*", "*", true),
        ("\\*", "x", false), ("a*b*c", "aXbYbc", true), ("", "", true), ("", "a", false), ("**", "abc", true),
    ])
    func globs(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(Glob(pattern).matches(text) == expected)
    }
}
