// SPDX-License-Identifier: GPL-3.0-or-later
import Evaluator
import IR
import Kernel
import Semantics
import Syntax

/// What a run is put together from.
extension Compiler {
    /// Probes of the kernel are for those who may do everything.
    func checkPrivilege(_ program: CheckedProgram) throws(SessionError) {
        guard !options.allowsKernelProbes, let probe = program.probes.first(where: { $0.event.isKernel }) else {
            return
        }
        throw SessionError("\(probe.point) is not allowed with --privilege=stapusr (--unprivileged)")
    }

    /// The kernel's side of a program; nil when it needs none. `watchesGlobals` says that user space may look at every global at
    /// any time.
    func makeRuntime(
        _ program: IRProgram, target: Int64, isStarted: Bool, watchesGlobals: Bool = false
    ) throws -> CaptureRuntime? {
        guard program.probes.contains(where: { $0.event.isKernel }) else { return nil }
        try Preflight.check()
        guard let catalog = catalog.catalog else {
            throw SessionError(self.catalog.failure.map { "\($0)" } ?? "the kernel's types cannot be read")
        }
        var runtimeOptions = RuntimeOptions()
        if let size = options.bufferMegabytes { runtimeOptions.ringMegabytes = size }
        runtimeOptions.targetPid = Int32(clamping: target)
        runtimeOptions.startsTarget = isStarted
        runtimeOptions.ignoresErrors = options.suppressesHandlerErrors
        runtimeOptions.countsEvents = watchesGlobals || options.verbosity > 0 || options.reportsHits
        runtimeOptions.watchesGlobals = watchesGlobals
        runtimeOptions.disabledFeatures = try options.features()
        return try CaptureRuntime(program: program, catalog: catalog, options: runtimeOptions)
    }

    /// What functions of the library ask about the session.
    func sessionFacts(target: Int64) -> SessionFacts {
        var facts = SessionFacts()
        facts.targetPid = target
        facts.arguments = CommandLine.arguments.map { ByteString($0) }
        facts.verbosity = options.verbosity
        facts.ticksPerSecond = Int64(self.facts.ticksPerSecond)
        facts.suppressesHandlerErrors = options.suppressesHandlerErrors
        return facts
    }
}

extension SessionOptions {
    /// The mechanisms of `--no-feature`; fails with a message for one that there is not.
    func features() throws(SessionError) -> Set<Feature> {
        var features: Set<Feature> = []
        for name in disabledFeatures {
            guard let feature = Feature(rawValue: name) else {
                let known = Feature.allCases.map(\.rawValue).joined(separator: ", ")
                throw SessionError("--no-feature \(name): no such mechanism (there are \(known))")
            }
            features.insert(feature)
        }
        return features
    }
}

extension CaptureRuntime {
    /// What there is to say of handlers that the kernel has refused.
    var setBackWarnings: [String] {
        setBack.map { point, reason in "WARNING: the handler of \(point) runs in user space: \(reason)" }
    }
}
