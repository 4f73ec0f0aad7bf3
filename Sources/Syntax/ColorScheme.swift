// SPDX-License-Identifier: GPL-3.0-or-later

/// The colours of diagnostics as terminal codes, in the manner of `SYSTEMTAP_COLORS`.
public struct ColorScheme: Sendable {
    /// The parts of a message that have a colour each.
    enum Part: String, CaseIterable {
        case error, warning, source, caret, token
    }

    private var codes: [String: String] = [
        "error": "01;31", "warning": "00;33", "source": "00;34", "caret": "01", "token": "01",
    ]

    /// Creates the scheme that `environment`, the value of `SYSTEMTAP_COLORS`, asks for: `error=01;31:warning=00;33:…`.
    ///
    /// Without a value, or with one that is malformed, the usual colours are taken; a part that it leaves out has none,
    /// and with an empty value nothing is coloured.
    public init(environment: String? = nil) {
        guard let environment else { return }
        if environment.isEmpty {
            codes = [:]
            return
        }
        var codes: [String: String] = [:]
        for entry in environment.split(separator: ":", omittingEmptySubsequences: false) {
            let sides = entry.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, Part(rawValue: String(sides[0])) != nil, !sides[1].isEmpty,
                sides[1].utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ";") })
            else { return }
            codes[String(sides[0])] = String(sides[1])
        }
        self.codes = codes
    }

    /// `text` in the colour of `part`.
    func paint(_ text: [UInt8], _ part: Part) -> [UInt8] {
        guard let code = codes[part.rawValue] else { return text }
        return Array("\u{1B}[\(code)m\u{1B}[K".utf8) + text + Array("\u{1B}[m\u{1B}[K".utf8)
    }
}
