// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `$value` of procfs probes: what a reader will get, or what somebody wrote.
extension Builder {
    /// The value of a target in a procfs probe; nil for other probes.
    func buildFileTarget(_ name: String, _ target: TargetExpression, _ token: Token) throws(Diagnostic) -> Node? {
        guard let event = fileEvent else { return nil }
        try checkFileTarget(name, target, token)
        if event.isRead {
            throw Diagnostic(
                .semanticError, "procfs $value variable cannot be read in a procfs read probe", tokens: [token],
                site: "procfs read")
        }
        return Node(token, .builtin(.fileValue, []))
    }

    /// An assignment to `$value`; nil for assignments to anything else.
    func buildFileAssignment(
        _ operation: BinaryOperator?, _ left: Expression, _ right: Expression, _ token: Token
    ) -> Node? {
        guard let event = fileEvent, case .target(let target) = left.kind, case .symbol(let name) = target.base else {
            return nil
        }
        let value = build(right)
        do {
            try checkFileTarget(name, target, left.token)
        } catch {
            return fail(error, left.token)
        }
        if !event.isRead {
            return fail("procfs $value variable is read-only in a procfs write probe", left.token)
        }
        switch operation {
        case nil: return Node(token, .builtin(.setFileValue, [value]))
        case .concatenate: return Node(token, .builtin(.appendFileValue, [value]))
        default: return fail("Only the following assign operators are implemented on procfs $value: '=', '.='", token)
        }
    }

    private var fileEvent: ProcfsEvent? {
        if case .procfs(let event)? = probe?.event { return event }
        return nil
    }

    private func checkFileTarget(_ name: String, _ target: TargetExpression, _ token: Token) throws(Diagnostic) {
        if name != "$value" {
            throw Diagnostic(
                .semanticError, "invalid target symbol for procfs probe, $value expected", tokens: [token],
                site: "procfs target")
        }
        if !target.steps.isEmpty || target.isAddress || target.pretty != .none {
            throw Diagnostic(
                .semanticError, "procfs $value is a string: it has no members, elements and address", tokens: [token],
                site: "procfs target")
        }
    }
}

extension Analyzer {
    /// A file has one answer, and one taker of what is written.
    func checkFile(_ derived: DerivedProbe) {
        guard case .procfs(let event) = derived.event, !event.isInput else { return }
        let side = event.isRead ? "read" : "write"
        if !answeredFiles.insert("\(side) \(event.path)").inserted {
            report(
                Diagnostic(
                    .semanticError, "only one \(side) procfs probe can exist for procfs path \"\(event.path)\"",
                    tokens: [derived.token]))
        }
    }
}
