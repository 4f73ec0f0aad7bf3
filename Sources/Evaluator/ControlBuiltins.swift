// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics
import Syntax

/// Output and control: section 5.5.
extension Evaluator {
    func control(_ builtin: Builtin, _ arguments: BuiltinArguments) -> BuiltinResult {
        switch builtin {
        case .printChar:
            output.reserve(1)[0] = UInt8(truncatingIfNeeded: arguments.integer(0))
            output.commit(1)
        case .log:
            let text = arguments.string(0)
            let place = output.reserve(text.length + 1)
            copyBytes(place, text.pointer, text.length)
            place[text.length] = UInt8(ascii: "\n")
            output.commit(text.length + 1)
        case .warn: warn(ByteString(arguments.string(0)))
        case .error: return .failed(.message(ByteString(arguments.string(0))))
        case .exit: hasExited = true
        case .abort:
            hasExited = true
            return .abort
        case .system: commands.append(ByteString(arguments.string(0)))
        default: host.trace(ByteString(arguments.string(0)))
        }
        return .nothing
    }

    /// A warning, once for each text unless verbose.
    private func warn(_ text: ByteString) {
        if facts.verbosity == 0 {
            guard !shownWarnings.contains(text) else { return }
            // A script that makes up texts without end must not take memory without end.
            if shownWarnings.count < 4096 { shownWarnings.insert(text) }
        }
        var line = text.bytes
        if line.last == UInt8(ascii: "\n") { line.removeLast() }
        messages.append(.warning("WARNING: \(ByteString(line))"))
    }

    func randint(_ limit: Int64) -> BuiltinResult {
        guard limit <= 1 << 20 else { return .failed(.message("range too wide")) }
        return .integer(limit <= 0 ? 0 : Int64(random.next() % UInt64(limit)))
    }
}

/// Numbers without pattern, from the machine's own at the start.
struct RandomSource {
    private var state: UInt64

    init() {
        var machine = SystemRandomNumberGenerator()
        state = machine.next() | 1
    }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return mix(state)
    }
}
