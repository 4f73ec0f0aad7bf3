// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// Memory as text, beyond strings that end with a NUL: buffers, wide characters, argument lists, environments.
extension Evaluator {
    /// The most bytes of arguments or environment that are looked at.
    private static let wordsLimit = 1 << 16

    /// `recorded` is the form of the built-in whose last argument names bytes of the event's record.
    func bytesBuiltin(
        _ builtin: Builtin, _ arguments: BuiltinArguments, recorded: Builtin? = nil
    ) -> BuiltinResult {
        let captured = recorded.flatMap { recordedBytes(Int(arguments.integer($0.signature.parameters.count - 1))) }
        let source = Source(
            start: UInt64(bitPattern: arguments.integer(0)), isUser: builtin.readsProcess, captured: captured)
        switch builtin {
        case .kernelBufferQuoted, .userBufferQuoted:
            let count = min(max(arguments.integer(1), 0), Int64(stride - 1))
            guard let bytes = bytes(source, at: 0, count: Int(count)) else { return fault(source) }
            return bytes.withUnsafeBufferPointer {
                let view = StringView(pointer: $0.baseAddress ?? emptyBytes, length: $0.count)
                return textStrn(view, arguments.integer(2), isQuoted: true)
            }
        case .kernelStringUTF16, .userStringUTF16: return wideText(source, width: 2)
        case .kernelStringUTF32, .userStringUTF32: return wideText(source, width: 4)
        case .userWords:
            var count = Int(min(max(arguments.integer(1), 0), Int64(Self.wordsLimit)))
            // What is behind the captured bytes shows only where the first words are left out.
            if let captured, arguments.integer(2) <= 0 { count = min(count, captured.count) }
            guard let bytes = bytes(source, at: 0, count: count) ?? captured else { return fault(source) }
            return words(bytes, arguments.integer(2), arguments.integer(3), ByteString(arguments.string(4)))
        default:
            let count = min(max(arguments.integer(1), 0), Int64(Self.wordsLimit))
            guard let bytes = bytes(source, at: 0, count: Int(count)) else { return fault(source) }
            let prefix = ByteString(arguments.string(2)).bytes + [UInt8(ascii: "=")]
            let found = bytes.split(separator: 0, omittingEmptySubsequences: false).first { $0.starts(with: prefix) }
            return text { $0.append(Array((found ?? []).dropFirst(prefix.count))) }
        }
    }

    /// Where bytes are: at an address, and the first of them perhaps in the record.
    private struct Source {
        var start: UInt64
        var isUser: Bool
        var captured: [UInt8]?
    }

    private func fault(_ source: Source) -> BuiltinResult {
        .failed(.stringFault(source.start, isUser: source.isUser))
    }

    /// Bytes that the kernel took at the event; nil where it could not.
    private func recordedBytes(_ number: Int) -> [UInt8]? {
        guard let record, let slot = slotFacts[.bytes(number)], !isFaulted(record, slot),
            case .bytes(let limit) = slotKinds[slot]
        else { return nil }
        let place = record + Int(slotOffsets[slot])
        let count = place.load(fromByteOffset: 8, as: UInt64.self)
        return Array(UnsafeRawBufferPointer(start: place + 16, count: Int(min(count, UInt64(limit)))))
    }

    /// Some bytes; nil when any cannot be read.
    private func bytes(_ source: Source, at offset: Int, count: Int) -> [UInt8]? {
        guard count > 0 else { return [] }
        if let captured = source.captured, offset + count <= captured.count {
            return Array(captured[offset..<offset + count])
        }
        var bytes = [UInt8](repeating: 0, count: count)
        let isRead = bytes.withUnsafeMutableBytes {
            readMemory(at: source.start &+ UInt64(offset), into: $0, isUser: source.isUser)
        }
        return isRead ? bytes : nil
    }

    /// The words from number `first` to number `last` (negative: to the end) of a list of strings.
    private func words(_ bytes: [UInt8], _ first: Int64, _ last: Int64, _ delimiter: ByteString) -> BuiltinResult {
        var list = bytes.split(separator: 0, omittingEmptySubsequences: false)
        if bytes.last == 0 { list.removeLast() }
        return text { writer in
            var isFirst = true
            for (index, word) in list.enumerated() {
                guard Int64(index) >= first, last < 0 || Int64(index) <= last else { continue }
                if !isFirst { writer.append(delimiter.bytes) }
                isFirst = false
                writer.append(Array(word))
            }
        }
    }

    /// The characters of a NUL-terminated text of 16 or 32 bits each as UTF-8.
    private func wideText(_ source: Source, width: Int) -> BuiltinResult {
        var units: [UInt32] = []
        while units.count < stride {
            guard let bytes = bytes(source, at: units.count * width, count: width) else { return fault(source) }
            let unit = bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            if unit == 0 { break }
            units.append(unit)
        }
        var text = ""
        if width == 2 {
            text = String(decoding: units.map { UInt16(truncatingIfNeeded: $0) }, as: UTF16.self)
        } else {
            for unit in units { text.unicodeScalars.append(Unicode.Scalar(unit) ?? "\u{fffd}") }
        }
        return self.text { $0.append(Array(text.utf8)) }
    }
}
