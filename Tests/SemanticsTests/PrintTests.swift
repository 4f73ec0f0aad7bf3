// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax
import Testing

/// The print family.
@Suite struct PrintTests {
    @Test(arguments: [
        ("printf(\"%d\")", "Wrong number of args to formatted print operator"),
        ("printf(\"x\", 1)", "Wrong number of args to formatted print operator"),
        ("printf(\"%*d\", 1)", "Wrong number of args to formatted print operator"),
    ])
    func wrongFormats(call: String, message: String) {
        #expect(errors("probe begin { \(call) }").first?.hasPrefix(message + ": ") == true)
    }

    @Test(arguments: [
        ("printf(\"100%% %\")", "printf(\"100%% %%\")"),
        ("printf(\"%-10.3ld|%*.*s\", 1, 2, 3, \"a\")", "printf(\"%-10.3d|%*.*s\", 1, 2, 3, \"a\")"),
        ("printf(\"%#x %08i %.s\", 1, 2, \"\")", "printf(\"%#x %08d %.0s\", 1, 2, \"\")"),
        ("printd(\"|\", 1, \"a\", 2)", "printf(\"%d|%s|%d\", 1, \"a\", 2)"),
        ("printdln(\", \", 1, 2)", "printf(\"%d, %d\\n\", 1, 2)"),
        ("println()", "printf(\"\\n\")"),
        ("print_char(65)", "print_char(65)"),
        ("print(sprint(1, \"a\"))", "printf(\"%s\", sprintf(\"%d%s\", 1, \"a\"))"),
    ])
    func desugared(call: String, expected: String) { #expect(body("probe begin { \(call) }") == expected) }
}
