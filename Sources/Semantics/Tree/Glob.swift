// SPDX-License-Identifier: GPL-3.0-or-later

/// Whether a pattern contains a wildcard.
public func isGlob(_ pattern: String) -> Bool {
    pattern.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
}

/// Whether `text` matches a shell pattern with `*`, `?`, `[a-z]`, `[!a]` and backslash quoting; linear in practice.
public func matchesGlob(_ pattern: String, _ text: String) -> Bool {
    let glob = Array(pattern.utf8)
    let bytes = Array(text.utf8)
    var p = 0
    var t = 0
    var retry: (pattern: Int, text: Int)?
    while t < bytes.count {
        if p < glob.count, glob[p] == UInt8(ascii: "*") {
            retry = (p + 1, t)
            p += 1
        } else if let next = matchOne(glob, p, bytes[t]) {
            p = next
            t += 1
        } else if let last = retry {
            retry = (last.pattern, last.text + 1)
            p = last.pattern
            t = last.text + 1
        } else {
            return false
        }
    }
    while p < glob.count, glob[p] == UInt8(ascii: "*") { p += 1 }
    return p == glob.count
}

/// Matches one byte against the pattern element at `at`; returns the position after it.
private func matchOne(_ glob: [UInt8], _ at: Int, _ byte: UInt8) -> Int? {
    guard at < glob.count else { return nil }
    switch glob[at] {
    case UInt8(ascii: "?"): return at + 1
    case UInt8(ascii: "["): return matchSet(glob, at, byte)
    case UInt8(ascii: "\\") where at + 1 < glob.count: return glob[at + 1] == byte ? at + 2 : nil
    default: return glob[at] == byte ? at + 1 : nil
    }
}

/// Matches one byte against `[…]`; a bracket without its end stands for itself.
private func matchSet(_ glob: [UInt8], _ at: Int, _ byte: UInt8) -> Int? {
    var index = at + 1
    var isNegated = false
    if index < glob.count, glob[index] == UInt8(ascii: "!") || glob[index] == UInt8(ascii: "^") {
        isNegated = true
        index += 1
    }
    var found = false
    var isFirst = true
    while index < glob.count, isFirst || glob[index] != UInt8(ascii: "]") {
        isFirst = false
        let low = glob[index]
        var high = low
        if index + 2 < glob.count, glob[index + 1] == UInt8(ascii: "-"), glob[index + 2] != UInt8(ascii: "]") {
            high = glob[index + 2]
            index += 2
        }
        if low <= byte, byte <= high { found = true }
        index += 1
    }
    guard index < glob.count else { return glob[at] == byte ? at + 1 : nil }
    return found != isNegated ? index + 1 : nil
}
