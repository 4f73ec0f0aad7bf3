// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

extension UnitLowering {
    /// The most bytes that one `%m` or `%M` of a kernel event's handler prints.
    static let maximumMemoryBytes = 256

    /// A call of the print family. In handlers of kernel events `%m` and `%M` of small constant sizes become reads and
    /// ordinary directives; others read when the handler runs.
    func print(
        _ returnsString: Bool, _ pieces: [FormatPiece], _ arguments: [CheckedExpression], _ token: Token
    ) -> Operand? {
        var pieces = pieces
        var operands = self.operands(arguments)
        if captured != nil, pieces.contains(where: \.readsMemory) {
            (pieces, operands) = expandMemory(pieces, operands, token)
        }
        let format = tables.format(pieces)
        let list = tables.operands(operands)
        guard returnsString else {
            emit(.print, format, list, token)
            return nil
        }
        let result = newString()
        emit(.format, dst: result, format, list, token)
        return .string(result)
    }

    private func expandMemory(
        _ pieces: [FormatPiece], _ operands: [Operand], _ token: Token
    ) -> ([FormatPiece], [Operand]) {
        var remaining = operands[...]
        var newPieces: [FormatPiece] = []
        var newOperands: [Operand] = []
        for piece in pieces {
            guard case .directive(let flag, let width, let precision, let conversion) = piece else {
                newPieces.append(piece)
                continue
            }
            var taken: [Operand] = []
            func take(_ number: FormatNumber) -> Int64? {
                switch number {
                case .none: return nil
                case .fixed(let value): return Int64(clamping: value)
                case .dynamic:
                    guard let operand = remaining.popFirst() else { return nil }
                    taken.append(operand)
                    guard case .integer(let register) = operand else { return nil }
                    return constant(in: register)
                }
            }
            let columns = take(width)
            let bytes = take(precision)
            if let value = remaining.popFirst() { taken.append(value) }
            guard piece.readsMemory else {
                newPieces.append(piece)
                newOperands += taken
                continue
            }
            if let (text, values) = memory(flag, width, columns, precision, bytes, conversion, taken.last, token) {
                newPieces += text
                newOperands += values
            } else {
                newPieces.append(piece)
                newOperands += taken
            }
        }
        return (newPieces, newOperands)
    }

    /// The pieces and operands that print the bytes at an address; nil where there are too many, or nobody knows how many.
    private func memory(
        _ flag: FormatFlag, _ width: FormatNumber, _ columns: Int64?, _ precision: FormatNumber, _ bytes: Int64?,
        _ conversion: FormatConversion, _ address: Operand?, _ token: Token
    ) -> ([FormatPiece], [Operand])? {
        let isUnknown = (width == .dynamic && columns == nil) || (precision == .dynamic && bytes == nil)
        let count = max(0, bytes ?? 1)
        guard case .integer(let address)? = address, !isUnknown, count <= Self.maximumMemoryBytes else { return nil }
        let isHex = conversion == .memoryHex
        let directive = FormatPiece.directive(
            flag: isHex ? .zero : .none, width: isHex ? .fixed(2) : .none, precision: .none,
            conversion: isHex ? .hexLower : .character)
        let operands = readBytes(Int(count), at: address, isUser: flag == .alternate, token)
        var pieces = Array(repeating: directive, count: operands.count)
        if flag == .zero { pieces.append(.literal(ByteString([0]))) }
        let padding = max(0, min(columns ?? 0, 8192) - count * (isHex ? 2 : 1))
        if padding > 0 {
            let blanks = FormatPiece.literal(ByteString(repeatElement(UInt8(ascii: " "), count: Int(padding))))
            pieces.insert(blanks, at: flag == .minus ? pieces.count : 0)
        }
        return (pieces, operands)
    }

    /// Reads bytes in the largest words that fit, and takes them apart.
    private func readBytes(_ count: Int, at address: Int32, isUser: Bool, _ token: Token) -> [Operand] {
        var operands: [Operand] = []
        var offset = 0
        while offset < count {
            let size = [8, 4, 2, 1].first { $0 <= count - offset } ?? 1
            let place = offset == 0 ? address : arithmetic(.add, address, constant(Int64(offset), token), token)
            let word = newInteger()
            let access = MemoryAccess(shape: IntegerShape(size: UInt8(size), isSigned: false), isUser: isUser)
            emit(.readMemory, dst: word, place, tables.access(access), token)
            for byte in 0..<size {
                let shifted = byte == 0 ? word : arithmetic(.shiftRight, word, constant(Int64(8 * byte), token), token)
                operands.append(.integer(arithmetic(.and, shifted, constant(0xff, token), token)))
            }
            offset += size
        }
        return operands
    }
}
