// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Session

/// What is shown: the output of scripts and what the prompt says. On a terminal both are one stream; else messages go to standard
/// error, so that the output is the scripts' alone.
final class PromptOutput {
    private let isTerminal: Bool
    private var pending: [UInt8] = []
    private var isAtLineStart = true
    /// Whether a write has failed; nothing is written after it.
    private(set) var hasFailed = false

    init(isTerminal: Bool) { self.isTerminal = isTerminal }

    /// Whether something waits to be written.
    var hasPending: Bool { !pending.isEmpty }

    /// Adds output of a script.
    func add(_ bytes: UnsafeRawBufferPointer) {
        pending.append(contentsOf: bytes)
        if pending.count >= 1 << 20, !isTerminal { flush() }
    }

    /// Says something, in the order of the output.
    func say(_ text: String) {
        if isTerminal {
            if !endsWithNewline { pending.append(UInt8(ascii: "\n")) }
            pending.append(contentsOf: text.utf8)
        } else {
            flush()
            writeError(text)
        }
    }

    /// Writes what waits.
    func flush() {
        guard let last = pending.last, !hasFailed else { return pending = [] }
        isAtLineStart = last == UInt8(ascii: "\n")
        pending.withUnsafeBytes { hasFailed = writeAll(STDOUT_FILENO, $0) != nil }
        pending = []
    }

    /// Writes what waits, and on a terminal a newline where the last line has none.
    func endLine() {
        flush()
        guard isTerminal, !isAtLineStart else { return }
        pending = [UInt8(ascii: "\n")]
        flush()
    }

    private var endsWithNewline: Bool { pending.last.map { $0 == UInt8(ascii: "\n") } ?? isAtLineStart }
}
