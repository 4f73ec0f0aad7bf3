// SPDX-License-Identifier: GPL-3.0-or-later

/// Splits words such as `-DNAME=1`, `-p2` and `-vp1` into `-D NAME=1`, `-p 2` and `-v -p 1`.
///
/// ArgumentParser takes the `=` of a joined value for its own; getopt, which SystemTap uses, does not.
func separateJoinedOptions(_ words: [String]) -> [String] {
    let withValue = shortOptionsWithValue
    let flags = Set("vguwWhVktFbqPi")
    var result: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
        if word == "--" {
            result.append(word)
            result.append(contentsOf: rest)
            return result
        }
        guard word.hasPrefix("-"), !word.hasPrefix("--"), word.count > 1 else {
            // Of all options, these alone may lack their value.
            result.append(word == "--color" || word == "--colour" ? "\(word)=always" : word)
            continue
        }
        var letters = word.dropFirst()
        while let letter = letters.first {
            if withValue.contains(letter) {
                result.append("-\(letter)")
                letters = letters.dropFirst()
                if !letters.isEmpty {
                    result.append(String(letters))
                } else if let value = rest.popFirst() {
                    result.append(value)
                }
                break
            }
            guard flags.contains(letter) else {
                result.append("-" + letters)
                break
            }
            result.append("-\(letter)")
            letters = letters.dropFirst()
        }
    }
    return result
}

/// The letters of the options that take a value.
private let shortOptionsWithValue = Set("eEpcxTolLDGIsSmraBRd")

/// Whether the word behind this one is its value.
func takesValue(_ word: String) -> Bool {
    guard word.count == 2, word.hasPrefix("-"), let letter = word.last else { return false }
    return shortOptionsWithValue.contains(letter)
}
