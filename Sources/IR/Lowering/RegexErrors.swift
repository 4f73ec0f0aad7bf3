// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// The patterns of a program that are no regular expressions, as semantic errors: what lowering would refuse.
public func regexErrors(in program: CheckedProgram) -> [Diagnostic] {
    var errors: [Diagnostic] = []
    var seen: Set<ObjectIdentifier> = []
    func check(_ expression: CheckedExpression) {
        guard case .regexMatch(_, let pattern, let token, _) = expression.kind,
            seen.insert(ObjectIdentifier(token)).inserted
        else { return }
        do {
            try RegexAutomaton.check(pattern)
        } catch {
            errors.append(regexDiagnostic(error, token))
        }
    }
    for probe in program.probes { probe.condition?.walk(check) }
    for body in program.probes.map(\.body) + program.functions.map(\.body) {
        body.walk(statement: { _ in }, expression: check)
    }
    return errors
}

/// The semantic error for a bad pattern.
func regexDiagnostic(_ error: RegexError, _ token: Token) -> Diagnostic {
    Diagnostic(.semanticError, error.message, tokens: [token], site: error.message)
}
