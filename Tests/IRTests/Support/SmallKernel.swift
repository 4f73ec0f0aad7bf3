// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// A kernel with a handful of types and functions, for tests of what is read of them.
///
///     struct inner { int value; char name[8]; struct inner *next; };
///     struct outer { short kind; u8 low : 3, high : 5; struct inner *inner; struct inner *table[4]; };
///     int probed(struct outer *o, int number, const char *text);
final class SmallKernel: ProbeCatalog {
    private enum ID: UInt32 {
        case void, int, long, short, byte, char, text, inner, innerPointer, outer, outerPointer, table, name, prototype
    }

    func type(_ type: KernelTypeID) -> KernelType {
        switch ID(rawValue: type.id) {
        case .int: .integer(size: 4, isSigned: true, isCharacter: false)
        case .long: .integer(size: 8, isSigned: false, isCharacter: false)
        case .short: .integer(size: 2, isSigned: true, isCharacter: false)
        case .byte: .integer(size: 1, isSigned: false, isCharacter: false)
        case .char: .integer(size: 1, isSigned: true, isCharacter: true)
        case .text: .pointer(to: id(.char), isUser: false)
        case .innerPointer: .pointer(to: id(.inner), isUser: false)
        case .outerPointer: .pointer(to: id(.outer), isUser: false)
        case .table: .array(element: id(.innerPointer), count: 4)
        case .name: .array(element: id(.char), count: 8)
        case .inner:
            .composite(
                isUnion: false, name: "inner", size: 24,
                members: [member("value", .int, 0), member("name", .name, 4), member("next", .innerPointer, 16)])
        case .outer:
            .composite(
                isUnion: false, name: "outer", size: 48,
                members: [
                    member("kind", .short, 0), KernelMember(name: "low", type: id(.byte), bitOffset: 16, bitWidth: 3),
                    KernelMember(name: "high", type: id(.byte), bitOffset: 19, bitWidth: 5),
                    member("inner", .innerPointer, 8), member("table", .table, 16),
                ])
        case .prototype:
            .function(
                returns: id(.int),
                parameters: [
                    KernelParameter(name: "o", type: id(.outerPointer)),
                    KernelParameter(name: "number", type: id(.int)),
                    KernelParameter(name: "text", type: id(.text)),
                ], isVariadic: false)
        case .void, nil: .void
        }
    }

    private func id(_ id: ID) -> KernelTypeID { KernelTypeID(id: id.rawValue) }

    private func member(_ name: String, _ type: ID, _ offset: Int) -> KernelMember {
        KernelMember(name: name, type: id(type), bitOffset: offset * 8)
    }

    func spelling(of id: KernelTypeID) -> String { "type \(id.id)" }

    func findType(_ name: String, module: String?) -> KernelTypeID? {
        switch name {
        case "struct inner", "inner": id(.inner)
        case "struct outer", "outer": id(.outer)
        case "int": id(.int)
        default: nil
        }
    }

    func enumerators(of id: KernelTypeID) -> [(name: String, value: Int64)] { [] }

    func enumerator(named name: String) -> Int64? { nil }

    func function(_ name: String, module: String?, needsTypes: Bool) -> FunctionLookup {
        name == "probed" ? .found(KernelFunction(name: name, prototype: id(.prototype))) : .absent
    }

    func functions(matching glob: String, module: String?, needsTypes: Bool) -> [KernelFunction] { [] }

    func modules(matching glob: String) -> [String] { [] }

    func tracepoints(matching glob: String) -> [KernelTracepoint] {
        glob == "happened"
            ? [KernelTracepoint(name: "happened", parameters: [KernelParameter(name: "o", type: id(.outerPointer))])]
            : []
    }

    func isExported(_ name: String) -> Bool { false }

    func functionNames() -> [String] { ["probed"] }
}
