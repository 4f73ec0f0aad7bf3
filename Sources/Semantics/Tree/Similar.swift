// SPDX-License-Identifier: GPL-3.0-or-later

/// The edit distance between two names, counted in bytes; gives up above `limit`.
func editDistance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int? {
    if abs(left.count - right.count) > limit { return nil }
    var row = Array(0...right.count)
    for (i, byte) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        var best = row[0]
        for (j, other) in right.enumerated() {
            let substituted = diagonal + (byte == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            best = min(best, row[j + 1])
        }
        if best > limit { return nil }
    }
    return row[right.count] <= limit ? row[right.count] : nil
}

/// The names closest to a misspelt one, nearest first, at most `count`.
func similarNames(to name: String, among candidates: some Sequence<String>, count: Int = 5) -> [String] {
    let bytes = Array(name.utf8)
    let limit = max(2, bytes.count / 2)
    var found: [(distance: Int, name: String)] = []
    var seen: Set<String> = []
    for candidate in candidates where candidate != name && !candidate.isEmpty {
        guard let distance = editDistance(bytes, Array(candidate.utf8), limit: limit) else { continue }
        if seen.insert(candidate).inserted { found.append((distance, candidate)) }
    }
    found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return found.prefix(count).map(\.name)
}

/// ` (similar: a, b)`, or nothing.
func similarSuffix(_ names: [String], word: String = "similar") -> String {
    names.isEmpty ? "" : " (\(word): \(names.joined(separator: ", ")))"
}
