// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax

/// Statistics by their operand lists; scalars have empty ones.
extension Evaluator {
    /// `<<<`; false when the array has no room for a new element.
    @inline(__always)
    func aggregateAdd(
        _ global: Int, _ list: UnsafePointer<Int32>, _ value: Int64, _ integers: UnsafeMutablePointer<Int64>,
        _ strings: UnsafeMutablePointer<StringView>
    ) -> Bool {
        var record: Int64 = 0
        if list[0] > 0 {
            let found = element(tables[global], list, integers, strings, create: true)
            if found < 0 { return false }
            record = tables[global].pointee.values[found]
        }
        statistics[global].shape.add(value, to: statistics[global].record(record))
        return true
    }

    /// The record of a variable or element; nil where there is none or it has no values.
    private func record(
        _ global: Int, _ list: UnsafePointer<Int32>, _ integers: UnsafeMutablePointer<Int64>,
        _ strings: UnsafeMutablePointer<StringView>
    ) -> UnsafePointer<Int64>? {
        var index: Int64 = 0
        if !program.globals[global].keyTypes.isEmpty {
            let found = element(tables[global], list, integers, strings, create: false)
            if found < 0 { return nil }
            index = tables[global].pointee.values[found]
        }
        let record = UnsafePointer(statistics[global].record(index))
        return record[StatisticsShape.count] == 0 ? nil : record
    }

    /// What an operator reads; nil for `empty aggregate`.
    @inline(never)
    func aggregate(
        _ index: Int, _ list: UnsafePointer<Int32>, _ integers: UnsafeMutablePointer<Int64>,
        _ strings: UnsafeMutablePointer<StringView>
    ) -> Int64? {
        let read = program.aggregates[index]
        guard let record = record(read.global, list, integers, strings) else {
            return read.operation == .count || read.operation == .sum ? 0 : nil
        }
        return statistics[read.global].read(read.operation, record)
    }

    /// The count of a bucket, whose index ends the list.
    @inline(never)
    func bucket(
        _ global: Int, _ list: UnsafePointer<Int32>, _ integers: UnsafeMutablePointer<Int64>,
        _ strings: UnsafeMutablePointer<StringView>
    ) -> Result<Int64, Failure> {
        let index = integers[PackedOperand(raw: list[Int(list[0])]).register]
        let found = withUnsafeTemporaryAllocation(of: Int32.self, capacity: Int(list[0])) { keys in
            keys[0] = list[0] - 1
            for position in 1..<max(Int(list[0]), 1) { keys[position] = list[position] }
            return record(global, UnsafePointer(keys.baseAddress!), integers, strings)
        }
        guard let found else { return .failure(.emptyAggregate) }
        guard index >= 0, index < Int64(statistics[global].shape.bucketCount) else {
            return .failure(.message("histogram index out of range"))
        }
        return .success(found[StatisticsShape.buckets + Int(index)])
    }

    /// Prints a histogram; false for `empty aggregate`.
    @inline(never)
    func printHistogram(
        _ global: Int, _ list: UnsafePointer<Int32>, _ integers: UnsafeMutablePointer<Int64>,
        _ strings: UnsafeMutablePointer<StringView>
    ) -> Bool {
        guard let record = record(global, list, integers, strings) else { return false }
        let text = histogramText(global, record)
        // All of it: a histogram is many lines, each of them a print of its own.
        let size = text.largestSize
        var writer = TextWriter(output.reserve(size), capacity: size)
        text.write(to: &writer)
        output.commit(writer.count)
        return true
    }

    /// Writes a histogram into `scratch`; its length, or nil for `empty aggregate`.
    @inline(never)
    func formatHistogram(
        _ global: Int, _ list: UnsafePointer<Int32>, _ integers: UnsafeMutablePointer<Int64>,
        _ strings: UnsafeMutablePointer<StringView>
    ) -> Int? {
        guard let record = record(global, list, integers, strings) else { return nil }
        var writer = TextWriter(scratch, capacity: stride - 1)
        histogramText(global, record).write(to: &writer)
        return writer.count
    }

    private func histogramText(_ global: Int, _ record: UnsafePointer<Int64>) -> HistogramText {
        HistogramText(
            kind: statistics[global].shape.histogram ?? .logarithmic,
            counts: UnsafeBufferPointer(
                start: record + StatisticsShape.buckets, count: statistics[global].shape.bucketCount),
            width: program.limits.histWidth, elision: program.limits.histElision)
    }
}

extension StatisticsStore {
    /// What an operator reads of a record that has values; nil never, but for a record that has none.
    func read(_ operation: AggregateOperator, _ record: UnsafePointer<Int64>) -> Int64? {
        switch operation {
        case .count: return record[StatisticsShape.count]
        case .sum: return record[StatisticsShape.sum]
        case .min: return record[StatisticsShape.minimum]
        case .max: return record[StatisticsShape.maximum]
        case .avg, .variance:
            var whole = Statistic()
            whole.merge(record)
            return operation == .avg ? whole.average : whole.variance(shift: shape.shift ?? 0)
        }
    }
}
