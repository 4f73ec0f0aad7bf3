// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

/// `-l` and `-L`.
@Suite struct ListingTests {
    private let library = [
        """
        probe socket.send = kernel.function("sock_sendmsg") ?, kernel.function("gone") ?
        { name = "socket.send"; size = $msg->msg_iter->count; __hidden = 1; bad = $nope }
        probe socket.receive = socket.recvmsg.return { name = "socket.receive"; success = ($return >= 0) }
        probe socket.recvmsg = kernel.function("sock_recvmsg") { name = "socket.recvmsg"; flags = $flags }
        """
    ]

    private func list(_ pattern: String, withVariables: Bool = false) -> [String] {
        listProbePoints(
            pattern, user: [], library: library.map { parsed($0, name: "socket.stp", role: .tapset) },
            catalog: FakeCatalog.miniature(), withVariables: withVariables)
    }

    @Test func points() {
        #expect(list("socket.*") == ["socket.receive", "socket.recvmsg", "socket.send"])
        #expect(list("socket.send") == ["socket.send"])
        #expect(
            list("kernel.function(\"tcp_*\")") == [
                "kernel.function(\"tcp_recvmsg\")", "kernel.function(\"tcp_sendmsg\")",
            ])
        #expect(list("nosuch.*") == [])
        #expect(list("begin, end") == [])
        #expect(list("kernel.trace(\"*\")").count == 3)
    }

    @Test func variables() {
        #expect(
            list("socket.*", withVariables: true) == [
                "socket.receive name:string flags:long success:long "
                    + "$sock:struct socket* $msg:struct msghdr* $flags:int $return:int",
                "socket.recvmsg name:string flags:long $sock:struct socket* $msg:struct msghdr* $flags:int",
                "socket.send name:string size:long $sock:struct socket* $msg:struct msghdr*",
            ])
        #expect(
            list("kernel.function(\"sock_release\").return", withVariables: true)
                == ["kernel.function(\"sock_release\").return $sock:struct socket*"])
    }
}

/// `--dump-*`.
@Suite struct LibraryListingTests {
    private let library = [
        parsed(
            """
            probe net.send = kernel.function("sock_sendmsg") ?, net.__inner ! { size = 1 }
            probe net.a, net.b = begin, timer.s(1) {}
            probe _net.hidden = end {}
            global counts
            function first(key) { return counts[key] . "!" }
            function second() { counts["x"] = "y" }
            function third:long(a:long, b:string) { return a + strlen(b) }
            function _fourth(x) { return $x }
            private function fifth() { return 1 }
            """, name: "net.stp", role: .tapset)
    ]

    @Test func probeTypes() {
        let lines = listProbeTypes()
        #expect(lines == lines.sorted())
        #expect(Set(lines).count == lines.count)
        for line in [
            "begin", "begin(number)", "never", "kernel.function(string).return", "module(string).function(string)",
            "kernel.trace(string)", "timer.ms(number).randomize(number)", "kprobe.function(string)",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func probeAliases() {
        let lines = [
            "net.a = begin, timer.s(1)", "net.b = begin, timer.s(1)",
            "net.send = kernel.function(\"sock_sendmsg\")?, net.__inner!",
        ]
        #expect(listProbeAliases(user: [], library: library, withInternal: false) == lines)
        #expect(
            listProbeAliases(user: [], library: library, withInternal: true) == ["_net.hidden = end"] + lines)
    }

    @Test func functions() {
        func list(_ withInternal: Bool) -> [String] {
            listFunctions(
                user: [], library: library, catalog: FakeCatalog.miniature(), withInternal: withInternal)
        }
        let lines = list(false)
        #expect(lines == lines.sorted())
        for line in [
            "first:string (key:string)", "second:unknown ()", "third:long (a:long, b:string)", "pid:long ()",
            "strlen:long (a1:string) /* pure */",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(!lines.contains { $0.hasPrefix("_") || $0.hasPrefix("fifth") })
        #expect(list(true).contains("_fourth:unknown (x:unknown)"))
    }
}
