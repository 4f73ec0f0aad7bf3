// SPDX-License-Identifier: GPL-3.0-or-later

/// Who wrote a source file: it decides privileges, which warnings are shown and which name wins.
public enum SourceRole: Sendable, Equatable {
    /// The user's script (`-e`, a file, standard input).
    case user
    /// A tapset file from `-I`.
    case tapset
    /// A tapset file that is part of the product.
    case shipped
}

/// One source text, immutable; tokens and diagnostics point into it.
public final class SourceFile: Sendable {
    /// The name shown in diagnostics: a path, or `<input>` for `-e` and standard input.
    public let name: String
    /// The bytes as read, before any preprocessing.
    public let bytes: [UInt8]
    /// Who wrote it.
    public let role: SourceRole

    /// Creates a file from its bytes.
    public init(name: String, bytes: [UInt8], role: SourceRole = .user) {
        self.name = name
        self.bytes = bytes
        self.role = role
    }

    /// Creates a file from text, as UTF-8.
    public convenience init(name: String, text: String, role: SourceRole = .user) {
        self.init(name: name, bytes: Array(text.utf8), role: role)
    }

    /// The bytes of line `number` (from 1) without its newline; empty beyond the end.
    public func line(_ number: Int) -> [UInt8] {
        var current = 1
        var start = 0
        while current < number {
            guard let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return [] }
            start = newline + 1
            current += 1
        }
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        return Array(bytes[start..<end])
    }
}

/// A place in a source file; lines and columns count from 1, columns in bytes.
public struct SourceLocation: Sendable {
    /// The file.
    public let file: SourceFile
    /// The line, from 1.
    public let line: Int32
    /// The column in bytes, from 1.
    public let column: Int32

    /// Creates a location.
    public init(file: SourceFile, line: Int32, column: Int32) {
        self.file = file
        self.line = line
        self.column = column
    }
}
