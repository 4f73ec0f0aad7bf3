// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@testable import Evaluator

/// Statistics of made-up values against a model that keeps the values and follows the text step by step.
@Suite struct HistogramPropertyTests {
    private struct Numbers {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    }

    /// The values themselves.
    private struct Model {
        var values: [Int64]
        var linear: (low: Int64, high: Int64, step: Int64)?

        var bucketCount: Int { linear.map { Int(($0.high - $0.low) / $0.step) + 3 } ?? 128 }

        func bucket(_ value: Int64) -> Int {
            if let linear {
                if value < linear.low { return 0 }
                for bucket in 1..<(bucketCount - 1) {
                    let start = linear.low + Int64(bucket - 1) * linear.step
                    if value >= start && value < start + linear.step { return bucket }
                }
                return bucketCount - 1
            }
            if value == 0 { return 64 }
            if value > 0 {
                var bucket = 64
                var rest = value
                while rest > 0 { (rest, bucket) = (rest / 2, bucket + 1) }
                return bucket
            }
            var bucket = 64
            var rest = value
            while rest < 0 { (rest, bucket) = (rest / 2, bucket - 1) }
            return bucket
        }

        var counts: [Int] {
            var result = Array(repeating: 0, count: bucketCount)
            for value in values { result[bucket(value)] += 1 }
            return result
        }

        func label(_ bucket: Int) -> String {
            if let linear {
                if bucket == 0 { return "<\(linear.low)" }
                if bucket == bucketCount - 1 { return ">\(linear.low + Int64(bucketCount - 3) * linear.step)" }
                return "\(linear.low + Int64(bucket - 1) * linear.step)"
            }
            if bucket == 64 { return "0" }
            var value: Int64 = bucket > 64 ? 1 : -1
            for _ in 0..<(bucket > 64 ? bucket - 65 : 63 - bucket) { value *= 2 }
            return "\(value)"
        }

        func text(width: Int, elision: Int) -> String {
            let h = counts
            var lo = h.firstIndex { $0 > 0 }!
            var hi = h.lastIndex { $0 > 0 }!
            let vmax = h.max()!
            for _ in 1...2 {
                if lo > 0 && (linear != nil || lo != 64) { lo -= 1 }
                if hi < h.count - 1 { hi += 1 }
            }
            var (under, over) = (0, 0)
            if linear != nil {
                if lo == 0 && h[0] == 0 { lo = 1 }
                if hi == h.count - 1 && h[h.count - 1] == 0 { hi = h.count - 2 }
                under = lo == 0 ? 1 : 0
                over = hi == h.count - 1 ? 1 : 0
            }
            let scale = vmax <= width ? 1 : (vmax + width - 1) / width
            let cw = "\(vmax)".count
            var vw = 5
            if let linear {
                vw = [vw, "\(linear.low)".count + under, "\(linear.low + linear.step * Int64(hi))".count + over].max()!
            } else {
                vw = [vw, label(hi).count, label(lo).count].max()!
            }
            func right(_ text: String, _ columns: Int) -> String {
                String(repeating: " ", count: max(0, columns - text.count)) + text
            }
            var lines = [right("value", vw) + " |" + String(repeating: "-", count: width) + " count"]
            var eliding = false
            for i in lo...hi {
                if elision >= 0, (lo...hi).filter({ abs($0 - i) <= elision }).allSatisfy({ h[$0] == 0 }) {
                    eliding = true
                    continue
                }
                if eliding { lines.append(right("", vw) + " ~") }
                eliding = false
                let stars = h[i] / scale
                lines.append(
                    right(label(i), vw) + " |" + String(repeating: "@", count: stars)
                        + right("\(h[i])", width - stars + 1 + cw))
            }
            return lines.map { $0 + "\n" }.joined() + "\n"
        }

        /// Section 3.7's recipe, on one CPU.
        func variance(_ shift: Int64) -> Int64 {
            var (n, m, q): (Int64, Int64, Int64) = (0, 0, 0)
            for value in values {
                n += 1
                let v = value << shift
                if n == 1 {
                    m = v
                } else {
                    let d = Int64(Int32(truncatingIfNeeded: v &- m))
                    m = m &+ d / n
                    q = q &+ d &* (v &- m)
                }
            }
            if n == 1 { return 0 }
            let a = (values.reduce(0, &+) &<< shift) / n
            let s = n &* ((m &- a) &* (m &- a)) &+ (n - 1) &* (q / (n - 1))
            return (s / (n - 1)) >> (2 * shift)
        }
    }

