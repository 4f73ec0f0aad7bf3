// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Session

/// The words of the command line with those of the options file before them.
func startupWords(_ arguments: [String], environment: (String) -> String?) -> [String] {
    var words = arguments
    // `#!/usr/bin/swtap -g -v`: the kernel hands all that follows the program over as one word.
    if let first = words.first, first.hasPrefix("-"), first.contains(" "), words.count > 1,
        access(words[1], R_OK) == 0, !first.hasPrefix("-e"), !first.hasPrefix("-E")
    {
        words.replaceSubrange(0..<1, with: first.split(separator: " ").map(String.init))
    }
    let directory =
        environment("SYSTEMTAP_DIR") ?? environment("HOME").map { $0 + "/.systemtap" }
    guard let directory, let bytes = try? readFile(directory + "/rc") else { return words }
    return optionWords(String(decoding: bytes, as: UTF8.self)) + words
}

/// The options in the lines of a file: words as the shell separates them, `#` at the start of one begins a comment.
func optionWords(_ text: String) -> [String] {
    var words: [String] = []
    for line in text.split(separator: "\n") {
        var word: String?
        var quote: Character?
        var isEscaped = false
        scan: for character in line {
            switch character {
            case _ where isEscaped:
                word = (word ?? "") + String(character)
                isEscaped = false
            case "\\" where quote != "'": isEscaped = true
            case _ where quote != nil:
                if character == quote { quote = nil } else { word = (word ?? "") + String(character) }
            case "'", "\"":
                quote = character
                word = word ?? ""
            case " ", "\t", "\r":
                if let whole = word { words.append(whole) }
                word = nil
            case "#" where word == nil: break scan
            default: word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
    }
    return words
}

/// The path of an installed example: `NAME` or `NAME.stp` in `share/swtap/examples` beside the program, or `examples` where
/// it was built; nil when there is none.
func examplePath(_ name: String) -> String? {
    guard !name.contains("/"), !name.isEmpty else { return nil }
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard length > 0 else { return nil }
    let program = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var parts = program.split(separator: "/").map(String.init)
    var directories: [String] = []
    while !parts.isEmpty {
        parts.removeLast()
        let base = "/" + parts.joined(separator: "/")
        directories.append(base + "/share/swtap/examples")
        directories.append(base + "/examples")
    }
    for directory in directories {
        for file in [name, name + ".stp"] where access("\(directory)/\(file)", R_OK) == 0 {
            return "\(directory)/\(file)"
        }
    }
    return nil
}
