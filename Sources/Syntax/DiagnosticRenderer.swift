// SPDX-License-Identifier: GPL-3.0-or-later

/// Turns diagnostics into the text that the user sees; remembers what it has shown.
public struct DiagnosticRenderer: Sendable {
    private let colors: ColorScheme?
    private let showsDuplicates: Bool
    private var shownSites: Set<String> = []
    private var shownWarnings: Set<String> = []
    private var suppressedErrors = 0
    private var suppressedWarnings = 0
    /// The file of the token named last, which the next one need not repeat.
    private var lastFile: SourceFile?

    /// Creates a renderer; `colors` nil for plain text, `showsDuplicates` as `-v` does.
    public init(colors: ColorScheme? = nil, showsDuplicates: Bool = false) {
        self.colors = colors
        self.showsDuplicates = showsDuplicates
    }

    /// The text of `diagnostic` with its newlines; empty when a similar one has been shown.
    public mutating func render(_ diagnostic: Diagnostic) -> String {
        String(decoding: renderBytes(diagnostic), as: UTF8.self)
    }

    /// The bytes of `diagnostic`, where a source line that is not UTF-8 stays as it is.
    public mutating func renderBytes(_ diagnostic: Diagnostic) -> [UInt8] {
        if diagnostic.kind == .semanticError && !showsDuplicates {
            guard shownSites.insert(diagnostic.site).inserted else {
                suppressedErrors += 1
                return []
            }
        }
        if diagnostic.kind == .warning && !showsDuplicates {
            guard shownWarnings.insert(diagnostic.message).inserted else {
                suppressedWarnings += 1
                return []
            }
        }
        var text = Self.body(of: diagnostic, colors, &lastFile)
        if diagnostic.kind != .warning { text.append(UInt8(ascii: "\n")) }
        for cause in diagnostic.chain { text += renderCause(cause) }
        return text
    }

    /// A cause is part of its message and never held back.
    private mutating func renderCause(_ diagnostic: Diagnostic) -> [UInt8] {
        var text = Self.body(of: diagnostic, colors, &lastFile)
        if diagnostic.kind != .warning { text.append(UInt8(ascii: "\n")) }
        for cause in diagnostic.chain { text += renderCause(cause) }
        return text
    }

    /// The lines that say how many similar messages were held back; empty when none were. Counting starts anew.
    public mutating func suppressionSummary() -> String {
        var text = ""
        if suppressedErrors > 0 { text += "Number of similar error messages suppressed: \(suppressedErrors).\n" }
        if suppressedWarnings > 0 {
            text += "Number of similar warning messages suppressed: \(suppressedWarnings).\n"
        }
        if !text.isEmpty { text += "Rerun with -v to see them.\n" }
        suppressedErrors = 0
        suppressedWarnings = 0
        return text
    }

    /// The line that ends the parse errors of one file: `2 parse errors.`.
    public static func parseErrorTrailer(count: Int) -> String {
        "\(count) parse error\(count == 1 ? "" : "s").\n"
    }

    // MARK: - One message

    private static func body(
        of diagnostic: Diagnostic, _ colors: ColorScheme?, _ lastFile: inout SourceFile?
    ) -> [UInt8] {
        switch diagnostic.kind {
        case .parseError: parseError(diagnostic, colors)
        case .semanticError: named(diagnostic, "semantic error:", .error, indent: 8, colors, &lastFile)
        case .warning: named(diagnostic, "WARNING:", .warning, indent: 1, colors, &lastFile)
        }
    }

    private static func paint(_ text: [UInt8], _ part: ColorScheme.Part, _ colors: ColorScheme?) -> [UInt8] {
        colors?.paint(text, part) ?? text
    }

    private static func parseError(_ diagnostic: Diagnostic, _ colors: ColorScheme?) -> [UInt8] {
        var text = paint(Array("parse error:".utf8), .error, colors) + Array(" \(diagnostic.message)\n".utf8)
        let label = diagnostic.relation == .at ? "         at: " : "        saw: "
        for token in diagnostic.tokens {
            text += Array(label.utf8) + token.description(inFile: nil, colors) + [UInt8(ascii: "\n")]
            text += source(of: token, indent: 5, colors)
        }
        if diagnostic.tokens.isEmpty, let file = diagnostic.endOfFile {
            text += Array("        saw: \(file.name) EOF\n".utf8)
        }
        return text
    }