    private func makeModel(_ numbers: inout Numbers) -> Model {
        var model = Model(values: [])
        let scale = [3, 20, 1000, 1 << 20, 1 << 60][numbers.below(5)]
        if numbers.below(2) == 0 {
            let low = Int64(numbers.below(400)) - 200
            let step = Int64(numbers.below(60) + 1)
            model.linear = (low, low + step * Int64(numbers.below(100)) + Int64(numbers.below(Int(step))), step)
        }
        let isNegative = numbers.below(3) == 0
        for _ in 0...numbers.below([4, 60, 600][numbers.below(3)]) {
            let value = Int64(numbers.below(scale))
            model.values.append(isNegative && numbers.below(2) == 0 ? -value : value)
        }
        if numbers.below(20) == 0 { model.values += [Int64.min, Int64.max] }
        return model
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func recordsCountAsTheModelDoes(seed: UInt64) {
        var numbers = Numbers(state: seed &* 0x9e37_79b9_7f4a_7c15)
        for _ in 0..<20 {
            let model = makeModel(&numbers)
            let shift = Int64(numbers.below(8))
            let kind = model.linear.map { HistogramKind.linear(low: $0.low, high: $0.high, step: $0.step) }
            let shape = StatisticsShape(
                StatisticsParameters(histogram: kind ?? .logarithmic, shift: shift))
            let record = UnsafeMutablePointer<Int64>.allocate(capacity: shape.words)
            defer { record.deallocate() }
            record.update(repeating: 0, count: shape.words)
            for value in model.values { shape.add(value, to: record) }
            let counts = UnsafeBufferPointer(start: record + StatisticsShape.buckets, count: shape.bucketCount)
            #expect(counts.map(Int.init) == model.counts)
            var whole = Statistic()
            whole.merge(record)
            #expect(whole.count == Int64(model.values.count))
            #expect(whole.sum == model.values.reduce(0, &+))
            #expect(whole.minimum == model.values.min())
            #expect(whole.maximum == model.values.max())
            #expect(whole.average == whole.sum / whole.count)
            #expect(whole.variance(shift: shift) == model.variance(shift))

            let width = [50, 10, 71][numbers.below(3)]
            let elision = numbers.below(6) - 1
            let text = HistogramText(
                kind: kind ?? .logarithmic, counts: counts, width: width, elision: elision)
            let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: text.largestSize)
            defer { memory.deallocate() }
            var writer = TextWriter(memory, capacity: text.largestSize)
            text.write(to: &writer)
            let written = String(decoding: UnsafeBufferPointer(start: memory, count: writer.count), as: UTF8.self)
            #expect(written == model.text(width: width, elision: elision))
        }
    }

    /// What many CPUs counted, merged by the recipe of section 3.7 with all records at hand.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func recordsOfManyCPUsMerge(seed: UInt64) {
        var numbers = Numbers(state: seed &* 0x2545_f491_4f6c_dd1d)
        let shift = Int64(numbers.below(8))
        let shape = StatisticsShape(StatisticsParameters(histogram: .logarithmic, shift: shift))
        let cpus = 1 + numbers.below(6)
        let records = UnsafeMutablePointer<Int64>.allocate(capacity: shape.words * cpus)
        defer { records.deallocate() }
        records.update(repeating: 0, count: shape.words * cpus)
        var all: [Int64] = []
        for _ in 0..<(1 + numbers.below(300)) {
            let value = Int64(numbers.below(100_000)) - 30_000
            all.append(value)
            shape.add(value, to: records + numbers.below(cpus) * shape.words)
        }
        var whole = Statistic()
        var buckets = [Int64](repeating: 0, count: shape.bucketCount)
        var (n, m, variances): ([Int64], [Int64], [Int64]) = ([], [], [])
        for cpu in 0..<cpus {
            let record = UnsafePointer(records + cpu * shape.words)
            whole.merge(record)
            Statistic.mergeBuckets(of: record, shape, into: &buckets)
            n.append(record[StatisticsShape.count])
            m.append(record[StatisticsShape.mean])
            variances.append(n.last! > 1 ? record[StatisticsShape.squares] / (n.last! - 1) : 0)
        }
        let total = Int64(all.count)
        let a = (all.reduce(0, +) << shift) / total
        var s: Int64 = 0
        for cpu in 0..<cpus where n[cpu] > 0 {
            s += n[cpu] * (m[cpu] - a) * (m[cpu] - a) + (n[cpu] - 1) * variances[cpu]
        }
        #expect(whole.count == total)
        #expect(whole.sum == all.reduce(0, +))
        #expect(whole.minimum == all.min())
        #expect(whole.maximum == all.max())
        #expect(whole.variance(shift: shift) == (total == 1 ? 0 : (s / (total - 1)) >> (2 * shift)))
        #expect(buckets.reduce(0, +) == total)
        let model = Model(values: all)
        #expect(buckets.map(Int.init) == model.counts)
    }

    @Test func nothingIsMergedFromNothing() {
        var whole = Statistic()
        let record = [Int64](repeating: 0, count: StatisticsShape.buckets)
        whole.merge(record)
        #expect(whole.count == 0)
        #expect(whole.average == nil)
        #expect(whole.variance(shift: 3) == nil)
    }
}
