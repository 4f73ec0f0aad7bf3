// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a capture plan cannot be compiled for an attachment; the text is for the user.
public struct CaptureError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason, as a clause: `needs 70000 bytes of an event, at most 32752 are possible`.
    public var description: String

    /// Creates an error.
    public init(_ description: String) { self.description = description }
}
