// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Counts how often each variable is read and written by what the probes can reach, and finds the locals that matter.
///
/// A local that is read only to compute other locals matters only if one of those does: `if (family < 0) family = …`
/// does not keep `family` alive.
final class Usage {
    private let analyzer: Analyzer
    /// The functions that the probes can reach.
    let functions: [FunctionInstance]
    /// The locals that each local is computed from.
    private var sources: [ObjectIdentifier: [LocalVariable]] = [:]
    private var needed: [LocalVariable] = []
    /// How many `try` are around what is counted.
    private var protection = 0

    /// Counts anew.
    init(_ analyzer: Analyzer) {
        self.analyzer = analyzer
        functions = analyzer.liveFunctions()
        for global in analyzer.symbols.globals { reset(global) }
        for body in bodies {
            for local in body.locals {
                reset(local)
                local.isNeeded = false
            }
        }
        for probe in analyzer.probes {
            if let condition = probe.condition { count(condition, isUsed: true, for: nil) }
        }
        for body in bodies { count(body.statement) }
        while let local = needed.popLast() {
            for source in sources.removeValue(forKey: ObjectIdentifier(local)) ?? [] { need(source) }
        }
    }

    /// All bodies that can run.
    var bodies: [Body] { analyzer.probes as [Body] + functions }

    private func reset(_ variable: Variable) {
        variable.reads = 0
        variable.writes = 0
    }

    private func need(_ local: LocalVariable) {
        if local.isNeeded { return }
        local.isNeeded = true
        needed.append(local)
    }

    private func count(_ statement: StatementNode) {
        switch statement.kind {
        case .expression(let node): count(node, isUsed: false, for: computed(statement))
        case .if(let condition, _, _): count(condition, isUsed: true, for: computed(statement))
        case .loop(let condition, let step, _):
            if let condition { count(condition, isUsed: true, for: nil) }
            if let step { count(step, isUsed: false, for: nil) }
        case .foreach(let loop):
            loop.array.reads += 1
            for key in loop.keys { key.writes += 1 }
            loop.value?.writes += 1
            statement.forEachExpression { count($0, isUsed: true, for: nil) }
        case .tryCatch(let body, let variable, let handler):
            if let variable { countTarget(variable, isRead: false) }
            protection += 1
            count(body)
            protection -= 1
            return count(handler)
        case .deleteGlobal(let global): global.writes += 1
        case .deleteLocal(let local): local.writes += 1
        case .deleteElement(let global, let keys):
            global.writes += 1
            for case let key? in keys { count(key, isUsed: true, for: nil) }
        default: statement.forEachExpression { count($0, isUsed: true, for: nil) }
        }
        statement.forEachStatement(count)
    }

    /// The locals that a statement does nothing but compute; nil when it does anything else.
    private func computed(_ statement: StatementNode) -> [LocalVariable]? {
        // In `try` it may also fail, which somebody waits for.
        guard protection == 0 else { return nil }
        switch statement.kind {
        case .block(let statements):
            var all: [LocalVariable] = []
            for inner in statements {
                guard let locals = computed(inner) else { return nil }
                all += locals
            }
            return all
        case .expression(let node):
            switch node.kind {
            case .assignment(_, let target, let value):
                guard case .local(let local) = target.kind, PurityChecker.isPure(value) else { return nil }
                return [local]
            case .increment(let target, _, _):
                guard case .local(let local) = target.kind else { return nil }
                return [local]
            default: return nil
            }
        case .if(let condition, let then, let otherwise):
            guard PurityChecker.isPure(condition), let first = computed(then) else { return nil }
            guard let otherwise else { return first }
            return computed(otherwise).map { first + $0 }
        default: return nil
        }
    }

    private func read(_ variable: Variable, for targets: [LocalVariable]?) {
        variable.reads += 1
        guard let local = variable as? LocalVariable else { return }
        guard let targets else { return need(local) }
        for target in targets { sources[ObjectIdentifier(target), default: []].append(local) }
    }

    /// `isUsed` tells whether somebody looks at the value: `x++` as a statement does not read x. `targets` are the
    /// locals that the value goes to, if it goes nowhere else.
    private func count(_ node: Node, isUsed: Bool, for targets: [LocalVariable]?) {
        switch node.kind {
        case .local(let variable as Variable), .global(let variable as Variable): read(variable, for: targets)
        case .element(let array, let keys):
            array.reads += 1
            for key in keys { count(key, isUsed: true, for: targets) }
        case .membership(let array, let keys):
            array.reads += 1
            for case let key? in keys { count(key, isUsed: true, for: targets) }
        case .assignment(let operation, let target, let value):
            countTarget(target, isRead: isUsed && operation != nil)
            count(value, isUsed: true, for: targets)
        case .increment(let target, _, _): countTarget(target, isRead: isUsed)
        case .aggregateAdd(let target, let value):
            countTarget(target, isRead: false)
            count(value, isUsed: true, for: targets)
        case .pending(let target): count(target.base, isUsed: true, for: targets)
        default: node.forEachChild { count($0, isUsed: true, for: targets) }
        }
    }

    private func countTarget(_ target: Node, isRead: Bool) {
        let variable: Variable
        switch target.kind {
        case .local(let local): variable = local
        case .global(let global): variable = global
        case .element(let array, let keys):
            variable = array
            for key in keys { count(key, isUsed: true, for: nil) }
        default: return
        }
        variable.writes += 1
        if isRead { read(variable, for: nil) }
    }
}
