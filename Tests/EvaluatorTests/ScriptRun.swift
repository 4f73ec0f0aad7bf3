// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import IR
import Semantics
import Syntax

@testable import Evaluator

/// What a script did: its output, its lines on standard error, and whether it succeeded.
struct ScriptOutcome: Equatable {
    var output: String
    var errors: [String]
    var status: Int32
}

/// How a script is run in a test.
struct ScriptSettings {
    var limits = Limits()
    var facts = SessionFacts()
    var host = TestHost()
    var arguments: [ByteString] = []
}

/// Runs the user-space probes of a script through all rooms, with the library's files: begin probes by sequence, then
/// end or error probes, then the display of globals.
func evaluate(_ script: String, _ settings: ScriptSettings = ScriptSettings()) -> ScriptOutcome {
    let (program, errors) = translate(script, settings)
    guard let program else { return ScriptOutcome(output: "", errors: errors, status: 1) }
    if let problem = program.startProblem {
        return ScriptOutcome(output: "", errors: ["WARNING: \(problem)"], status: 1)
    }
    return run(program, settings)
}

/// A script as the IR; nil with the errors.
func translate(_ script: String, _ settings: ScriptSettings = ScriptSettings()) -> (IRProgram?, [String]) {
    let environment = PreprocessorEnvironment(kernelRelease: "6.12.0", guruMode: true)
    let options = ParseOptions(
        environment: environment, scriptArguments: settings.arguments, libraryMacros: TapsetFiles.macros)
    let parsed = parse(SourceFile(name: "<input>", text: script), options: options)
    guard !parsed.hasErrors else { return (nil, parsed.diagnostics.map(\.message)) }
    var analysis = AnalysisOptions()
    analysis.guruMode = true
    let checked = analyze(user: [parsed.file], library: TapsetFiles.parsed, catalog: TestCatalog(), options: analysis)
    guard let program = checked.program else { return (nil, checked.diagnostics.map(describe)) }
    let lowered = lower(program, options: LoweringOptions(limits: settings.limits, target: settings.facts.targetPid))
    return lowered.diagnostics.isEmpty ? (lowered.program, []) : (nil, lowered.diagnostics.map(describe))
}

private func describe(_ diagnostic: Diagnostic) -> String {
    ([diagnostic.message] + diagnostic.tokens.map(\.described) + diagnostic.chain.map(describe))
        .joined(separator: " | ")
}

private func run(_ program: IRProgram, _ settings: ScriptSettings) -> ScriptOutcome {
    let evaluator = Evaluator(program: program, host: settings.host, session: settings.facts)
    func probes(_ sequence: (ProbeEvent) -> Int64?) -> [(handler: Int, sequence: Int64)] {
        program.probes.compactMap { probe in sequence(probe.event).map { (probe.index, $0) } }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    }
    var last = SessionRequest.proceed
    for (handler, _) in probes({ if case .begin(let number) = $0 { number } else { nil } }) where last == .proceed {
        last = evaluator.run(handler: handler, record: nil)
    }
    let hasFailed = last == .failed
    let final = probes { event in
        switch event {
        case .end(let number): hasFailed ? nil : number
        case .error(let number): hasFailed ? number : nil
        default: nil
        }
    }
    var status: Int32 = hasFailed ? 1 : 0
    // The display of globals is an end probe of its own, the last of those with the number 0.
    var isDisplayDue = !hasFailed
    for (handler, sequence) in final {
        if sequence > 0, isDisplayDue {
            evaluator.displayGlobals()
            isDisplayDue = false
        }
        if evaluator.run(handler: handler, record: nil) == .failed { status = 1 }
    }
    if isDisplayDue { evaluator.displayGlobals() }
    var errors = evaluator.takeMessages().map { message in
        switch message {
        case .warning(let text), .error(let text): text
        }
    }
    if let counts = evaluator.countsWarning { errors.append(counts) }
    return ScriptOutcome(output: evaluator.text, errors: errors, status: status)
}

/// The library as it is in the repository, but for the socket tapset, which has tests of its own.
enum TapsetFiles {
    static let names = [
        "ansi", "arguments", "backtrace", "clock", "command-line", "context", "control", "device", "endian", "errno",
        "guru", "indent", "json", "kernel-memory", "load-average", "mib", "namespace", "net", "paths", "process-memory",
        "prometheus", "queue-stats", "registers", "signal-names", "speculation", "task", "task-limits", "task-lookup",
        "task-time", "tcp", "time", "user-memory", "wide-memory",
    ]

    static let parsed: [ParsedFile] = names.map { name in
        let source = file("\(name).stp")
        let result = parse(source, options: ParseOptions(environment: environment))
        precondition(!result.hasErrors, "\(source.name): \(result.diagnostics.map(\.message))")
        return result.file
    }

    /// The macros of the library.
    static let macros: MacroLibrary = {
        var library = MacroLibrary()
        for name in ["macros", "statistics"] {
            let problems = library.add(file("\(name).stpm"), options: ParseOptions(environment: environment))
            precondition(problems.isEmpty, "\(name).stpm: \(problems.map(\.message))")
        }
        return library
    }()

    private static var environment: PreprocessorEnvironment {
        PreprocessorEnvironment(kernelRelease: "6.12.0", guruMode: true)
    }

    private static func file(_ name: String) -> SourceFile {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let path = "\(root)/tapsets/\(name)"
        var bytes: [UInt8] = []
        if let file = fopen(path, "r") {
            var byte = fgetc(file)
            while byte >= 0 {
                bytes.append(UInt8(byte))
                byte = fgetc(file)
            }
            fclose(file)
        }
        precondition(!bytes.isEmpty, "cannot read \(path)")
        return SourceFile(name: path, bytes: bytes, role: .shipped)
    }
}
