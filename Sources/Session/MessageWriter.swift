// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Syntax

/// Shows the diagnostics of all passes on standard error, and keeps count of the warnings for `-W`.
final class MessageWriter {
    private let options: SessionOptions
    private var renderer: DiagnosticRenderer
    private var warnings = 0
    private let write: ([UInt8]) -> Void
    /// With `--json`: messages are objects in the output instead.
    var json: JSONStream?
    /// The messages of the diagnostics that were no warnings, with their causes.
    private(set) var errors: [Diagnostic] = []
    /// Whether a diagnostic is shown at all.
    var shows: (Diagnostic) -> Bool = { _ in true }
    /// Whether the lines that only say which pass has failed are left out.
    var isBrief = false

    /// Writes by `write`; to standard error by default.
    init(_ options: SessionOptions, write: @escaping ([UInt8]) -> Void = writeErrorBytes) {
        self.options = options
        self.write = write
        let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? false
        let isColored = options.color ?? (isatty(STDERR_FILENO) == 1 && !isDumb)
        renderer = DiagnosticRenderer(
            colors: isColored ? ColorScheme(environment: getenv("SYSTEMTAP_COLORS").map { String(cString: $0) }) : nil,
            showsDuplicates: options.verbosity > 0 || options.keepsGoing)
    }

    /// Shows diagnostics, warnings unless `-w`.
    func show(_ diagnostics: [Diagnostic]) {
        var text: [UInt8] = []
        for diagnostic in diagnostics where shows(diagnostic) {
            if diagnostic.kind == .warning {
                warnings += 1
                if options.suppressWarnings { continue }
            } else {
                errors.append(diagnostic)
            }
            if let json { json.diagnostic(diagnostic) } else { text += renderer.renderBytes(diagnostic) }
        }
        if !text.isEmpty { write(text) }
    }

    /// Shows a message that has no place in a script: `ERROR: …`, `WARNING: …` or another line.
    func say(_ line: String) {
        if let json { json.message(line) } else { write(Array((line + "\n").utf8)) }
    }

    /// Shows a final line, then how many similar messages were held back.
    func fail(_ text: String) {
        if !isBrief { say(text) }
        showSuppressed()
    }

    /// Shows text of many lines as it is, also with `--json`.
    func show(text: String) { write(Array(text.utf8)) }

    /// Shows how many similar messages were held back since the last time.
    func showSuppressed() {
        let summary = renderer.suppressionSummary()
        if !summary.isEmpty { write(Array(summary.utf8)) }
    }

    /// The errors for programs to read: one line for each and for each of its causes, its parts separated by tabs.
    func catalogue(_ diagnostics: [Diagnostic]) {
        let errors = diagnostics.filter { $0.kind != .warning }
        let text = "SEMANTIC_ERRORS: \(errors.count)\n" + errors.map(lines).joined() + "SEMANTIC_ERRORS_END\n"
        write(Array(text.utf8))
    }

    private func lines(_ diagnostic: Diagnostic) -> String {
        var place = "-\t0\t0\t-"
        if let token = diagnostic.tokens.first {
            let location = token.location
            place = "\(location.file.name)\t\(location.line)\t\(location.column)\t"
            place += onOneLine(token.content.description)
        }
        return "SEMANTIC_ERROR\t\(place)\t\(onOneLine(diagnostic.message))\n" + diagnostic.chain.map(lines).joined()
    }

    private func onOneLine(_ text: String) -> String {
        text.isEmpty ? "-" : String(text.map { $0 == "\t" || $0.isNewline ? " " : $0 })
    }

    /// With `-W`, any warning so far ends the session.
    func failOnWarnings() throws {
        guard options.warningsAreErrors, warnings > 0 else { return }
        fail("Pass 2: analysis failed: \(warnings) warning\(warnings == 1 ? "" : "s") treated as error (-W).")
        throw Compiler.Failed()
    }
}
