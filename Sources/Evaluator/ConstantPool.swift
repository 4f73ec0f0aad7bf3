// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// Everything of a program that the machine reads and never changes, in memory without reference counts.
struct ConstantPool {
    let code: UnsafeMutablePointer<Code>
    let codeCount: Int
    let units: UnsafeMutablePointer<UnitShape>
    let lists: UnsafeMutablePointer<Int32>
    let iterations: UnsafeMutablePointer<IterationShape>
    let integers: UnsafeMutablePointer<Int64>
    let strings: UnsafeMutablePointer<StringView>
    let accesses: UnsafeMutablePointer<MemoryAccess>
    let formats: UnsafeMutablePointer<FormatCode>
    /// Start and end of each format in `formats`.
    let formatRanges: UnsafeMutablePointer<(Int, Int)>
    /// A place for "".
    let empty = emptyBytes
    private var texts: [UnsafeMutablePointer<UInt8>] = []

    init(_ program: IRProgram, _ translated: TranslatedProgram, maxLength: Int) {
        func keep<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
            let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
            for (index, element) in elements.enumerated() { (memory + index).initialize(to: element) }
            return memory
        }
        var kept: [UnsafeMutablePointer<UInt8>] = []
        func keepText(_ bytes: [UInt8]) -> StringView {
            let memory = keep(bytes)
            kept.append(memory)
            return StringView(pointer: UnsafePointer(memory), length: bytes.count)
        }
        code = keep(translated.code)
        codeCount = translated.code.count
        units = keep(translated.units)
        lists = keep(translated.lists)
        iterations = keep(translated.iterations)
        integers = keep(program.integers)
        strings = keep(program.strings.map { keepText(Array($0.bytes.prefix { $0 != 0 }.prefix(maxLength))) })
        accesses = keep(program.accesses)
        var pieces: [FormatCode] = []
        var ranges: [(Int, Int)] = []
        for format in program.formats {
            let start = pieces.count
            pieces += format.map { FormatCode($0, keepText) }
            ranges.append((start, pieces.count))
        }
        formats = keep(pieces)
        formatRanges = keep(ranges)
        texts = kept
    }

    func deallocate() {
        code.deallocate()
        units.deallocate()
        lists.deallocate()
        iterations.deallocate()
        integers.deallocate()
        strings.deallocate()
        accesses.deallocate()
        formats.deallocate()
        formatRanges.deallocate()
        for text in texts { text.deallocate() }
    }
}

extension FormatCode {
    /// The machine's form of one piece.
    init(_ piece: FormatPiece, _ keepText: ([UInt8]) -> StringView) {
        switch piece {
        case .literal(let text):
            kind = .literal
            literal = keepText(text.bytes)
        case .directive(let flag, let width, let precision, let conversion):
            kind = .directive
            self.conversion = conversion.rawValue
            layout.flag = flag
            layout.hasPrefix = flag == .alternate || conversion == .pointer
            layout.isSigned = conversion == .signed
            switch conversion {
            case .octal: layout.base = .octal
            case .hexLower, .pointer: layout.base = .hexLower
            case .hexUpper: layout.base = .hexUpper
            default: layout.base = .decimal
            }
            (widthKind, layout.width) = Self.number(width, none: 0)
            (precisionKind, layout.precision) = Self.number(precision, none: -1)
            if flag == .none && widthKind == .none && precisionKind == .none {
                if conversion == .signed { kind = .plainDecimal }
                if conversion == .string { kind = .plainString }
            }
        }
    }

    private static func number(_ number: FormatNumber, none: Int) -> (Number, Int) {
        switch number {
        case .none: (.none, none)
        case .fixed(let value): (.fixed, min(max(value, 0), Evaluator.widthLimit))
        case .dynamic: (.dynamic, none)
        }
    }
}
