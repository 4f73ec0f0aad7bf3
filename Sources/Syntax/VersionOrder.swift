// SPDX-License-Identifier: GPL-3.0-or-later

/// Orders versions as `strverscmp` does: negative when `left` is older, 0 when they are the same text or number.
public func compareVersions(_ left: String, _ right: String) -> Int {
    compareVersions(Array(left.utf8), Array(right.utf8))
}

/// Compares version texts: runs of digits by their numbers, everything else byte by byte; negative when `left` is older.
func compareVersions(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var leftRest = left[...]
    var rightRest = right[...]
    while let leftByte = leftRest.first, let rightByte = rightRest.first {
        if leftByte.isDigit && rightByte.isDigit {
            let leftRun = leftRest.prefix { $0.isDigit }
            let rightRun = rightRest.prefix { $0.isDigit }
            leftRest = leftRest.dropFirst(leftRun.count)
            rightRest = rightRest.dropFirst(rightRun.count)
            let leftNumber = leftRun.drop { $0 == UInt8(ascii: "0") }
            let rightNumber = rightRun.drop { $0 == UInt8(ascii: "0") }
            if leftNumber.count != rightNumber.count { return leftNumber.count < rightNumber.count ? -1 : 1 }
            if leftNumber.lexicographicallyPrecedes(rightNumber) { return -1 }
            if rightNumber.lexicographicallyPrecedes(leftNumber) { return 1 }
        } else {
            if leftByte != rightByte { return leftByte < rightByte ? -1 : 1 }
            leftRest = leftRest.dropFirst()
            rightRest = rightRest.dropFirst()
        }
    }
    if leftRest.isEmpty && rightRest.isEmpty { return 0 }
    return leftRest.isEmpty ? -1 : 1
}
