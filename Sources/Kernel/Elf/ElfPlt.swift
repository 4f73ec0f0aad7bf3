// SPDX-License-Identifier: GPL-3.0-or-later
import CLibelf
import Glibc

extension ElfFile {
    /// The entries of the procedure linkage table whose function matches a glob: where the file calls functions of other
    /// files. Empty where functions are called through their addresses at once.
    public func linkageEntries(matching glob: String) -> [ElfSymbol] {
        guard let relocations = section(named: ".rela.plt") else { return [] }
        let guarded = section(named: ".plt.sec")
        guard let table = guarded ?? section(named: ".plt"), table.header.sh_size > 0 else { return [] }
        let entrySize = max(table.header.sh_entsize, 16)
        // The first entry of the plain table is the way to the resolver.
        let first: UInt64 = guarded == nil ? 1 : 0
        var found: [ElfSymbol] = []
        let stride = MemoryLayout<Elf64_Rela>.stride
        for index in 0..<(relocations.data.count / stride) {
            let entry = relocations.data.loadUnaligned(fromByteOffset: index * stride, as: Elf64_Rela.self)
            guard let name = dynamicSymbol(at: Int(entry.r_info >> 32)), !name.isEmpty, fnmatch(glob, name, 0) == 0
            else { continue }
            let place = (UInt64(index) + first) * entrySize
            guard place + entrySize <= table.header.sh_size else { continue }
            found.append(
                ElfSymbol(
                    name: name, address: table.header.sh_addr + place, size: entrySize, kind: .function,
                    isGlobal: true, isIndirect: false))
        }
        return found
    }
}
