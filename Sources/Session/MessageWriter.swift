// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Syntax

/// Shows the diagnostics of all passes on standard error, and keeps count of the warnings for `-W`.
final class MessageWriter {
    private let options: SessionOptions
    private var renderer: DiagnosticRenderer
    private var warnings = 0

    init(_ options: SessionOptions) {
        self.options = options
        let isColored = options.color ?? (isatty(STDERR_FILENO) == 1)
        renderer = DiagnosticRenderer(
            colors: isColored ? ColorScheme(environment: getenv("SYSTEMTAP_COLORS").map { String(cString: $0) }) : nil,
            showsDuplicates: options.verbosity > 0)
    }

    /// Shows diagnostics, warnings unless `-w`.
    func show(_ diagnostics: [Diagnostic]) {
        var text: [UInt8] = []
        for diagnostic in diagnostics {
            if diagnostic.kind == .warning {
                warnings += 1
                if options.suppressWarnings { continue }
            }
            text += renderer.renderBytes(diagnostic)
        }
        text.withUnsafeBytes { _ = writeAll(STDERR_FILENO, $0) }
    }

    /// Shows how many similar messages were held back, then a final line.
    func fail(_ text: String) {
        writeError(renderer.suppressionSummary() + text + "\n")
    }

    /// With `-W`, any warning so far ends the session.
    func failOnWarnings() throws {
        guard options.warningsAreErrors, warnings > 0 else { return }
        fail("Pass 2: analysis failed: \(warnings) warning\(warnings == 1 ? "" : "s") treated as error (-W).")
        throw Compiler.Failed()
    }
}
