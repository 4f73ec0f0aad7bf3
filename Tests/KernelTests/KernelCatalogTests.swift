// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

@testable import Kernel

@Suite(.enabled(if: Here.hasBTF, "no BTF on this kernel"))
struct KernelCatalogTests {
    let catalog: KernelCatalog

    init() throws { catalog = try KernelCatalog() }

    func members(_ name: String) throws -> [KernelMember] {
        let id = try #require(catalog.findType(name, module: nil))
        guard case .composite(_, _, _, let members) = catalog.type(id) else {
            Issue.record("\(name) is no struct or union")
            return []
        }
        return members
    }

    @Test func findsAStructAndItsMembers() throws {
        let socket = try members("struct socket")
        #expect(socket.map(\.name).prefix(4) == ["state", "type", "flags", "file"])
        #expect(socket[0].bitOffset == 0)
        #expect(socket.allSatisfy { $0.bitOffset % 8 == 0 })
        guard case .enumeration(_, 4, _) = catalog.type(socket[0].type) else {
            Issue.record("socket.state is no enumeration")
            return
        }
        #expect(catalog.spelling(of: socket[0].type) == "socket_state")
        guard case .integer(2, true, false) = catalog.type(socket[1].type) else {
            Issue.record("socket.type is no short")
            return
        }
        guard case .pointer(let file, false) = catalog.type(socket[3].type) else {
            Issue.record("socket.file is no pointer")
            return
        }
        #expect(file == catalog.findType("struct file", module: nil))
        #expect(catalog.spelling(of: socket[3].type) == "struct file*")
    }

    @Test func bareNamesPreferStructs() {
        #expect(catalog.findType("sock", module: nil) == catalog.findType("struct sock", module: nil))
        #expect(catalog.findType("sock", module: "kernel") == catalog.findType("struct sock", module: nil))
        #expect(catalog.findType("union sock", module: nil) == nil)
        #expect(catalog.findType("struct no_such_struct", module: nil) == nil)
        #expect(catalog.findType("", module: nil) == nil)
        #expect(catalog.findType("void", module: nil) == .void)
    }

    @Test(arguments: [
        ("unsigned long", 8, false), ("long unsigned int", 8, false), ("int", 4, true), ("unsigned", 4, false),
        ("short", 2, true), ("unsigned char", 1, false), ("u32", 4, false), ("const s64", 8, true),
    ])
    func findsIntegersByTheirWords(_ name: String, _ size: Int, _ isSigned: Bool) throws {
        let id = try #require(catalog.findType(name, module: nil))
        guard case .integer(size, isSigned, _) = catalog.type(id) else {
            Issue.record("\(name) is \(catalog.type(id))")
            return
        }
    }

    @Test func tellsCharactersFromSmallIntegers() throws {
        let comm = try #require(try members("struct task_struct").first { $0.name == "comm" })
        #expect(catalog.spelling(of: comm.type) == "char[16]")
        guard case .array(let element, 16) = catalog.type(comm.type),
            case .integer(1, _, true) = catalog.type(element)
        else {
            Issue.record("comm is no array of char")
            return
        }
        let bool = try #require(catalog.findType("_Bool", module: nil))
        guard case .integer(1, false, false) = catalog.type(bool) else {
            Issue.record("_Bool is \(catalog.type(bool))")
            return
        }
    }

    @Test func tellsBitFieldsAndAnonymousMembers() throws {
        let sock = try members("struct sock")
        let protocolField = try #require(sock.first { $0.name == "sk_protocol" })
        #expect(protocolField.bitWidth == nil)
        let unchecked = try #require(sock.first { $0.name == "sk_no_check_tx" })
        #expect(unchecked.bitWidth == 1)
        #expect(sock.contains { $0.name.isEmpty })
    }

    @Test func enumerators() throws {
        #expect(catalog.enumerator(named: "SOCK_STREAM") == 1)
        #expect(catalog.enumerator(named: "SS_CONNECTED") == 3)
        #expect(catalog.enumerator(named: "SS_CONNECT") == nil)
        #expect(catalog.enumerator(named: "") == nil)
        let id = try #require(catalog.findType("enum sock_type", module: nil))
        #expect(catalog.enumerators(of: id).first.map { "\($0.name)=\($0.value)" } == "SOCK_STREAM=1")
        #expect(catalog.enumerators(of: .void).isEmpty)
    }

