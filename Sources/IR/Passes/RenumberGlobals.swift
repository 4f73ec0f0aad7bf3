// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// The globals of all programs of a live session, in the order in which they were met. A position is never used again, so
/// that every program keeps its numbers.
public struct GlobalRegistry {
    /// All globals, forgotten ones too.
    public private(set) var globals: [IRGlobal] = []
    private var positions: [String: Int] = [:]

    /// An empty registry.
    public init() {}

    /// The position of the global that has a name now.
    public func position(of name: String) -> Int? { positions[name] }

    /// The names that there are now, sorted.
    public var names: [String] { positions.keys.sorted() }

    /// Frees a name: the next global of that name is another one.
    public mutating func forget(_ name: String) { positions[name] = nil }

    /// Takes a global in under a name, at a position of its own.
    public mutating func add(_ global: IRGlobal, as name: String) -> Int {
        globals.append(global)
        positions[name] = globals.count - 1
        return globals.count - 1
    }

    /// What keeps a global from being the one that is there under its name; nil when it can be.
    public func conflict(_ global: IRGlobal, as name: String) -> GlobalConflict? {
        guard let position = positions[name] else { return nil }
        let known = globals[position]
        if known.keyTypes != global.keyTypes || known.valueType != global.valueType { return .type }
        if !known.keyTypes.isEmpty, known.capacity != global.capacity || known.wraps != global.wraps { return .size }
        return known.statistics == global.statistics ? nil : .statistics
    }
}

/// In what a global differs from the one of its name that is there already.
public enum GlobalConflict: Sendable, Hashable {
    /// The types of keys or value, or their number.
    case type
    /// How many elements an array may have, or whether the oldest make room.
    case size
    /// The histogram or the variance that is kept.
    case statistics
}

extension IRProgram {
    /// Gives the global at each position the new position that `positions` says, among `all` globals.
    public mutating func renumberGlobals(_ positions: [Int], among all: [IRGlobal]) {
        for index in aggregates.indices { aggregates[index].global = positions[aggregates[index].global] }
        for index in iterations.indices { iterations[index].array = positions[iterations[index].array] }
        for index in functions.indices { functions[index].renumberGlobals(positions) }
        for index in handlers.indices { handlers[index].renumberGlobals(positions) }
        globals = all
    }
}

extension IRUnit {
    fileprivate mutating func renumberGlobals(_ positions: [Int]) {
        for block in blocks.indices {
            for place in blocks[block].instructions.indices {
                blocks[block].instructions[place].renumberGlobal(positions)
            }
        }
    }
}

extension Instruction {
    /// Only of operations that name a global themselves, and not by a table.
    fileprivate mutating func renumberGlobal(_ positions: [Int]) {
        switch op {
        case .loadInteger, .loadString, .fetchAdd, .deleteGlobal, .elementLoadInteger, .elementLoadString,
            .elementStoreInteger, .elementStoreString, .elementFetchAdd, .elementExists, .elementDelete,
            .aggregateAdd, .histogramBucket, .histogramPrint, .histogramFormat:
            a = Int32(positions[Int(a)])
        case .storeInteger, .storeString: dst = Int32(positions[Int(dst)])
        default: break
        }
    }
}
