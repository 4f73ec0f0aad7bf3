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
            case .constant(let text): (text.bytes.count + 8) / 8 * 8
            }
        }
    }

    /// The place of each string register.
    let places: [Place]
    /// Whether what is assigned to a register must be copied to its place.
    let isCopied: [Bool]
    /// The first byte behind the places.
    let end: Int

    init(_ unit: IRUnit, program: IRProgram, plan: CapturePlan, layout: RecordLayout, start: Int) {
        var definitions = [[Instruction]](repeating: [], count: unit.stringRegisters)
        for block in unit.blocks {
            for instruction in block.instructions {
                if let register = program.stringDefinition(of: instruction) {
                    definitions[Int(register)].append(instruction)
                }
            }
        }
        let unset = program.registersReadBeforeSet(of: unit)
        let bounds = program.stringBounds(of: unit, plan: plan)
        var places: [Place] = []
        var copied: [Bool] = []
        var end = start
        for register in definitions.indices {
            var place: Place?
            var source = register
            // Follows moves between registers that are assigned once.
            for _ in 0...definitions.count
            where place == nil && definitions[source].count == 1 && !unset.contains(.string(Int32(source))) {
                let one = definitions[source][0]
                switch one.op {
                case .stringConstant: place = .constant(program.strings[Int(one.a)])
                case .stringMove: source = Int(one.a)
                default: place = Self.slot(of: one, program, plan).map { Self.place($0, plan, layout) }
                }
            }
            copied.append(place == nil)
            if let place {
                places.append(place)
            } else {
                let size = ((bounds[register] ?? 1) + 7) / 8 * 8
                places.append(.memory(offset: end, size: size))
                end += size
            }
        }
        self.places = places
        isCopied = copied
        self.end = end
    }

    /// The slot that an instruction reads a string from.
    static func slot(of instruction: Instruction, _ program: IRProgram, _ plan: CapturePlan) -> Int? {
        if instruction.op == .slotString { return Int(instruction.a) }
        guard instruction.op == .builtin, let builtin = Builtin(rawValue: UInt16(truncatingIfNeeded: instruction.a))
        else {
            return nil
        }
        return builtin.fact.flatMap { plan.facts[$0] }
    }

    /// Where a slot's text is.
    static func place(_ slot: Int, _ plan: CapturePlan, _ layout: RecordLayout) -> Place {
        let offset = layout.slotOffsets[slot]
        let string: CaptureString
        switch plan.slots[slot] {
        case .string(let own): string = own
        case .entryString(let index): string = plan.entryStrings[index]
        case .integer, .bytes, .stack, .registers: return .memory(offset: offset, size: 8)
        }
        switch string {
        case .command: return .memory(offset: offset, size: 16)
        case .memory(_, _, let limit): return .memory(offset: offset + 8, size: (limit + 8) / 8 * 8)
        }
    }
}
