// SPDX-License-Identifier: GPL-3.0-or-later

/// A file that swtap offers to other processes, or standard input: `procfs("path").read`, `procfs("path").write`.
public struct ProcfsEvent: Sendable, Hashable {
    /// The path below the session's directory.
    public var path: String
    /// Whether somebody reads it; else somebody writes to it.
    public var isRead: Bool
    /// The most bytes that a reader gets; nil for the limit of strings.
    public var maxSize: Int?
    /// The permissions that are taken away; nil for only the user who runs swtap.
    public var umask: Int?

    /// Creates an event.
    public init(path: String, isRead: Bool, maxSize: Int? = nil, umask: Int? = nil) {
        self.path = path
        self.isRead = isRead
        self.maxSize = maxSize
        self.umask = umask
    }

    /// The path that stands for standard input, byte by byte: `input.char` is made of it.
    public static let inputBytes = "__stdin"
    /// The path that stands for standard input, line by line: `input.line` is made of it.
    public static let inputLines = "__stdin_line"

    /// Whether it stands for standard input and not for a file.
    public var isInput: Bool { !isRead && (path == Self.inputBytes || path == Self.inputLines) }
}
