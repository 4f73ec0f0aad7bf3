// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// One thing that was typed at the prompt and stays: declarations, and probes that start and stop together.
final class Piece {
    /// What became of its probes.
    enum State: String {
        /// It has no probes.
        case defined
        case running
        /// By `stop`.
        case stopped
        /// By `exit()` in a handler.
        case ended
        /// By run-time errors, or since it could not start.
        case failed
    }

    /// How it is named at the prompt; 0 before it is one of the session.
    var number = 0
    /// The text as it was typed.
    let source: SourceFile
    /// The names of the globals that it declares.
    var globals: [String] = []
    /// The functions that it defines, as `name/arity`.
    var functions: [String] = []
    /// The macros that it defines.
    var macros: [String] = []
    /// The probe aliases that it defines.
    var aliases: [String] = []
    /// Whether it has probes that run.
    var hasProbes = false
    /// What became of its probes.
    var state = State.defined
    /// The run of its probes, while they run.
    var run: PieceRun?
    /// What its probes had counted when they stopped.
    var counts = PieceCounts()

    init(_ source: SourceFile) { self.source = source }

    /// What it declares and nothing else: the names in the order of their kinds.
    var declared: Set<String> {
        Set(
            globals.map { "global \($0)" } + functions.map { "function \($0)" } + macros.map { "@\($0)" }
                + aliases.map { "probe \($0)" })
    }

    /// Whether it is nothing but macros, which all files know.
    var isMacros: Bool { !macros.isEmpty }

    /// The first line that says something.
    var title: String {
        let text = String(decoding: source.bytes, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }
        let line = lines.first { !$0.isEmpty && !$0.hasPrefix("#") && !$0.hasPrefix("//") } ?? ""
        return lines.count > 1 && lines.last != line ? line + " …" : String(line)
    }
}

/// What the probes of a piece have counted.
struct PieceCounts {
    /// The events that there were.
    var hits: UInt64 = 0
    /// Those of them that were lost.
    var losses: UInt64 = 0
}

/// A piece as it is listed.
package struct PieceSummary: Sendable, Equatable {
    /// How it is named at the prompt.
    package var number: Int
    /// `running`, `stopped`, `ended`, `failed`; `defined` for what has no probes.
    package var state: String
    /// Whether it has probes.
    package var hasProbes: Bool
    /// The events that there were.
    package var hits: UInt64
    /// Those of them that were lost.
    package var losses: UInt64
    /// The first line of its text.
    package var title: String
}
