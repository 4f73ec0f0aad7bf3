// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Turns the analysed bodies into the checked program: numbers variables and functions, fixes formats.
final class Emitter {
    private let analyzer: Analyzer
    private let program = CheckedProgram()
    private var owner: [CheckedLocal] = []

    init(_ analyzer: Analyzer) { self.analyzer = analyzer }

    /// The program; types must have been inferred without errors.
    func emit() -> CheckedProgram {
        let functions = analyzer.liveFunctions()
        emitGlobals(usedIn: functions)
        for (index, function) in functions.enumerated() {
            let token = function.entry.declaration.token
            let checked = CheckedFunction(
                index: index, name: function.entry.declaration.name, token: token, body: empty(token))
            checked.result = function.result
            checked.parameterCount = function.parameters.count
            function.checked = checked
            program.functions.append(checked)
        }
        for function in functions {
            owner = []
            for parameter in function.parameters { _ = number(parameter) }
            function.checked?.body = emit(function.statement)
            function.checked?.locals = owner
            function.checked?.nextOverload = function.nextOverload?.checked?.index
        }
        for (index, probe) in analyzer.probes.enumerated() { emit(probe, index) }
        return program
    }

    private func empty(_ token: Token) -> CheckedStatement { CheckedStatement(token: token, kind: .block([])) }

    private func emitGlobals(usedIn functions: [FunctionInstance]) {
        var used: Set<ObjectIdentifier> = []
        let visit = { (body: Body) in
            body.statement.forEachNode { node in
                switch node.kind {
                case .global(let global), .element(let global, _), .membership(let global, _):
                    used.insert(ObjectIdentifier(global))
                default: break
                }
            }
            body.statement.forEachStatementDeeply { statement in
                switch statement.kind {
                case .tryCatch(_, let variable?, _):
                    if case .global(let global) = variable.kind { used.insert(ObjectIdentifier(global)) }
                case .foreach(let loop): used.insert(ObjectIdentifier(loop.array))
                case .deleteGlobal(let global), .deleteElement(let global, _): used.insert(ObjectIdentifier(global))
                default: break
                }
            }
        }
        for probe in analyzer.probes {
            visit(probe)
            func note(_ node: Node) {
                if case .global(let global) = node.kind { used.insert(ObjectIdentifier(global)) }
                if case .element(let global, _) = node.kind { used.insert(ObjectIdentifier(global)) }
                if case .membership(let global, _) = node.kind { used.insert(ObjectIdentifier(global)) }
                node.forEachChild(note)
            }
            if let condition = probe.condition { note(condition) }
        }
        for function in functions { visit(function) }
        for global in analyzer.symbols.globals where used.contains(ObjectIdentifier(global)) {
            let checked = CheckedGlobal(index: program.globals.count, name: global.name, token: global.token)
            // A global that is only deleted has no type of its own; any will do.
            checked.keyTypes = (global.keyTypes ?? []).map { $0 == .unknown ? .long : $0 }
            checked.valueType = global.type == .unknown ? .long : global.type
            checked.declaredSize = global.declaration.size.map { Int(clamping: $0) }
            checked.wraps = global.declaration.wraps
            checked.statistics = checked.valueType == .statistics ? global.statistics : nil
            checked.initial = checked.isArray ? nil : global.initial
            checked.isDisplayed = global.isDisplayed
            checked.isPointer = global.carrying.type.map(analyzer.types.isPointer) ?? false
            global.checked = checked
            program.globals.append(checked)
        }
    }

    private func emit(_ probe: ProbeInstance, _ index: Int) {
        owner = []
        let derived = probe.derived
        let checked = CheckedProbe(
            index: index, point: derived.point, scriptPoint: derived.scriptPoint, event: derived.event,
            token: derived.token, body: empty(derived.token))
        checked.derivation = derived.derivation
        checked.functionName = derived.functionName
        checked.condition = probe.condition.map(emit)
        checked.body = emit(probe.statement)
        checked.locals = owner
        program.probes.append(checked)
        for local in probe.locals { local.index = nil }
    }

    private func number(_ local: LocalVariable) -> Int {
        if let index = local.index { return index }
        let checked = CheckedLocal(index: owner.count, name: local.name, token: local.token)
        // Only never-read variables stay without a type; their slot needs one all the same.
        checked.type = local.type == .unknown ? .long : local.type
        local.index = checked.index
        owner.append(checked)
        return checked.index
    }

    // MARK: Statements

