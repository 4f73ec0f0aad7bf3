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
    /// Where the messages of all passes go.
    var messages: MessageWriter
    private var library: [ParsedFile] = []
    private var tapsets: TapsetLibrary!
    private let stopwatch: PassTimer

    /// A compiler with messages and a catalogue of its own, or with those that others use, too.
    init(_ options: SessionOptions, messages: MessageWriter? = nil, catalog: LazyCatalog? = nil) {
        self.options = options
        self.catalog = catalog ?? LazyCatalog(target: Self.target(options))
        self.messages = messages ?? MessageWriter(options)
        stopwatch = PassTimer()
    }

    /// What `process` without a path is about.
    private static func target(_ options: SessionOptions) -> SessionTarget {
        if let pid = options.targetPid { return .process(Int32(clamping: pid)) }
        guard let command = options.command else { return .none }
        return .command(command.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" }).map(String.init))
    }

    // MARK: - Pass 1

    /// What the user gives the compiler to read.
    struct Input {
        /// Scripts.
        var files: [SourceFile] = []
        /// Macros that all scripts know.
        var macros: [SourceFile] = []
        /// Statements without a probe around them.
        var statements: SourceFile?
        /// What is wrong with files that could not be read.
        var problems: [Diagnostic] = []
    }

    /// Parses the user's scripts and the tapset files that they can need.
    func parseAll() throws -> [ParsedFile] {
        let input = ScriptInput(options)
        return try read(Input(files: input.files, problems: input.problems))
    }

    /// Parses what the user gives, statements last, and the tapset files that it can need.
    func read(_ input: Input) throws -> [ParsedFile] {
        stopwatch.start()
        if tapsets == nil { tapsets = try TapsetLibrary(directories: options.includeDirectories) }
        var texts = (input.files + input.macros).map(\.bytes) + options.scriptArguments.map { Array($0.utf8) }
        if let statements = input.statements { texts.append(statements.bytes) }
        if case .list(let pattern, _) = options.mode { texts.append(Array(pattern.utf8)) }
        if case .dump = options.mode { texts.append(Array("*.*".utf8)) }
        var parseOptions = ParseOptions(environment: environment())
        var diagnostics = input.problems
        parseOptions.scriptArguments = options.scriptArguments.map { ByteString($0) }
        var used: Set<Int> = []
        library = parseLibrary(tapsets.files(neededBy: texts), &parseOptions, &diagnostics, &used)
        for macros in input.macros { diagnostics += parseOptions.libraryMacros.add(macros, options: parseOptions) }
        // The tapset of argv mentions all arguments, which only counts for a script that looks at them there.
        if !input.files.contains(where: { TapsetIndex.mentions(["argc", "argv"], in: $0.bytes) }) { used = [] }
        var files: [ParsedFile] = []
        for source in input.files {
            let result = parse(source, options: parseOptions)
            diagnostics += result.diagnostics
            used.formUnion(result.usedArguments)
            files.append(result.file)
        }
        if let statements = input.statements {
            let result = parseStatements(statements, options: parseOptions)
            diagnostics += result.diagnostics
            files.append(result.file)
        }
        if diagnostics.allSatisfy({ $0.kind == .warning }) {
            diagnostics += unusedArgumentWarnings(count: parseOptions.scriptArguments.count, used: used)
        }
        messages.show(diagnostics)
        let errors = diagnostics.count { $0.kind != .warning }
        if errors > 0 {
            messages.fail(
                DiagnosticRenderer.parseErrorTrailer(count: errors) + "Pass 1: parse failed.  [man error::pass1]")
            throw Failed()
        }
        reportPass(1, "parsed user script and \(library.count) library script\(library.count == 1 ? "" : "s")")
        return files
    }

    /// Parses tapset files; the options then hold their macros.
    private func parseLibrary(
        _ sources: [SourceFile], _ parseOptions: inout ParseOptions, _ diagnostics: inout [Diagnostic],
        _ used: inout Set<Int>
    ) -> [ParsedFile] {
        diagnostics += parseOptions.libraryMacros.add(limitMacros(), options: parseOptions)
        for macros in sources where macros.name.hasSuffix(".stpm") {
            diagnostics += parseOptions.libraryMacros.add(macros, options: parseOptions)
        }
        return sources.filter { !$0.name.hasSuffix(".stpm") }.map { source in
            let result = parse(source, options: parseOptions)
            diagnostics += result.diagnostics
            used.formUnion(result.usedArguments)
            return result.file
        }
    }

    /// The macros that tell a script the limits that it runs with.
    private func limitMacros() -> SourceFile {
        let limits = try? Settings.limits(options.defines, suppressTimeLimits: options.suppressesTimeLimits)
        let length = (limits ?? Limits()).maxStringLength
        return SourceFile(name: "limits.stpm", text: "@define MAXSTRINGLEN %( \(length) %)", role: .shipped)
    }

    /// Parses the whole library, so that an error can suggest all names; false when that was done already.
    private func loadWholeLibrary() -> Bool {
        var parseOptions = ParseOptions(environment: environment())
        parseOptions.scriptArguments = options.scriptArguments.map { ByteString($0) }
        var diagnostics: [Diagnostic] = []
        var used: Set<Int> = []
        let whole = parseLibrary(tapsets.files, &parseOptions, &diagnostics, &used)
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

    // MARK: - Pass 2

    /// Checks the program.
    func analyzeAll(_ files: [ParsedFile]) throws -> CheckedProgram {
        try analyzeAll(files, options: try analysisOptions())
    }

    /// Checks the program as its options say.
    func analyzeAll(_ files: [ParsedFile], options analysis: AnalysisOptions) throws -> CheckedProgram {
        stopwatch.start()
        catalog.wasAsked = false
        var result = analyze(user: files, library: library, catalog: catalog, options: analysis)
        if result.program == nil, !(catalog.wasAsked && catalog.failure != nil), loadWholeLibrary() {
            result = analyze(user: files, library: library, catalog: catalog, options: analysis)
        }
        if catalog.wasAsked, let failure = catalog.failure, result.program == nil { throw SessionError("\(failure)") }
        messages.show(result.warnings + result.diagnostics)
        let patterns = result.program.map { regexErrors(in: $0) } ?? []
        messages.show(patterns)
        let counts = [
            (result.program?.probes.count ?? 0, "probe"), (result.program?.functions.count ?? 0, "function"),
            (0, "embed"), (result.program?.globals.count ?? 0, "global"),
        ].map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
        guard let program = result.program, patterns.isEmpty else {
            if options.keepsGoing { messages.catalogue(result.diagnostics + patterns) }
            messages.fail("Pass 2: analysis failed.  [man error::pass2]")
            throw Failed()
        }
        reportPass(2, "analyzed script: \(counts.joined(separator: ", "))")
        messages.showSuppressed()
        try messages.failOnWarnings()
        return program
    }

    func analysisOptions() throws -> AnalysisOptions {
        var analysis = AnalysisOptions()
        analysis.guruMode = options.guruMode
        analysis.unoptimized = options.unoptimized
        analysis.displaysGlobals = !options.hidesGlobals
        analysis.initialValues = try Settings.initialValues(options.globals)
        analysis.ticksPerSecond = Int64(facts.ticksPerSecond)
        analysis.checksVersion = options.checksVersion
        analysis.keepsGoing = options.keepsGoing
        analysis.skipBadVariables = options.skipsBadVariables
        return analysis
    }

    /// The lines of `-l` and `-L`.
    func list(_ pattern: String, withVariables: Bool) throws -> [String] {
        let files = try parseAll()
        let lines = listProbePoints(
            pattern, user: files, library: library, catalog: catalog, options: try analysisOptions(),
            withVariables: withVariables)
        if let failure = catalog.failure, lines.isEmpty { throw SessionError("\(failure)") }
        return lines
    }

    /// The lines of `--dump-probe-types`, `--dump-probe-aliases` or `--dump-functions`.
    func dump(_ what: LibraryDump) throws -> [String] {
        let files = try parseAll()
        switch what {
        case .probeTypes: return listProbeTypes()
        case .probeAliases: return listProbeAliases(user: files, library: library, withInternal: options.verbosity > 0)
        case .functions:
            return listFunctions(
                user: files, library: library, catalog: catalog, options: try analysisOptions(),
                withInternal: options.verbosity > 0)
        }
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
        reportPass(3, "lowered \(result.program.handlers.count) handlers")
        return result.program
    }

    /// Says what a pass did since `startPass`, where that pass is verbose.
    func reportPass(_ pass: Int, _ text: String) {
        if options.verbosity(ofPass: pass) > 0 { stopwatch.report("Pass \(pass): \(text)") }
    }

    /// Starts the clock of a pass.
    func startPass() { stopwatch.start() }
}

/// Measures a pass for `-v`.
final class PassTimer {
    private var started = timespec()

    func start() { clock_gettime(CLOCK_MONOTONIC, &started) }

    /// Prints `TEXT using …kb in …ms.` to standard error.
    func report(_ text: String) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = (now.tv_sec - started.tv_sec) * 1_000_000 + (now.tv_nsec - started.tv_nsec) / 1000
        let fraction = String(1000 + microseconds % 1000).dropFirst()
        writeError("\(text) using \(swtap_peak_memory())kb in \(microseconds / 1000).\(fraction)ms.\n")
    }
}
