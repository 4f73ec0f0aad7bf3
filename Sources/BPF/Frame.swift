// SPDX-License-Identifier: GPL-3.0-or-later

/// Where a kept value or a fault mark is.
struct Location: Hashable {
    var base: Register
    var offset: Int
}

/// Hands out 8-byte words of the 512-byte stack, and behind it words of the memory that the program fills, where there is
/// some. Words below `fixed` are never given back.
struct Frame {
    /// Where helpers put what they read.
    static let landing = -8
    /// Where an address is kept while a helper reads from it.
    static let address = -16
    private let words: Int
    private var isTaken: [Bool]
    /// The words that are taken for good.
    private var isReserved: [Bool]
    private var tail: (start: Int, isTaken: [Bool])?
    /// Whether the stack was too small and there was no tail.
    private(set) var isOverflown = false

    /// A frame of so many words of the stack.
    init(words: Int = 64) {
        self.words = words
        isTaken = Array(repeating: false, count: words)
        isReserved = isTaken
        isTaken[0] = true
        isTaken[1] = true
    }

    /// Lets words be taken behind the first `start` bytes of the memory that r7 points to.
    mutating func openTail(at start: Int) { if tail == nil { tail = (start, []) } }

    /// The bytes taken behind `start` at most.
    var tailSize: Int { (tail?.isTaken.count ?? 0) * 8 }

    /// Takes `count` consecutive words of the stack for good; the offset of the lowest.
    mutating func reserve(_ count: Int) -> Int {
        for first in 0..<words where first + count <= words {
            guard !isTaken[first..<first + count].contains(true) else { continue }
            for word in first..<first + count { (isTaken[word], isReserved[word]) = (true, true) }
            return -8 * (first + count)
        }
        isOverflown = true
        return -8 * words
    }

    /// Gives back what was taken since a copy of it was made, but for what was reserved; the tail stays as long as it has become.
    mutating func restore(_ copy: Frame) {
        for word in isTaken.indices { isTaken[word] = copy.isTaken[word] || isReserved[word] }
        guard let (start, taken) = tail else { return }
        let before = copy.tail?.isTaken ?? []
        tail = (start, taken.indices.map { $0 < before.count && before[$0] })
    }

    /// Takes a word.
    mutating func take() -> Location {
        if let word = isTaken.firstIndex(of: false) {
            isTaken[word] = true
            return Location(base: .r10, offset: -8 * (word + 1))
        }
        guard var tail else {
            isOverflown = true
            return Location(base: .r10, offset: -8 * words)
        }
        let word = tail.isTaken.firstIndex(of: false) ?? tail.isTaken.count
        if word == tail.isTaken.count { tail.isTaken.append(false) }
        tail.isTaken[word] = true
        self.tail = tail
        return Location(base: .r7, offset: tail.start + 8 * word)
    }

    /// Gives a word back.
    mutating func give(_ location: Location) {
        if location.base == .r10 {
            isTaken[-location.offset / 8 - 1] = false
        } else if let start = tail?.start {
            tail?.isTaken[(location.offset - start) / 8] = false
        }
    }
}

/// Registers of r0…r5 that may be overwritten.
struct RegisterSet {
    private var bits: UInt8
    static let all = RegisterSet(bits: 0b11_1111)

    private init(bits: UInt8) { self.bits = bits }

    var count: Int { bits.nonzeroBitCount }

    /// Some register of the set; r5 first, as helpers use the low ones.
    var first: Register { Register(rawValue: UInt8(7 - min(7, bits.leadingZeroBitCount))) ?? .r5 }

    func removing(_ register: Register) -> RegisterSet { RegisterSet(bits: bits & ~(1 << register.rawValue)) }

    func adding(_ register: Register) -> RegisterSet { RegisterSet(bits: bits | 1 << register.rawValue) }
}
