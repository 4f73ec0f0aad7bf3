// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `procfs[("path")].read[.maxsize(n)]` and `.write`, both with `.umask(m)`: files that a script answers.
struct ProcfsFamily: ProbeFamily {
    /// The path where the script names none.
    private static let defaultPath = "command"
    private static let largestRead: Int64 = 1 << 20

    let shapes = ["procfs", "procfs(string)"].flatMap { file in
        ["", ".umask(number)"].flatMap { umask in
            [".read", ".read.maxsize(number)", ".write"].map { file + umask + $0 }
        } + [".read.umask(number)", ".read.maxsize(number).umask(number)", ".write.umask(number)"].map { file + $0 }
    }

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        let path = match.string("procfs") ?? Self.defaultPath
        guard isSafe(path) else {
            throw Diagnostic(
                .semanticError, "procfs path '\(path)' cannot be used: it must be relative, without '.' and '..'",
                tokens: [match.components[0].token])
        }
        var size: Int?
        if let maximum = match.number("maxsize") {
            guard maximum > 0, maximum <= Self.largestRead else {
                throw problem("maxsize must be greater than 0 and at most \(Self.largestRead)", "maxsize", match)
            }
            size = Int(maximum)
        }
        var umask: Int?
        if let bits = match.number("umask") {
            guard (0...0o777).contains(bits) else { throw problem("procfs umask out of range", "umask", match) }
            umask = Int(bits)
        }
        let event = ProcfsEvent(path: path, isRead: match.has("read"), maxSize: size, umask: umask)
        return [ResolvedPoint(point: match.text(), event: .procfs(event))]
    }

    private func isSafe(_ path: String) -> Bool {
        guard !path.isEmpty, path.utf8.count <= 200, !path.utf8.contains(0) else { return false }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0 != "." && $0 != ".."
        }
    }

    private func problem(_ text: String, _ component: String, _ match: PointMatch) -> Diagnostic {
        Diagnostic(.semanticError, text, tokens: match.component(component).map { [$0.token] } ?? [])
    }
}