    private func emit(_ statement: StatementNode) -> CheckedStatement {
        let kind: CheckedStatement.Kind
        switch statement.kind {
        case .block(let statements):
            if statements.count == 1 { return emit(statements[0]) }
            kind = .block(flattened(statements).map(emit))
        case .expression(let node): kind = .expression(emit(node))
        case .if(let condition, let then, let otherwise):
            kind = .if(emit(condition), then: emit(then), otherwise: otherwise.map(emit))
        case .loop(let condition, let step, let body):
            let test = condition.map(emit)
            let inner = emit(body)
            kind = .loop(condition: test, step: step.map(emit), body: inner)
        case .foreach(let loop): kind = .foreach(emit(loop))
        case .tryCatch(let body, let variable, let handler):
            let inner = emit(body)
            kind = .tryCatch(body: inner, variable: variable.map(emit), handler: emit(handler))
        case .deleteGlobal(let global): kind = .deleteGlobal(index(global))
        case .deleteLocal(let local): kind = .deleteLocal(number(local))
        case .deleteElement(let global, let keys): kind = .deleteElement(index(global), keys.map { $0.map(emit) })
        case .next: kind = .next
        case .break: kind = .break
        case .continue: kind = .continue
        case .return(let value): kind = .return(value.map(emit))
        }
        return CheckedStatement(token: statement.token, kind: kind)
    }

    private func flattened(_ statements: [StatementNode]) -> [StatementNode] {
        statements.flatMap { statement -> [StatementNode] in
            if case .block(let inner) = statement.kind { return flattened(inner) }
            return [statement]
        }
    }

    private func emit(_ loop: ForeachNode) -> CheckedForeach {
        let slice = loop.slice.map { $0.map { $0.map(emit) } }
        let limit = loop.limit.map(emit)
        let value = loop.value.map(number)
        let keys = loop.keys.map(number)
        return CheckedForeach(
            array: index(loop.array), value: value, keys: keys, slice: slice, sort: loop.sort, limit: limit,
            body: emit(loop.body))
    }

    private func index(_ global: GlobalVariable) -> Int { global.checked?.index ?? 0 }

    // MARK: Expressions

    private func emit(_ node: Node) -> CheckedExpression {
        let kind: CheckedExpression.Kind
        switch node.kind {
        case .integer(let value): kind = .integer(value)
        case .string(let value): kind = .string(value)
        case .local(let local): kind = .local(number(local))
        case .global(let global): kind = .global(index(global))
        case .element(let global, let keys): kind = .element(index(global), keys.map(emit))
        case .call(let function, let arguments): kind = .call(function.checked?.index ?? 0, arguments.map(emit))
        case .builtin(let builtin, let arguments): kind = .builtin(builtin, arguments.map(emit))
        case .unary(.plus, let operand): return emit(operand)
        case .unary(let operation, let operand): kind = .unary(operation, emit(operand))
        case .binary(let operation, let left, let right): kind = .binary(operation, emit(left), emit(right))
        case .logicalAnd(let left, let right): kind = .logicalAnd(emit(left), emit(right))
        case .logicalOr(let left, let right): kind = .logicalOr(emit(left), emit(right))
        case .conditional(let condition, let first, let second):
            kind = .conditional(emit(condition), emit(first), emit(second))
        case .assignment(let operation, let target, let value): kind = .assignment(operation, emit(target), emit(value))
        case .increment(let target, let isIncrement, let isPrefix):
            kind = .increment(emit(target), isIncrement: isIncrement, isPrefix: isPrefix)
        case .membership(let global, let keys): kind = .membership(index(global), keys.map { $0.map(emit) })
        case .print(let returnsString, let form, let arguments):
            kind = .print(returnsString: returnsString, pieces(form, arguments), arguments.map(emit))
        case .aggregateAdd(let target, let value): kind = .aggregateAdd(emit(target), emit(value))
        case .aggregate(let operation, let target): kind = .aggregate(operation, emit(target))
        case .histogramBucket(let target, let index): kind = .histogramBucket(emit(target), emit(index))
        case .histogramText(let returnsString, let target):
            kind = .histogramText(returnsString: returnsString, emit(target))
        case .argument(let index, let shape): kind = .argument(index, shape)
        case .returnValue(let shape): kind = .returnValue(shape)
        case .load(let address, let access): kind = .load(address: emit(address), access)
        case .readable(let operand): kind = .readable(emit(operand))
        case .entry(let operand): kind = .entry(emit(operand))
        case .regexMatch(let operand, let use):
            kind = .regexMatch(emit(operand), pattern: use.pattern, patternToken: use.token, isNegated: use.isNegated)
        case .failed, .pending: kind = .integer(0)
        }
        return CheckedExpression(token: node.token, kind: kind, type: node.type)
    }

    /// The format of a print call; that of a plain one follows from the types of its arguments.
    private func pieces(_ form: PrintForm, _ arguments: [Node]) -> [FormatPiece] {
        switch form {
        case .format(let pieces): return pieces
        case .plain(let delimiter, let newline):
            var pieces: [FormatPiece] = []
            for (index, argument) in arguments.enumerated() {
                if index > 0, !delimiter.isEmpty { pieces.append(.literal(delimiter)) }
                let conversion: FormatConversion = argument.type == .string ? .string : .signed
                pieces.append(.directive(flag: .none, width: .none, precision: .none, conversion: conversion))
            }
            if newline { pieces.append(.literal("\n")) }
            return pieces.joined()
        }
    }
}

extension StatementNode {
    /// Visits this statement and everything below it.
    func forEachStatementDeeply(_ visit: (StatementNode) -> Void) {
        visit(self)
        forEachStatement { $0.forEachStatementDeeply(visit) }
    }
}
