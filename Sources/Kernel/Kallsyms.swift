// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// The kernel's symbol table, /proc/kallsyms: read as a whole, since the kernel formats it anew for each reader.
final class Kallsyms {
    private let text: [UInt8]
    /// For each symbol the offset of its name, NUL-terminated in `text`.
    private let names: [UInt32]
    private let index: NameIndex

    /// Reads the table; nil when it is not readable.
    convenience init?() {
        guard let text = readFile("/proc/kallsyms"), !text.isEmpty else { return nil }
        self.init(text: text)
    }

    /// Takes in lines `ADDRESS TYPE NAME` or `ADDRESS TYPE NAME\t[MODULE]`.
    init(text bytes: [UInt8]) {
        var text = bytes
        let size = bytes.count
        // The index hashes 16 bytes from a name on.
        text.append(contentsOf: repeatElement(0, count: 16))
        let names = text.withUnsafeMutableBufferPointer { Self.splitLines($0, size: size) }
        let index = NameIndex(capacity: names.count)
        text.withUnsafeBytes { buffer in
            for number in 0..<names.count {
                index.add(UInt32(truncatingIfNeeded: number), name: buffer.baseAddress! + Int(names[number]))
            }
        }
        self.text = text
        self.names = names
        self.index = index
    }

    /// Puts NULs after the names and after the `[module]` behind a name, and returns where the names are.
    private static func splitLines(_ buffer: UnsafeMutableBufferPointer<UInt8>, size: Int) -> [UInt32] {
        var names: [UInt32] = []
        names.reserveCapacity(size / 40)
        var line = 0
        while line < size {
            // The address has 16 digits, or 8 on 32-bit kernels: skip to the first space.
            var at = line
            while at < size, buffer[at] != UInt8(ascii: " "), buffer[at] != UInt8(ascii: "\n") { at += 1 }
            let name = at + 3
            var end = name
            while end < size, buffer[end] != UInt8(ascii: "\n"), buffer[end] != UInt8(ascii: "\t") { end += 1 }
            guard name < end, end <= size else { break }
            names.append(UInt32(truncatingIfNeeded: name))
            let hasModule = end < size && buffer[end] == UInt8(ascii: "\t")
            buffer[end] = 0
            line = end + 1
            if hasModule {
                while line < size, buffer[line] != UInt8(ascii: "\n") { line += 1 }
                buffer[line] = 0
                line += 1
            }
        }
        return names
    }

    /// A symbol's type letter and module.
    struct Symbol {
        /// The letter of nm(1): `T` and `t` are code.
        let type: UInt8
        /// The module, nil for the kernel proper.
        let module: String?
        /// The address; 0 where the kernel hides it.
        let address: UInt64

        /// Whether it is code.
        var isText: Bool {
            switch type {
            case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "w"), UInt8(ascii: "W"): true
            default: false
            }
        }
    }

    /// All symbols with a name.
    func symbols(named name: String) -> [Symbol] {
        var found: [Symbol] = []
        text.withUnsafeBytes { buffer in
            index.candidates(name) { number in
                let at = Int(names[Int(number)])
                let address = buffer.baseAddress! + at
                guard strcmp(address.assumingMemoryBound(to: CChar.self), name) == 0 else { return }
                found.append(symbol(at: at, length: name.utf8.count, in: buffer))
            }
        }
        return found
    }

    /// The addresses of all symbols with a name that are not code, of one object (nil: the kernel proper).
    func dataAddresses(named name: String, module: String?) -> [UInt64] {
        var found: [UInt64] = []
        text.withUnsafeBytes { buffer in
            index.candidates(name) { number in
                let at = Int(names[Int(number)])
                let pointer = (buffer.baseAddress! + at).assumingMemoryBound(to: CChar.self)
                guard strcmp(pointer, name) == 0 else { return }
                let symbol = symbol(at: at, length: name.utf8.count, in: buffer)
                guard !symbol.isText, symbol.module == module else { return }
                // The digits end before the space, the letter and the space that the name follows.
                var start = at - 3
                while start > 0, buffer[start - 1] != UInt8(ascii: "\n"), buffer[start - 1] != 0 { start -= 1 }
                let digits = String(decoding: buffer[start..<(at - 3)], as: UTF8.self)
                if let address = UInt64(digits, radix: 16) { found.append(address) }
            }
        }
        return found
    }

    /// Whether a symbol exists at all.
    func contains(_ name: String) -> Bool { !symbols(named: name).isEmpty }

    /// The names of code symbols of one object (nil: the kernel proper) that `isWanted`, as they come.
    func textNames(module: String?, where isWanted: (UnsafePointer<CChar>) -> Bool) -> [String] {
        var found: [String] = []
        text.withUnsafeBytes { buffer in
            for name in names {
                let at = Int(name)
                let pointer = (buffer.baseAddress! + at).assumingMemoryBound(to: CChar.self)
                guard isWanted(pointer) else { continue }
                let symbol = symbol(at: at, length: strlen(pointer), in: buffer)
                if symbol.isText, symbol.module == module { found.append(String(cString: pointer)) }
            }
        }
        return found
    }

    private func symbol(at offset: Int, length: Int, in buffer: UnsafeRawBufferPointer) -> Symbol {
        let type = buffer[offset - 2]
        let address = Self.number(endingAt: offset - 4, in: buffer)
        let behind = offset + length + 1
        guard behind < buffer.count, buffer[behind] == UInt8(ascii: "[") else {
            return Symbol(type: type, module: nil, address: address)
        }
        let module = buffer[(behind + 1)...].prefix { $0 != UInt8(ascii: "]") && $0 != 0 }
        return Symbol(type: type, module: String(decoding: module, as: UTF8.self), address: address)
    }

    /// The hexadecimal number whose last digit is at an offset.
    private static func number(endingAt last: Int, in buffer: UnsafeRawBufferPointer) -> UInt64 {
        var value: UInt64 = 0
        var at = last
        var shift: UInt64 = 0
        while at >= 0, shift < 64, let digit = Character(Unicode.Scalar(buffer[at])).hexDigitValue {
            value |= UInt64(digit) << shift
            shift += 4
            at -= 1
        }
        return value
    }
}
