// SPDX-License-Identifier: GPL-3.0-or-later

/// What the verifier wrote about a program that it refused, cut down to what a bug report needs.
struct VerifierLog: Equatable {
    /// The verifier's last words before its statistics: `R2 unbounded memory access`.
    let summary: [String]
    /// The instruction it stopped at.
    let instruction: Int?

    /// Reads a log of level 1 or 2.
    init(_ text: String) {
        var lines = text.split(separator: "\n").map(String.init)
        while let last = lines.last,
            last.hasPrefix("processed ") || last.hasPrefix("verification time") || last.hasPrefix("stack depth")
                || last.allSatisfy({ $0 == " " || $0 == "\0" })
        {
            lines.removeLast()
        }
        instruction = lines.reversed().lazy.compactMap(Self.position).first
        summary = Array(lines.suffix(3))
    }

    /// The number of a line `12: (85) call …`.
    private static func position(_ line: String) -> Int? {
        guard let colon = line.firstIndex(of: ":"), let number = Int(line[..<colon]) else { return nil }
        return line[line.index(after: colon)...].hasPrefix(" (") ? number : nil
    }
}
