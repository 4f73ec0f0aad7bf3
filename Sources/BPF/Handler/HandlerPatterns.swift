// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax

/// Where the automata of the patterns are that handlers in the kernel match with, and what they are: for each the class of each byte,
/// whether a string may end in each state, and the next states, two bytes each.
public struct PatternTables: Sendable {
    /// All tables, one behind the other.
    public private(set) var bytes: [UInt8] = []
    /// Where the table of each pattern begins, by its index.
    private(set) var starts: [Int: Int] = [:]

    init(_ placement: Placement) {
        for unit in placement.units.values {
            for block in unit.blocks {
                for instruction in block.instructions where instruction.op == .regexMatch {
                    add(Int(instruction.b), placement.program.regexes[Int(instruction.b)])
                }
            }
        }
    }

    private mutating func add(_ index: Int, _ regex: RegexAutomaton) {
        guard starts[index] == nil, let table = regex.table else { return }
        starts[index] = bytes.count
        bytes += regex.classes
        bytes += table.acceptsAtEnd.map { $0 ? 1 : 0 }
        if bytes.count % 2 == 1 { bytes.append(0) }
        for state in table.next { bytes += [UInt8(truncatingIfNeeded: state), UInt8(state >> 8)] }
        // The verifier does not know that a class is one of this pattern's.
        bytes += Array(repeating: 0, count: 512)
        bytes += Array(repeating: 0, count: (8 - bytes.count % 8) % 8)
    }

    /// The map of them; nil when there are none.
    public var map: MapSpec? {
        guard !bytes.isEmpty else { return nil }
        return MapSpec(
            reference: .patterns, name: "swtap_patterns", type: .array, keySize: 4, valueSize: bytes.count,
            maxEntries: 1)
    }
}

extension HandlerCode {
    /// Looks up the next state for each byte of a string, until it is decided or the string ends.
    func match(_ instruction: Instruction) {
        let index = Int(instruction.b)
        guard let table = program.regexes[index].table, let start = handler.globals.patterns.starts[index] else {
            return
        }
        let accepts = start + 256
        let next = accepts + (table.acceptsAtEnd.count + 1) / 2 * 2
        forget()
        if case .constant(let text) = texts.places[Int(instruction.a)] {
            copy(.constant(text), to: texts.buffer, size: Self.size(text))
        }
        let text: (offset: Int, size: Int)
        switch texts.places[Int(instruction.a)] {
        case .constant(let constant): text = (texts.buffer, Self.size(constant))
        case .memory(let offset, let size): text = (offset, size)
        }
        let again = emitter.code.label()
        let decided = emitter.code.label()
        let ended = emitter.code.label()
        forget()
        emitter.code.move(.r1, Int64(table.start))
        guard table.start > RegexTable.accepting else { return storeJoined(instruction.dst, .r1) }
        address(.r3, .r7, text.offset)
        emitter.code.move(.r5, Int64(text.size))
        emitter.code.place(again)
        emitter.code.load(.byte, .r2, .r3, 0)
        emitter.code.jump(.equal, .r2, 0, ended)
        emitter.code.valueAddress(.r4, .patterns, offset: start)
        emitter.code.alu(.add, .r4, .r2)
        emitter.code.load(.byte, .r2, .r4, 0)
        emitter.code.alu(.multiply, .r1, Int32(table.classCount))
        emitter.code.alu(.add, .r1, .r2)
        emitter.code.alu(.shiftLeft, .r1, 1)
        emitter.code.valueAddress(.r4, .patterns, offset: next)
        emitter.code.alu(.add, .r4, .r1)
        emitter.code.load(.half, .r1, .r4, 0)
        emitter.code.jump(.lessOrEqual, .r1, Int32(RegexTable.accepting), decided)
        // There is no such state; the verifier does not know that.
        emitter.code.jump(.greaterOrEqual, .r1, Int32(table.acceptsAtEnd.count), decided)
        emitter.code.alu(.add, .r3, 1)
        emitter.code.alu(.add, .r5, -1)
        emitter.code.jump(.notEqual, .r5, 0, again)
        emitter.code.place(ended)
        emitter.code.valueAddress(.r4, .patterns, offset: accepts)
        emitter.code.alu(.add, .r4, .r1)
        emitter.code.load(.byte, .r1, .r4, 0)
        emitter.code.place(decided)
        storeJoined(instruction.dst, .r1)
    }

    private static func size(_ text: ByteString) -> Int { TextPlaces.Place.constant(text).size }
}
