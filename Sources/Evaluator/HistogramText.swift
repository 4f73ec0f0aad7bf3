// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// A histogram as text, byte for byte as section 4.4 of the language says.
struct HistogramText {
    let kind: HistogramKind
    let counts: UnsafeBufferPointer<Int64>
    /// The columns of the largest bar.
    let width: Int
    /// How many empty rows stay beside one that is not; negative: all.
    let elision: Int

    /// The rows that are shown, and how.
    private struct Layout {
        var first: Int
        var last: Int
        var hasUnderflow: Bool
        var hasOverflow: Bool
        var scale: Int64
        var countWidth: Int
        var valueWidth: Int
    }

    /// Bytes that no text of this histogram exceeds.
    var largestSize: Int { (counts.count + 3) * (width + 64) * 2 }

    func write(to writer: inout TextWriter) {
        guard let layout = makeLayout() else { return }
        appendRight("value", layout.valueWidth, &writer)
        writer.append(" |")
        writer.fill(UInt8(ascii: "-"), width)
        writer.append(" count\n")
        var isEliding = false
        for bucket in layout.first...layout.last {
            if isElided(bucket, layout) {
                isEliding = true
                continue
            }
            if isEliding {
                writer.fill(UInt8(ascii: " "), layout.valueWidth)
                writer.append(" ~\n")
                isEliding = false
            }
            row(bucket, layout, &writer)
        }
        writer.append("\n")
    }

    private func row(_ bucket: Int, _ layout: Layout, _ writer: inout TextWriter) {
        appendRight(label(of: bucket), layout.valueWidth, &writer)
        writer.append(" |")
        let stars = Int(counts[bucket] / layout.scale)
        writer.fill(UInt8(ascii: "@"), stars)
        appendRight(String(counts[bucket]), width - stars + 1 + layout.countWidth, &writer)
        writer.append("\n")
    }

    private func appendRight(_ text: String, _ columns: Int, _ writer: inout TextWriter) {
        let bytes = Array(text.utf8)
        writer.fill(UInt8(ascii: " "), columns - bytes.count)
        writer.append(bytes)
    }

    private func label(of bucket: Int) -> String {
        guard case .linear(let low, _, let step) = kind else {
            return String(HistogramKind.logarithmicValue(of: bucket))
        }
        if bucket == 0 { return "<\(low)" }
        if bucket == counts.count - 1 { return ">\(low &+ Int64(counts.count - 3) &* step)" }
        return String(low &+ Int64(bucket - 1) &* step)
    }

    private func isElided(_ bucket: Int, _ layout: Layout) -> Bool {
        guard elision >= 0 else { return false }
        let near = max(layout.first, bucket - elision)...min(layout.last, bucket + elision)
        return near.allSatisfy { counts[$0] == 0 }
    }

    /// Nil without any value in a bucket.
    private func makeLayout() -> Layout? {
        let end = counts.count - 1
        guard var first = counts.firstIndex(where: { $0 != 0 }), var last = counts.lastIndex(where: { $0 != 0 }) else {
            return nil
        }
        let isLogarithmic = kind == .logarithmic
        for _ in 0..<2 {
            // Below 0 only where there are negative values.
            if first > 0, !isLogarithmic || first != 64 { first -= 1 }
            if last < end { last += 1 }
        }
        if !isLogarithmic {
            if first == 0, counts[0] == 0 { first = 1 }
            if last == end, counts[end] == 0 { last = end - 1 }
        }
        let most = counts.max() ?? 0
        let columns = Int64(width)
        var layout = Layout(
            first: first, last: last, hasUnderflow: !isLogarithmic && first == 0,
            hasOverflow: !isLogarithmic && last == end,
            scale: most <= columns ? 1 : most / columns + (most % columns == 0 ? 0 : 1),
            countWidth: String(most).utf8.count, valueWidth: 5)
        layout.valueWidth = max(5, valueWidth(layout))
        return layout
    }

    private func valueWidth(_ layout: Layout) -> Int {
        func length(_ value: Int64) -> Int { String(value).utf8.count }
        guard case .linear(let low, _, let step) = kind else {
            return max(
                length(HistogramKind.logarithmicValue(of: layout.last)),
                length(HistogramKind.logarithmicValue(of: layout.first)))
        }
        // The last term is by the bucket's index, one or two steps above the last label.
        return max(
            length(low) + (layout.hasUnderflow ? 1 : 0),
            length(low &+ step &* Int64(layout.last)) + (layout.hasOverflow ? 1 : 0))
    }
}
