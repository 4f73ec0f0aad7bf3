// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import Glibc
import Semantics

/// Where the running kernel keeps members of its structures, by its BTF.
struct KernelOffsets {
    private let catalog: KernelCatalog
    private let reader: KernelMemoryReader?

    init(_ catalog: KernelCatalog, reader: KernelMemoryReader? = nil) {
        self.catalog = catalog
        self.reader = reader
    }

    /// The byte offset of a member, also inside anonymous members.
    func offset(_ member: String, of structure: String) throws(KernelError) -> Int {
        guard let id = catalog.findType("struct \(structure)", module: nil), let bits = bitOffset(member, in: id) else {
            throw KernelError(
                .unsupported, "this kernel's struct \(structure) has no member '\(member)' that swtap knows")
        }
        return bits / 8
    }

    private func bitOffset(_ name: String, in id: KernelTypeID, depth: Int = 0) -> Int? {
        guard case .composite(_, _, _, let members) = catalog.type(id), depth < 8 else { return nil }
        for member in members {
            if member.name == name { return member.bitOffset }
            if member.name.isEmpty, let inner = bitOffset(name, in: member.type, depth: depth + 1) {
                return member.bitOffset + inner
            }
        }
        return nil
    }

    /// What the programs that follow processes need.
    func tracking() throws(KernelError) -> ProcessPrograms.Offsets {
        var offsets = ProcessPrograms.Offsets()
        offsets.memory = try offset("mm", of: "task_struct")
        offsets.executable = try offset("exe_file", of: "mm_struct")
        offsets.inode = try offset("f_inode", of: "file")
        offsets.process = try offset("tgid", of: "task_struct")
        offsets.signal = try offset("signal", of: "task_struct")
        offsets.live = try offset("live", of: "signal_struct")
        return offsets
    }

    /// The address of the inode behind a descriptor of this process; nil where the kernel does not let us look.
    func inode(ofDescriptor number: Int32) -> UInt64? {
        guard let reader, number >= 0 else { return nil }
        func follow(_ address: UInt64, _ member: String, _ structure: String) -> UInt64? {
            guard let offset = try? offset(member, of: structure) else { return nil }
            return word(address &+ UInt64(offset))
        }
        let task = reader.currentTask()
        guard task != 0, let files = follow(task, "files", "task_struct"),
            let table = follow(files, "fdt", "files_struct"), let array = follow(table, "fd", "fdtable"),
            let file = word(array &+ UInt64(number) * 8), file != 0
        else { return nil }
        return follow(file, "f_inode", "file").flatMap { $0 == 0 ? nil : $0 }
    }

    func word(_ address: UInt64) -> UInt64? {
        guard let reader else { return nil }
        var value: UInt64 = 0
        return withUnsafeMutableBytes(of: &value) { reader.read(address: address, into: $0) } ? value : nil
    }
}
