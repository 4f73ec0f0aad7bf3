// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

extension KernelCatalog {
    /// The type as C spells it, without spaces before stars: `struct socket*`, `unsigned int`, `u32`, `char[16]`.
    public func spelling(of id: KernelTypeID) -> String {
        guard let blob = blob(id.object) else { return "void" }
        return spell(id.id, in: blob, declarator: "", depth: 0)
    }

    /// Spells a type around what was declared so far: C writes types inside out.
    private func spell(_ id: UInt32, in blob: BTFBlob, declarator: String, depth: Int) -> String {
        guard depth < 64, let record = blob.record(id) else { return join("void", declarator) }
        let name = blob.string(record.name)
        func inner(_ declarator: String) -> String {
            spell(record.sizeOrType, in: blob, declarator: declarator, depth: depth + 1)
        }
        switch record.kind {
        case .integer, .float, .typedef:
            return join(name, declarator)
        case .struct: return join("struct " + (name.isEmpty ? "{...}" : name), declarator)
        case .union: return join("union " + (name.isEmpty ? "{...}" : name), declarator)
        case .enumeration, .enumeration64: return join("enum " + (name.isEmpty ? "{...}" : name), declarator)
        case .forward: return join((record.flag ? "union " : "struct ") + name, declarator)
        case .pointer:
            return inner("*" + declarator)
        case .array:
            let count = record.word(2)
            return spell(
                record.word(0), in: blob,
                declarator: grouped(declarator) + (count == 0 ? "[]" : "[\(count)]"), depth: depth + 1)
        case .prototype:
            var parameters: [String] = []
            for index in 0..<record.count {
                let type = record.word(2 * index + 1)
                let isEllipsis = type == 0 && record.word(2 * index) == 0 && index == record.count - 1
                parameters.append(isEllipsis ? "..." : spell(type, in: blob, declarator: "", depth: depth + 1))
            }
            let list = parameters.isEmpty ? "void" : parameters.joined(separator: ", ")
            return inner(grouped(declarator) + "(\(list))")
        case .const: return qualified("const", record, in: blob, declarator: declarator, depth: depth)
        case .volatile: return qualified("volatile", record, in: blob, declarator: declarator, depth: depth)
        case .restrict, .typeTag, .function: return inner(declarator)
        default: return join("void", declarator)
        }
    }

    /// A qualifier of a pointer stands after its star, any other before the type.
    private func qualified(
        _ word: String, _ record: BTFBlob.Record, in blob: BTFBlob, declarator: String, depth: Int
    ) -> String {
        if blob.record(record.sizeOrType)?.kind == .pointer {
            let rest = declarator.isEmpty ? word : "\(word) \(declarator)"
            return spell(record.sizeOrType, in: blob, declarator: rest, depth: depth + 1)
        }
        return word + " " + spell(record.sizeOrType, in: blob, declarator: declarator, depth: depth + 1)
    }

    /// A pointer to an array or function needs parentheses.
    private func grouped(_ declarator: String) -> String {
        declarator.hasPrefix("*") ? "(\(declarator))" : declarator
    }

    private func join(_ type: String, _ declarator: String) -> String {
        guard let first = declarator.first else { return type }
        return first == "*" || first == "[" ? type + declarator : type + " " + declarator
    }
}
