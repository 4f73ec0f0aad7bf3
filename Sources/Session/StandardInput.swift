// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// Standard input for `input.char` and `input.line`: never waited for, and a terminal is given back as it was.
final class StandardInput {
    /// Whether everything has been read.
    private(set) var isAtEnd = false
    private var line: [UInt8] = []
    private let lineLimit: Int

    /// Prepares; with `byBytes` a terminal hands over each key at once and does not echo it. `lineLimit` is the most
    /// bytes of a line that is handed over in one piece.
    init(byBytes: Bool, lineLimit: Int) {
        self.lineLimit = max(lineLimit, 1)
        if byBytes { _ = swtap_terminal_by_bytes() }
    }

    deinit { swtap_terminal_restore() }

    /// Reads what is there; nil when there is nothing now. At the end of input it is empty.
    func read() -> [UInt8]? {
        var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 0) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
        if count < 0, swtap_errno() == EINTR || swtap_errno() == EAGAIN { return nil }
        guard count > 0 else {
            isAtEnd = true
            return []
        }
        return Array(bytes[..<count])
    }

    /// Adds bytes and returns the lines that are complete, with their newlines; at the end of input also the rest.
    func lines(adding bytes: [UInt8]) -> [[UInt8]] {
        var complete: [[UInt8]] = []
        for byte in bytes {
            line.append(byte)
            if byte == UInt8(ascii: "\n") || line.count >= lineLimit {
                complete.append(line)
                line = []
            }
        }
        if isAtEnd, !line.isEmpty {
            complete.append(line)
            line = []
        }
        return complete
    }
}
