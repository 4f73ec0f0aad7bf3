// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics
import Syntax

/// What acts on the system, mostly in guru mode, and the machine's counters.
extension Evaluator {
    /// The longest delay of one call, in seconds: nothing can interrupt it.
    private static let longestDelay: Int64 = 10

    func systemBuiltin(
        _ builtin: Builtin, _ arguments: BuiltinArguments, _ record: UnsafeRawPointer?
    ) -> BuiltinResult {
        switch builtin {
        case .hz: return .integer(facts.ticksPerSecond)
        case .cyclesAt: return .integer(cycleClock.cycles(at: arguments.integer(0), host))
        case .printk:
            let level = min(max(arguments.integer(0), 0), 7)
            return done(builtin, host.writeKernelLog(level: Int(level), ByteString(arguments.string(1))))
        case .panic: return done(builtin, host.panic(ByteString(arguments.string(0))))
        case .signalThread:
            let numbers = (0..<3).map { Int32(truncatingIfNeeded: arguments.integer($0)) }
            return done(.signalThread, host.signal(process: numbers[0], thread: numbers[1], numbers[2]))
        default: return delay(builtin, arguments.integer(0), record)
        }
    }

    private func done(_ builtin: Builtin, _ failure: Int32?) -> BuiltinResult {
        guard let failure else { return .nothing }
        let name = builtin == .signalThread ? "raise" : builtin.signature.name
        return .failed(.message("\(name)(): \(String(cString: strerror(failure)))"))
    }

    private func delay(_ builtin: Builtin, _ amount: Int64, _ record: UnsafeRawPointer?) -> BuiltinResult {
        let name = builtin.signature.name
        guard record == nil else {
            return .failed(.message("\(name)() cannot delay the kernel: its events are handled after they happened"))
        }
        let unit: Int64 = builtin == .mdelay ? 1_000_000 : 1000
        guard amount <= Self.longestDelay * (1_000_000_000 / unit) else {
            return .failed(.message("\(name)(): at most \(Self.longestDelay) seconds"))
        }
        guard amount > 0 else { return .nothing }
        let nanoseconds = amount * unit
        var wanted = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var rest = timespec()
        while nanosleep(&wanted, &rest) != 0, errno == EINTR { wanted = rest }
        return .nothing
    }
}

/// The processor's cycle counter at moments of CLOCK_MONOTONIC, by two readings of both: one when the session began,
/// and one now.
struct CycleClock {
    private let cycles: Int64
    private let time: Int64

    init(_ host: any EvaluationHost) {
        cycles = host.cycles()
        time = CycleClock.now()
    }

    func cycles(at moment: Int64, _ host: any EvaluationHost) -> Int64 {
        let cycles = host.cycles()
        let time = CycleClock.now()
        guard cycles != 0, time > self.time else { return cycles }
        let rate = Double(cycles &- self.cycles) / Double(time &- self.time)
        let back = (Double(time &- moment) * rate).rounded()
        return cycles &- (Int64(exactly: back) ?? 0)
    }

    private static func now() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    }
}
