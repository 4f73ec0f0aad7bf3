// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// Where things are in a saved entry, the value of the entry map: the address of the task, marks (a byte of 1 for each
/// value or string that faulted), the values (or the faulting addresses), the strings as in a record.
struct EntryLayout {
    /// The plan's entry nodes that are saved, in order.
    let values: [Int]
    /// The plan's entry strings that are saved, in order.
    let strings: [Int]
    let valueOffsets: [Int]
    let stringOffsets: [Int]
    let size: Int

    init(plan: CapturePlan, values: [Int], strings: [Int]) {
        self.values = values
        self.strings = strings
        var offset = 8 + (values.count + strings.count + 6) / 7 * 8
        valueOffsets = values.indices.map { offset + $0 * 8 }
        offset += values.count * 8
        var offsets: [Int] = []
        for string in strings {
            offsets.append(offset)
            offset += RecordLayout.size(of: plan.entryStrings[string])
        }
        stringOffsets = offsets
        size = offset
    }

    var isEmpty: Bool { values.isEmpty && strings.isEmpty }

    /// The bytes of marks.
    var markWords: Int { (values.count + strings.count + 6) / 7 }

    /// The offset of the mark of the value, or of the string where `place` goes on after the values. Never the first byte
    /// of a word; see `Emitter`.
    static func markOffset(_ place: Int) -> Int { 8 + place / 7 * 8 + 1 + place % 7 }

    /// The offset of a string's mark.
    func markOffset(ofString place: Int) -> Int { Self.markOffset(values.count + place) }
}
