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
