// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// `$value` of a procfs probe while its handler runs.
public struct FileValue {
    /// The bytes: what was written, or what a reader will get. They may be longer than a string of the language.
    public var bytes: [UInt8] = []
    /// The most bytes that a reader gets.
    public var limit = Int.max

    /// An empty value.
    public init() {}
}

/// Files that a script answers, and the file that it writes to.
extension Evaluator {
    func fileBuiltin(_ builtin: Builtin, _ arguments: BuiltinArguments) -> BuiltinResult {
        switch builtin {
        case .fileValue: break
        case .switchFile:
            wantsNextFile = true
            return .nothing
        default:
            let text = arguments.string(0)
            if builtin == .setFileValue { fileValue.bytes.removeAll(keepingCapacity: true) }
            let room = max(0, fileValue.limit - fileValue.bytes.count)
            fileValue.bytes.append(
                contentsOf: UnsafeBufferPointer(start: text.pointer, count: min(text.length, room)))
        }
        return self.text { $0.append(fileValue.bytes) }
    }
}
