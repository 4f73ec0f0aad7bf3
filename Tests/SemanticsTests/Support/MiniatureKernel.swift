// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

extension FakeCatalog {
    /// A miniature kernel with sockets: bit-fields, unions, nested arrays, anonymous members.
    static func miniature() -> FakeCatalog {
        let catalog = FakeCatalog()
        let int = catalog.declare("int", .integer(size: 4, isSigned: true, isCharacter: false))
        let uint = catalog.declare("unsigned int", .integer(size: 4, isSigned: false, isCharacter: false))
        let short = catalog.declare("short", .integer(size: 2, isSigned: true, isCharacter: false))
        let ushort = catalog.declare("unsigned short", .integer(size: 2, isSigned: false, isCharacter: false))
        let byte = catalog.declare("unsigned char", .integer(size: 1, isSigned: false, isCharacter: false))
        let char = catalog.declare("char", .integer(size: 1, isSigned: true, isCharacter: true))
        let ulong = catalog.declare("unsigned long", .integer(size: 8, isSigned: false, isCharacter: false))
        let text = catalog.pointer(to: char)
        let state = catalog.enumeration(
            "socket_state",
            [("SS_FREE", 0), ("SS_UNCONNECTED", 1), ("SS_CONNECTING", 2), ("SS_CONNECTED", 3), ("SS_DISCONNECTING", 4)])
        let sockForward = catalog.forward("struct sock")
        let opsForward = catalog.forward("struct proto_ops")
        let socket = catalog.composite(
            "struct socket", size: 40,
            [
                member("state", state, 0), member("type", short, 4), member("flags", ulong, 8),
                member("sk", catalog.pointer(to: sockForward), 24), member("ops", catalog.pointer(to: opsForward), 32),
            ])
        catalog.composite(
            "struct proto_ops", size: 16, [member("family", int, 0), member("owner", catalog.pointer(to: .void), 8)])
        let address = catalog.composite(
            "struct in6_addr", size: 16,
            [
                KernelMember(
                    name: "in6_u",
                    type: catalog.composite(
                        "union in6_u", size: 16,
                        [
                            member("u6_addr8", catalog.array(of: byte, 16), 0),
                            member("u6_addr32", catalog.array(of: uint, 4), 0),
                        ]), bitOffset: 0)
            ])
        let common = catalog.composite(
            "struct sock_common", size: 64,
            [
                member(
                    "",
                    catalog.composite(
                        "union addrpair", size: 8,
                        [
                            member("skc_addrpair", ulong, 0),
                            member(
                                "",
                                catalog.composite(
                                    "struct addrs", size: 8,
                                    [member("skc_daddr", uint, 0), member("skc_rcv_saddr", uint, 4)]), 0),
                        ]), 0),
                member("skc_family", ushort, 16), member("skc_v6_daddr", address, 24),
                member("skc_num", ushort, 40),
            ])
        let matrix = catalog.array(of: catalog.array(of: int, 3), 2)
        catalog.composite(
            "struct sock", size: 256,
            [
                member("__sk_common", common, 0), member("sk_protocol", ushort, 64),
                KernelMember(name: "sk_no_check_tx", type: byte, bitOffset: 66 * 8 + 1, bitWidth: 1),
                KernelMember(name: "sk_kind", type: int, bitOffset: 68 * 8 + 30, bitWidth: 4),
                member("sk_socket", catalog.pointer(to: socket), 72),
                member("sk_name", catalog.array(of: char, 16), 80),
                member("sk_matrix", matrix, 96), member("sk_label", text, 120),
            ])
        let iterator = catalog.composite(
            "struct iov_iter", size: 40,
            [
                member("iter_type", byte, 0),
                member(
                    "",
                    catalog.composite(
                        "union iov_union", size: 16,
                        [
                            member(
                                "",
                                catalog.composite(
                                    "struct iov_inner", size: 16,
                                    [
                                        member("ubuf", catalog.pointer(to: .void, isUser: true), 0),
                                        member("count", ulong, 8),
                                    ]), 0)
                        ]), 16),
            ])
        let message = catalog.composite(
            "struct msghdr", size: 96,
            [
                member("msg_name", catalog.pointer(to: .void), 0), member("msg_namelen", int, 8),
                member("msg_iter", iterator, 16),
            ])
        let sockPointer = catalog.pointer(to: sockForward)
        let socketPointer = catalog.pointer(to: socket)
        let messagePointer = catalog.pointer(to: message)
        catalog.function(
            "sock_sendmsg", returns: int, [parameter("sock", socketPointer), parameter("msg", messagePointer)],
            isExported: true)
        catalog.function(
            "sock_recvmsg", returns: int,
            [parameter("sock", socketPointer), parameter("msg", messagePointer), parameter("flags", int)],
            isExported: true)
        catalog.function(
            "__sock_create", returns: int,
            [
                parameter("net", catalog.pointer(to: .void)), parameter("family", int), parameter("type", int),
                parameter("protocol", int), parameter("res", catalog.pointer(to: socketPointer)),
                parameter("kern", int),
            ])
        catalog.function(
            "tcp_sendmsg", returns: int,
            [parameter("sk", sockPointer), parameter("msg", messagePointer), parameter("size", ulong)])
        catalog.function(
            "tcp_recvmsg", returns: int,
            [parameter("sk", sockPointer), parameter("msg", messagePointer), parameter("len", ulong)])
        catalog.function("sock_release", returns: .void, [parameter("sock", socketPointer)])
        catalog.function(
            "sys_named", returns: text,
            [parameter("name", catalog.pointer(to: char, isUser: true)), parameter("a", address)])
        catalog.function("ext4_read", returns: int, [parameter("inode", ulong)], module: "ext4")
        catalog.function("ext4_write", returns: int, [parameter("inode", ulong)], module: "ext4")
        catalog.variables = [
            "__per_cpu_offset": .found(KernelVariable(address: 0xffff_0000)),
            "cpu_number": .found(KernelVariable(address: 0x1000, type: int, isPerCPU: true)),
            "init_socket": .found(KernelVariable(address: 0xffff_1000, type: socket)),
            "untyped_count": .found(KernelVariable(address: 0xffff_2000)),
            "twice": .refused(reason: "the kernel has 2 variables of this name"),
            "ext4:cache": .found(KernelVariable(address: 0xffff_3000, type: socketPointer)),
        ]
        catalog.untypedFunction("asm_thing")
        catalog.refuse("inlined_thing", "inlined everywhere")
        catalog.tracepoint(
            "sock_send_length", system: "sock",
            [parameter("sk", sockPointer), parameter("ret", int), parameter("flags", int)])
        catalog.tracepoint(
            "sock_recv_length", system: "sock",
            [parameter("sk", sockPointer), parameter("ret", int), parameter("flags", int)])
        catalog.tracepoint("sched_switch", system: nil, [parameter("preempt", byte)])
        return catalog
    }

    private static func member(_ name: String, _ type: KernelTypeID, _ offset: Int) -> KernelMember {
        KernelMember(name: name, type: type, bitOffset: offset * 8)
    }

    private static func parameter(_ name: String, _ type: KernelTypeID) -> KernelParameter {
        KernelParameter(name: name, type: type)
    }
}
