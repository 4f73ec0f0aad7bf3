// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax

/// What a handler in the kernel tells user space beside records of captured events, through the same ring: a record whose first
/// word has `mark` set over the probe's index.
public enum KernelMessage {
    /// Set in the first word, over the probe's index.
    public static let mark: UInt32 = 1 << 31
    /// The offset of an error: its kind in the upper half, its site in the lower; 0 for what a handler printed.
    public static let errorOffset = 16
    /// The offset of what the error is about: an address, or the index of a global.
    public static let operandOffset = 24
    /// The size of an error; that of the script has its text behind.
    public static let errorSize = 32

    /// The probe whose handler printed; nil for what is no message of that kind.
    public static func printer(_ record: UnsafeRawPointer, size: Int) -> Int? {
        guard size > operandOffset else { return nil }
        let first = record.loadUnaligned(as: UInt32.self)
        guard first & mark != 0, record.loadUnaligned(fromByteOffset: errorOffset, as: UInt64.self) == 0 else {
            return nil
        }
        return Int(first & ~mark)
    }

    /// Reads an error; nil for what is none.
    public static func error(_ record: UnsafeRawPointer, size: Int) -> (KernelFailure, site: Int32, probe: Int)? {
        guard size >= errorSize else { return nil }
        let first = record.loadUnaligned(as: UInt32.self)
        let word = record.loadUnaligned(fromByteOffset: errorOffset, as: UInt64.self)
        let operand = record.loadUnaligned(fromByteOffset: operandOffset, as: UInt64.self)
        guard first & mark != 0, let kind = KernelErrorKind(rawValue: UInt32(truncatingIfNeeded: word >> 32)) else {
            return nil
        }
        let failure: KernelFailure
        switch kind {
        case .divisionByZero: failure = .divisionByZero
        case .readFault: failure = .readFault(operand)
        case .kernelStringFault: failure = .stringFault(operand, isUser: false)
        case .userStringFault: failure = .stringFault(operand, isUser: true)
        case .overflow: failure = .overflow(array: Int(truncatingIfNeeded: operand))
        case .actions: failure = .actions
        case .message:
            let bytes = UnsafeRawBufferPointer(start: record + errorSize, count: size - errorSize)
            failure = .message(ByteString(bytes.prefix { $0 != 0 }))
        }
        return (failure, Int32(truncatingIfNeeded: word), Int(first & ~mark))
    }
}
