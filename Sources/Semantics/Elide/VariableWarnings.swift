// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Warnings about variables that the user reads and nobody assigns: mostly misspelt names.
struct VariableWarnings {
    private let analyzer: Analyzer
    private let usage: Usage

    init(_ analyzer: Analyzer, _ usage: Usage) {
        self.analyzer = analyzer
        self.usage = usage
    }

    /// Warns of locals and globals that are read and never assigned.
    func warnNeverAssigned() {
        for global in analyzer.symbols.globals where global.isUsers && global.reads > 0 && global.writes == 0 {
            if global.initial == nil {
                analyzer.warnUser("never-assigned global variable '\(global.name)'", global.token)
            }
        }
        for body in usage.bodies {
            for local in body.locals
            where local.reads > 0 && local.writes == 0 && !local.isParameter && !local.isGenerated && local.isUsers {
                let others = body.locals.filter { $0.writes > 0 && !$0.isGenerated }.map(\.name)
                let names = others + analyzer.symbols.globalNames
                let similar = similarSuffix(similarNames(to: local.name, among: names))
                analyzer.warnUser("never-assigned local variable '\(local.name)'\(similar)", local.token)
            }
        }
    }
}
