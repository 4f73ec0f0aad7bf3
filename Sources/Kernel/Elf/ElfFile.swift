// SPDX-License-Identifier: GPL-3.0-or-later
import CLibelf
import Glibc

/// Why a file cannot be read as a program.
public enum ElfProblem: Error, Equatable, Sendable {
    /// It cannot be opened; the system's error number.
    case unreadable(errno: Int32)
    /// It is no ELF file, or a damaged one.
    case notElf
    /// It is an ELF file of another word size, byte order or processor than this machine's.
    case foreign

    /// The reason in words: `No such file or directory`.
    public var reason: String {
        switch self {
        case .unreadable(let number): errorText(number)
        case .notElf: "it is not an ELF file"
        case .foreign: "it is made for another processor or word size"
        }
    }
}

/// One loadable part of a program: `size` bytes at `offset` of the file appear at `address`.
public struct ElfSegment: Sendable, Equatable {
    /// The link-time address.
    public var address: UInt64
    /// The offset in the file.
    public var offset: UInt64
    /// The bytes in the file.
    public var fileSize: UInt64
    /// The bytes in memory.
    public var memorySize: UInt64
    /// Whether it holds code.
    public var isExecutable: Bool
}

extension [ElfSegment] {
    /// The address that a place in the file is loaded at, code before data; nil when none of them loads it.
    func address(ofFileOffset offset: UInt64) -> UInt64? {
        func holds(_ segment: ElfSegment) -> Bool {
            offset >= segment.offset && offset - segment.offset < segment.fileSize
        }
        guard let segment = first(where: { $0.isExecutable && holds($0) }) ?? first(where: holds) else { return nil }
        return segment.address &+ (offset - segment.offset)
    }
}

/// A program, library or object file, read through libelf without copying its tables. All addresses are those of the link
/// editor; a loaded file has them moved by a constant.
public final class ElfFile {
    /// The path that it was opened by.
    public let path: String
    /// What the program headers load, in their order.
    public let segments: [ElfSegment]
    /// Whether it can be loaded anywhere: a shared library or a position-independent program.
    public let isRelocatable: Bool
    private let elf: OpaquePointer

    /// Opens a file of this machine's kind.
    public init(path: String) throws(ElfProblem) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(errno: errno) }
        var facts = stat()
        if fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw .unreadable(errno: EISDIR)
        }
        let opened = swtap_elf_open(descriptor)
        close(descriptor)
        guard let opened else { throw .notElf }
        var header = GElf_Ehdr()
        guard gelf_getehdr(opened, &header) != nil else {
            elf_end(opened)
            throw .notElf
        }
        guard gelf_getclass(opened) == Int32(ELFCLASS64), header.e_ident.5 == UInt8(ELFDATA2LSB),
            header.e_machine == Self.machine
        else {
            elf_end(opened)
            throw .foreign
        }
        self.path = path
        elf = opened
        isRelocatable = header.e_type == UInt16(ET_DYN)
        segments = Self.segments(of: opened)
    }

    deinit { elf_end(elf) }

    private static var machine: UInt16 {
        #if arch(arm64)
            UInt16(EM_AARCH64)
        #else
            UInt16(EM_X86_64)
        #endif
    }

    private static func segments(of elf: OpaquePointer) -> [ElfSegment] {
        var count = 0
        guard elf_getphdrnum(elf, &count) == 0 else { return [] }
        return (0..<count).compactMap { index in
            var header = GElf_Phdr()
            guard gelf_getphdr(elf, Int32(clamping: index), &header) != nil, header.p_type == UInt32(PT_LOAD) else {
                return nil
            }
            return ElfSegment(
                address: header.p_vaddr, offset: header.p_offset, fileSize: header.p_filesz,
                memorySize: header.p_memsz, isExecutable: header.p_flags & UInt32(PF_X) != 0)
        }
    }

    /// Where in the file an address comes from; nil when no program header loads it.
    public func fileOffset(of address: UInt64) -> UInt64? {
        for segment in segments where address >= segment.address && address - segment.address < segment.fileSize {
            return segment.offset &+ (address - segment.address)
        }
        return nil
    }

    /// The address that a place in the file is loaded at, code before data; nil when no program header loads it.
    public func address(ofFileOffset offset: UInt64) -> UInt64? { segments.address(ofFileOffset: offset) }

    // MARK: - Sections

    /// A section's header with its data as it is in the file, valid as long as the `ElfFile`.
    struct Section {
        var header: GElf_Shdr
        var data: UnsafeRawBufferPointer
    }

    /// The first section of a name.
    func section(named wanted: String) -> Section? {
        var strings = 0
        guard elf_getshdrstrndx(elf, &strings) == 0 else { return nil }
        return firstSection { header in
            elf_strptr(elf, strings, Int(header.sh_name)).map { strcmp($0, wanted) == 0 } ?? false
        }
    }

    /// The first section of a type.
    func section(ofType type: Int32) -> Section? { firstSection { $0.sh_type == UInt32(type) } }

    /// The section of an index.
    func section(at index: Int) -> Section? {
        guard let section = elf_getscn(elf, index) else { return nil }
        var header = GElf_Shdr()
        guard gelf_getshdr(section, &header) != nil else { return nil }
        return Self.contents(section, header)
    }

    private func firstSection(_ isWanted: (GElf_Shdr) -> Bool) -> Section? {
        var next = elf_nextscn(elf, nil)
        while let section = next {
            var header = GElf_Shdr()
            if gelf_getshdr(section, &header) != nil, isWanted(header) { return Self.contents(section, header) }
            next = elf_nextscn(elf, section)
        }
        return nil
    }

    private static func contents(_ section: OpaquePointer, _ header: GElf_Shdr) -> Section {
        var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        if let data = elf_getdata(section, nil), let start = data.pointee.d_buf {
            bytes = UnsafeRawBufferPointer(start: start, count: data.pointee.d_size)
        }
        return Section(header: header, data: bytes)
    }
}
