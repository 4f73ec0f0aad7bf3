// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// Where the strings of a handler are: every one is padded with zeros to a whole number of words.
struct TextPlaces {
    enum Place: Hashable {
        /// So many bytes of scratch memory.
        case memory(offset: Int, size: Int)
        case constant(ByteString)

        /// The bytes with NUL and padding.
        var size: Int {
            switch self {
            case .memory(_, let size): size
            case .constant(let text): Self.size(text.bytes.count + 1)
            }
        }

        /// Whole words for so many bytes.
        static func size(_ bytes: Int) -> Int { (bytes + 7) / 8 * 8 }
    }

    /// The place of each string register.
    let places: [Place]
    /// Whether what is assigned to a register must be copied to its place.
    let isCopied: [Bool]
    /// Where strings are put together: room for the longest, and behind it for the longest part.
    let buffer: Int
    /// Where numbers are laid out: they end at `digitsEnd`, and zeros are behind that.
    let digits: Int
    static let digitsEnd = 80
    private static let digitsSize = 160
    /// The first byte behind the places.
    let end: Int

    init(_ unit: IRUnit, texts: UnitTexts, program: IRProgram, plan: CapturePlan, layout: RecordLayout, start: Int) {
        var end = start
        var made = [Int](repeating: 0, count: texts.sources.count)
        isCopied = texts.sources.map { $0 == .made }
        // The short ones come first: they are used the most, by instructions with small offsets.
        for isLong in [false, true] {
            for (register, bound) in texts.bounds.enumerated() where isCopied[register] && (bound > 64) == isLong {
                made[register] = end
                end += Place.size(bound)
            }
        }
        places = texts.sources.enumerated().map { register, source in
            switch source {
            case .constant(let index): .constant(program.strings[index])
            case .slot(let slot): Self.place(slot, plan, layout)
            case .made: .memory(offset: made[register], size: Place.size(texts.bounds[register]))
            }
        }
        buffer = end
        let makes = unit.blocks.contains { $0.instructions.contains { Self.makesText($0, program) } }
        if makes {
            let longest = zip(places, isCopied).reduce(0) { $1.1 ? max($0, $1.0.size) : $0 }
            let part = places.reduce(0) { max($0, $1.size) }
            let literal = program.formats.joined().reduce(0) { size, piece in
                if case .literal(let text) = piece { max(size, Place.constant(text).size) } else { size }
            }
            end += longest + max(part, literal, Self.digitsEnd)
        }
        digits = end
        // The word behind it is for the length.
        self.end = makes ? end + Self.digitsSize + 8 : end
    }

    private static func makesText(_ instruction: Instruction, _ program: IRProgram) -> Bool {
        switch instruction.op {
        case .concatenate, .format, .regexMatch: true
        case .builtin: program.builtin(instruction).signature.effect == .pure
        default: false
        }
    }

    /// Where a slot's text is.
    static func place(_ slot: Int, _ plan: CapturePlan, _ layout: RecordLayout) -> Place {
        let offset = layout.slotOffsets[slot]
        switch plan.string(ofSlot: slot) {
        case .command?: return .memory(offset: offset, size: 16)
        case .memory(_, _, let limit)?: return .memory(offset: offset + 8, size: Place.size(limit + 1))
        case nil: return .memory(offset: offset, size: 8)
        }
    }
}
