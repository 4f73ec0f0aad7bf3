// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// The automatic display of globals that a script writes and never reads: section 4.6 of the language.
extension Evaluator {
    /// Prints them, in the order of their declaration.
    public func displayGlobals() {
        for (index, global) in program.globals.enumerated() where global.isDisplayed {
            if global.keyTypes.isEmpty {
                line { writer in
                    writer.append(Array(global.name.utf8))
                    if global.statistics != nil { return appendStatistics(index, 0, &writer) }
                    appendValue(
                        global, integer: globalIntegers[index], string: globalStrings[index], &writer)
                }
            } else {
                displayArray(index, global)
            }
        }
    }

    private func displayArray(_ index: Int, _ global: IRGlobal) {
        let table = tables[index]
        ArraySorter(table, SortOrder(key: nil, isDescending: true)).sort(leading: nil)
        for entry in 0..<table.pointee.used where table.pointee.entries[entry].keyLength != ArrayEntry.dead {
            line { writer in
                writer.append(Array(global.name.utf8))
                writer.append(UInt8(ascii: "["))
                for (position, kind) in table.pointee.keyKinds.enumerated() {
                    if position > 0 { writer.append(UInt8(ascii: ",")) }
                    switch kind {
                    case .long: writer.appendDecimal(table.pointee.integerKey(position, at: entry))
                    case .string: appendQuoted(table.pointee.stringKey(position, at: entry), &writer)
                    }
                }
                writer.append(UInt8(ascii: "]"))
                if global.statistics != nil {
                    return appendStatistics(index, table.pointee.values[entry], &writer)
                }
                appendValue(
                    global, integer: table.pointee.values[entry],
                    string: table.pointee.hasStringValue
                        ? table.pointee.string(at: entry) : StringView(pointer: pool.empty, length: 0), &writer)
            }
        }
    }

    private func appendValue(_ global: IRGlobal, integer: Int64, string: StringView, _ writer: inout TextWriter) {
        writer.append(UInt8(ascii: "="))
        if global.valueType == .string {
            appendQuoted(string, &writer)
        } else if global.isPointer {
            let layout = IntegerLayout(
                base: .hexLower, isSigned: false, flag: .alternate, hasPrefix: true, width: 0, precision: -1)
            layout.write(integer, to: &writer)
        } else {
            writer.appendDecimal(integer)
        }
    }

    private func appendStatistics(_ global: Int, _ index: Int64, _ writer: inout TextWriter) {
        let record = UnsafePointer(statistics[global].record(index))
        guard record[StatisticsShape.count] != 0 else { return writer.append(" @count=0x0") }
        let parts: [(StaticString, AggregateOperator)] = [
            (" @count=", .count), (" @min=", .min), (" @max=", .max), (" @sum=", .sum), (" @avg=", .avg),
        ]
        for (name, operation) in parts {
            writer.append(name)
            writer.appendDecimal(statistics[global].read(operation, record) ?? 0)
        }
    }

    private func appendQuoted(_ text: StringView, _ writer: inout TextWriter) {
        writer.append(UInt8(ascii: "\""))
        writer.append(text.pointer, text.length)
        writer.append(UInt8(ascii: "\""))
    }

    private func line(_ body: (inout TextWriter) -> Void) {
        // Names and keys may be long; what a print call may not emit is cut before its newline, as there.
        var writer = TextWriter(output.reserve(Evaluator.printLimit), capacity: Evaluator.printLimit)
        body(&writer)
        writer.append(UInt8(ascii: "\n"))
        output.commit(writer.count)
    }
}
