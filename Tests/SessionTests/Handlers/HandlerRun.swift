// SPDX-License-Identifier: GPL-3.0-or-later
import Evaluator
import Glibc
import IR
import Kernel
import Semantics
import Session
import Syntax

/// What a script with probes of `sys_enter` did to some events: printed lines and messages.
struct HandlerOutcome: Equatable {
    var output: String
    var messages: [String]
    /// The probes whose handlers ran in the kernel; not compared.
    var inKernel: Set<Int> = []

    static func == (left: HandlerOutcome, right: HandlerOutcome) -> Bool {
        left.output == right.output && left.messages == right.messages
    }
}

/// Runs the probes of a script on events that are made up, by BPF_PROG_TEST_RUN: nothing is attached.
struct HandlerRun {
    struct Problem: Error { var text: String }

    nonisolated(unsafe) static let catalog: KernelCatalog? = try? KernelCatalog()
    static let isPossible: Bool = {
        do {
            try Preflight.check()
            return catalog != nil && geteuid() == 0
        } catch {
            print("SKIPPED: tests that run handlers in the kernel: \(error)")
            return false
        }
    }()

    /// The script as the IR.
    static func program(_ script: String, maxErrors: Int = 0) throws -> IRProgram {
        guard let catalog else { throw Problem(text: "no BTF") }
        let environment = PreprocessorEnvironment(kernelRelease: "6.12.0", guruMode: true)
        let parsed = parse(
            SourceFile(name: "<input>", text: script), options: ParseOptions(environment: environment))
        guard !parsed.hasErrors else { throw Problem(text: parsed.diagnostics.map(\.message).joined(separator: "; ")) }
        var analysis = AnalysisOptions()
        analysis.guruMode = true
        let checked = analyze(user: [parsed.file], library: [], catalog: catalog, options: analysis)
        guard let program = checked.program else {
            throw Problem(text: checked.diagnostics.map(\.message).joined(separator: "; "))
        }
        var limits = Limits()
        limits.maxErrors = maxErrors
        let lowered = lower(program, options: LoweringOptions(limits: limits, target: 0))
        guard lowered.diagnostics.isEmpty else {
            throw Problem(text: lowered.diagnostics.map(\.message).joined(separator: "; "))
        }
        return lowered.program
    }

    /// Runs events, each the arguments of one `sys_enter`; `inKernel` asks for handlers in the kernel, `without` switches off
    /// features of the kernel.
    static func run(
        _ program: IRProgram, events: [[UInt64]], inKernel: Bool, without: Set<Feature> = []
    ) throws -> HandlerOutcome {
        guard let catalog else { throw Problem(text: "no BTF") }
        var options = RuntimeOptions()
        options.ringMegabytes = 1
        // Asking the kernel for features takes longer than the rest.
        options.disabledFeatures = Set(Feature.allCases).subtracting([
            .rawTracepoint, .ringBuffer, .mappedArray, .atomics, .handlers, .programTypes, .boundedLoop,
        ])
        options.disabledFeatures.formUnion(without)
        if !inKernel { options.disabledFeatures.insert(.handlers) }
        let runtime = try CaptureRuntime(program: program, catalog: catalog, options: options)
        try runtime.load()
        let placed = runtime.placement.program
        let evaluator = Evaluator(
            program: placed, host: try trialHost(), session: SessionFacts())
        let kernel = KernelHandlers(program: placed, runtime: runtime, evaluator: evaluator)
        var request = SessionRequest.proceed
        func runAll(_ isWanted: (ProbeEvent) -> Bool) {
            for probe in placed.probes where isWanted(probe.event) && request == .proceed {
                request = evaluator.run(handler: probe.index, record: nil)
            }
        }
        runAll { if case .begin = $0 { true } else { false } }
        kernel?.begin()
        runtime.openGate()
        for event in events where request == .proceed {
            runtime.fireAll(context: event)
            runtime.drain { record, size in
                guard request == .proceed else { return true }
                if let outcome = kernel?.take(record, size: size) {
                    if outcome == .failed { request = .failed }
                } else {
                    request = evaluator.run(handler: Int(record.load(as: UInt32.self)), record: record)
                }
                return true
            }
            if kernel?.hasExited == true { request = .exit }
        }
        runtime.closeGate()
        if let outcome = kernel?.end(), outcome == .failed { request = .failed }
        if request != .failed {
            request = .proceed
            runAll { if case .end = $0 { true } else { false } }
            evaluator.displayGlobals()
        }
        var messages = evaluator.takeMessages().map { message in
            switch message {
            case .warning(let text), .error(let text): text
            }
        }
        if let counts = evaluator.countsWarning { messages.append(counts) }
        messages += runtime.setBack.map { "set back: \($0.point): \($0.reason)" }
        return HandlerOutcome(
            output: String(decoding: evaluator.output.bytes, as: UTF8.self), messages: messages,
            inKernel: Set(runtime.placement.units.keys))
    }
}
