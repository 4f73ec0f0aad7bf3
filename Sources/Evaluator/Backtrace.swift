// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// The stacks of an event.
extension Evaluator {
    /// How the names of the functions begin that only tracing brings onto a stack.
    private static let tracingNames = [
        "bpf_prog_", "bpf_trampoline_", "bpf_trace_run", "__bpf_trace_", "__traceiter_", "arch_rethook_trampoline",
        "__kretprobe_trampoline", "kretprobe_trampoline",
    ]
    /// The most bytes of one line of a backtrace.
    private static let lineLimit = 512

    func stackBuiltin(_ builtin: Builtin, _ arguments: BuiltinArguments) -> BuiltinResult {
        let isUser: Bool
        switch builtin {
        case .ustack, .ubacktrace, .printUbacktrace, .printUbacktraceBrief, .sprintUbacktrace: isUser = true
        default: isUser = false
        }
        let frames = stack(isUser: isUser)
        switch builtin {
        case .stack, .ustack:
            let depth = arguments.integer(0)
            guard depth >= 0, depth < Int64(frames.count) else { return .integer(0) }
            return .integer(Int64(bitPattern: frames[Int(depth)]))
        case .backtrace, .ubacktrace:
            return text { writer in
                for (index, frame) in frames.enumerated() {
                    if index > 0 { writer.append(UInt8(ascii: " ")) }
                    writer.appendAddress(frame)
                }
            }
        case .sprintBacktrace, .sprintUbacktrace:
            return text { writer in
                for frame in frames { symbolLine(frame, isUser: isUser, &writer) }
            }
        default:
            for frame in frames {
                printLine { symbolLine(frame, isUser: isUser, isBrief: builtin == .printUbacktraceBrief, &$0) }
            }
            return .nothing
        }
    }

    func symbolTextBuiltin(_ builtin: Builtin, _ arguments: BuiltinArguments) -> BuiltinResult {
        let isUser = builtin == .printUsyms || builtin == .sprintUsyms
        let addresses = ByteString(arguments.string(0))
        return addresses.bytes.withUnsafeBufferPointer { bytes -> BuiltinResult in
            let view = StringView(pointer: bytes.baseAddress ?? emptyBytes, length: bytes.count)
            if builtin == .sprintSyms || builtin == .sprintUsyms {
                return text { symbolLines(of: view, isUser: isUser, &$0) }
            }
            let place = output.reserve(Evaluator.printLimit)
            var writer = TextWriter(place, capacity: Evaluator.printLimit)
            symbolLines(of: view, isUser: isUser, &writer)
            output.commit(writer.count)
            return .nothing
        }
    }

    private func printLine(_ body: (inout TextWriter) -> Void) {
        let place = output.reserve(Self.lineLimit)
        var writer = TextWriter(place, capacity: Self.lineLimit)
        body(&writer)
        output.commit(writer.count)
    }

    /// The addresses of the event's stack, the probed place first; none where the event has no stack.
    private func stack(isUser: Bool) -> [UInt64] {
        guard let record, let slot = slotFacts[.stack(isUser: isUser)] else { return [] }
        let place = record + Int(slotOffsets[slot])
        let size = place.load(as: Int64.self)
        guard size > 0 else { return [] }
        var frames = (0..<Int(size) / 8).map { place.load(fromByteOffset: 8 + 8 * $0, as: UInt64.self) }
        if !isUser { frames.removeFirst(tracingFrames(frames)) }
        return Array(frames.prefix(program.limits.maxBacktrace))
    }

    /// How many of the innermost addresses are of the tracing itself: what fentry programs and tracepoints are called by.
    private func tracingFrames(_ frames: [UInt64]) -> Int {
        let function = ByteString(program.probes[handler].functionName)
        for (index, frame) in frames.prefix(6).enumerated() {
            guard let symbol = host.kernelSymbol(at: frame) else { continue }
            if symbol.name == function, !function.bytes.isEmpty { return index }
            let name = symbol.name.description
            let isOwn =
                symbol.module == "bpf"
                || Self.tracingNames.contains { name.hasPrefix($0) }
            if !isOwn { return index }
        }
        return 0
    }
}
