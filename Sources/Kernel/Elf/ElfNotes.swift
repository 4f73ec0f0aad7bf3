// SPDX-License-Identifier: GPL-3.0-or-later
import CLibelf
import Glibc

/// One note of a file: its owner, its type and its bytes, valid as long as the file.
struct ElfNote {
    let owner: String
    let type: UInt32
    let description: UnsafeRawBufferPointer
}

/// A marker that a program was built with (sys/sdt.h): one place, of which several may have the same name.
public struct ElfMarker: Sendable, Equatable {
    /// Whose it is: `workload`.
    public var provider: String
    /// What it is called: `add`.
    public var name: String
    /// The link-time address of its instruction.
    public var address: UInt64
    /// The link-time address of the counter that switches it on; 0 for none.
    public var semaphore: UInt64
    /// Where its arguments are, as the assembler says it: `-8@%rdi 4@$5`.
    public var arguments: String
}

extension ElfFile {
    /// The build id, by which the linker names the file's contents; nil where it has none.
    public var buildID: [UInt8]? {
        var found: [UInt8]?
        forEachNote(inSection: ".note.gnu.build-id") { note in
            guard note.owner == "GNU", note.type == UInt32(NT_GNU_BUILD_ID) else { return true }
            found = [UInt8](note.description)
            return false
        }
        return found
    }

    /// The markers in the order of the file, with their addresses as the final link made them.
    public var markers: [ElfMarker] {
        // A prelinker moves addresses but not notes; the base's section moves with the code.
        let base = section(named: ".stapsdt.base")?.header.sh_addr
        var found: [ElfMarker] = []
        forEachNote(inSection: ".note.stapsdt") { note in
            guard note.owner == "stapsdt", note.type == 3, note.description.count > 24 else { return true }
            let words = (0..<3).map { note.description.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
            let texts = note.description[24...].split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
            guard texts.count >= 3 else { return true }
            let moved = base.map { $0 &- words[1] } ?? 0
            found.append(
                ElfMarker(
                    provider: String(decoding: texts[0], as: UTF8.self),
                    name: String(decoding: texts[1], as: UTF8.self), address: words[0] &+ moved,
                    semaphore: words[2] == 0 ? 0 : words[2] &+ moved,
                    arguments: String(decoding: texts[2], as: UTF8.self)))
            return true
        }
        return found
    }

    /// Hands every note of a section to `body`, until it returns false.
    func forEachNote(inSection name: String, _ body: (ElfNote) -> Bool) {
        guard let section = section(named: name), section.header.sh_type == UInt32(SHT_NOTE) else { return }
        let bytes = section.data
        var offset = 0
        while offset + 12 <= bytes.count {
            let nameSize = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            let size = Int(bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
            let type = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self)
            let start = offset + 12
            let description = start + (nameSize + 3) / 4 * 4
            guard description + size <= bytes.count else { return }
            let owner = bytes[start..<start + nameSize].prefix { $0 != 0 }
            let note = ElfNote(
                owner: String(decoding: owner, as: UTF8.self), type: type,
                description: UnsafeRawBufferPointer(rebasing: bytes[description..<description + size]))
            if !body(note) { return }
            offset = description + (size + 3) / 4 * 4
        }
    }
}
