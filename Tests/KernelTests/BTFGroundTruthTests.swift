// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics
import Testing

@testable import Kernel

/// Compares every member of every struct and union with what bpftool reads from the same BTF.
@Suite(.enabled(if: Here.hasBTF && access("/usr/sbin/bpftool", X_OK) == 0, "no BTF or no bpftool"))
struct BTFGroundTruthTests {
    @Test func membersAreAsBpftoolSays() throws {
        let catalog = try KernelCatalog()
        let pipe = try #require(popen("/usr/sbin/bpftool btf dump file /sys/kernel/btf/vmlinux", "r"))
        defer { pclose(pipe) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        var composite: UInt32 = 0
        var members: [String] = []
        var compared = 0
        var wrong: [String] = []
        func finish() {
            defer { (composite, members) = (0, []) }
            guard composite != 0 else { return }
            guard case .composite(_, _, _, let found) = catalog.type(KernelTypeID(id: composite)) else {
                wrong.append("[\(composite)] is no composite")
                return
            }
            let told = found.map { member in
                let name = member.name.isEmpty ? "(anon)" : member.name
                let width = member.bitWidth.map { " bitfield_size=\($0)" } ?? ""
                return "\t'\(name)' type_id=\(member.type.id) bits_offset=\(member.bitOffset)\(width)"
            }
            compared += told.count
            if told != members { wrong.append("[\(composite)]: \(told) is not \(members)") }
        }
        while getline(&line, &capacity, pipe) > 0, let text = line {
            let string = String(cString: text).filter { $0 != "\n" }
            if string.hasPrefix("[") {
                finish()
                guard string.contains("] STRUCT ") || string.contains("] UNION ") else { continue }
                composite = UInt32(string.dropFirst().prefix { $0 != "]" }) ?? 0
            } else if composite != 0 {
                members.append(string)
            }
        }
        finish()
        #expect(wrong.prefix(3) == [])
        #expect(compared > 1000)
    }
}
