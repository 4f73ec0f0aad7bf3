// SPDX-License-Identifier: GPL-3.0-or-later
import CLibelf
import Glibc

/// One symbol of a file.
public struct ElfSymbol: Sendable, Equatable {
    /// What a symbol names.
    public enum Kind: Sendable {
        /// A function, also one whose address the program finds out when it starts (`isIndirect`).
        case function
        case object
        case other
    }

    /// The name, without a version.
    public var name: String
    /// The link-time address.
    public var address: UInt64
    /// The bytes it covers; 0 where the file does not say.
    public var size: UInt64
    /// What it names.
    public var kind: Kind
    /// Whether other files can see it.
    public var isGlobal: Bool
    /// Whether its address is that of a function which chooses the real one.
    public var isIndirect: Bool
}

/// A symbol as it lies in the table; the name is valid as long as the file.
struct RawSymbol {
    let name: UnsafePointer<CChar>
    let entry: Elf64_Sym

    var type: UInt8 { entry.st_info & 0xf }
    var binding: UInt8 { entry.st_info >> 4 }
    var isFunction: Bool { type == UInt8(STT_FUNC) || isIndirect }
    var isIndirect: Bool { type == UInt8(STT_GNU_IFUNC) }
    var isDefined: Bool { entry.st_shndx != UInt16(SHN_UNDEF) && entry.st_shndx != UInt16(SHN_ABS) }

    var symbol: ElfSymbol {
        ElfSymbol(
            name: String(cString: name), address: entry.st_value, size: entry.st_size,
            kind: isFunction ? .function : type == UInt8(STT_OBJECT) ? .object : .other,
            isGlobal: binding != UInt8(STB_LOCAL), isIndirect: isIndirect)
    }
}

extension ElfFile {
    /// Whether it still has the full symbol table, not only the names that dynamic linking needs.
    public var hasFullSymbols: Bool { section(ofType: SHT_SYMTAB) != nil }

    /// Whether it has any symbols: a stripped static program has none.
    public var hasSymbols: Bool { hasFullSymbols || section(ofType: SHT_DYNSYM) != nil }

    /// All functions whose names match a glob, by address and then by name; exported ones only on demand.
    public func functions(matching glob: String, exportedOnly: Bool = false) -> [ElfSymbol] {
        var found: [ElfSymbol] = []
        let isPattern = isGlob(glob)
        forEachSymbol(exportedOnly: exportedOnly) { raw in
            guard raw.isFunction, raw.entry.st_value != 0 else { return true }
            guard isPattern ? fnmatch(glob, raw.name, 0) == 0 : strcmp(glob, raw.name) == 0 else { return true }
            found.append(raw.symbol)
            return true
        }
        found.sort { ($0.address, $0.name) < ($1.address, $1.name) }
        // A local and an exported entry may say the same.
        var last: ElfSymbol?
        return found.filter { symbol in
            defer { last = symbol }
            return last.map { ($0.address, $0.name) != (symbol.address, symbol.name) } ?? true
        }
    }

    /// The first symbol of a name, of whatever kind.
    public func symbol(named name: String) -> ElfSymbol? {
        var found: ElfSymbol?
        forEachSymbol { raw in
            guard strcmp(raw.name, name) == 0 else { return true }
            found = raw.symbol
            return false
        }
        return found
    }

    /// The symbol that covers an address: a sized one before one that only starts below it, a global one before a local
    /// one. One pass over the table.
    public func symbol(at address: UInt64, kind: ElfSymbol.Kind? = nil) -> ElfSymbol? {
        var best: RawSymbol?
        var bestRank = (-1, 0, UInt64(0))
        // Where the file does not say how far a symbol reaches, it reaches to the end of its segment.
        let limit = segments.first { address >= $0.address && address - $0.address < $0.memorySize }
        forEachSymbol { raw in
            let entry = raw.entry
            guard entry.st_value <= address, raw.type <= UInt8(STT_FUNC) || raw.isIndirect else { return true }
            if let kind, kind != raw.symbolKind { return true }
            let covers = address - entry.st_value < entry.st_size
            if !covers {
                guard entry.st_size == 0, let limit, entry.st_value >= limit.address else { return true }
            }
            let rank = (covers ? 1 : 0, raw.binding == UInt8(STB_LOCAL) ? 0 : 1, entry.st_value)
            // The nearest start is the best one; binding decides between names of one place.
            if rank.0 > bestRank.0
                || (rank.0 == bestRank.0 && (rank.2, rank.1) > (bestRank.2, bestRank.1))
            {
                (best, bestRank) = (raw, rank)
            }
            return true
        }
        return best?.symbol
    }

    /// Hands every defined symbol with a name to `body`, until it returns false: of the full table where there is one,
    /// else of the dynamic one; with `exportedOnly` of the dynamic one, or of the full one's global names in a static program.
    func forEachSymbol(exportedOnly: Bool = false, _ body: (RawSymbol) -> Bool) {
        let full = section(ofType: SHT_SYMTAB)
        let dynamic = section(ofType: SHT_DYNSYM)
        guard let table = exportedOnly ? dynamic ?? full : full ?? dynamic else { return }
        let wantsGlobal = exportedOnly
        visit(table) { raw in
            guard raw.isDefined, raw.name.pointee != 0 else { return true }
            return wantsGlobal && raw.binding == UInt8(STB_LOCAL) ? true : body(raw)
        }
    }

    /// The dynamic symbol of an index, defined here or not: what relocations name.
    func dynamicSymbol(at index: Int) -> String? {
        guard let table = section(ofType: SHT_DYNSYM), let strings = section(at: Int(table.header.sh_link)) else {
            return nil
        }
        let offset = index * MemoryLayout<Elf64_Sym>.stride
        guard index >= 0, offset + MemoryLayout<Elf64_Sym>.stride <= table.data.count else { return nil }
        let entry = table.data.loadUnaligned(fromByteOffset: offset, as: Elf64_Sym.self)
        return Self.name(entry, strings.data).map { String(cString: $0) }
    }

    private func visit(_ table: Section, _ body: (RawSymbol) -> Bool) {
        guard let strings = section(at: Int(table.header.sh_link)), strings.data.last == 0 else { return }
        let stride = MemoryLayout<Elf64_Sym>.stride
        var offset = 0
        while offset + stride <= table.data.count {
            let entry = table.data.loadUnaligned(fromByteOffset: offset, as: Elf64_Sym.self)
            offset += stride
            guard let name = Self.name(entry, strings.data) else { continue }
            if !body(RawSymbol(name: name, entry: entry)) { return }
        }
    }

    /// A name inside a string table that ends in a NUL.
    private static func name(_ entry: Elf64_Sym, _ strings: UnsafeRawBufferPointer) -> UnsafePointer<CChar>? {
        guard Int(entry.st_name) < strings.count, strings.last == 0, let start = strings.baseAddress else { return nil }
        return (start + Int(entry.st_name)).assumingMemoryBound(to: CChar.self)
    }
}

extension RawSymbol {
    fileprivate var symbolKind: ElfSymbol.Kind {
        isFunction ? .function : type == UInt8(STT_OBJECT) ? .object : .other
    }
}
