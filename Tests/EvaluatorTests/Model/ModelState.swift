// SPDX-License-Identifier: GPL-3.0-or-later

/// A random script with the values that the models give its variables and expressions. What has effects is made in the
/// order in which it is evaluated.
struct ModelState {
    /// MAXSTRINGLEN without the final NUL.
    static let limit = 63
    private static let edges: [Int64] = [
        0, 1, -1, 2, 3, -7, 8, 63, 64, 65, 127, 128, -128, 255, 256, 4096, 65535, 1 << 31, (1 << 31) - 1, -(1 << 31),
        1 << 32, -(1 << 32), .max, .min, .max - 1, .min + 1,
    ]

    private var random: UInt64
    var longs: [Int64] = []
    var texts: [TextModel.Bytes] = []
    /// Variables with any bytes, which only go where their length, their order or their quoted form is wanted.
    var raws: [TextModel.Bytes] = []
    var byNumber: [Int64: Int64] = [:]
    var byText: [TextModel.Bytes: TextModel.Bytes] = [:]
    /// Whether effects are not allowed, since the code may not be reached.
    var isPure = false

    init(seed: UInt64) {
        random = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        for _ in 0..<6 { longs.append(number()) }
        for _ in 0..<4 { texts.append(text()) }
        for _ in 0..<4 { raws.append(raw()) }
    }

    mutating func pick(_ count: Int) -> Int {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return Int(random >> 33) % count
    }

    mutating func one<Element>(_ choices: [Element]) -> Element { choices[pick(choices.count)] }

    mutating func number() -> Int64 {
        switch pick(3) {
        case 0: one(Self.edges)
        case 1: Int64(pick(2000)) - 1000
        default: Int64(bitPattern: random &* 0x2545_f491_4f6c_dd1d)
        }
    }

    mutating func text() -> TextModel.Bytes {
        if pick(5) == 0 { return Array("\(number())".utf8) }
        let letters = Array("abcabcXYZ019 .,_-%".utf8)
        return (0..<one([0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 60, 63])).map { _ in one(letters) }
    }

    private mutating func raw() -> TextModel.Bytes {
        let pieces =
            ["a", "\"", "\\", "\n", "\u{7}", "\u{1}", "é", "€", "😀", "~", "0"].map { Array($0.utf8) }
            + [[0xff], [0x80], [0xc3], [0xe2, 0x82], [0x7f]]
        return (0..<pick(12)).flatMap { _ in one(pieces) }
    }

    // MARK: Literals

    func literal(_ value: Int64) -> String {
        value == .min ? "(-9223372036854775807 - 1)" : value < 0 ? "(\(value))" : "\(value)"
    }

    func literal(_ text: TextModel.Bytes) -> String {
        let parts = text.map { byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<32, 127...:
                let digits = String(byte, radix: 8)
                return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            default: return String(Unicode.Scalar(byte))
            }
        }
        return "\"" + parts.joined() + "\""
    }

    /// The statements that give the variables their first values, which the compiler cannot know.
    func assignments() -> String {
        let numbers = longs.enumerated().map { "n\($0) = strtol(\"\($1)\", 10)" }
        let strings = texts.enumerated().map { "s\($0) = substr(\(literal($1)), 0, 100)" }
        let bytes = raws.enumerated().map { "w\($0) = substr(\(literal($1)), 0, 100)" }
        return (numbers + strings + bytes).joined(separator: "\n")
    }

    func cut(_ text: TextModel.Bytes) -> TextModel.Bytes { Array(text.prefix(Self.limit)) }
}
