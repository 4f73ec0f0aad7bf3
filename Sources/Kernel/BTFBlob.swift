// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// The kinds of BTF types, include/uapi/linux/btf.h as of Linux 6.12.
enum BTFKind: UInt8 {
    case void = 0
    case integer, pointer, array, `struct`, union, enumeration, forward, typedef, volatile, const, restrict
    case function, prototype, variable, dataSection, float, declarationTag, typeTag, enumeration64
}

/// The BTF of vmlinux or of one module as the kernel hands it out, with the place of every type and an index of names.
/// Type ids of a module continue those of vmlinux, and so do its string offsets.
final class BTFBlob {
    /// The id of the first type that is in this blob and not in its base: 1 for vmlinux.
    let firstID: UInt32
    /// One more than the last type id.
    private(set) var endID: UInt32
    /// The offset of the first string that is in this blob: 0 for vmlinux.
    let firstString: UInt32
    /// One more than the last string offset.
    let endString: UInt32
    private let base: BTFBlob?
    private let storage: BTFStorage
    private let types: UnsafeRawPointer
    private let strings: UnsafeRawPointer
    /// Where each type is, from the start of the types; `count` of them are used.
    private let offsets: UnsafeMutablePointer<UInt32>
    private var count = 0
    private let index: NameIndex

