// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax
import Testing

@testable import Session

@Suite("Which tapset files a script needs")
struct TapsetIndexTests {
    private let index = TapsetIndex([
        SourceFile(name: "a.stp", text: "function alpha:long (x) { return beta(x) }\n"),
        SourceFile(name: "b.stp", text: "private global table, other\nfunction beta(x) { return x }\n"),
        SourceFile(
            name: "c.stp", text: "/** probe net.send - text */\nprobe net.send = kernel.function(\"f\")\n{\n}\n"),
        SourceFile(name: "d.stpm", text: "@define mine(x) %( 1 %)\n"),
        SourceFile(name: "e.stp", text: "probe one.x,\n\ttwo.y = begin\n{\n  shadow = 1\n}\nglobal last\n"),
    ])

    private func needed(_ text: String) -> [String] {
        index.needed(by: [Array(text.utf8)]).map(\.name)
    }

    @Test(arguments: [
        ("probe begin { exit() }", []),
        ("probe begin { alpha(1) }", ["a.stp", "b.stp"]),
        ("probe net.send { }", ["c.stp"]),
        ("probe begin { @mine(2) }", ["d.stpm"]),
        ("probe two.y { }", ["e.stp"]),
        ("probe begin { println(last) }", ["e.stp"]),
        ("probe begin { shadow = 2 }", []),
        ("probe begin { println(other) }", ["b.stp"]),
    ])
    func files(text: String, expected: [String]) {
        #expect(needed(text) == expected)
    }

    @Test(arguments: [
        ("probe socket.* { }", true), ("probe s*.send { }", true), ("probe begin { a = b * c }", false),
        ("probe kernel.function(\"tcp_*\") { }", false), ("*", false), ("net.*", true),
        ("probe begin { x = \"a*b\" }", false),
    ])
    func wildcards(text: String, expected: Bool) {
        #expect(TapsetIndex.hasWildcardPoint(Array(text.utf8)) == expected)
    }

    @Test("What the real library declares is found by its names")
    func library() throws {
        let library = try TapsetLibrary(directories: [])
        let names = library.files(neededBy: [Array("probe socket.send { println(ip_ntop(1), ppid()) }".utf8)]).map(
            \.name)
        #expect(names.contains("socket.stp"))
        #expect(names.contains("context.stp"))
        #expect(names.contains("socket.stpm"))
        #expect(names.count < library.files.count)
    }
}