    /// A message with its token and that token's source line; further tokens follow on lines of their own.
    private static func named(
        _ diagnostic: Diagnostic, _ title: String, _ part: ColorScheme.Part, indent: Int, _ colors: ColorScheme?,
        _ lastFile: inout SourceFile?
    ) -> [UInt8] {
        var text = paint(Array(title.utf8), part, colors) + Array(" \(diagnostic.message)".utf8)
        if diagnostic.tokens.isEmpty { text.append(UInt8(ascii: "\n")) }
        for (index, token) in diagnostic.tokens.enumerated() {
            if index == 0 { text += Array(": ".utf8) }
            text += token.description(inFile: lastFile, colors) + [UInt8(ascii: "\n")]
            lastFile = token.location.file
            text += source(of: token, indent: indent, colors)
        }
        return text
    }

    /// The line of a token with a caret below it, and the same for the macro uses that it came from.
    private static func source(of token: Token, indent: Int, _ colors: ColorScheme?) -> [UInt8] {
        let margin = [UInt8](repeating: UInt8(ascii: " "), count: indent)
        let line = token.location.file.line(Int(token.location.line))
        var text = margin + paint(Array("source:".utf8), .source, colors) + [UInt8(ascii: " ")] + line
        text += [UInt8(ascii: "\n")] + margin + [UInt8](repeating: UInt8(ascii: " "), count: 8)
        text += line.prefix(max(Int(token.location.column) - 1, 0)).map { $0.isSpace ? $0 : UInt8(ascii: " ") }
        text += paint([UInt8(ascii: "^")], .caret, colors) + [UInt8(ascii: "\n")]
        if let use = token.expandedFrom {
            text += Array("\tin expansion of macro: ".utf8) + use.description(inFile: nil, colors)
            text += [UInt8(ascii: "\n")] + source(of: use, indent: indent, colors)
        }
        return text
    }
}

extension Token {
    /// The token as messages name it: `identifier 'x' at FILE:LINE:COLUMN`; keywords and embedded code without content.
    public var described: String { String(decoding: description(inFile: nil, nil), as: UTF8.self) }

    /// The description, without the path when the token is in `lastFile`.
    func description(inFile lastFile: SourceFile?, _ colors: ColorScheme?) -> [UInt8] {
        var text: [UInt8]
        switch kind {
        case .identifier: text = Array("identifier".utf8)
        case .keyword: text = Array("keyword".utf8)
        case .number: text = Array("number".utf8)
        case .string: text = Array("string".utf8)
        case .operator: text = Array("operator".utf8)
        case .embedded: text = Array("embedded-code".utf8)
        case .junk: text = Array("junk".utf8)
        }
        if kind != .keyword && kind != .embedded {
            let quoted = [UInt8(ascii: "'")] + printableContent + [UInt8(ascii: "'")]
            text += [UInt8(ascii: " ")] + (colors?.paint(quoted, .token) ?? quoted)
        }
        let path = location.file === lastFile ? "" : location.file.name
        return text + Array(" at \(path):\(location.line):\(location.column)".utf8)
    }

    /// The content on one line: escapes of strings as they are written, other control characters as `?`.
    private var printableContent: [UInt8] {
        var text: [UInt8] = []
        for byte in content.bytes {
            if byte.isPrintable {
                text.append(byte)
            } else if kind == .string, let letter = byte.escapeLetter {
                text += [UInt8(ascii: "\\"), letter]
            } else {
                text.append(UInt8(ascii: "?"))
            }
        }
        return text
    }
}

extension UInt8 {
    /// The letter of the escape that stands for this control character.
    var escapeLetter: UInt8? {
        switch self {
        case 7: UInt8(ascii: "a")
        case 8: UInt8(ascii: "b")
        case 9: UInt8(ascii: "t")
        case 10: UInt8(ascii: "n")
        case 11: UInt8(ascii: "v")
        case 12: UInt8(ascii: "f")
        case 13: UInt8(ascii: "r")
        default: nil
        }
    }
}
