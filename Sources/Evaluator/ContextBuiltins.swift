// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics
import Syntax

/// Facts of the event and of the probe.
extension Evaluator {
    /// A fact of the context: of swtap's own process in events of user space. What a captured handler asks for is in
    /// slots; only what every record holds is answered here too.
    func contextBuiltin(_ builtin: Builtin, _ record: UnsafeRawPointer?) -> BuiltinResult {
        if let record {
            switch builtin {
            case .cpu: return .integer(Int64(record.load(fromByteOffset: 4, as: UInt32.self)))
            case .ktimeGetNs: return .integer(record.load(fromByteOffset: 8, as: Int64.self))
            case .rawArgument:
                return .failed(.message("register_argument() is not available in functions that are not expanded"))
            default: return recordedFact(builtin)
            }
        }
        switch builtin {
        case .pid, .tid: return .integer(facts.ownPid)
        case .uid: return .integer(facts.ownUid)
        case .gid: return .integer(Int64(getgid()))
        case .execname: return text { $0.append(facts.ownName.bytes) }
        case .cpu: return .integer(Int64(max(currentProcessor(), 0)))
        case .taskCurrent: return .integer(Int64(bitPattern: host.currentTask()))
        case .ktimeGetNs: return .integer(nanoseconds(CLOCK_MONOTONIC))
        case .gettimeofdayNs: return .integer(nanoseconds(CLOCK_REALTIME))
        case .jiffies:
            return host.jiffies().map { .integer($0) } ?? .failed(.message("the kernel does not show its jiffies"))
        case .rawArgument: return .failed(.message("cannot access function arguments in this probe"))
        case .rawRegister: return .failed(.message("cannot access CPU registers in this probe"))
        case .perfCounter: return .failed(.message("cannot read a perf counter in this context"))
        default: return .failed(.message("return value not available in this probe"))
        }
    }

    private func nanoseconds(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    }

    func probeBuiltin(_ builtin: Builtin) -> BuiltinResult {
        let probe = program.probes[handler]
        if let word = probe.word(of: builtin) { return text { $0.append(Array(word.utf8)) } }
        return .integer(probe.isReturn ? 1 : 0)
    }

    /// The arguments and environment of swtap itself.
    func processBuiltin(_ builtin: Builtin, _ arguments: BuiltinArguments) -> BuiltinResult {
        if builtin == .ownVariable {
            let value = facts.environment(ByteString(arguments.string(0)))
            return text { $0.append(value?.bytes ?? []) }
        }
        let index = Int(truncatingIfNeeded: arguments.integer(0))
        guard facts.arguments.indices.contains(index) else { return text { _ in } }
        return text { $0.append(facts.arguments[index].bytes) }
    }

    func memoryBuiltin(_ builtin: Builtin, _ arguments: BuiltinArguments) -> BuiltinResult {
        let isUser = builtin == .userString || builtin == .userStringN
        let hasLimit = builtin == .kernelStringN || builtin == .userStringN
        let limit = hasLimit ? Int(truncatingIfNeeded: arguments.integer(1)) : stride
        guard let text = readString(at: arguments.integer(0), limit: limit, isUser: isUser) else {
            return .failed(.stringFault(UInt64(bitPattern: arguments.integer(0)), isUser: isUser))
        }
        return .string(text)
    }
}

/// `sched_getcpu` of the C library, which its Swift module does not show.
@_silgen_name("sched_getcpu")
private func currentProcessor() -> CInt
