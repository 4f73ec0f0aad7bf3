// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics

extension KernelCatalog {
    /// The shape of a type without its typedefs and qualifiers; `.void` for an id that does not exist.
    public func type(_ id: KernelTypeID) -> KernelType {
        if let known = shapes[id] { return known }
        let shape = readType(id)
        shapes[id] = shape
        return shape
    }

    private func readType(_ id: KernelTypeID) -> KernelType {
        guard let blob = blob(id.object), let record = peeled(id.id, in: blob).record else { return .void }
        func refer(_ other: UInt32) -> KernelTypeID { canonical(other, in: id.object) }
        let name = blob.string(record.name)
        let size = Int(record.sizeOrType)
        switch record.kind {
        case .integer:
            let encoding = record.word(0) >> 24 & 15
            let isCharacter = encoding & 2 != 0 || name == "char" || name == "unsigned char" || name == "signed char"
            return .integer(size: size, isSigned: encoding & 1 != 0, isCharacter: isCharacter)
        case .pointer:
            return .pointer(to: refer(record.sizeOrType), isUser: isTaggedUser(record.sizeOrType, in: blob))
        case .array:
            return .array(element: refer(record.word(0)), count: Int(record.word(2)))
        case .struct, .union:
            return .composite(
                isUnion: record.kind == .union, name: name, size: size,
                members: members(of: record, in: blob, object: id.object))
        case .enumeration, .enumeration64:
            return .enumeration(name: name, size: size, isSigned: record.flag || hasNegative(record))
        case .forward:
            return .forward(isUnion: record.flag, name: name)
        case .prototype:
            let (parameters, isVariadic) = parameters(of: record, in: blob, object: id.object)
            return .function(returns: refer(record.sizeOrType), parameters: parameters, isVariadic: isVariadic)
        case .function:
            return type(refer(record.sizeOrType))
        case .float:
            return .floating(size: size)
        default:
            return .void
        }
    }

    /// Follows typedefs, qualifiers and tags; a chain cannot be longer than 64 in honest BTF.
    func peeled(_ id: UInt32, in blob: BTFBlob) -> (id: UInt32, record: BTFBlob.Record?) {
        var current = id
        for _ in 0..<64 {
            guard let record = blob.record(current) else { return (0, nil) }
            switch record.kind {
            case .typedef, .const, .volatile, .restrict, .typeTag: current = record.sizeOrType
            default: return (current, record)
            }
        }
        return (0, nil)
    }

    /// Whether the tag `user` stands between a pointer and what it points to.
    private func isTaggedUser(_ id: UInt32, in blob: BTFBlob) -> Bool {
        var current = id
        for _ in 0..<64 {
            guard let record = blob.record(current) else { return false }
            switch record.kind {
            case .typeTag:
                if !record.flag && blob.string(record.name) == "user" { return true }
                current = record.sizeOrType
            case .const, .volatile, .restrict: current = record.sizeOrType
            default: return false
            }
        }
        return false
    }

    private func members(of record: BTFBlob.Record, in blob: BTFBlob, object: UInt32) -> [KernelMember] {
        (0..<record.count).map { index in
            let type = record.word(3 * index + 1)
            let offset = record.word(3 * index + 2)
            let name = blob.string(record.word(3 * index))
            let reference = canonical(type, in: object)
            if record.flag {
                let width = Int(offset >> 24)
                return KernelMember(
                    name: name, type: reference, bitOffset: Int(offset & 0xFF_FFFF), bitWidth: width == 0 ? nil : width)
            }
            // Without the flag, a bit-field is an integer type with fewer bits than its bytes have.
            guard let target = peeled(type, in: blob).record, target.kind == .integer else {
                return KernelMember(name: name, type: reference, bitOffset: Int(offset))
            }
            let bits = Int(target.word(0) & 0xFF)
            let start = Int(offset) + Int(target.word(0) >> 16 & 0xFF)
            return KernelMember(
                name: name, type: reference, bitOffset: start,
                bitWidth: bits == Int(target.sizeOrType) * 8 ? nil : bits)
        }
    }

    private func parameters(
        of record: BTFBlob.Record, in blob: BTFBlob, object: UInt32
    ) -> (parameters: [KernelParameter], isVariadic: Bool) {
        var parameters: [KernelParameter] = []
        for index in 0..<record.count {
            let name = record.word(2 * index)
            let type = record.word(2 * index + 1)
            // `...` is a last parameter without name and type.
            if name == 0 && type == 0 && index == record.count - 1 { return (parameters, true) }
            parameters.append(KernelParameter(name: blob.string(name), type: canonical(type, in: object)))
        }
        return (parameters, false)
    }

