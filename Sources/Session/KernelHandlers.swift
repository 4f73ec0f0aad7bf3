// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import Evaluator
import IR
import Kernel
import Syntax

extension Evaluator: GlobalStore {}

/// What handlers in the kernel have to do with user space: their globals, errors and `exit()`.
package final class KernelHandlers {
    private let program: IRProgram
    private let runtime: CaptureRuntime
    private let evaluator: Evaluator
    /// The probes whose handlers look at sums of the kernel.
    private let readsSums: [Bool]
    /// The sites at which handlers in the kernel make elements, by array, for errors that are found late.
    private let sites: [Int: (site: Int32, probe: Int)]
    /// How handlers in the kernel say what they print, by the probe's index.
    private let prints: [PrintPlan?]
    private var isOpen = false
    private var errorsSeen = 0
    private var hasSkippedTooMany = false

    /// Nil when the kernel runs no handler.
    package init?(program: IRProgram, runtime: CaptureRuntime, evaluator: Evaluator) {
        let placement = runtime.placement
        guard !placement.units.isEmpty else { return nil }
        self.program = program
        self.runtime = runtime
        self.evaluator = evaluator
        readsSums = placement.touched.map { $0.contains { placement.homes[$0] == .sums } }
        var sites: [Int: (site: Int32, probe: Int)] = [:]
        for (probe, unit) in placement.units.sorted(by: { $0.key < $1.key }) {
            for block in unit.blocks {
                for instruction in block.instructions {
                    guard let global = placement.program.global(of: instruction), sites[global] == nil else { continue }
                    sites[global] = (instruction.site, probe)
                }
            }
        }
        self.sites = sites
        prints = program.probes.indices.map { runtime.printPlan(ofProbe: $0) }
    }

    /// Hands globals over before the probes open.
    package func begin() {
        isOpen = true
        for array in runtime.handOverGlobals(of: evaluator) { _ = overflow(array) }
    }

    /// Sees to it that a handler of user space that is about to run has the globals as they are.
    func prepare(for probe: Int) -> SessionRequest {
        isOpen && readsSums[probe] ? collect() : .proceed
    }

    /// Takes in what handlers in the kernel have added up.
    func collect() -> SessionRequest {
        guard isOpen else { return .proceed }
        runtime.collectSums(into: evaluator)
        return reportOverflows()
    }

    /// Takes everything back when the probes are shut.
    package func end() -> SessionRequest {
        guard isOpen else { return .proceed }
        isOpen = false
        runtime.takeBackGlobals(into: evaluator)
        evaluator.errorCount += max(0, runtime.errorCount - errorsSeen)
        let overflows = reportOverflows()
        return countSkipped() == .failed ? .failed : overflows
    }

    /// Counts the handlers that were skipped; more than MAXSKIPPED end the session.
    func countSkipped() -> SessionRequest {
        evaluator.skippedCount = runtime.skippedCount
        guard evaluator.skippedCount > program.limits.maxSkipped, !hasSkippedTooMany else { return .proceed }
        hasSkippedTooMany = true
        evaluator.report("Skipped too many probes, check MAXSKIPPED or try again with stap -t for more details.")
        return .failed
    }

    /// Whether a handler has called `exit()`.
    package var hasExited: Bool { runtime.hasExited }

    /// Takes a message of a handler out of the ring; nil when it is a record of a captured event.
    package func take(_ record: UnsafeRawPointer, size: Int) -> SessionRequest? {
        if let probe = KernelMessage.printer(record, size: size) {
            if probe < prints.count, let plan = prints[probe], size >= plan.size { show(plan, record) }
            return .proceed
        }
        guard let (failure, site, probe) = KernelMessage.error(record, size: size) else { return nil }
        errorsSeen += 1
        return evaluator.reportKernelError(failure, site: site, handler: probe) ? .failed : .proceed
    }

    /// Prints what a handler has printed.
    private func show(_ plan: PrintPlan, _ record: UnsafeRawPointer) {
        for (number, call) in plan.calls.enumerated() where plan.isMade(number, in: record) {
            let arguments = call.arguments.map { argument -> PrintArgument in
                switch argument {
                case .integer(let offset): .integer(record.loadUnaligned(fromByteOffset: offset, as: Int64.self))
                case .text(let offset, let size): .text(record + offset, size: size)
                }
            }
            evaluator.print(format: call.format, arguments)
        }
    }

    private func reportOverflows() -> SessionRequest {
        var request = SessionRequest.proceed
        for array in runtime.takeOverflows() where overflow(array) == .failed { request = .failed }
        return request
    }

    private func overflow(_ array: Int) -> SessionRequest {
        guard let place = sites[array] else { return .proceed }
        let mustStop = evaluator.reportKernelError(.overflow(array: array), site: place.site, handler: place.probe)
        return mustStop ? .failed : .proceed
    }
}
