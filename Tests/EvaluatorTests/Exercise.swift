// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

@testable import Evaluator

/// How far an input of the fuzzer came.
enum ExerciseResult: Int, CaseIterable {
    case unparsed, unchecked, unlowered, ran
}

/// Takes any bytes through all rooms as a script, with everything that is printed on the way, and runs its begin, end
/// and error probes within small limits. What must never happen stops the process, as a trap does.
@discardableResult
func exercise(_ bytes: [UInt8]) -> ExerciseResult {
    var renderer = DiagnosticRenderer()
    func show(_ diagnostics: [Diagnostic]) { for diagnostic in diagnostics { _ = renderer.renderBytes(diagnostic) } }
    let environment = PreprocessorEnvironment(kernelRelease: "6.12.0", guruMode: true)
    let options = ParseOptions(
        environment: environment, scriptArguments: ["1", "two"], libraryMacros: TapsetFiles.macros)
    let parsed = parse(SourceFile(name: "<input>", bytes: bytes), options: options)
    show(parsed.diagnostics)
    guard !parsed.hasErrors else { return .unparsed }
    _ = SourcePrinter.text(of: parsed.file)
    var analysis = AnalysisOptions()
    analysis.guruMode = true
    let checked = analyze(user: [parsed.file], library: TapsetFiles.parsed, catalog: TestCatalog(), options: analysis)
    show(checked.warnings + checked.diagnostics)
    guard let program = checked.program else {
        precondition(!checked.diagnostics.isEmpty, "refused without a message")
        return .unchecked
    }
    _ = dumpPass2(program, verbose: true)
    var limits = Limits()
    limits.maxActionInterruptible = 3000
    limits.maxMapEntries = 100
    limits.maxStringLength = 128
    limits.maxErrors = 3
    let lowered = lower(program, options: LoweringOptions(limits: limits, target: 0))
    show(lowered.diagnostics)
    guard lowered.diagnostics.isEmpty else { return .unlowered }
    let faults = validate(lowered.program)
    precondition(faults.isEmpty, "invalid IR: \(faults)")
    _ = dump(lowered.program)
    run(lowered.program)
    return .ran
}

private func run(_ program: IRProgram) {
    let evaluator = Evaluator(program: program, host: TestHost(), session: SessionFacts())
    for probe in program.probes {
        switch probe.event {
        case .begin, .end, .error: _ = evaluator.run(handler: probe.index, record: nil)
        default: break
        }
    }
    evaluator.displayGlobals()
    _ = evaluator.takeMessages()
    precondition(evaluator.output.count < 1 << 28, "printed without bounds")
}
