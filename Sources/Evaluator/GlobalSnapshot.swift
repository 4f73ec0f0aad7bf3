// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// A global as it is at one moment, for those who show globals otherwise than as SystemTap does.
public struct GlobalSnapshot: Equatable, Sendable {
    /// A key, or the value of a scalar or an element.
    public enum Value: Equatable, Sendable {
        case integer(Int64)
        /// Any bytes.
        case string([UInt8])
        case statistics(Summary)
    }

    /// Statistics; all but the count are nil without values.
    public struct Summary: Equatable, Sendable {
        /// The number of values.
        public var count: Int64 = 0
        /// Their sum.
        public var sum: Int64 = 0
        /// The smallest.
        public var minimum: Int64?
        /// The largest.
        public var maximum: Int64?
        /// Their average, rounded as `@avg` does.
        public var average: Int64?
        /// The buckets of the histogram that hold something, in order; empty without a histogram.
        public var buckets: [Bucket] = []
        /// Whether there is a histogram.
        public var hasHistogram = false
    }

    /// Values from one to another, both included; nil for no limit.
    public struct Bucket: Equatable, Sendable {
        /// The smallest value in it.
        public var from: Int64?
        /// The largest value in it.
        public var to: Int64?
        /// How many it holds.
        public var count: Int64
    }

    /// An element, or a scalar without keys.
    public struct Element: Equatable, Sendable {
        /// The keys, as many as the array has.
        public var keys: [Value]
        /// The value.
        public var value: Value
    }

    /// The name.
    public var name: String
    /// Whether it is an array.
    public var isArray: Bool
    /// The elements in the order of the array; one for a scalar.
    public var elements: [Element]
}

extension Evaluator {
    /// The globals of the user's script as they are now, in the order of their declaration; at most `limit` elements of each.
    public func snapshot(limit: Int = .max) -> [GlobalSnapshot] {
        program.globals.indices.compactMap { index in
            program.globals[index].name.hasPrefix("__") ? nil : snapshot(of: index, limit: limit)
        }
    }

    private func snapshot(of index: Int, limit: Int) -> GlobalSnapshot {
        let global = program.globals[index]
        var snapshot = GlobalSnapshot(name: global.name, isArray: !global.keyTypes.isEmpty, elements: [])
        guard snapshot.isArray else {
            let value: GlobalSnapshot.Value =
                if global.statistics != nil {
                    .statistics(summary(index, 0))
                } else if global.valueType == .string {
                    .string(bytes(globalStrings[index]))
                } else {
                    .integer(globalIntegers[index])
                }
            snapshot.elements.append(.init(keys: [], value: value))
            return snapshot
        }
        let table = tables[index]
        for entry in 0..<table.pointee.used where table.pointee.entries[entry].keyLength != ArrayEntry.dead {
            guard snapshot.elements.count < limit else { break }
            let keys = table.pointee.keyKinds.enumerated().map { position, kind -> GlobalSnapshot.Value in
                kind == .long
                    ? .integer(table.pointee.integerKey(position, at: entry))
                    : .string(bytes(table.pointee.stringKey(position, at: entry)))
            }
            let value: GlobalSnapshot.Value =
                if global.statistics != nil {
                    .statistics(summary(index, table.pointee.values[entry]))
                } else if table.pointee.hasStringValue {
                    .string(bytes(table.pointee.string(at: entry)))
                } else {
                    .integer(table.pointee.values[entry])
                }
            snapshot.elements.append(.init(keys: keys, value: value))
        }
        return snapshot
    }

    private func bytes(_ text: StringView) -> [UInt8] {
        Array(UnsafeBufferPointer(start: text.pointer, count: text.length))
    }

    private func summary(_ global: Int, _ index: Int64) -> GlobalSnapshot.Summary {
        let store = statistics[global]
        let record = UnsafePointer(store.record(index))
        var summary = GlobalSnapshot.Summary()
        summary.hasHistogram = store.shape.histogram != nil
        summary.count = record[StatisticsShape.count]
        guard summary.count != 0 else { return summary }
        summary.sum = record[StatisticsShape.sum]
        summary.minimum = store.read(.min, record)
        summary.maximum = store.read(.max, record)
        summary.average = store.read(.avg, record)
        guard let kind = store.shape.histogram else { return summary }
        for bucket in 0..<store.shape.bucketCount where record[StatisticsShape.buckets + bucket] != 0 {
            let bounds = kind.bounds(of: bucket, among: store.shape.bucketCount)
            summary.buckets.append(
                .init(from: bounds.from, to: bounds.to, count: record[StatisticsShape.buckets + bucket]))
        }
        return summary
    }
}
