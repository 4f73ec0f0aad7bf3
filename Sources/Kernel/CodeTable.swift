// SPDX-License-Identifier: GPL-3.0-or-later

/// The functions of a program or library by the places in its file; the file itself is closed again.
final class CodeTable {
    /// By address, then by name.
    private let functions: [ElfSymbol]
    private let segments: [ElfSegment]

    /// Reads a file; nil when it is no ELF file of this machine's kind or cannot be read.
    init?(path: String) {
        guard let file = try? ElfFile(path: path) else { return nil }
        functions = file.functions(matching: "*")
        segments = file.segments
    }

    /// The function that the byte at an offset of the file belongs to.
    func symbol(atFileOffset offset: UInt64) -> (name: String, offset: UInt64, size: UInt64)? {
        guard let address = segments.address(ofFileOffset: offset) else { return nil }
        var low = 0
        var high = functions.count
        while low < high {
            let middle = (low + high) / 2
            if functions[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let start = functions[low - 1].address
        var best = low - 1
        var next = best
        while next > 0, functions[next - 1].address == start {
            next -= 1
            // Of several names of a place the one that covers most, then the first.
            if functions[next].size >= functions[best].size { best = next }
        }
        let function = functions[best]
        // Assembler functions have no size: they go on to the next one.
        guard function.size == 0 || address - start < function.size else { return nil }
        return (function.name, address - start, function.size)
    }
}
