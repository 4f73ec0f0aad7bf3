// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Session

/// An example of the installation.
struct Example {
    /// The file's name without its suffix.
    var name: String
    /// The whole path.
    var path: String
    /// The first line of its description.
    var summary: String
}

/// The examples beside the program.
enum Examples {
    /// Those that hold all words, whatever their case, by name.
    static func search(_ words: String) -> [Example] {
        guard let directory else { return [] }
        let wanted = words.lowercased().split(whereSeparator: \.isWhitespace)
        var found: [Example] = []
        for file in names(directory) where file.hasSuffix(".stp") {
            guard let bytes = try? readFile("\(directory)/\(file)") else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            let lower = (file + "\n" + text).lowercased()
            guard wanted.allSatisfy({ contains(lower, $0) }) else { continue }
            found.append(
                Example(name: String(file.dropLast(4)), path: "\(directory)/\(file)", summary: summary(text)))
        }
        return found.sorted { $0.name < $1.name }
    }

    /// The first comment that is no licence and no `#!`.
    static func summary(_ text: String) -> String {
        for line in text.split(separator: "\n") {
            let words = line.drop { $0 == "/" || $0 == "#" || $0 == " " }
            if line.hasPrefix("#!") || words.hasPrefix("SPDX") || words.isEmpty { continue }
            return line.hasPrefix("//") || line.hasPrefix("#") ? String(words) : ""
        }
        return ""
    }

    private static func contains(_ text: String, _ word: Substring) -> Bool {
        let (text, word) = (Array(text.utf8), Array(word.utf8))
        guard text.count >= word.count else { return false }
        return (0...text.count - word.count).contains { text[$0..<$0 + word.count].elementsEqual(word) }
    }

    private static var directory: String? {
        var parts = Child.ownProgram.split(separator: "/").map(String.init)
        while !parts.isEmpty {
            parts.removeLast()
            let base = "/" + parts.joined(separator: "/")
            for path in [base + "/share/swtap/examples", base + "/examples"] where access(path, R_OK) == 0 {
                return path
            }
        }
        return nil
    }

    private static func names(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}