    /// Takes in the file at a path; `base` is the BTF of vmlinux for that of a module.
    init(path: String, base: BTFBlob? = nil) throws(KernelError) {
        storage = try BTFStorage(path: path)
        self.base = base
        let broken = KernelError(
            .unsupported, "the kernel's type description \(path) is not in a format that swtap knows")
        let bytes = storage.bytes
        let size = storage.size
        guard size >= 24, bytes.loadUnaligned(as: UInt16.self) == 0xEB9F else { throw broken }
        func word(_ offset: Int) -> Int { Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
        let header = word(4)
        let (typeOffset, typeSize, stringOffset, stringSize) = (word(8), word(12), word(16), word(20))
        guard header + typeOffset + typeSize <= size, header + stringOffset + stringSize <= size, stringSize > 0
        else { throw broken }
        types = bytes + header + typeOffset
        strings = bytes + header + stringOffset
        // With its last byte NUL, no string runs out of the section.
        guard strings.load(fromByteOffset: stringSize - 1, as: UInt8.self) == 0 else { throw broken }
        firstID = base?.endID ?? 1
        firstString = base?.endString ?? 0
        endString = firstString &+ UInt32(truncatingIfNeeded: stringSize)
        endID = firstID
        // No type takes less than 12 bytes.
        offsets = .allocate(capacity: typeSize / 12 + 1)
        index = NameIndex(capacity: typeSize / 12 + 1)
        guard indexTypes(typeSize: typeSize, stringSize: stringSize) else { throw broken }
    }

    deinit { offsets.deallocate() }

    /// Walks all types once: notes where each is, and its name.
    private func indexTypes(typeSize: Int, stringSize: Int) -> Bool {
        let (types, strings, offsets, index) = (types, strings, offsets, index)
        let first = firstString
        var (offset, number) = (0, 0)
        let isSound = Self.extra.withUnsafeBufferPointer { extra in
            while offset + 12 <= typeSize {
                offsets[number] = UInt32(truncatingIfNeeded: offset)
                let name = types.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let info = types.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                let kind = Int(info >> 24 & 31)
                guard kind < extra.count else { return false }
                // Tags are not looked up by name; a module may use strings of its base.
                if name != 0, kind != Int(BTFKind.declarationTag.rawValue), kind != Int(BTFKind.typeTag.rawValue) {
                    if name >= first, Int(name - first) < stringSize {
                        index.add(UInt32(truncatingIfNeeded: number), name: strings + Int(name - first))
                    } else {
                        guard let address = stringAddress(name) else { return false }
                        index.add(UInt32(truncatingIfNeeded: number), name: address)
                    }
                }
                offset += 12 + Int(extra[kind] & 0xFF) + Int(extra[kind] >> 8) * Int(info & 0xFFFF)
                number += 1
            }
            return offset == typeSize
        }
        count = number
        endID = firstID &+ UInt32(truncatingIfNeeded: number)
        return isSound
    }

    /// What follows the 12 bytes of a type, by kind: bytes once, and 256 times the bytes for each of its `vlen`.
    private static let extra: [UInt16] = [
        0, 4, 0, 12, 12 << 8, 12 << 8, 8 << 8, 0, 0, 0, 0, 0, 0, 8 << 8, 4, 12 << 8, 0, 4, 0, 12 << 8,
    ]

    /// One type's record.
    struct Record {
        /// The address of the 12-byte head.
        let address: UnsafeRawPointer
        /// The word with kind, count and flag.
        let info: UInt32

        /// The kind.
        var kind: BTFKind { BTFKind(rawValue: UInt8(truncatingIfNeeded: info >> 24 & 31)) ?? .void }
        /// The number of members, parameters or enumerators.
        var count: Int { Int(info & 0xFFFF) }
        /// The flag, whose meaning depends on the kind.
        var flag: Bool { info >> 31 != 0 }
        /// The name's offset.
        var name: UInt32 { address.loadUnaligned(as: UInt32.self) }
        /// The size in bytes, or the type referred to.
        var sizeOrType: UInt32 { address.loadUnaligned(fromByteOffset: 8, as: UInt32.self) }
        /// A word after the head, counted from 0.
        func word(_ index: Int) -> UInt32 { address.loadUnaligned(fromByteOffset: 12 + 4 * index, as: UInt32.self) }
    }

    /// The record of a type of this blob or of its base; nil for void and for ids that do not exist.
    func record(_ id: UInt32) -> Record? {
        if id < firstID { return base?.record(id) }
        guard id < endID else { return nil }
        let address = types + Int(offsets[Int(id - firstID)])
        return Record(address: address, info: address.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }

    /// The bytes of a string; nil when the offset does not exist.
    func stringAddress(_ offset: UInt32) -> UnsafeRawPointer? {
        if offset < firstString { return base?.stringAddress(offset) }
        return offset < endString ? strings + Int(offset - firstString) : nil
    }

    /// A string; empty when the offset does not exist.
    func string(_ offset: UInt32) -> String {
        guard offset != 0, let address = stringAddress(offset) else { return "" }
        return String(cString: address.assumingMemoryBound(to: UInt8.self))
    }

    /// The name of a type.
    func name(_ id: UInt32) -> String { record(id).map { string($0.name) } ?? "" }

    /// The ids in this blob, not in its base, of the types with a name, in ascending order.
    func ids(named name: String) -> [UInt32] {
        guard !name.utf8.contains(0) else { return [] }
        var found: [UInt32] = []
        index.candidates(name) { number in
            let offset = types.loadUnaligned(fromByteOffset: Int(offsets[Int(number)]), as: UInt32.self)
            guard let address = stringAddress(offset) else { return }
            if strcmp(address.assumingMemoryBound(to: CChar.self), name) == 0 { found.append(firstID &+ number) }
        }
        return found.reversed()
    }

    /// The ids in this blob of one kind with a name.
    func ids(named name: String, kind: BTFKind) -> [UInt32] {
        ids(named: name).filter { record($0)?.kind == kind }
    }

    /// Calls `body` with each type of one kind in this blob and the address of its name.
    func forEach(kind: BTFKind, _ body: (UInt32, UnsafePointer<CChar>) -> Void) {
        for number in 0..<count {
            let address = types + Int(offsets[number])
            let info = address.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            guard UInt8(truncatingIfNeeded: info >> 24 & 31) == kind.rawValue else { continue }
            guard let name = stringAddress(address.loadUnaligned(as: UInt32.self)) else { continue }
            body(firstID &+ UInt32(truncatingIfNeeded: number), name.assumingMemoryBound(to: CChar.self))
        }
    }

    /// The offsets at which exactly this string stands in this blob; more than one only where it was not deduplicated.
    func stringOffsets(of text: String) -> [UInt32] {
        let length = Int(endString - firstString)
        var pattern = [UInt8(0)] + Array(text.utf8)
        pattern.append(0)
        var found: [UInt32] = []
        var start = 0
        while start < length, let hit = swtap_find(strings + start, length - start, pattern, pattern.count) {
            let offset = hit - strings
            found.append(firstString &+ UInt32(truncatingIfNeeded: offset + 1))
            start = offset + 1
        }
        return found
    }
}
