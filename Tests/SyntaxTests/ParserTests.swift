// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Syntax

@Suite struct ParserTests {
    @Test func wholeScript() {
        let result = parsed(
            """
            global bytes%[100], n = 5
            private global s = "a" "b"
            function f:long (a:string, b) :2 { return a . "x" == "y" ? b : -1 }
            probe socket.{send,receive}?, timer.s(1) if (n > 2) {
              if (success) bytes[execname(), pid()] <<< size; else next
              foreach ([a, b+] in bytes limit 5) printf("%s %d\\n", a, @count(bytes[a, b]))
            }
            probe a.b = kernel.function("tcp_*").return ? { x = $sk->__sk_common->skc_num } , { }
            """)
        #expect(result.diagnostics.isEmpty)
        #expect(result.file.globals.count == 3)
        #expect(result.file.functions.count == 1)
        #expect(result.file.probes.first?.points.count == 3)
        #expect(result.file.aliases.count == 1)
    }
}
