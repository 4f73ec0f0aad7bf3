// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// The functions of an ELF file by address, from its full symbol table or else from the dynamic one.
final class CodeTable {
    private struct Function {
        var address: UInt64
        var size: UInt64
        var name: String
    }

    private struct Segment {
        var offset: UInt64
        var size: UInt64
        var address: UInt64
    }

    private var functions: [Function] = []
    private var segments: [Segment] = []

    /// Reads a file; nil when it is no ELF file or cannot be read.
    init?(path: String) {
        guard elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE) else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let elf = elf_begin(descriptor, ELF_C_READ, nil) else { return nil }
        defer { elf_end(elf) }
        guard elf_kind(elf) == ELF_K_ELF else { return nil }
        readSegments(elf)
        if !readSymbols(elf, type: UInt32(SHT_SYMTAB)) { _ = readSymbols(elf, type: UInt32(SHT_DYNSYM)) }
        functions.sort { ($0.address, $1.size, $0.name) < ($1.address, $0.size, $1.name) }
    }

    /// The function that the byte at an offset of the file belongs to.
    func symbol(atFileOffset offset: UInt64) -> (name: String, offset: UInt64, size: UInt64)? {
        guard let segment = segments.first(where: { $0.offset <= offset && offset - $0.offset < $0.size }) else {
            return nil
        }
        let address = offset - segment.offset &+ segment.address
        var low = 0
        var high = functions.count
        while low < high {
            let middle = (low + high) / 2
            if functions[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let start = functions[low - 1].address
        var first = low - 1
        while first > 0, functions[first - 1].address == start { first -= 1 }
        let function = functions[first]
        // Assembler functions have no size: they go on to the next one.
        guard function.size == 0 || address - start < function.size else { return nil }
        return (function.name, address - start, function.size)
    }

    private func readSegments(_ elf: OpaquePointer) {
        var count = 0
        guard elf_getphdrnum(elf, &count) == 0 else { return }
        for index in 0..<count {
            var header = GElf_Phdr()
            guard gelf_getphdr(elf, Int32(clamping: index), &header) != nil, header.p_type == UInt32(PT_LOAD)
            else { continue }
            segments.append(Segment(offset: header.p_offset, size: header.p_filesz, address: header.p_vaddr))
        }
    }

    /// Takes in the functions of a symbol table; false when there are none.
    private func readSymbols(_ elf: OpaquePointer, type: UInt32) -> Bool {
        var section: OpaquePointer?
        while let next = elf_nextscn(elf, section) {
            section = next
            var header = GElf_Shdr()
            guard gelf_getshdr(next, &header) != nil, header.sh_type == type, header.sh_entsize > 0,
                let data = elf_getdata(next, nil)
            else { continue }
            for index in 0..<Int32(clamping: header.sh_size / header.sh_entsize) {
                var symbol = GElf_Sym()
                guard gelf_getsym(data, index, &symbol) != nil, symbol.st_value != 0, symbol.st_shndx != 0,
                    symbol.st_info & 15 == UInt8(STT_FUNC) || symbol.st_info & 15 == UInt8(STT_GNU_IFUNC),
                    let name = elf_strptr(elf, Int(header.sh_link), Int(symbol.st_name))
                else { continue }
                functions.append(
                    Function(address: symbol.st_value, size: symbol.st_size, name: String(cString: name)))
            }
        }
        return !functions.isEmpty
    }
}
