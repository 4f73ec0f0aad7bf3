// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// What owns locals: a probe's merged handler or a function.
class Body {
    /// The locals by name, and in order of their first mention.
    private(set) var locals: [LocalVariable] = []
    private var byName: [String: LocalVariable] = [:]
    var statement: StatementNode
    /// The probe that context expressions belong to; nil in functions that use none.
    let probe: ProbeContext?

    init(token: Token, probe: ProbeContext?) {
        statement = .empty(token)
        self.probe = probe
    }

    func local(named name: String) -> LocalVariable? { byName[name] }

    func add(_ local: LocalVariable) {
        locals.append(local)
        if !local.isGenerated { byName[local.name] = local }
    }

    /// Makes a local that no name in the source can meet.
    func generateLocal(_ purpose: String, token: Token) -> LocalVariable {
        let local = LocalVariable(name: "\(purpose) \(locals.count)", token: token, isGenerated: true)
        add(local)
        return local
    }
}

/// A function's body for one probe, or for all where it uses no context.
final class FunctionInstance: Body {
    let entry: FunctionEntry
    var parameters: [LocalVariable] = []
    var result: ValueType = .unknown
    var resultToken: Token?
    var resultCarrying = Carrying()
    /// Where `next` goes on.
    var nextOverload: FunctionInstance?
    /// Marks of the walks over the call graph.
    var mark = 0
    var purity = Purity.unknown
    var written: Set<ObjectIdentifier>?
    var checked: CheckedFunction?

    enum Purity {
        case unknown, checking, pure, effectful
    }

    init(entry: FunctionEntry, probe: ProbeContext?) {
        self.entry = entry
        super.init(token: entry.declaration.token, probe: probe)
    }
}

/// What a body may ask of its probe.
final class ProbeContext {
    let event: ProbeEvent
    /// Names that the user's own body assigns, for `@probewrite`.
    let written: Set<String>

    init(event: ProbeEvent, written: Set<String>) {
        self.event = event
        self.written = written
    }

    /// Whether it is at a hook of the security modules, whose `$return` is what other programs have decided so far.
    var isHook: Bool {
        if case .lsm = event { return true }
        return false
    }

    var isReturn: Bool {
        switch event {
        case .function(_, let isReturn, _), .user(.function(_, let isReturn), _): return isReturn
        default: return false
        }
    }
}

/// A probe with its merged body.
final class ProbeInstance: Body {
    let derived: DerivedProbe
    var condition: Node?

    init(derived: DerivedProbe, context: ProbeContext) {
        self.derived = derived
        super.init(token: derived.token, probe: context)
    }
}
