// SPDX-License-Identifier: GPL-3.0-or-later

/// What the kernel is told about a program beside its instructions: types of its functions as a BTF blob, which function begins
/// where, and which line of the script each instruction comes from. Programs with callbacks cannot be loaded without.
public struct ProgramTypes: Sendable {
    /// The BTF blob, as `BPF_BTF_LOAD` takes it.
    public let blob: [UInt8]
    /// `struct bpf_func_info` for each function.
    public let functions: [UInt32]
    /// `struct bpf_line_info` for each change of line.
    public let lines: [UInt32]
    /// The size of an element of `functions`.
    public static let functionSize = 8
    /// The size of an element of `lines`.
    public static let lineSize = 16

    /// Describes a program.
    public init(_ program: BPFProgram) {
        var types = TypeWriter()
        let int = types.integer("int", bytes: 4, isSigned: true)
        let long = types.integer("long", bytes: 8, isSigned: true)
        let unsigned = types.integer("unsigned long", bytes: 8, isSigned: false)
        let pointer = types.pointer()
        var functions: [UInt32] = []
        for function in program.functions {
            let name = Self.identifier(function.name)
            let id =
                switch function.kind {
                case .program:
                    types.function(name, types.prototype([("context", pointer)], returning: int), isGlobal: true)
                case .elementVisitor:
                    types.function(
                        name,
                        types.prototype(
                            [("map", pointer), ("key", pointer), ("value", pointer), ("context", pointer)],
                            returning: long),
                        isGlobal: false)
                case .loopBody:
                    types.function(
                        name, types.prototype([("index", unsigned), ("context", pointer)], returning: long),
                        isGlobal: false)
                }
            functions += [UInt32(function.start), id]
        }
        // The kernel wants to know the line of the first instruction of each function.
        var lines: [UInt32] = []
        let starts = Set(program.functions.map(\.start))
        if !program.lines.isEmpty {
            var last: SourceLine?
            let first = program.lines.min { $0.key < $1.key }?.value
            for index in Set(program.lines.keys).union(starts).sorted() where index < program.instructions.count {
                guard let line = program.lines[index] ?? last ?? first else { continue }
                if line == last, !starts.contains(index) { continue }
                last = line
                let column = UInt32(clamping: min(max(line.column, 0), 1023))
                let number = UInt32(clamping: min(max(line.line, 0), 0x3f_ffff))
                lines += [UInt32(index), types.string(line.file), types.string(line.text), number << 10 | column]
            }
        }
        self.functions = functions
        self.lines = lines
        blob = types.blob
    }

    /// A name within what the kernel allows: an identifier of at most 127 bytes.
    static func identifier(_ name: String) -> String {
        var bytes = name.utf8.prefix(120).map { byte -> UInt8 in
            let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            return isLetter || isDigit ? byte : UInt8(ascii: "_")
        }
        if bytes.first.map({ $0 < UInt8(ascii: "A") }) ?? true { bytes.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Writes types as BTF (linux/btf.h): 12 bytes each, with what its kind asks for behind. Ids count from 1.
private struct TypeWriter {
    private var words: [UInt32] = []
    private var count: UInt32 = 0
    private var strings: [UInt8] = [0]
    private var offsets: [String: UInt32] = [:]

    /// The offset of a string, which is written once.
    mutating func string(_ text: String) -> UInt32 {
        if text.isEmpty { return 0 }
        if let known = offsets[text] { return known }
        let offset = UInt32(strings.count)
        strings += text.utf8.map { $0 == 0 ? UInt8(ascii: " ") : $0 }
        strings.append(0)
        offsets[text] = offset
        return offset
    }

    private mutating func add(_ name: String, kind: UInt32, vlen: UInt32 = 0, _ size: UInt32, _ rest: [UInt32] = [])
        -> UInt32
    {
        words += [string(name), kind << 24 | vlen, size] + rest
        count += 1
        return count
    }

    mutating func integer(_ name: String, bytes: UInt32, isSigned: Bool) -> UInt32 {
        add(name, kind: 1, bytes, [(isSigned ? 1 << 24 : 0) | bytes * 8])
    }

    /// `void *`.
    mutating func pointer() -> UInt32 { add("", kind: 2, 0) }

    mutating func prototype(_ parameters: [(name: String, type: UInt32)], returning result: UInt32) -> UInt32 {
        var rest: [UInt32] = []
        for parameter in parameters { rest += [string(parameter.name), parameter.type] }
        return add("", kind: 13, vlen: UInt32(parameters.count), result, rest)
    }

    mutating func function(_ name: String, _ prototype: UInt32, isGlobal: Bool) -> UInt32 {
        add(name, kind: 12, vlen: isGlobal ? 1 : 0, prototype)
    }

    /// The header, the types and the strings.
    var blob: [UInt8] {
        let typeSize = UInt32(words.count * 4)
        // Magic, version 1, no flags; the size of the header; offsets and sizes of both sections behind it.
        let header: [UInt32] = [0x0001_eb9f, 24, 0, typeSize, typeSize, UInt32(strings.count)]
        var bytes: [UInt8] = []
        bytes.reserveCapacity(header.count * 4 + words.count * 4 + strings.count)
        for word in header + words {
            for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return bytes + strings
    }
}
