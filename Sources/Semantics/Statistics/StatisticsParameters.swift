// SPDX-License-Identifier: GPL-3.0-or-later

/// How the values of a statistics variable are sorted into buckets.
public enum HistogramKind: Sendable, Hashable {
    /// One bucket for each power of two, negative ones too.
    case logarithmic
    /// Buckets of `step` from `low` on; the first holds what is less, the last what is too large.
    case linear(low: Int64, high: Int64, step: Int64)

    /// The number of buckets, the two outer ones included; 0 for a step of 0, negative or too large for parameters that
    /// make no sense.
    public var bucketCount: Int {
        switch self {
        case .logarithmic: return 128
        case .linear(let low, let high, let step):
            guard step != 0 else { return 0 }
            let (range, overflows) = high.subtractingReportingOverflow(low)
            if overflows { return Int(Int32.max) }
            let inner = range.dividedReportingOverflow(by: step)
            if inner.overflow { return Int(Int32.max) }
            return Int(min(max(inner.partialValue, -4), Int64(Int32.max) - 3) + 3)
        }
    }
}

/// What a program asks of a statistics variable beside count, sum, minimum and maximum.
public struct StatisticsParameters: Sendable, Hashable {
    /// The histogram; nil when no operator asks for one.
    public var histogram: HistogramKind?
    /// The bit shift of `@variance`; nil when nobody asks for it.
    public var shift: Int64?

    /// Creates parameters that ask for nothing more.
    public init(histogram: HistogramKind? = nil, shift: Int64? = nil) {
        self.histogram = histogram
        self.shift = shift
    }
}
