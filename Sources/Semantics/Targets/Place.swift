// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Where a target expression has got to on its way from its base.
struct Place {
    enum Location {
        /// A value that has been read.
        case value(Node)
        /// Something in memory at an address.
        case memory(Node)
        /// A bit-field of the integer at an address.
        case bits(Node, BitField, unit: Int)
    }

    var location: Location
    var type: CarriedType
    /// Whether `location` is in user memory.
    var isInUserMemory = false
    /// What the user wrote for it so far, for messages.
    var text: String
}

/// Walks kernel types and turns accesses into addresses and loads.
struct PlaceWalker {
    let types: KernelTypes
    let token: Token

    func problem(_ message: String, _ token: Token? = nil, file: String = #fileID, line: Int = #line) -> Diagnostic {
        Diagnostic(.semanticError, message, tokens: [token ?? self.token], site: "\(file):\(line)")
    }

    /// `->name`: pointers on the way are followed.
    func member(_ name: Token, of place: Place) throws(Diagnostic) -> Place {
        let place = try followed(place)
        let access = "->\(name.content)"
        guard case .memory(let address) = place.location, place.type.pointers == 0 else {
            throw problem("invalid access '\(access)' vs '\(types.describe(place.type))'", name)
        }
        let id = types.complete(place.type.type)
        guard case .composite = types[id] else {
            if case .forward = types[id] {
                throw problem("unable to find the members of \(types.describe(place.type)): BTF only declares it", name)
            }
            throw problem("invalid access '\(access)' vs '\(types.describe(place.type))'", name)
        }
        guard let member = types.member(name.content.description, of: id) else {
            throw problem(missingMember(name.content.description, of: id), name)
        }
        return self.place(of: member, at: address, from: place, text: place.text + access)
    }

    /// The place of a member that has been found.
    func place(of member: KernelMember, at address: Node, from outer: Place, text: String) -> Place {
        let type = CarriedType(type: member.type, isUser: outer.type.isUser)
        var place = Place(location: outer.location, type: type, isInUserMemory: outer.isInUserMemory, text: text)
        if let width = member.bitWidth, width > 0 {
            place.location = bits(offset: member.bitOffset, width: width, size: types.size(type), address: address)
        } else {
            place.location = .memory(add(address, Int64(member.bitOffset / 8)))
        }
        return place
    }

    /// The integer that holds a bit-field: the declared one where it fits, else the smallest that does.
    private func bits(offset: Int, width: Int, size: Int, address: Node) -> Place.Location {
        for unit in [size, 1, 2, 4, 8] where [1, 2, 4, 8].contains(unit) {
            let start = offset / (unit * 8) * unit * 8
            if offset - start + width <= unit * 8 {
                let field = BitField(offset: UInt8(offset - start), width: UInt8(width))
                return .bits(add(address, Int64(start / 8)), field, unit: unit)
            }
        }
        // A packed field across the borders of all aligned units: the fewest bytes from its first one.
        let low = offset % 8
        let unit = [1, 2, 4].first { low + width <= $0 * 8 } ?? 8
        let field = BitField(offset: UInt8(low), width: UInt8(min(width, 64 - low)))
        return .bits(add(address, Int64(offset / 8)), field, unit: unit)
    }

    private func missingMember(_ name: String, of id: KernelTypeID) -> String {
        let names = types.memberNames(of: id)
        let near = similarNames(to: name, among: names, count: 8)
        let alternatives = names.count <= 12 ? names : near
        let suffix = alternatives.isEmpty ? "" : " (alternatives: \(alternatives.joined(separator: " ")))"
        return "unable to find member '\(name)' for \(types.catalog.spelling(of: id))\(suffix)"
    }

    /// `[index]` on a pointer or an array.
    func element(_ index: Node, of place: Place, _ token: Token) throws(Diagnostic) -> Place {
        var result = place
        let element: CarriedType
        let base: Node
        switch types.shape(place.type) {
        case .pointer(let target):
            element = CarriedType(
                type: target.type, pointers: target.pointers, isUser: target.isUser || place.isInUserMemory)
            base = try value(of: place)
            result.isInUserMemory = element.isUser
        case .plain(.array(let type, _)):
            guard case .memory(let address) = place.location else {
                throw problem("invalid access '[]' vs '\(types.describe(place.type))'", token)
            }
            element = CarriedType(type: type, isUser: place.type.isUser)
            base = address
        case .plain:
            throw problem("invalid access '[]' vs '\(types.describe(place.type))'", token)
        }
        let size = Int64(types.size(element))
        result.type = element
        result.text += "[...]"
        if let constant = index.constant {
            result.location = .memory(add(base, constant &* size))
        } else {
            let offset = size == 1 ? index : Node(token, .binary(.multiply, index, Node(token, .integer(size))))
            result.location = .memory(Node(token, .binary(.add, base, offset)))
        }
        return result
    }

