// SPDX-License-Identifier: GPL-3.0-or-later

/// Numbers that only depend on the seed and the input's number, so that every input can be made again.
struct FuzzRandom {
    private var state: UInt64

    init(seed: UInt64, number: Int) {
        state = seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15
        // Else the next input would be the same one but for its first choice.
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including `count`, which is at least 1.
    mutating func pick(_ count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }

    mutating func chance(_ one: Int, in many: Int) -> Bool { pick(many) < one }

    mutating func one<Element>(_ choices: [Element]) -> Element { choices[pick(choices.count)] }
}
