// SPDX-License-Identifier: GPL-3.0-or-later

/// The types of programs in use, by the kernel's numbers (linux/bpf.h).
public enum ProgramType: UInt32, Sendable {
    case kprobe = 2
    /// Its context begins with the same registers as a kprobe's.
    case perfEvent = 7
    case rawTracepoint = 17
    case tracing = 26
    /// Its context is as that of `tracing`; it must return 0 to allow.
    case securityHook = 29
    /// Its context has its arguments as that of `tracing`; it must return 1 to let a packet pass.
    case netfilter = 32
}

/// The attach types in use, by the kernel's numbers (linux/bpf.h).
public enum AttachType: UInt32, Sendable {
    /// For the program types that have none.
    case none = 0
    case functionEntry = 24
    case functionExit = 25
    case securityHook = 27
    case netfilter = 45
    case kprobeMulti = 42
}

/// A place where the loader puts a map's file descriptor: the `ld_imm64` at `index`.
public struct MapRelocation: Sendable, Hashable {
    /// The index of the first of the two instructions. Its source register says what the descriptor means
    /// (`PseudoSource`); the loader only sets its `immediate`.
    public var index: Int
    /// The map.
    public var map: MapReference

    /// Creates a relocation.
    public init(index: Int, map: MapReference) {
        self.index = index
        self.map = map
    }
}

/// A program ready to be loaded, but for the file descriptors of its maps. It needs the licence `GPL`.
public struct BPFProgram: Sendable {
    /// The name, at most 15 bytes of letters, digits, `_` and `.`.
    public var name: String
    /// The type.
    public var type: ProgramType
    /// The attach type; the loader may replace `.none` by `.kprobeMulti`.
    public var expectedAttachType: AttachType
    /// The instructions.
    public var instructions: [BPFInstruction]
    /// The places of the maps, in order.
    public var relocations: [MapRelocation]
    /// What an instruction is for, by its index.
    public var comments: [Int: String]
    /// The line of the script that instructions come from, by the index of the first.
    public var lines: [Int: SourceLine]
    /// The functions in their order, the program itself first; none says the same as that one alone.
    public var functions: [ProgramFunction]

    /// Creates a program.
    public init(
        name: String, type: ProgramType, expectedAttachType: AttachType = .none, instructions: [BPFInstruction],
        relocations: [MapRelocation] = [], comments: [Int: String] = [:], lines: [Int: SourceLine] = [:],
        functions: [ProgramFunction] = []
    ) {
        self.name = name
        self.type = type
        self.expectedAttachType = expectedAttachType
        self.instructions = instructions
        self.relocations = relocations
        self.comments = comments
        self.lines = lines
        self.functions = functions.isEmpty ? [ProgramFunction(start: 0, name: name, kind: .program)] : functions
    }

    /// The place of an instruction for messages: the line of the script, or what it is for.
    public func place(ofInstruction index: Int) -> String? {
        if let line = lines.filter({ $0.key <= index }).max(by: { $0.key < $1.key })?.value {
            return "at \(line.file):\(line.line):\(line.column): \(line.text)"
        }
        return comments.filter { $0.key <= index }.max { $0.key < $1.key }.map {
            "at instruction \(index): \($0.value)"
        }
    }

    /// The instructions as the kernel takes them, with the maps' descriptors in place; nil when `descriptor` does
    /// not know a map.
    public func linked(_ descriptor: (MapReference) -> Int32?) -> [UInt64]? {
        var linked = instructions
        for relocation in relocations {
            guard linked.indices.contains(relocation.index), let value = descriptor(relocation.map) else { return nil }
            linked[relocation.index].immediate = value
        }
        return linked.map(\.encoded)
    }
}
