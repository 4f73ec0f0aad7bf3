// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// Reading memory through the host: for handlers of user-space events, and for reads that the kernel could not capture.
extension Evaluator {
    /// Reads memory of the kernel or of the process that the event happened in, which is swtap's own in user space.
    func readMemory(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer, isUser: Bool) -> Bool {
        guard isUser, record != nil else { return host.readMemory(at: address, into: buffer, isUser: isUser) }
        guard let process = recordedInteger(.context(.pid)) else { return false }
        return host.readMemory(ofProcess: Int32(truncatingIfNeeded: process), at: address, into: buffer)
    }

    /// The integer at an address; nil when it cannot be read.
    @inline(never)
    func readInteger(at address: Int64, _ access: MemoryAccess) -> Int64? {
        var raw: UInt64 = 0
        let size = min(Int(access.shape.size), 8)
        let isRead = withUnsafeMutableBytes(of: &raw) {
            readMemory(
                at: UInt64(bitPattern: address), into: UnsafeMutableRawBufferPointer(rebasing: $0[..<size]),
                isUser: access.isUser)
        }
        guard isRead else { return nil }
        var value = Int64(bitPattern: raw)
        var width = size * 8
        if let field = access.bitField {
            value = logicalShift(value, Int64(field.offset))
            width = min(Int(field.width), 64)
        }
        let unused = Int64(64 - width)
        value = value &<< unused
        return access.shape.isSigned ? value &>> unused : logicalShift(value, unused)
    }

    /// Reads a string into `scratch`, up to a NUL or `limit` bytes; nil when it cannot be read that far.
    func readString(at address: Int64, limit: Int, isUser: Bool) -> StringView? {
        let most = min(max(limit, 0), stride - 1)
        var count = 0
        while count < most {
            let place = UInt64(bitPattern: address) &+ UInt64(count)
            // Never across a page at once: the string may end before an unreadable one.
            let chunk = min(most - count, 4096 - Int(place & 4095))
            let buffer = UnsafeMutableRawBufferPointer(start: scratch + count, count: chunk)
            guard readMemory(at: place, into: buffer, isUser: isUser) else { return nil }
            let length = lengthBeforeNul(scratch + count, chunk)
            count += length
            if length < chunk { break }
        }
        return StringView(pointer: UnsafePointer(scratch), length: count)
    }

    func canReadString(_ raw: Int, _ arguments: BuiltinArguments) -> Bool {
        switch Builtin(rawValue: UInt16(truncatingIfNeeded: raw)) {
        case .kernelString: readString(at: arguments.integer(0), limit: stride, isUser: false) != nil
        case .userString: readString(at: arguments.integer(0), limit: stride, isUser: true) != nil
        case .kernelStringN:
            readString(at: arguments.integer(0), limit: Int(arguments.integer(1)), isUser: false) != nil
        case .userStringN:
            readString(at: arguments.integer(0), limit: Int(arguments.integer(1)), isUser: true) != nil
        case let builtin?:
            if case .failed = bytesBuiltin(builtin, arguments) { false } else { true }
        case nil: true
        }
    }
}