    @Test func exactFunctionsNeedNoSymbols() throws {
        guard case .found(let function) = catalog.function("tcp_sendmsg", module: nil, needsTypes: true) else {
            Issue.record("tcp_sendmsg is not found")
            return
        }
        let prototype = try #require(function.prototype)
        guard case .function(let returns, let parameters, false) = catalog.type(prototype) else {
            Issue.record("no prototype")
            return
        }
        #expect(catalog.spelling(of: returns) == "int")
        #expect(parameters.map(\.name) == ["sk", "msg", "size"])
        #expect(parameters.map { catalog.spelling(of: $0.type) } == ["struct sock*", "struct msghdr*", "size_t"])
        #expect(function.module == nil)
        #expect(!catalog.hasReadSymbols)
    }

    @Test func absentFunctionsAreAbsent() {
        guard case .absent = catalog.function("no_such_function_here", module: nil, needsTypes: false) else {
            Issue.record("found what does not exist")
            return
        }
        guard case .absent = catalog.function("tcp_sendmsg", module: "no_such_module", needsTypes: false) else {
            Issue.record("found in a module that does not exist")
            return
        }
        #expect(catalog.functions(matching: "no_such_*", module: "no_such_module", needsTypes: false).isEmpty)
    }

    @Test func functionsWithoutTypesSayWhatHelps() {
        // Written in assembly on all architectures: a symbol, and nothing in BTF.
        guard case .refused(let reason) = catalog.function("clear_page_rep", module: nil, needsTypes: true)
        else { return }
        #expect(reason.contains("BTF") && reason.contains("kprobe.function(\"clear_page_rep\")"))
        guard case .found(let function) = catalog.function("clear_page_rep", module: nil, needsTypes: false) else {
            Issue.record("not found without types")
            return
        }
        #expect(function.prototype == nil && function.btf == nil)
    }

    @Test func wildcardsFindWhatIsTraceable() {
        let found = catalog.functions(matching: "tcp_send[mp]*", module: nil, needsTypes: true).map(\.name)
        #expect(found.contains("tcp_sendmsg"))
        #expect(found == found.sorted())
        #expect(found.allSatisfy { $0.hasPrefix("tcp_send") && !$0.contains(".") })
        let all = catalog.functions(matching: "*tcp_sendmsg", module: nil, needsTypes: false)
        #expect(!all.contains { $0.name.hasPrefix("__pfx") })
    }

    @Test func tracepointsHaveNamedParameters() throws {
        let found = catalog.tracepoints(matching: "sched_switch")
        #expect(found.count == 1)
        #expect(found.first?.parameters.prefix(3).map(\.name) == ["preempt", "prev", "next"])
        let next = try #require(found.first?.parameters[2])
        #expect(catalog.spelling(of: next.type) == "struct task_struct*")
        #expect(catalog.tracepoints(matching: "no_such_tracepoint").isEmpty)
        #expect(catalog.tracepoints(matching: "sched_process_*").map(\.name).contains("sched_process_exec"))
        #expect(catalog.tracepoints(matching: "sched:sched_switch").count == 1)
        if found.first?.system != nil { #expect(catalog.tracepoints(matching: "net:sched_switch").isEmpty) }
    }

    @Test func spellsPointersToFunctions() throws {
        let proto = try members("struct proto")
        let sendmsg = try #require(proto.first { $0.name == "sendmsg" })
        #expect(catalog.spelling(of: sendmsg.type) == "int (*)(struct sock*, struct msghdr*, size_t)")
    }

    @Test func everyTypeHasAShapeAndASpelling() {
        var composites = 0
        for id in 1..<catalog.vmlinux.endID where id % 37 == 0 {
            if case .composite = catalog.type(KernelTypeID(id: id)) { composites += 1 }
            #expect(!catalog.spelling(of: KernelTypeID(id: id)).isEmpty)
        }
        #expect(composites > 100)
        guard case .void = catalog.type(KernelTypeID(id: .max)) else {
            Issue.record("a type that does not exist has a shape")
            return
        }
    }

    @Test func aKernelWithoutBTFIsToldSo() {
        #expect {
            try KernelCatalog(directory: "/nonexistent")
        } throws: { error in
            (error as? KernelError)?.message.contains("CONFIG_DEBUG_INFO_BTF") == true
        }
    }
}
