// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// What there is to be named at the prompt, for completion and help. Messages of the listing are not shown.
extension LiveSession {
    /// The probe points that match a pattern; with variables as `-L` shows them.
    package func probePoints(matching pattern: String, withVariables: Bool) -> [String] {
        let lister = lister(.list(pattern: pattern, withVariables: withVariables))
        return (try? lister.list(pattern, withVariables: withVariables)) ?? []
    }

    /// The functions of the library as `--dump-functions` shows them.
    package func libraryFunctions() -> [String] { (try? lister(.dump(.functions)).dump(.functions)) ?? [] }

    /// How probe points can begin: the first components of all aliases and families.
    package func firstComponents() -> [String] {
        let aliases = (try? lister(.dump(.probeAliases)).dump(.probeAliases)) ?? []
        let names = (aliases + listProbeTypes()).map { line in
            String(line.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        }
        return Set(names.filter { !$0.isEmpty && !$0.hasPrefix("_") }).sorted()
    }

    private func lister(_ mode: SessionMode) -> Compiler {
        var options = options
        options.mode = mode
        options.additionalScripts = pieces.filter { !$0.aliases.isEmpty }.map {
            String(decoding: $0.source.bytes, as: UTF8.self)
        }
        let lister = Compiler(options, catalog: compiler.catalog)
        lister.messages = MessageWriter(options) { _ in }
        return lister
    }
}
