// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// Arrays and statistics as tables for people.
extension GlobalStorage {
    private enum Cell {
        case number(Int64)
        case text(String)

        var shown: String {
            switch self {
            case .number(let value): String(value)
            case .text(let text): text
            }
        }
    }

    /// The elements of an array, the largest value first, or the figures of statistics, as lines of aligned columns under a
    /// heading; one line that says so when there is nothing.
    public func table(_ index: Int) -> String {
        let global = globals[index]
        if isEmpty(index) { return "\(global.name) is empty\n" }
        var headings = global.keyTypes.count == 1 ? ["key"] : global.keyTypes.indices.map { "key\($0 + 1)" }
        headings += global.statistics == nil ? [global.name] : ["count", "min", "avg", "max"]
        guard !global.keyTypes.isEmpty else { return Self.lines(headings, [figures(index, 0)]) }
        var rows: [(cells: [Cell], weight: Int64)] = []
        let table = tables[index]
        for entry in 0..<table.pointee.used where table.pointee.entries[entry].keyLength != ArrayEntry.dead {
            var cells: [Cell] = []
            for (position, kind) in table.pointee.keyKinds.enumerated() {
                switch kind {
                case .long: cells.append(.number(table.pointee.integerKey(position, at: entry)))
                case .string: cells.append(.text(Self.visible(table.pointee.stringKey(position, at: entry))))
                }
            }
            let value = table.pointee.values[entry]
            if global.statistics != nil {
                let figures = figures(index, value)
                if case .number(let count)? = figures.first { rows.append((cells + figures, count)) }
            } else if global.valueType == .string {
                rows.append((cells + [.text(Self.visible(table.pointee.string(at: entry)))], 0))
            } else {
                rows.append((cells + [.number(value)], value))
            }
        }
        // A stable sort: elements of the same value stay in their order.
        let order = rows.indices.sorted { (rows[$0].weight, $1) > (rows[$1].weight, $0) }
        return Self.lines(headings, order.map { rows[$0].cells })
    }

    private func figures(_ index: Int, _ record: Int64) -> [Cell] {
        let record = UnsafePointer(statistics[index].record(record))
        let operations: [AggregateOperator] = [.count, .min, .avg, .max]
        return operations.map { .number(statistics[index].read($0, record) ?? 0) }
    }

    private static func lines(_ headings: [String], _ rows: [[Cell]]) -> String {
        let isNumber = headings.indices.map { column in
            if case .number? = rows.first?[column] { return true }
            return false
        }
        let texts = rows.map { $0.map(\.shown) }
        let widths = headings.indices.map { column in
            texts.reduce(headings[column].unicodeScalars.count) { max($0, $1[column].unicodeScalars.count) }
        }
        var result = ""
        for cells in [headings] + texts {
            var line = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.unicodeScalars.count)
                if column > 0 { line += "  " }
                let isLast = column == cells.count - 1
                line += isNumber[column] ? padding + cell : isLast ? cell : cell + padding
            }
            result += line + "\n"
        }
        return result
    }

    /// A string without what would move a terminal's cursor.
    private static func visible(_ view: StringView) -> String {
        let text = String(decoding: UnsafeBufferPointer(start: view.pointer, count: view.length), as: UTF8.self)
        guard text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 9: result += "\\t"
            case 10: result += "\\n"
            case 13: result += "\\r"
            case 0..<32, 127: result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
