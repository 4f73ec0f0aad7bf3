// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Tells which of the embedded tapset files a script can need, without parsing them: parsing all would be most of the
/// start-up time of a small script.
///
/// A file is needed when a word of the script, or of a file that is needed, is a name that it declares. Words in comments
/// and strings count too, which can only make the choice too large.
struct TapsetIndex {
    private let files: [SourceFile]
    /// The files that declare a name.
    private var declaring: [ByteString: [Int]] = [:]

    init(_ files: [SourceFile]) {
        self.files = files
        for (index, file) in files.enumerated() {
            for name in TapsetIndex.declarations(file.bytes) { declaring[name, default: []].append(index) }
        }
    }

    /// The needed files, in their order.
    func needed(by texts: [[UInt8]]) -> [SourceFile] {
        var chosen: Set<Int> = []
        var pending = texts[...]
        var known: Set<ByteString> = []
        while let text = pending.popFirst() {
            TapsetIndex.forEachWord(text) { word in
                guard known.insert(word).inserted, let found = declaring[word] else { return }
                for index in found where chosen.insert(index).inserted { pending.append(files[index].bytes) }
            }
        }
        return chosen.sorted().map { files[$0] }
    }

    /// Whether a text has one of some words anywhere.
    static func mentions(_ words: Set<ByteString>, in text: [UInt8]) -> Bool {
        var found = false
        forEachWord(text) { if words.contains($0) { found = true } }
        return found
    }

    /// Whether a text has a `*` outside of its strings where a probe point may stand: it may then mean any alias.
    static func hasWildcardPoint(_ text: [UInt8]) -> Bool {
        var isInString = false
        var previous: UInt8 = 0
        for (index, byte) in text.enumerated() {
            if byte == UInt8(ascii: "\""), previous != UInt8(ascii: "\\") { isInString.toggle() }
            if byte == UInt8(ascii: "*"), !isInString {
                let next = index + 1 < text.count ? text[index + 1] : 0
                if isWord(previous) || isWord(next) || previous == UInt8(ascii: ".") || next == UInt8(ascii: ".") {
                    return true
                }
            }
            previous = byte
        }
        return false
    }

    /// The names that the declarations at the starts of lines declare. The embedded files are written that way.
    private static func declarations(_ bytes: [UInt8]) -> Set<ByteString> {
        var names: Set<ByteString> = []
        bytes.withUnsafeBufferPointer { text in
            var line = 0
            while line < text.count {
                if "pgf@".utf8.contains(text[line]) { declaration(text, line, &names) }
                while line < text.count, text[line] != UInt8(ascii: "\n") { line += 1 }
                line += 1
            }
        }
        return names
    }

    /// Takes in the names of the declaration that starts at `start`, if one does.
    private static func declaration(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ names: inout Set<ByteString>
    ) {
        var index = start
        var takesMany = false
        var isDeclaration = false
        var hasComma = false
        while index < text.count {
            let byte = text[index]
            if isWord(byte) || byte == UInt8(ascii: "@") {
                let wordStart = index
                let word = word(text, &index)
                switch word {
                case "private": break
                case "probe", "global": (takesMany, isDeclaration) = (true, true)
                case "function", "@define": (takesMany, isDeclaration) = (false, true)
                default:
                    guard isDeclaration else { return }
                    // Of `socket.send` the first component tells enough.
                    if text[wordStart - 1] != UInt8(ascii: ".") { names.insert(word) }
                    if !takesMany { return }
                }
                hasComma = false
                continue
            }
            // What a probe's or global's names end at.
            if byte == UInt8(ascii: "="), takesMany { return }
            if byte == UInt8(ascii: ",") { hasComma = true }
            if byte == UInt8(ascii: "\n"), !hasComma { return }
            index += 1
        }
    }

    private static func word(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> ByteString {
        let start = index
        index += 1
        while index < text.count, isWord(text[index]) { index += 1 }
        return ByteString(text[start..<index])
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
            || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "_")
    }

    /// Calls `body` with each word; macros without their `@`.
    private static func forEachWord(_ bytes: [UInt8], _ body: (ByteString) -> Void) {
        bytes.withUnsafeBufferPointer { text in
            var index = 0
            while index < text.count {
                if isWord(text[index]) { body(word(text, &index)) } else { index += 1 }
            }
        }
    }
}
