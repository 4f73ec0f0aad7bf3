// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics
import Testing

@testable import Kernel

@Suite(.enabled(if: Here.canTrace, "no eBPF here"))
struct KernelMemoryReaderTests {
    @Test func readsKernelMemory() throws {
        let reader = try KernelMemoryReader()
        let task = reader.currentTask()
        #expect(task >> 63 == 1)
        guard Here.hasBTF else { return }
        let catalog = try KernelCatalog()
        let type = try #require(catalog.findType("struct task_struct", module: nil))
        guard case .composite(_, _, let size, let members) = catalog.type(type) else {
            Issue.record("task_struct is no struct")
            return
        }
        // More than one run reads.
        var bytes = [UInt8](repeating: 0, count: max(size, 5000))
        #expect(bytes.withUnsafeMutableBytes { reader.read(address: task, into: $0) })
        func field(_ name: String) throws -> Int32 {
            let offset = try #require(members.first { $0.name == name }).bitOffset / 8
            return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Int32.self) }
        }
        #expect(try field("tgid") == getpid())
    }

    @Test func faultsAreToldAndNotFatal() throws {
        let reader = try KernelMemoryReader()
        var bytes = [UInt8](repeating: 0, count: 8)
        for address: UInt64 in [0, 8, .max - 7, 0xDEAD_0000_0000_0000] {
            #expect(bytes.withUnsafeMutableBytes { !reader.read(address: address, into: $0) })
        }
        #expect(bytes.withUnsafeMutableBytes { !reader.read(address: 8, into: $0, isUser: true) })
    }

    @Test func readsOwnUserMemory() throws {
        let reader = try KernelMemoryReader()
        let source: [UInt64] = [1, 2, 3]
        var target: [UInt64] = [0, 0, 0]
        let worked = source.withUnsafeBytes { from in
            target.withUnsafeMutableBytes {
                reader.read(address: UInt64(UInt(bitPattern: from.baseAddress)), into: $0, isUser: true)
            }
        }
        #expect(worked && target == source)
    }
}
