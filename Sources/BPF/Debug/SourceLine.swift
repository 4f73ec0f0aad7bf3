// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// A line of a script that instructions come from.
public struct SourceLine: Sendable, Hashable {
    /// The file's name as messages show it.
    public var file: String
    /// The text without the white space around it.
    public var text: String
    /// The number of the line, from 1.
    public var line: Int
    /// The column in bytes, from 1.
    public var column: Int

    /// Creates a line.
    public init(file: String, text: String, line: Int, column: Int) {
        self.file = file
        self.text = text
        self.line = line
        self.column = column
    }

    /// The line of a token.
    public init(_ token: Token) {
        let location = token.location
        let bytes = location.file.line(Int(location.line))
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 13 }
        let text = bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        self.init(
            file: location.file.name, text: String(decoding: text.prefix(1000), as: UTF8.self),
            line: Int(location.line),
            column: Int(location.column))
    }
}

/// A function of a program: the program itself, or one that it calls or hands to a helper.
public struct ProgramFunction: Sendable, Hashable {
    /// What the function takes and returns.
    public enum Kind: Sendable, Hashable {
        /// `int NAME(void *context)`, the program itself.
        case program
        /// `long NAME(unsigned long index, void *context)`, the body of `bpf_loop`.
        case loopBody
        /// `long (map, key, value, context)`: visits an element of a map.
        case elementVisitor
    }

    /// The index of its first instruction.
    public var start: Int
    /// Its name.
    public var name: String
    /// What it takes and returns.
    public var kind: Kind

    /// Creates a function.
    public init(start: Int, name: String, kind: Kind) {
        self.start = start
        self.name = name
        self.kind = kind
    }
}
