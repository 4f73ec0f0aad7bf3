// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc
import IR
import Kernel
import Semantics
import Syntax

/// Passes 1 to 3: from the script's text to the lowered program, with the messages on the way.
final class Compiler {
    /// Thrown when a pass failed and has said why.
    struct Failed: Error {}

    let options: SessionOptions
    let facts = SystemFacts()
    let catalog: LazyCatalog
    let messages: MessageWriter
    private var library: [ParsedFile] = []
    private var tapsets: TapsetLibrary!
    private let stopwatch: PassTimer

    init(_ options: SessionOptions) {
        self.options = options
        catalog = LazyCatalog(target: Self.target(options))
        messages = MessageWriter(options)
        stopwatch = PassTimer(isShown: options.verbosity > 0)
    }

    /// What `process` without a path is about.
    private static func target(_ options: SessionOptions) -> SessionTarget {
        if let pid = options.targetPid { return .process(Int32(clamping: pid)) }
        guard let command = options.command else { return .none }
        return .command(command.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" }).map(String.init))
    }

    // MARK: - Pass 1

    /// Parses the user's scripts and the tapset files that they can need.
    func parseAll() throws -> [ParsedFile] {
        stopwatch.start()
        let input = ScriptInput(options)
        tapsets = try TapsetLibrary(directories: options.includeDirectories)
        var texts = input.files.map(\.bytes) + options.scriptArguments.map { Array($0.utf8) }
        if case .list(let pattern, _) = options.mode { texts.append(Array(pattern.utf8)) }
        var parseOptions = ParseOptions(environment: environment())
        var diagnostics = input.problems
        library = parseLibrary(tapsets.files(neededBy: texts), &parseOptions, &diagnostics)
        parseOptions.scriptArguments = options.scriptArguments.map { ByteString($0) }
        var used: Set<Int> = []
        var files: [ParsedFile] = []
        for source in input.files {
            let result = parse(source, options: parseOptions)
            diagnostics += result.diagnostics
            used.formUnion(result.usedArguments)
            files.append(result.file)
        }
        if diagnostics.allSatisfy({ $0.kind == .warning }) {
            diagnostics += unusedArguments(parseOptions.scriptArguments, used: used)
        }
        messages.show(diagnostics)
        let errors = diagnostics.count { $0.kind != .warning }
        if errors > 0 {
            messages.fail(
                DiagnosticRenderer.parseErrorTrailer(count: errors) + "Pass 1: parse failed.  [man error::pass1]")
            throw Failed()
        }
        stopwatch.report("Pass 1: parsed user script and \(library.count) library scripts")
        return files
    }

    /// Parses tapset files; the options then hold their macros.
    private func parseLibrary(
        _ sources: [SourceFile], _ parseOptions: inout ParseOptions, _ diagnostics: inout [Diagnostic]
    ) -> [ParsedFile] {
        for macros in sources where macros.name.hasSuffix(".stpm") {
            diagnostics += parseOptions.libraryMacros.add(macros, options: parseOptions)
        }
        return sources.filter { !$0.name.hasSuffix(".stpm") }.map { source in
            let result = parse(source, options: parseOptions)
            diagnostics += result.diagnostics
            return result.file
        }
    }

    /// Parses the whole library, so that an error can suggest all names; false when that was done already.
    private func loadWholeLibrary() -> Bool {
        var parseOptions = ParseOptions(environment: environment())
        var diagnostics: [Diagnostic] = []
        let whole = parseLibrary(tapsets.files, &parseOptions, &diagnostics)
        guard whole.count > library.count else { return false }
        library = whole
        return true
    }

    private func environment() -> PreprocessorEnvironment {
        let facts = UncheckedFacts(facts: facts)
        var environment = PreprocessorEnvironment(kernelRelease: facts.facts.release) { facts.facts.configuration[$0] }
        environment.architecture = facts.facts.architecture
        environment.guruMode = options.guruMode
        if let compatible = options.compatible { environment.systemtapVersion = compatible }
        return environment
    }

    /// The preprocessor asks on the one thread that everything here runs on.
    private struct UncheckedFacts: @unchecked Sendable {
        let facts: SystemFacts
    }

    private func unusedArguments(_ arguments: [ByteString], used: Set<Int>) -> [Diagnostic] {
        arguments.indices.filter { !used.contains($0 + 1) }.map {
            Diagnostic(.warning, "unused command line option $\($0 + 1)/@\($0 + 1)")
        }
    }

    // MARK: - Pass 2

    /// Checks the program.
    func analyzeAll(_ files: [ParsedFile]) throws -> CheckedProgram {
        stopwatch.start()
        var analysis = AnalysisOptions()
        analysis.guruMode = options.guruMode
        analysis.skipBadVariables = options.skipsBadVariables
        analysis.unoptimized = options.unoptimized
        analysis.displaysGlobals = !options.hidesGlobals
        analysis.initialValues = try Settings.initialValues(options.globals)
        analysis.ticksPerSecond = Int64(facts.ticksPerSecond)
        var result = analyze(user: files, library: library, catalog: catalog, options: analysis)
        if result.program == nil, catalog.failure == nil, loadWholeLibrary() {
            result = analyze(user: files, library: library, catalog: catalog, options: analysis)
        }
        if let failure = catalog.failure, result.program == nil { throw SessionError("\(failure)") }
        messages.show(result.warnings + result.diagnostics)
        let patterns = result.program.map { regexErrors(in: $0) } ?? []
        messages.show(patterns)
        guard let program = result.program, patterns.isEmpty else {
            messages.fail("Pass 2: analysis failed.  [man error::pass2]")
            throw Failed()
        }
        try messages.failOnWarnings()
        let counts = (program.probes.count, program.functions.count, program.globals.count)
        stopwatch.report(
            "Pass 2: analyzed script: \(counts.0) probe\(plural(counts.0)), \(counts.1) function\(plural(counts.1)), "
                + "0 embeds, \(counts.2) global\(plural(counts.2))")
        return program
    }

    private func plural(_ count: Int) -> String { count == 1 ? "" : "s" }

    /// The lines of `-l` and `-L`.
    func list(_ pattern: String, withVariables: Bool) throws -> [String] {
        let files = try parseAll()
        let lines = listProbePoints(
            pattern, user: files, library: library, catalog: catalog, withVariables: withVariables)
        if let failure = catalog.failure, lines.isEmpty { throw SessionError("\(failure)") }
        return lines
    }

    // MARK: - Pass 3

    /// Lowers the program and plans its captures; `target` is the pid that `target()` answers.
    func lowerAll(_ program: CheckedProgram, target: Int64) throws -> IRProgram {
        stopwatch.start()
        let limits = try Settings.limits(options.defines, suppressTimeLimits: options.suppressesTimeLimits)
        let result = lower(program, options: LoweringOptions(limits: limits, target: target))
        guard result.diagnostics.isEmpty else {
            messages.show(result.diagnostics)
            messages.fail("Pass 3: lowering failed.")
            throw Failed()
        }
        stopwatch.report("Pass 3: lowered \(result.program.handlers.count) handlers")
        return result.program
    }

    /// Reports the time since the last pass.
    func reportPass(_ text: String) { stopwatch.report(text) }

    /// Starts the clock of a pass.
    func startPass() { stopwatch.start() }
}

/// Measures a pass for `-v`.
final class PassTimer {
    private let isShown: Bool
    private var started = timespec()

    init(isShown: Bool) { self.isShown = isShown }

    func start() { clock_gettime(CLOCK_MONOTONIC, &started) }

    /// Prints `TEXT using …kb in …ms.` to standard error.
    func report(_ text: String) {
        guard isShown else { return }
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = (now.tv_sec - started.tv_sec) * 1_000_000 + (now.tv_nsec - started.tv_nsec) / 1000
        let fraction = String(1000 + microseconds % 1000).dropFirst()
        writeError("\(text) using \(swtap_peak_memory())kb in \(microseconds / 1000).\(fraction)ms.\n")
    }
}