    /// Before 6.0, BTF did not tell whether an enumeration is signed, but 32 bits held all values.
    private func hasNegative(_ record: BTFBlob.Record) -> Bool {
        guard record.kind == .enumeration else { return false }
        return (0..<record.count).contains { Int32(bitPattern: record.word(2 * $0 + 1)) < 0 }
    }

    /// The enumerators of an enumeration, in their order; none for any other type.
    public func enumerators(of id: KernelTypeID) -> [(name: String, value: Int64)] {
        guard let blob = blob(id.object), let record = peeled(id.id, in: blob).record else { return [] }
        return (0..<record.count).compactMap { index in
            guard let (name, value) = enumerator(index, of: record) else { return nil }
            return (blob.string(name), value)
        }
    }

    private func enumerator(_ index: Int, of record: BTFBlob.Record) -> (name: UInt32, value: Int64)? {
        switch record.kind {
        case .enumeration:
            let value = record.word(2 * index + 1)
            let isSigned = record.flag || hasNegative(record)
            return (record.word(2 * index), isSigned ? Int64(Int32(bitPattern: value)) : Int64(value))
        case .enumeration64:
            let value = UInt64(record.word(3 * index + 2)) << 32 | UInt64(record.word(3 * index + 1))
            return (record.word(3 * index), Int64(bitPattern: value))
        default:
            return nil
        }
    }

    /// The value of the first enumerator of vmlinux with a name.
    public func enumerator(named name: String) -> Int64? {
        if let known = enumeratorValues[name] { return known }
        var value: Int64?
        let offsets = name.isEmpty ? [] : vmlinux.stringOffsets(of: name)
        if !offsets.isEmpty {
            for kind in [BTFKind.enumeration, .enumeration64] where value == nil {
                vmlinux.forEach(kind: kind) { id, _ in
                    guard value == nil, let record = vmlinux.record(id) else { return }
                    let stride = kind == .enumeration ? 2 : 3
                    for index in 0..<record.count where offsets.contains(record.word(stride * index)) {
                        value = enumerator(index, of: record)?.value
                        return
                    }
                }
            }
        }
        enumeratorValues[name] = .some(value)
        return value
    }

    /// Finds a named type; see `TypeCatalog.findType`. Words such as `unsigned long` are found in any order.
    public func findType(_ name: String, module: String?) -> KernelTypeID? {
        let words = name.split(separator: " ").map(String.init).filter { $0 != "const" && $0 != "volatile" }
        guard let first = words.first else { return nil }
        var kinds: [BTFKind] = [.struct, .union, .typedef, .enumeration, .enumeration64, .integer, .float]
        var names = [words.joined(separator: " ")]
        switch first {
        case "struct": (kinds, names) = ([.struct], [words.dropFirst().joined(separator: " ")])
        case "union": (kinds, names) = ([.union], [words.dropFirst().joined(separator: " ")])
        case "enum": (kinds, names) = ([.enumeration, .enumeration64], [words.dropFirst().joined(separator: " ")])
        default: names += Self.integerNames(words)
        }
        if names == ["void"] { return .void }
        for object in objects(module: module) {
            if let id = find(names, kinds, in: object) { return id }
        }
        if module == nil || module == "kernel" {
            for object in moduleObjects() {
                if let id = find(names, kinds, in: object) { return id }
            }
        } else if let id = find(names, kinds, in: 0) {
            return id
        }
        // An opaque type is better than none: pointers to it can be passed around.
        return vmlinux.ids(named: names[0], kind: .forward).first.map { KernelTypeID(id: $0) }
    }

    private func find(_ names: [String], _ kinds: [BTFKind], in object: UInt32) -> KernelTypeID? {
        guard let blob = blob(object) else { return nil }
        for name in names where !name.isEmpty {
            let ids = blob.ids(named: name)
            for kind in kinds {
                if let id = ids.first(where: { blob.record($0)?.kind == kind }) {
                    return KernelTypeID(object: object, id: id)
                }
            }
        }
        return nil
    }

    /// How gcc and clang name the integer type that C words mean: `unsigned long` is `long unsigned int` to gcc.
    private static func integerNames(_ words: [String]) -> [String] {
        let known: Set<String> = ["unsigned", "signed", "char", "short", "int", "long"]
        guard words.allSatisfy({ known.contains($0) }) else { return [] }
        let isUnsigned = words.contains("unsigned")
        if words.contains("char") {
            return isUnsigned ? ["unsigned char"] : words.contains("signed") ? ["signed char"] : ["char"]
        }
        let longs = words.filter { $0 == "long" }.count
        let size = words.contains("short") ? "short" : longs == 1 ? "long" : longs > 1 ? "long long" : ""
        if size.isEmpty { return [isUnsigned ? "unsigned int" : "int"] }
        return isUnsigned ? ["\(size) unsigned int", "unsigned \(size)"] : ["\(size) int", size]
    }
}
