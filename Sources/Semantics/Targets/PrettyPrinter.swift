// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Renders `$x$` and `$x$$`: a format over loads, with a fallback where memory cannot be read.
final class PrettyPrinter {
    private let walker: PlaceWalker
    /// The text where memory cannot be read.
    private let fallback: ByteString
    private var pieces: [FormatPiece] = []
    private var arguments: [Node] = []
    /// The loads of which the first and the last decide whether the memory is readable.
    private var loads: [Node] = []

    /// More values than this end in `...`.
    private static let maximumValues = 64
    private static let deepest = 6

    init(walker: PlaceWalker, fallback: ByteString = "ERROR") {
        self.walker = walker
        self.fallback = fallback
    }

    private var types: KernelTypes { walker.types }
    private var token: Token { walker.token }

    /// The text of a place as a node.
    func print(_ place: Place, deep: Bool) throws(Diagnostic) -> Node {
        try render(place, depth: deep ? Self.deepest : 1, isTop: true)
        let text =
            arguments.isEmpty
            ? Node(token, .string(literalText))
            : Node(token, .print(returnsString: true, .format(pieces.joined()), arguments))
        guard let first = loads.first, let last = loads.last else { return text }
        var test = Node(token, .readable(first))
        if last !== first { test = Node(token, .logicalAnd(test, Node(token, .readable(last)))) }
        return Node(token, .conditional(test, text, Node(token, .string(fallback))))
    }

    private var literalText: ByteString {
        ByteString(pieces.reduce(into: [UInt8]()) { if case .literal(let text) = $1 { $0 += text.bytes } })
    }

    private func literal(_ text: String) { pieces.append(.literal(ByteString(text))) }

    private func value(_ place: Place, _ conversion: FormatConversion, flag: FormatFlag = .none) throws(Diagnostic) {
        let node = try walker.value(of: place)
        if case .load = node.kind { loads.append(node) }
        pieces.append(.directive(flag: flag, width: .none, precision: .none, conversion: conversion))
        arguments.append(node)
    }

    private func render(_ place: Place, depth: Int, isTop: Bool) throws(Diagnostic) {
        if arguments.count >= Self.maximumValues {
            literal("...")
            return
        }
        switch types.shape(place.type) {
        case .pointer(let target): try renderPointer(place, target, depth: depth, isTop: isTop)
        case .plain(.integer(_, let isSigned, let isCharacter)):
            if isCharacter {
                literal("'")
                try value(place, .character, flag: .alternate)
                literal("'")
            } else {
                try value(place, isSigned ? .signed : .unsigned)
            }
        case .plain(.enumeration): try value(place, .signed)
        case .plain(.array(let element, let count)):
            try renderArray(place, element, count, depth: depth)
        case .plain(.composite), .plain(.forward): try renderComposite(place, depth: depth)
        case .plain(.void), .plain(.function), .plain(.floating), .plain(.pointer): literal("?")
        }
    }

    private func renderPointer(_ place: Place, _ target: CarriedType, depth: Int, isTop: Bool) throws(Diagnostic) {
        switch types.shape(target) {
        case .plain(.integer(_, _, true)):
            let address = try walker.value(of: place)
            if case .load = address.kind { loads.append(address) }
            renderText(address, count: nil, isUser: target.isUser || place.isInUserMemory)
        case .plain(.composite) where isTop, .plain(.forward) where isTop, .plain(.array) where isTop:
            try render(try walker.followed(place), depth: depth, isTop: false)
        default: try value(place, .pointer)
        }
    }

    /// A quoted string, or its address where it cannot be read.
    private func renderText(_ address: Node, count: Int?, isUser: Bool) {
        let read: Node
        if let count {
            read = Node(
                token, .builtin(isUser ? .userStringN : .kernelStringN, [address, Node(token, .integer(Int64(count)))]))
        } else {
            read = Node(token, .builtin(isUser ? .userString : .kernelString, [address]))
        }
        let hex = FormatPiece.directive(flag: .alternate, width: .none, precision: .none, conversion: .hexLower)
        let unreadable = Node(token, .print(returnsString: true, .format([hex]), [address]))
        let quoted = Node(token, .builtin(.stringQuoted, [read]))
        pieces.append(.directive(flag: .none, width: .none, precision: .none, conversion: .string))
        arguments.append(Node(token, .conditional(Node(token, .readable(read)), quoted, unreadable)))
    }

    private func renderArray(_ place: Place, _ element: KernelTypeID, _ count: Int, depth: Int) throws(Diagnostic) {
        let elementType = CarriedType(type: element)
        if case .plain(.integer(_, _, true)) = types.shape(elementType), case .memory(let address) = place.location {
            renderText(address, count: count > 0 ? count : nil, isUser: place.isInUserMemory)
            return
        }
        if depth <= 0 {
            literal("[...]")
            return
        }
        var shown = 5
        switch types.shape(elementType) {
        case .plain(.composite), .plain(.array): shown = 1
        default: break
        }
        literal("[")
        for index in 0..<max(0, min(count, shown)) {
            if index > 0 { literal(", ") }
            let item = try walker.element(Node(token, .integer(Int64(index))), of: place, token)
            try render(item, depth: depth - 1, isTop: false)
        }
        literal(count > shown ? ", ...]" : "]")
    }

    private func renderComposite(_ place: Place, depth: Int) throws(Diagnostic) {
        guard depth > 0, case .memory(let address) = place.location,
            case .composite(_, _, _, let members) = types[types.complete(place.type.type)]
        else {
            literal("{...}")
            return
        }
        literal("{")
        for (index, member) in members.enumerated() {
            if index > 0 { literal(", ") }
            if arguments.count >= Self.maximumValues {
                literal("...")
                break
            }
            if !member.name.isEmpty { literal(".\(member.name)=") }
            let inner = walker.place(of: member, at: address, from: place, text: place.text + "->" + member.name)
            do throws(Diagnostic) {
                try render(inner, depth: depth - 1, isTop: false)
            } catch {
                literal("?")
            }
        }
        literal("}")
    }
}