    /// Follows pointers until something else is reached.
    func followed(_ place: Place) throws(Diagnostic) -> Place {
        var place = place
        var steps = 0
        while case .pointer(let target) = types.shape(place.type), steps < 8 {
            let address = try value(of: place)
            let isUser = target.isUser || place.isInUserMemory
            place.location = .memory(address)
            place.type = CarriedType(type: target.type, pointers: target.pointers, isUser: isUser)
            place.isInUserMemory = isUser
            steps += 1
        }
        return place
    }

    /// The value at a place: a load where it is in memory; an array is its address.
    func value(of place: Place) throws(Diagnostic) -> Node {
        switch place.location {
        case .value(let node): return node
        case .bits(let address, let field, let unit):
            var isSigned = false
            if case .plain(.integer(_, let sign, _)) = types.shape(place.type) { isSigned = sign }
            if case .plain(.enumeration(_, _, let sign)) = types.shape(place.type) { isSigned = sign }
            let shape = IntegerShape(size: UInt8(unit), isSigned: isSigned)
            let access = MemoryAccess(shape: shape, bitField: field, isUser: place.isInUserMemory)
            return Node(token, .load(address: address, access), carried: place.type)
        case .memory(let address):
            if case .plain(.array(let element, _)) = types.shape(place.type) {
                let carried = CarriedType(type: element, pointers: 1, isUser: place.isInUserMemory)
                return retyped(address, carried)
            }
            let shape = try integerShape(of: place.type, text: place.text)
            let access = MemoryAccess(shape: shape, isUser: place.isInUserMemory)
            var carried = place.type
            carried.isUser = carried.isUser || place.isInUserMemory
            return Node(token, .load(address: address, access), carried: carried)
        }
    }

    /// How an integer, enumeration or pointer is held; throws for everything else.
    func integerShape(of type: CarriedType, text: String) throws(Diagnostic) -> IntegerShape {
        switch types.shape(type) {
        case .pointer: return IntegerShape(size: 8, isSigned: false)
        case .plain(.integer(let size, let isSigned, _)), .plain(.enumeration(_, let size, let isSigned)):
            guard [1, 2, 4, 8].contains(size) else {
                throw problem("'\(text)' has \(size) bytes: not supported")
            }
            return IntegerShape(size: UInt8(size), isSigned: isSigned)
        case .plain(.composite(let isUnion, _, _, _)), .plain(.forward(let isUnion, _)):
            let kind = isUnion ? "union" : "struct"
            throw problem(
                "'\(types.describe(type))' is being accessed instead of a member of the \(kind)")
        case .plain(.floating): throw problem("'\(text)' is a floating-point value: not supported")
        case .plain(.void): throw problem("'\(text)' has no value: its type is void")
        case .plain(.array), .plain(.function), .plain(.pointer):
            throw problem("'\(text)' has the type '\(types.describe(type))' and no value")
        }
    }

    /// `&`: the address of a place.
    func address(of place: Place) throws(Diagnostic) -> Node {
        switch place.location {
        case .memory(let address):
            let isUser = place.type.isUser || place.isInUserMemory
            return retyped(
                address, CarriedType(type: place.type.type, pointers: place.type.pointers + 1, isUser: isUser))
        case .bits: throw problem("cannot take the address of the bit-field '\(place.text)'")
        case .value: throw problem("cannot take the address of '\(place.text)': it is not in memory")
        }
    }

    /// The same value with another type.
    private func retyped(_ node: Node, _ carried: CarriedType) -> Node {
        let copy = Node(node.token, node.kind, carried: carried)
        return copy
    }

    /// An address moved by a constant; constants are gathered.
    func add(_ node: Node, _ offset: Int64) -> Node {
        if offset == 0 { return node }
        if case .binary(.add, let base, let old) = node.kind, let known = old.constant {
            return add(base, known &+ offset)
        }
        if let constant = node.constant { return Node(token, .integer(constant &+ offset)) }
        return Node(token, .binary(.add, node, Node(token, .integer(offset))))
    }
}
