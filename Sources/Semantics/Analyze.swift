// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// How a script is analysed.
public struct AnalysisOptions: Sendable {
    /// `-g`.
    public var guruMode = false
    /// `-u`: nothing is elided.
    public var unoptimized = false
    /// `--skip-badvars`: targets that cannot be resolved are 0, with a warning.
    public var skipBadVariables = false
    /// Off with `--no-global-var-display`: written-only globals are then elided.
    public var displaysGlobals = true
    /// `-G name=value`: the initial values of scalar globals, as text.
    public var initialValues: [(name: String, value: ByteString)] = []
    /// The types that globals of the user have from programs before, by name: they hold values of them.
    public var knownGlobals: [(name: String, keyTypes: [ValueType], valueType: ValueType)] = []
    /// The kernel's HZ, for `timer.jiffies`.
    public var ticksPerSecond: Int64 = 250

    /// `--check-version`: warns of code that reads otherwise under another `systemtap_v`.
    public var checksVersion = false
    /// `--semantic-keep-going`: later stages look for errors too.
    public var keepsGoing = false

    /// Creates the defaults.
    public init() {}
}

/// What pass 2 found.
public struct AnalysisResult {
    /// The program; nil when there are errors.
    public var program: CheckedProgram?
    /// The errors in order.
    public var diagnostics: [Diagnostic]
    /// The warnings in order, also when there are errors.
    public var warnings: [Diagnostic]
}

/// Checks a script against the tapsets and the running kernel: pass 2. Library files that the script does not need
/// take no part. Never throws: what is wrong is in the result.
public func analyze(
    user: [ParsedFile], library: [ParsedFile], catalog: any ProbeCatalog, options: AnalysisOptions = AnalysisOptions()
) -> AnalysisResult {
    let analyzer = Analyzer(user: user, library: library, catalog: catalog, options: options)
    return analyzer.run()
}
