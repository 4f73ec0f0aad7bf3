// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// What argument a component takes.
enum ArgumentKind: Hashable {
    case none, number, string

    init(_ literal: Literal?) {
        switch literal {
        case nil: self = .none
        case .number: self = .number
        case .string: self = .string
        }
    }
}

/// A component of a known point: its name and its kind of argument.
struct PointKey: Hashable {
    let name: String
    let argument: ArgumentKind

    /// `function(string)`.
    var text: String {
        switch argument {
        case .none: name
        case .number: "\(name)(number)"
        case .string: "\(name)(string)"
        }
    }
}

/// A node of the tree of all known points: shapes of families and names of aliases.
final class PointTree {
    private(set) var children: [PointKey: PointTree] = [:]
    var families: [any ProbeFamily] = []
    var aliases: [AliasEntry] = []
    /// Why nothing below this point is supported.
    var refusal: String?

    func child(_ key: PointKey) -> PointTree {
        if let child = children[key] { return child }
        let child = PointTree()
        children[key] = child
        return child
    }

    /// Whether a point may end here.
    var isEnd: Bool { !families.isEmpty || !aliases.isEmpty }

    var sortedChildren: [(key: PointKey, value: PointTree)] {
        children.sorted { ($0.key.name, $0.key.text) < ($1.key.name, $1.key.text) }
    }

    /// Adds a family under all its shapes.
    func add(_ family: any ProbeFamily) {
        for shape in family.shapes {
            var node = self
            for part in shape.split(separator: ".") {
                let pieces = part.split(separator: "(")
                let argument: ArgumentKind =
                    pieces.count < 2 ? .none : pieces[1].hasPrefix("number") ? .number : .string
                node = node.child(PointKey(name: String(pieces[0]), argument: argument))
            }
            node.families.append(family)
        }
    }

    /// Adds an alias under all its names.
    func add(_ alias: AliasEntry) {
        for name in alias.declaration.names {
            var node = self
            for component in name.components {
                node = node.child(PointKey(name: component.name, argument: ArgumentKind(component.argument)))
            }
            node.aliases.append(alias)
        }
    }

    /// Marks everything below a path as known and not supported; `statement(string)` names one kind of argument only.
    func refuse(_ path: [String], reason: String) {
        guard let component = path.first else {
            refusal = reason
            return
        }
        let pieces = component.split(separator: "(")
        let name = String(pieces[0])
        let kinds: [ArgumentKind] =
            pieces.count < 2 ? [.none, .number, .string] : [pieces[1].hasPrefix("number") ? .number : .string]
        if path.count == 1 {
            for argument in kinds {
                let node = child(PointKey(name: name, argument: argument))
                if !node.isEnd { node.refusal = reason }
            }
            return
        }
        for (key, node) in children where key.name == name { node.refuse(Array(path.dropFirst()), reason: reason) }
    }
}
