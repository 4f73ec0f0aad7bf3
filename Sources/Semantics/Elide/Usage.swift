// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Counts how often each variable is read and written by what the probes can reach.
struct Usage {
    private let analyzer: Analyzer
    /// The functions that the probes can reach.
    let functions: [FunctionInstance]

    /// Counts anew.
    init(_ analyzer: Analyzer) {
        self.analyzer = analyzer
        functions = analyzer.liveFunctions()
        for global in analyzer.symbols.globals { reset(global) }
        for body in bodies {
            for local in body.locals { reset(local) }
        }
        for probe in analyzer.probes {
            if let condition = probe.condition { count(condition, isUsed: true) }
        }
        for body in bodies { count(body.statement) }
    }

    /// All bodies that can run.
    var bodies: [Body] { analyzer.probes as [Body] + functions }

    private func reset(_ variable: Variable) {
        variable.reads = 0
        variable.writes = 0
    }

    private func count(_ statement: StatementNode) {
        switch statement.kind {
        case .expression(let node): count(node, isUsed: false)
        case .loop(let condition, let step, _):
            if let condition { count(condition, isUsed: true) }
            if let step { count(step, isUsed: false) }
        case .foreach(let loop):
            loop.array.reads += 1
            for key in loop.keys { key.writes += 1 }
            loop.value?.writes += 1
            statement.forEachExpression { count($0, isUsed: true) }
        case .deleteGlobal(let global): global.writes += 1
        case .deleteLocal(let local): local.writes += 1
        case .deleteElement(let global, let keys):
            global.writes += 1
            for case let key? in keys { count(key, isUsed: true) }
        default: statement.forEachExpression { count($0, isUsed: true) }
        }
        statement.forEachStatement(count)
    }

    /// `isUsed` tells whether somebody looks at the value: `x++` as a statement does not read x.
    private func count(_ node: Node, isUsed: Bool) {
        switch node.kind {
        case .local(let variable as Variable), .global(let variable as Variable): variable.reads += 1
        case .element(let array, let keys):
            array.reads += 1
            for key in keys { count(key, isUsed: true) }
        case .membership(let array, let keys):
            array.reads += 1
            for case let key? in keys { count(key, isUsed: true) }
        case .assignment(let operation, let target, let value):
            countTarget(target, isRead: isUsed && operation != nil)
            count(value, isUsed: true)
        case .increment(let target, _, _): countTarget(target, isRead: isUsed)
        case .pending(let target): count(target.base, isUsed: true)
        default: node.forEachChild { count($0, isUsed: true) }
        }
    }

    private func countTarget(_ target: Node, isRead: Bool) {
        let variable: Variable
        switch target.kind {
        case .local(let local): variable = local
        case .global(let global): variable = global
        case .element(let array, let keys):
            variable = array
            for key in keys { count(key, isUsed: true) }
        default: return
        }
        variable.writes += 1
        if isRead { variable.reads += 1 }
    }
}
