// SPDX-License-Identifier: GPL-3.0-or-later

/// The kernel type of a value: a BTF type with further levels of pointers around it, which BTF may have no id for.
struct CarriedType {
    var type: KernelTypeID
    /// How many pointers lead to `type`.
    var pointers = 0
    /// Whether what it points to is user memory.
    var isUser = false
}

/// The shape of a carried type with one level looked through.
enum CarriedShape {
    case plain(KernelType)
    case pointer(to: CarriedType)
}

/// The kernel's types, remembered: the catalogue is asked once for each.
final class KernelTypes {
    let catalog: any ProbeCatalog
    private var known: [KernelTypeID: KernelType] = [:]

    init(catalog: any ProbeCatalog) { self.catalog = catalog }

    subscript(id: KernelTypeID) -> KernelType {
        if let type = known[id] { return type }
        let type = catalog.type(id)
        known[id] = type
        return type
    }

    /// What a carried type is, seen from outside.
    func shape(_ carried: CarriedType) -> CarriedShape {
        if carried.pointers > 0 {
            return .pointer(
                to: CarriedType(type: carried.type, pointers: carried.pointers - 1, isUser: carried.isUser))
        }
        let type = self[carried.type]
        if case .pointer(let target, let isUser) = type {
            return .pointer(to: CarriedType(type: target, isUser: isUser || carried.isUser))
        }
        return .plain(type)
    }

    func isPointer(_ carried: CarriedType) -> Bool {
        if case .pointer = shape(carried) { return true }
        return false
    }

    /// Whether a value of this type is an address in user memory.
    func pointsToUser(_ carried: CarriedType) -> Bool {
        if case .pointer(let target) = shape(carried) { return target.isUser }
        return carried.isUser
    }

    /// The size in bytes; 1 for what has none, as pointer arithmetic in C with extensions.
    func size(_ carried: CarriedType) -> Int {
        carried.pointers > 0 ? 8 : size(carried.type)
    }

    private func size(_ id: KernelTypeID, depth: Int = 0) -> Int {
        switch self[id] {
        case .void, .function, .forward: return 1
        case .integer(let size, _, _), .enumeration(_, let size, _), .floating(let size): return size
        case .composite(_, _, let size, _): return size
        case .pointer: return 8
        case .array(let element, let count):
            guard depth < 16 else { return 1 }
            return size(element, depth: depth + 1).multipliedReportingOverflow(by: max(count, 0)).partialValue
        }
    }

    /// Whether two types are the same for the language: equal, or of the same shape and name.
    func areAlike(_ left: CarriedType, _ right: CarriedType, depth: Int = 0) -> Bool {
        if left.type == right.type, left.pointers == right.pointers { return true }
        if depth > 8 { return true }
        switch (shape(left), shape(right)) {
        case (.pointer(let left), .pointer(let right)): return areAlike(left, right, depth: depth + 1)
        case (.plain(let left), .plain(let right)): return areAlike(left, right)
        default: return false
        }
    }

    private func areAlike(_ left: KernelType, _ right: KernelType) -> Bool {
        switch (left, right) {
        case (.void, .void): true
        case (.integer(let size, let sign, _), .integer(let otherSize, let otherSign, _)):
            size == otherSize && sign == otherSign
        case (.composite(let isUnion, let name, let size, _), .composite(let otherUnion, let otherName, let other, _)):
            isUnion == otherUnion && name == otherName && size == other && !name.isEmpty
        case (.enumeration(let name, _, _), .enumeration(let other, _, _)): name == other && !name.isEmpty
        case (.forward(_, let name), .composite(_, let other, _, _)),
            (.composite(_, let name, _, _), .forward(_, let other)), (.forward(_, let name), .forward(_, let other)):
            name == other
        default: false
        }
    }

    /// A composite's full definition where only its declaration is known here.
    func complete(_ id: KernelTypeID) -> KernelTypeID {
        guard case .forward(let isUnion, let name) = self[id] else { return id }
        return catalog.findType((isUnion ? "union " : "struct ") + name, module: nil) ?? id
    }

    /// What messages call a type.
    func describe(_ carried: CarriedType) -> String {
        carried.type == .void && carried.pointers > 0
            ? "void" + String(repeating: "*", count: carried.pointers)
            : catalog.spelling(of: carried.type) + String(repeating: "*", count: carried.pointers)
    }

    /// Finds a member, those of anonymous members included, nearest level first. Offsets are from the outermost start.
    func member(_ name: String, of id: KernelTypeID) -> KernelMember? {
        var level = [(type: id, offset: 0)]
        var depth = 0
        while !level.isEmpty, depth < 16 {
            var below: [(type: KernelTypeID, offset: Int)] = []
            for (type, offset) in level {
                guard case .composite(_, _, _, let members) = self[type] else { continue }
                for member in members {
                    if member.name == name {
                        var found = member
                        found.bitOffset &+= offset
                        return found
                    }
                    if member.name.isEmpty { below.append((member.type, offset &+ member.bitOffset)) }
                }
            }
            level = below
            depth += 1
        }
        return nil
    }

    /// All member names that `member` would find.
    func memberNames(of id: KernelTypeID, depth: Int = 0) -> [String] {
        guard depth < 16, case .composite(_, _, _, let members) = self[id] else { return [] }
        return members.flatMap { $0.name.isEmpty ? memberNames(of: $0.type, depth: depth + 1) : [$0.name] }
    }
}
