// SPDX-License-Identifier: GPL-3.0-or-later

/// A statistic merged from the records of one or many CPUs. All arithmetic wraps, so that the variance of the whole can be
/// summed up record by record although it needs the mean of all.
public struct Statistic: Sendable {
    /// The number of values.
    public private(set) var count: Int64 = 0
    /// Their sum.
    public private(set) var sum: Int64 = 0
    /// The smallest; 0 without values.
    public private(set) var minimum: Int64 = 0
    /// The largest; 0 without values.
    public private(set) var maximum: Int64 = 0
    // Sums over the records, of n * M, of n * M * M, and of (n - 1) times the variance.
    private var means: Int64 = 0
    private var squaredMeans: Int64 = 0
    private var spread: Int64 = 0

    /// Creates one without values.
    public init() {}

    /// Takes in what a record counted.
    public mutating func merge(_ record: UnsafePointer<Int64>) {
        let number = record[StatisticsShape.count]
        guard number != 0 else { return }
        let (low, high) = (record[StatisticsShape.minimum], record[StatisticsShape.maximum])
        minimum = count == 0 ? low : min(minimum, low)
        maximum = count == 0 ? high : max(maximum, high)
        count = count &+ number
        sum = sum &+ record[StatisticsShape.sum]
        let mean = record[StatisticsShape.mean]
        means = means &+ number &* mean
        squaredMeans = squaredMeans &+ number &* mean &* mean
        if number > 1 {
            let variance = record[StatisticsShape.squares] / (number &- 1)
            spread = spread &+ (number &- 1) &* variance
        }
    }

    /// The sum by the count, truncated; nil without values.
    public var average: Int64? {
        guard count != 0 else { return nil }
        return sum.dividedReportingOverflow(by: count).partialValue
    }

    /// The variance, of records that kept their deviations with this shift; nil without values.
    public func variance(shift: Int64) -> Int64? {
        guard count != 0 else { return nil }
        guard count > 1 else { return 0 }
        let mean = (sum &<< shift) / count
        // The sum of n * (M - mean)^2, multiplied out.
        let between = squaredMeans &- 2 &* mean &* means &+ mean &* mean &* count
        let whole = (spread &+ between) / (count &- 1)
        return whole >> (2 &* shift)
    }

    /// Adds a record's buckets to others of the same shape.
    public static func mergeBuckets(
        of record: UnsafePointer<Int64>, _ shape: StatisticsShape, into buckets: UnsafeMutablePointer<Int64>
    ) {
        for bucket in 0..<shape.bucketCount {
            buckets[bucket] = buckets[bucket] &+ record[StatisticsShape.buckets + bucket]
        }
    }
}
