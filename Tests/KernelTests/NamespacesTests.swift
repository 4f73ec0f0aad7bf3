// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Testing

@testable import Kernel

@Suite struct NamespacesTests {
    @Test(.enabled(if: Here.canTrace && Here.hasBTF, "no eBPF here"))
    func areWhereOurOwnTaskHasThem() throws {
        let catalog = try KernelCatalog()
        let reader = try KernelMemoryReader()
        let offsets = KernelOffsets(catalog, reader: reader)
        func follow(_ address: UInt64, _ member: String, _ structure: String) throws -> UInt64 {
            try #require(offsets.word(address &+ UInt64(try offsets.offset(member, of: structure))))
        }
        let task = reader.currentTask()
        let pid = try follow(task, "thread_pid", "task_struct")
        let level = try follow(pid, "level", "pid") & 0xFFFF_FFFF
        // struct upid: the number and, at 8, the namespace.
        let numbers = pid &+ UInt64(try offsets.offset("numbers", of: "pid"))
        let expected = try #require(offsets.word(numbers &+ level * 16 &+ 8))
        let credentials = try follow(task, "cred", "task_struct")
        let users = try follow(credentials, "user_ns", "cred")
        for process in [nil, getpid()] {
            let namespaces = try Namespaces(ofProcess: process)
            #expect(namespaces.address(.processes, catalog: catalog, reader: reader) == expected)
            #expect(namespaces.address(.users, catalog: catalog, reader: reader) == users)
        }
    }

    @Test func nobodysNamespaces() throws {
        let error = try #require(throws: KernelError.self) { try Namespaces(ofProcess: .max) }
        #expect(
            "\(error)" == "cannot open the namespace /proc/2147483647/ns/pid: No such file or directory; "
                + "--target-namespaces needs a process that swtap may look into")
    }
}
