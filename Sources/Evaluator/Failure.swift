// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax

/// An error on its way out of the frames.
struct RaisedError {
    var message: ByteString
    /// The place, and those of the calls that led there, innermost first.
    var places: [Int32]
    var isCatchable: Bool
    /// The instruction, by its index in the code, with its unit and depth.
    var position: Int
    var unit: Int
    var depth: Int
}

/// Why a handler was ended, before it is worded.
enum Failure: Error {
    case divisionByZero
    case overflow(array: Int)
    case nesting
    /// No overload of a function is left.
    case exhausted
    /// An operator that needs values found none.
    case emptyAggregate
    case actions
    case readFault(UInt64)
    case stringFault(UInt64, isUser: Bool)
    /// A captured value was asked for without a record.
    case noRecord
    case message(ByteString)

    static func message(_ text: String) -> Failure { .message(ByteString(text)) }

    /// Whether `try` can catch it.
    var isCatchable: Bool {
        if case .actions = self { return false }
        return true
    }
}

extension Evaluator {
    /// Keeps a failure with the place where it happened; false, so that the machine's loop can return it.
    @inline(never)
    func fail(
        _ failure: Failure, _ pc: UnsafePointer<Code>, _ unit: Int, _ depth: Int, _ frames: UnsafeMutablePointer<Frame>,
        site: Int32? = nil
    ) -> Bool {
        var places = [site ?? self.site(before: pc)]
        for frame in (0..<depth).reversed() { places.append(self.site(before: frames[frame].returnCode)) }
        raised = RaisedError(
            message: words(failure), places: places, isCatchable: failure.isCatchable,
            position: pc - UnsafePointer(pool.code) - 1, unit: unit, depth: depth)
        return false
    }

    private func site(before pc: UnsafePointer<Code>) -> Int32 {
        sites[pc - UnsafePointer(pool.code) - 1]
    }

    /// The place of the statement that was one too many, among those that were counted together.
    @inline(never)
    func actionSite(_ code: Code, _ left: Int64, at pc: UnsafePointer<Code>) -> Int32 {
        guard code.b >= 0 else { return site(before: pc) }
        let parts = pool.lists + Int(code.b)
        var rest = left &+ Int64(code.a)
        for part in 0..<Int(parts[0]) {
            rest -= Int64(parts[1 + part * 2])
            if rest < 0 { return parts[2 + part * 2] }
        }
        return site(before: pc)
    }

    func words(_ failure: Failure) -> ByteString {
        switch failure {
        case .divisionByZero: return text(of: .divisionByZero)
        case .overflow(let array): return program.globals[array].overflowWords
        case .nesting: return "MAXNESTING exceeded"
        case .exhausted: return "all functions exhausted"
        case .emptyAggregate: return "empty aggregate"
        case .actions: return text(of: .actions)
        case .readFault(let address): return text(of: .readFault, address)
        case .stringFault(let address, let isUser):
            return text(of: isUser ? .userStringFault : .kernelStringFault, address)
        case .noRecord: return "no captured event in this probe"
        case .message(let text): return text
        }
    }

    private func text(of kind: KernelErrorKind, _ operand: UInt64 = 0) -> ByteString {
        guard let words = kind.words else { return "" }
        guard let after = words.after else { return words.before }
        return ByteString(words.before.bytes + String(operand, radix: 16).utf8 + after.bytes)
    }

    // MARK: Reporting

    /// Shows and counts the failure of a handler; whether the session must stop for it.
    func report(handler: Int) -> Bool {
        guard let error = raised else { return false }
        raised = nil
        errorCount += 1
        guard !facts.suppressesHandlerErrors else { return false }
        messages.append(.error(line(error.message, error.places, handler)))
        return errorCount > program.limits.maxErrors
    }

    private func line(_ message: ByteString, _ places: [Int32], _ handler: Int) -> String {
        var text = "ERROR: \(message)"
        var isFirst = true
        for place in places {
            var next: Int32? = place
            while let site = next, Int(site) < program.sites.count {
                let source = program.sites[Int(site)]
                let token = source.token.described
                text += isFirst ? " near \(token)" : " (called from \(token))"
                isFirst = false
                next = source.inlinedAt
            }
        }
        return text + " in probe \(program.probes[handler].point)"
    }
}
