// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax
import Testing

@testable import IR

/// Lowers made-up handlers with and without passes and captures, and runs both against made-up kernels.
private func compare(seeds: Range<UInt64>, isReturn: Bool) throws {
    var judged = 0
    var filtered = 0
    for seed in seeds {
        var generator = ScriptGenerator(seed: seed, isReturn: isReturn)
        let script = generator.script()
        let analysis = try checked(script)
        guard let probe = analysis.probes.first, probe.event.isKernel else { continue }
        let planned = lower(analysis, options: LoweringOptions(target: 42))
        // An address that the kernel cannot know: refused, as it should be.
        if !planned.diagnostics.isEmpty { continue }
        let tables = ProgramTables(limits: Limits())
        let plain = UnitLowering(
            name: "plain", checked: analysis, tables: tables, traits: FunctionTraits(analysis), target: 42,
            captured: probe)
        tables.program = planned.program
        plain.lowerHandler(probe)
        let plan = try #require(planned.program.captures[0])
        for kernelSeed in 0..<UInt64(12) {
            let kernel = SimulatedKernel(seed: kernelSeed &* 77 &+ seed, faults: kernelSeed % 3 == 2)
            var before = Simulation(program: tables.program, kernel: kernel, plan: nil)
            var after = Simulation(program: planned.program, kernel: kernel, plan: plan)
            let expected = before.run(plain.unit)
            let found = after.run(planned.program.handlers[0])
            // A read that is not used may be dropped, with its fault: then the rest cannot be compared.
            if expected.isEndless || found.isEndless || expected.failed { continue }
            judged += 1
            #expect(expected == found, "seed \(seed), kernel \(kernelSeed):\n\(script)\n\(dump(planned.program))")
            if let filter = plan.filter, after.value(filter, plan, atEntry: false).map({ $0 != 0 }) == true {
                filtered += 1
                let hasEffect = !expected.output.isEmpty || expected.globals.contains { $0 != 1 }
                #expect(
                    !hasEffect, "filtered, seed \(seed), kernel \(kernelSeed):\n\(script)\n\(dump(planned.program))")
            }
            if expected != found { return }
        }
    }
    // Both must really have been looked at.
    #expect(judged > 200)
    #expect(filtered > 0)
}

private func checked(_ script: String) throws -> CheckedProgram {
    let source = SourceFile(name: "made-up", text: script)
    let environment = PreprocessorEnvironment(kernelRelease: "6.12.0")
    let parsed = parse(source, options: ParseOptions(environment: environment))
    let analysis = analyze(user: [parsed.file], library: [], catalog: SmallKernel())
    return try #require(analysis.program, "\(analysis.diagnostics.map(\.message)) in\n\(script)")
}

@Test func capturedHandlersDoWhatTheScriptSays() throws {
    try compare(seeds: 1..<250, isReturn: false)
}

@Test func capturedReturnsDoWhatTheScriptSays() throws {
    try compare(seeds: 1000..<1250, isReturn: true)
}
