// SPDX-License-Identifier: GPL-3.0-or-later

/// The parts of the language that came with a version of SystemTap: `--compatible` leaves out what is younger.
struct LanguageVersion: Sendable {
    /// `"a" "b"` is one string, since 2.0.
    let joinsStrings: Bool
    /// `\x41`, since 2.3.
    let hasHexEscapes: Bool
    /// `->` and `[]` on values other than targets, since 2.6.
    let hasAutocast: Bool
    /// The last operand of `?:` is no assignment, since 4.0.
    let hasStrictConditional: Bool
    /// `probe a = b { … }, { … }`, since 4.4.
    let hasTwoSidedAliases: Bool
    private let version: String

    init(_ version: String) {
        self.version = version
        joinsStrings = Self.version(version, has: "2.0")
        hasHexEscapes = Self.version(version, has: "2.3")
        hasAutocast = Self.version(version, has: "2.6")
        hasStrictConditional = Self.version(version, has: "4.0")
        hasTwoSidedAliases = Self.version(version, has: "4.4")
    }

    /// Whether this version has what came with `since`.
    func has(_ since: String) -> Bool { Self.version(version, has: since) }

    private static func version(_ version: String, has since: String) -> Bool {
        compareVersions(Array(version.utf8), Array(since.utf8)) >= 0
    }
}
