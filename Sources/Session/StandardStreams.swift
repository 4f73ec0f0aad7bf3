// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// Writes all bytes to a descriptor; nil on success, else the errno.
func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32? {
    var offset = 0
    while offset < bytes.count {
        let count = write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
        if count > 0 {
            offset += count
            continue
        }
        let failure = swtap_errno()
        if failure == EINTR { continue }
        if failure == EAGAIN {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&waiting, 1, 1000)
            continue
        }
        return failure
    }
    return nil
}

/// Writes text to standard error; what cannot be written there has nowhere else to go.
public func writeError(_ text: String) {
    var text = text
    text.withUTF8 { _ = writeAll(STDERR_FILENO, UnsafeRawBufferPointer($0)) }
}

/// The system's words for an errno.
func errorText(_ code: Int32) -> String {
    String(cString: strerror(code))
}

/// Where the script's output goes: standard output or the file of `-o`.
///
/// The first failure is kept, and nothing is written after it.
final class OutputSink {
    private let descriptor: Int32
    private let name: String?
    /// The errno of the write that failed.
    private(set) var failure: Int32?

    /// Standard output.
    init() {
        descriptor = STDOUT_FILENO
        name = nil
    }

    /// A file, created or emptied, its name expanded by strftime(3); fails with a message.
    init(path: String) throws(SessionError) {
        let expanded = OutputSink.expandTime(path)
        let opened = open(expanded, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard opened >= 0 else {
            throw SessionError("cannot open output file '\(expanded)': \(errorText(swtap_errno()))")
        }
        descriptor = opened
        name = expanded
    }

    /// Writes bytes; false once writing has failed.
    @discardableResult
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard failure == nil else { return false }
        failure = writeAll(descriptor, bytes)
        return failure == nil
    }

    /// The message for a failed write.
    var failureText: String? {
        guard let failure else { return nil }
        let place = name.map { "'\($0)'" } ?? "standard output"
        return "cannot write to \(place): \(errorText(failure))"
    }

    private static func expandTime(_ path: String) -> String {
        guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = strftime(&buffer, buffer.count, path, &parts)
        guard length > 0 else { return path }
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A failure that ends the session with a message and exit status 1.
public struct SessionError: Error, Sendable {
    /// The message, without `ERROR: ` and without a newline at its end.
    public var message: String

    /// Creates an error.
    public init(_ message: String) { self.message = message }
}
