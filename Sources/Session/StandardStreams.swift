// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// Writes all bytes to a descriptor; nil on success, else the errno.
package func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32? {
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

/// Writes bytes to standard error.
func writeErrorBytes(_ bytes: [UInt8]) { bytes.withUnsafeBytes { _ = writeAll(STDERR_FILENO, $0) } }

/// The system's words for an errno.
package func errorText(_ code: Int32) -> String {
    String(cString: strerror(code))
}

/// A failure that ends the session with a message and exit status 1.
public struct SessionError: Error, Sendable {
    /// The message, without `ERROR: ` and without a newline at its end.
    public var message: String

    /// Creates an error.
    public init(_ message: String) { self.message = message }
}
