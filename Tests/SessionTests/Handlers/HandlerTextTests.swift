// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@testable import Session

/// What handlers in the kernel make of strings, told by hand.
@Suite(.enabled(if: HandlerRun.isPossible, "no eBPF here"), .serialized)
struct HandlerTextTests {
    /// What an expression is in a handler of the kernel that has the number as `$id`.
    private func result(_ expression: String, id: UInt64 = 0, declarations: String = "") throws -> String {
        let script = """
            global result, events \(declarations)
            probe kernel.trace("sys_enter") { events++; result = \(expression) }
            probe end { if (events) printf("%s", result) }
            """
        let outcome = try HandlerRun.run(try HandlerRun.program(script), events: [[0, id]], inKernel: true)
        #expect(outcome.inKernel == [0], "\(outcome.messages)")
        #expect(outcome.messages == [])
        return outcome.output
    }

    @Test(arguments: [
        (
            "sprintf(\"%d|%5d|%-5d|%05d|%+d|% d\", $id, $id, $id, $id, $id, $id)", 42 as UInt64,
            "42|   42|42   |00042|+42| 42"
        ),
        (
            "sprintf(\"%d|%5d|%-5d|%05d|%+d|% d\", $id, $id, $id, $id, $id, $id)", UInt64(bitPattern: -7),
            "-7|   -7|-7   |-0007|-7|-7"
        ),
        (
            "sprintf(\"%x|%X|%#x|%o|%#o|%p|%08x|%-6x|\", $id, $id, $id, $id, $id, $id, $id, $id)", 0xbeef,
            "beef|BEEF|0xbeef|137357|0137357|0xbeef|0000beef|beef  |"
        ),
        ("sprintf(\"%d %u\", $id, $id)", 1 << 63, "-9223372036854775808 9223372036854775808"),
        ("sprintf(\"<%s>%d<%s>%%\", \"a\", $id, \"\")", 0, "<a>0<>%"),
        ("ip_ntop($id)", 0x0100_007f, "127.0.0.1"),
        ("ip_ntop($id)", 0xffff_ffff, "255.255.255.255"),
        ("ip_ntop($id)", 0x0064_0a09, "9.10.100.0"),
        ("ipv6_text($id, $id)", 0x0100_0000_efcd_ab89, "89ab:cdef:0000:0001:89ab:cdef:0000:0001"),
        ("substr(\"an example\", 3, $id)", 2, "ex"),
        ("substr(\"an example\", 3, $id)", 99, "example"),
        ("substr(\"an example\", $id, 4)", 10, ""),
        ("substr(\"an example\", $id, 4)", UInt64(bitPattern: -1), ""),
        ("substr(sprintf(\"%d\", $id), 1, 2)", 4711, "71"),
        ("sprintf(\"%d %d\", strlen(sprintf(\"%d\", $id)), strlen(\"\"))", 4711, "4 0"),
        ("sprintf(\"%d\", isdigit(sprintf(\"%d\", $id)))", 5, "1"),
        ("sprintf(\"%d\", isdigit(sprintf(\"%d\", $id)))", UInt64(bitPattern: -5), "0"),
        ("sprintf(\"%d %d\", sprintf(\"%d\", $id) < \"5\", \"b\" <= sprintf(\"%x\", $id))", 45, "1 0"),
        ("($id ? \"yes\" : \"no\") . probe_type()", 1, "yeskernel_tracepoint"),
    ])
    func results(_ expression: String, _ id: UInt64, _ wanted: String) throws {
        #expect(try result(expression, id: id) == wanted)
    }

    @Test func stringsAreCutAtTheLimit() throws {
        let digits = String(repeating: "0123456789", count: 26)
        let wanted = String((digits + digits).prefix(511))
        #expect(try result("sprintf(\"%s%s\", \"\(digits)\", \"\(digits)\")") == wanted)
        #expect(try result("\"\(digits)\" . substr(\"\(digits)\", $id, 260)") == wanted)
        #expect(try result("\"\(digits)\" . substr(\"\(digits)\", $id, 251) . \"x\"") == wanted)
        #expect(try result("\"\(digits)\" . substr(\"\(digits)\", $id, 249) . \"xyz\"") == wanted.prefix(509) + "xy")
    }

    @Test func theOldestElementMakesRoom() throws {
        let script = """
            global last%[3], order = 0
            probe kernel.trace("sys_enter") { last[$id] = order++ }
            probe end { foreach (k in last) printf("%d=%d ", k, last[k]) }
            """
        let events: [[UInt64]] = [1, 2, 3, 1, 4, 5, 2, 2].map { [0, $0] }
        let outcome = try HandlerRun.run(try HandlerRun.program(script), events: events, inKernel: true)
        #expect(outcome.inKernel == [0])
        #expect(outcome.output == "4=4 5=5 2=7 ")
        #expect(outcome.messages == [])
    }
}
