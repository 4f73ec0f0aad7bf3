// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Why the kernel would not do what was asked, in words for the user: the cause with its mechanism, and the way out.
public struct KernelError: Error, Equatable, CustomStringConvertible {
    /// What kind of refusal it is, for callers that react to it.
    public enum Kind: Sendable, Equatable {
        /// A capability is missing.
        case privilege
        /// The kernel was built without something, or an administrator switched it off.
        case unsupported
        /// A named function or tracepoint cannot be attached.
        case attachment
        /// The verifier refused a program of ours: a bug in swtap.
        case verifier
        /// A limit of memory, descriptors or sizes.
        case resource
    }

    /// The kind of refusal.
    public let kind: Kind
    /// The cause and its mechanism, in one sentence without a final period.
    public let message: String
    /// What the user can do about it, where there is something.
    public let wayOut: String?
    /// Further lines, for `-v` and bug reports: the verifier's summary and the place in the program.
    public let details: [String]
    /// The system's error number, or 0.
    public let errno: Int32

    /// Creates an error.
    public init(
        _ kind: Kind, _ message: String, wayOut: String? = nil, details: [String] = [], errno: Int32 = 0
    ) {
        self.kind = kind
        self.message = message
        self.wayOut = wayOut
        self.details = details
        self.errno = errno
    }

    /// The message and the way out in one line.
    public var description: String {
        guard let wayOut else { return message }
        return message + "; " + wayOut
    }
}

/// The system's text for an error number: `Operation not permitted`.
func errorText(_ number: Int32) -> String {
    String(cString: strerror(number))
}
