// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// How a statistic is kept: as 64-bit words, the same in the Evaluator and, for each CPU, in the kernel. A record of
/// zeros is one without values.
///
///     count, sum, minimum, maximum, running mean << shift, squares of deviations from it, buckets …
public struct StatisticsShape: Sendable {
    /// The place of the number of values.
    public static let count = 0
    /// The place of their sum.
    public static let sum = 1
    /// The place of the smallest value.
    public static let minimum = 2
    /// The place of the largest value.
    public static let maximum = 3
    /// The place of the running mean, shifted.
    public static let mean = 4
    /// The place of the sum of the squared deviations from it.
    public static let squares = 5
    /// The place of the first bucket.
    public static let buckets = 6

    /// The histogram; nil for none.
    public let histogram: HistogramKind?
    /// The buckets of the histogram.
    public let bucketCount: Int
    /// The shift of the running mean; nil when the variance is not kept.
    public let shift: Int64?

    /// The shape for what a program asks.
    public init(_ parameters: StatisticsParameters) {
        histogram = parameters.histogram
        shift = parameters.shift
        bucketCount = max(parameters.histogram?.bucketCount ?? 0, 0)
    }

    /// The words of a record.
    public var words: Int { Self.buckets + bucketCount }

    /// `<<<`: takes one value in.
    @inline(__always)
    public func add(_ value: Int64, to record: UnsafeMutablePointer<Int64>) {
        let count = record[Self.count] &+ 1
        record[Self.count] = count
        record[Self.sum] = record[Self.sum] &+ value
        if count == 1 || value < record[Self.minimum] { record[Self.minimum] = value }
        if count == 1 || value > record[Self.maximum] { record[Self.maximum] = value }
        if let shift { addDeviation(value &<< shift, count, record) }
        if let histogram {
            let bucket = histogram.bucket(of: value, among: bucketCount)
            record[Self.buckets + bucket] = record[Self.buckets + bucket] &+ 1
        }
    }

    /// Welford's step; the deviation really is cut to 32 bits.
    private func addDeviation(_ scaled: Int64, _ count: Int64, _ record: UnsafeMutablePointer<Int64>) {
        guard count > 1 else {
            record[Self.mean] = scaled
            record[Self.squares] = 0
            return
        }
        let deviation = Int64(Int32(truncatingIfNeeded: scaled &- record[Self.mean]))
        record[Self.mean] = record[Self.mean] &+ deviation / count
        record[Self.squares] = record[Self.squares] &+ deviation &* (scaled &- record[Self.mean])
    }
}

extension HistogramKind {
    /// The bucket that a value belongs to; `count` is `bucketCount`, at least 1.
    @inline(__always)
    func bucket(of value: Int64, among count: Int) -> Int {
        switch self {
        case .logarithmic:
            if value > 0 { return 128 - value.leadingZeroBitCount }
            if value == 0 { return 64 }
            return value.magnitude.leadingZeroBitCount
        case .linear(let low, _, let step):
            if value < low { return 0 }
            let distance = UInt64(bitPattern: value) &- UInt64(bitPattern: low)
            // A negative step has no value between two buckets; all but the smallest are in the first.
            let place = step > 0 ? distance / UInt64(step) : 0
            return Int(min(place, UInt64(max(count - 2, 0)))) + (count > 1 ? 1 : 0)
        }
    }

    /// The smallest value in a bucket of a logarithmic histogram; for negative ones, the largest in magnitude.
    public static func logarithmicValue(of bucket: Int) -> Int64 {
        if bucket == 64 { return 0 }
        return bucket > 64 ? 1 << Int64(bucket - 65) : Int64.min >> Int64(bucket)
    }

    /// The values that a bucket holds, both ends included; nil for no end.
    public func bounds(of bucket: Int, among count: Int) -> (from: Int64?, to: Int64?) {
        switch self {
        case .logarithmic:
            let value = Self.logarithmicValue(of: bucket)
            if bucket == 64 { return (0, 0) }
            if bucket > 64 { return (value, bucket >= 127 ? nil : value &* 2 - 1) }
            return (bucket <= 0 ? nil : value &* 2 &+ 1, value)
        case .linear(let low, _, let step):
            if bucket == 0 { return (nil, low &- 1) }
            let from = low &+ Int64(bucket - 1) &* step
            return (from, bucket == count - 1 ? nil : from &+ step &- 1)
        }
    }
}

extension IRProgram {
    /// Why the program cannot start: the first linear histogram whose parameters make no sense. Nil when there is none.
    public var startProblem: String? {
        for global in globals {
            guard case .linear(_, _, let step)? = global.statistics?.histogram else { continue }
            if step == 0 { return "histogram: interval cannot be zero." }
            let count = global.statistics?.histogram?.bucketCount ?? 0
            if count < 3 || count > limits.maxBuckets {
                return "histogram: Number of buckets must be between 1 and \(limits.maxBuckets - 2)\n"
                    + "Number_of_buckets = (stop - start) / interval.\n"
                    + "Please adjust your start, stop, and interval values."
            }
        }
        return nil
    }
}
