// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Infers the types of everything by unification, over all bodies again and again until nothing new is learnt.
final class Inferrer {
    private let analyzer: Analyzer
    private var functions: [FunctionInstance] = []
    private var progress = false
    private var reported: Set<ObjectIdentifier> = []

    init(_ analyzer: Analyzer) { self.analyzer = analyzer }

    /// Infers all types; reports mismatches, and what stays open although its value is needed.
    func run() {
        learn()
        checkResolved()
    }

    /// Infers all types that can be inferred.
    func learn() { learn(analyzer.liveFunctions()) }

    /// Infers the types of the probes and of some functions.
    func learn(_ functions: [FunctionInstance]) {
        self.functions = functions
        repeat {
            progress = false
            for probe in analyzer.probes {
                if let condition = probe.condition { infer(condition, .long) }
                visit(probe.statement, nil)
            }
            for function in functions {
                visit(function.statement, function)
                if let next = function.nextOverload { unify(function, with: next) }
            }
        } while progress
    }

    // MARK: Statements

    private func visit(_ statement: StatementNode, _ function: FunctionInstance?) {
        switch statement.kind {
        case .expression(let node): infer(node, .unknown)
        case .if(let condition, _, _): infer(condition, .long)
        case .loop(let condition, let step, _):
            if let condition { infer(condition, .long) }
            if let step { infer(step, .unknown) }
        case .foreach(let loop): visit(loop)
        case .tryCatch(_, let variable, _): if let variable { infer(variable, .string) }
        case .deleteElement(let array, let keys): inferKeys(keys, of: array, statement.token)
        case .return(let value?):
            guard let function else { break }
            infer(value, .unknown)
            if value.type == .unknown { infer(value, function.result) }
            settleResult(value.type, of: function, value)
        case .block, .deleteGlobal, .deleteLocal, .next, .break, .continue, .return: break
        }
        statement.forEachStatement { visit($0, function) }
    }

    private func visit(_ loop: ForeachNode) {
        for (index, key) in loop.keys.enumerated() {
            let known = loop.array.keyTypes?[safe: index] ?? .unknown
            settle(key, known, key.token)
            settleKey(index, key.type, of: loop.array, key.token)
        }
        if let sort = loop.sort, case .value(.some) = sort.key { settle(loop.array, .statistics, loop.arrayToken) }
        // There is no value to bind: operators on the variable became ones on the element.
        if loop.array.type == .statistics, let value = loop.value, value.reads == 0 { loop.value = nil }
        if let value = loop.value {
            settle(value, loop.array.type, value.token)
            settle(loop.array, value.type, loop.arrayToken)
        }
        if let slice = loop.slice { inferKeys(slice, of: loop.array, loop.arrayToken) }
        if let limit = loop.limit { infer(limit, .long) }
    }

    private func settleResult(_ type: ValueType, of function: FunctionInstance, _ value: Node) {
        guard type != .unknown else { return }
        if function.result == .unknown {
            function.result = type
            function.resultToken = value.token
            progress = true
        } else if function.result != type {
            mismatch(value, type, first: function.result, at: function.resultToken)
        }
    }

    /// Overloads agree in their types.
    private func unify(_ function: FunctionInstance, with next: FunctionInstance) {
        for (left, right) in zip(function.parameters, next.parameters) {
            settle(left, right.type, right.token)
            settle(right, left.type, left.token)
        }
        if function.result == .unknown, next.result != .unknown {
            function.result = next.result
            function.resultToken = next.resultToken
            progress = true
        } else if next.result == .unknown, function.result != .unknown {
            next.result = function.result
            next.resultToken = function.resultToken
            progress = true
        } else if function.result != next.result, reported.insert(ObjectIdentifier(next)).inserted {
            report(next.entry.declaration.token, next.result, first: function.result, at: function.resultToken)
        }
    }

    // MARK: Variables

    /// Makes what is known of a variable's type agree with one more use.
    private func settle(_ variable: Variable, _ type: ValueType, _ token: Token) {
        guard type != .unknown else { return }
        if variable.type == .unknown {
            variable.type = type
            variable.typeToken = token
            progress = true
        } else if variable.type != type, reported.insert(ObjectIdentifier(token)).inserted {
            report(token, type, first: variable.type, at: variable.typeToken)
        }
    }

    private func settleKey(_ index: Int, _ type: ValueType, of array: GlobalVariable, _ token: Token) {
        guard type != .unknown, let known = array.keyTypes?[safe: index] else { return }
        if known == .unknown {
            array.keyTypes?[index] = type
            array.keyTokens[index] = token
            progress = true
        } else if known != type, reported.insert(ObjectIdentifier(token)).inserted {
            report(token, type, first: known, at: array.keyTokens[index], index: index)
        }
    }

    private func inferKeys(_ keys: [Node?], of array: GlobalVariable, _ token: Token) {
        for (index, key) in keys.enumerated() {
            guard let key else { continue }
            infer(key, .unknown)
            if key.type == .unknown {
                infer(key, array.keyTypes?[safe: index] ?? .unknown)
            }
            settleKey(index, key.type, of: array, key.token)
        }
    }

    // MARK: Expressions

    /// Infers an expression; `want` is the type that its place demands, unknown for any.
    private func infer(_ node: Node, _ want: ValueType) {
        switch node.kind {
        case .integer: found(node, .long, want)
        case .string: found(node, .string, want)
        case .local(let variable as Variable), .global(let variable as Variable):
            infer(node, variable, want)
        case .element(let array, let keys):
            inferKeys(keys, of: array, node.token)
            infer(node, array, want)
        case .call(let function, let arguments): inferCall(node, function, arguments, want)
        case .builtin(let builtin, let arguments):
            let signature = builtin.signature
            for (argument, type) in zip(arguments, signature.parameters) { infer(argument, type) }
            found(node, signature.result, want)
        case .unary(_, let operand):
            infer(operand, .long)
            found(node, .long, want)
        case .binary(let operation, let left, let right): inferBinary(node, operation, left, right, want)
        case .logicalAnd(let left, let right), .logicalOr(let left, let right):
            infer(left, .long)
            infer(right, .long)
            found(node, .long, want)
        case .conditional(let condition, let first, let second):
            infer(condition, .long)
            inferAlike(node, first, second, want)
            settleType(node, first.type == .unknown ? second.type : first.type, want)
        case .assignment(let operation, let target, let value):
            inferAssignment(node, operation, target, value, want)
        case .increment(let target, _, _):
            infer(target, .long)
            found(node, .long, want)
        case .membership(let array, let keys):
            inferKeys(keys, of: array, node.token)
            found(node, .long, want)
        case .print(let returnsString, let form, let arguments):
            inferPrint(form, arguments)
            found(node, returnsString ? .string : .unknown, want)
        case .aggregateAdd(let target, let value):
            infer(target, .statistics)
            infer(value, .long)
            found(node, .long, want)
        case .aggregate(_, let target):
            infer(target, .statistics)
            found(node, .long, want)
        case .histogramBucket(let target, let index):
            infer(target, .statistics)
            infer(index, .long)
            found(node, .long, want)
        case .histogramText(let returnsString, let target):
            infer(target, .statistics)
            found(node, returnsString ? .string : .unknown, want)
        case .argument, .returnValue: found(node, .long, want)
        case .load(let address, _):
            infer(address, .long)
            found(node, .long, want)
        case .readable(let operand):
            infer(operand, .unknown)
            found(node, .long, want)
        case .regexMatch(let operand, _):
            infer(operand, .string)
            found(node, .long, want)
        case .entry(let operand):
            infer(operand, want)
            settleType(node, operand.type, want)
        case .failed, .pending: break
        }
    }

    /// Notes the type of an expression that can have no other.
    private func found(_ node: Node, _ type: ValueType, _ want: ValueType) {
        node.type = type
        if want != .unknown, type != .unknown, want != type, reported.insert(ObjectIdentifier(node)).inserted {
            analyzer.report(
                Diagnostic(
                    .semanticError, "type mismatch: expected \(want) but found \(type)", tokens: [node.token]))
        }
    }

    /// Notes the type of an expression whose operands have been checked already.
    private func settleType(_ node: Node, _ type: ValueType, _ want: ValueType) {
        found(node, type, want)
    }

    private func infer(_ node: Node, _ variable: Variable, _ want: ValueType) {
        settle(variable, want, node.token)
        node.type = variable.type
    }

    private func inferCall(_ node: Node, _ function: FunctionInstance, _ arguments: [Node], _ want: ValueType) {
        for (index, (argument, parameter)) in zip(arguments, function.parameters).enumerated() {
            infer(argument, .unknown)
            if argument.type == .unknown {
                infer(argument, parameter.type)
            } else if parameter.type == .unknown {
                settle(parameter, argument.type, argument.token)
            } else if parameter.type != argument.type {
                mismatch(argument, argument.type, first: parameter.type, at: parameter.typeToken, index: index)
            }
        }
        if function.result == .unknown, want != .unknown {
            // A recursive function may learn its type from its uses only.
            let returnsValue = hasReturnValue(function)
            if returnsValue {
                function.result = want
                function.resultToken = node.token
                progress = true
            }
        }
        node.type = function.result
        if want != .unknown, function.result != .unknown, want != function.result {
            mismatch(node, want, first: function.result, at: function.resultToken)
        }
    }

    private func hasReturnValue(_ function: FunctionInstance) -> Bool {
        func search(_ statement: StatementNode) -> Bool {
            if case .return(.some) = statement.kind { return true }
            var found = false
            statement.forEachStatement { if !found { found = search($0) } }
            return found
        }
        return search(function.statement)
    }

    private func inferBinary(
        _ node: Node, _ operation: BinaryOperator, _ left: Node, _ right: Node, _ want: ValueType
    ) {
        switch operation {
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
            inferAlike(node, left, right, .unknown)
            found(node, .long, want)
        case .concatenate:
            infer(left, .string)
            infer(right, .string)
            found(node, .string, want)
        case .add, .subtract, .multiply, .divide, .modulo, .shiftLeft, .shiftRight, .shiftRightLogical, .and, .or, .xor:
            infer(left, .long)
            infer(right, .long)
            found(node, .long, want)
        }
    }

    /// Two operands of one type.
    private func inferAlike(_ node: Node, _ left: Node, _ right: Node, _ want: ValueType) {
        infer(left, .unknown)
        infer(right, .unknown)
        if left.type == .unknown { infer(left, right.type == .unknown ? want : right.type) }
        if right.type == .unknown { infer(right, left.type == .unknown ? want : left.type) }
        guard left.type != right.type, left.type != .unknown, right.type != .unknown else { return }
        guard reported.insert(ObjectIdentifier(node)).inserted else { return }
        let chain = [left, right].compactMap(firstInferred)
        analyzer.report(
            Diagnostic(
                .semanticError, "type mismatch: left and right sides don't agree (\(left.type) vs \(right.type))",
                tokens: [node.token], chain: chain))
    }

    private func firstInferred(_ node: Node) -> Diagnostic? {
        let variable: Variable
        switch node.kind {
        case .local(let local): variable = local
        case .global(let global), .element(let global, _): variable = global
        default: return nil
        }
        guard let token = variable.typeToken, token !== node.token else { return nil }
        return Diagnostic(.semanticError, "type was first inferred here (\(variable.type))", tokens: [token])
    }

    private func inferAssignment(
        _ node: Node, _ operation: BinaryOperator?, _ target: Node, _ value: Node, _ want: ValueType
    ) {
        switch operation {
        case nil:
            infer(target, .unknown)
            infer(value, .unknown)
            if value.type == .unknown { infer(value, target.type) }
            // The target is told what it is assigned: it complains with the place where it was something else.
            infer(target, value.type)
        case .concatenate:
            infer(target, .string)
            infer(value, .string)
        default:
            infer(target, .long)
            infer(value, .long)
        }
        settleType(node, target.type, want)
    }

    private func inferPrint(_ form: PrintForm, _ arguments: [Node]) {
        switch form {
        case .plain: for argument in arguments { infer(argument, .unknown) }
        case .format(let pieces):
            for (argument, type) in zip(arguments, pieces.argumentTypes) { infer(argument, type) }
        }
    }

    // MARK: What stays open

    private func checkResolved() {
        guard analyzer.errors.isEmpty else { return }
        checkStatistics()
        guard analyzer.errors.isEmpty else { return }
        for probe in analyzer.probes { check(probe.statement) }
        for function in functions { check(function.statement) }
    }

    private func check(_ statement: StatementNode) {
        switch statement.kind {
        case .expression(let node): check(node, isUsed: false)
        case .loop(let condition, let step, _):
            if let condition { check(condition, isUsed: true) }
            if let step { check(step, isUsed: false) }
        default: statement.forEachExpression { check($0, isUsed: true) }
        }
        if case .foreach(let loop) = statement.kind {
            for key in loop.keys where key.type == .unknown { unresolved(key.token) }
        }
        statement.forEachStatement(check)
    }

    private func check(_ node: Node, isUsed: Bool) {
        if node.type == .unknown, isUsed {
            unresolved(node.token)
            return
        }
        if case .assignment(_, let target, _) = node.kind, target.type == .unknown {
            unresolved(target.token)
            return
        }
        if case .call = node.kind {
            // What it returns is looked at where it does.
        } else if node.type == .statistics {
            return report("type mismatch: expected long but found stats", node.token)
        }
        switch node.kind {
        case .aggregateAdd(let target, _), .aggregate(_, let target), .histogramBucket(let target, _),
            .histogramText(_, let target):
            target.forEachChild { check($0, isUsed: true) }
            node.forEachChild { if $0 !== target { check($0, isUsed: true) } }
        case .print(_, _, let arguments):
            for argument in arguments {
                if argument.type == .statistics {
                    report("cannot print a raw stats object", argument.token)
                } else {
                    check(argument, isUsed: true)
                }
            }
        default: node.forEachChild { check($0, isUsed: true) }
        }
    }

    /// Statistics live in globals that an operator or `<<<` has shown to be some.
    private func checkStatistics() {
        for body in analyzer.probes as [Body] + functions {
            for local in body.locals where local.type == .statistics {
                report("stat locals not supported, missing global declaration?", local.token)
            }
        }
        for global in analyzer.symbols.globals where global.type == .statistics && global.statistics == nil {
            report("unable to infer statistic parameters", global.token)
        }
    }

    private func report(_ message: String, _ token: Token) {
        analyzer.report(Diagnostic(.semanticError, message, tokens: [token], site: message))
    }

    private func unresolved(_ token: Token) {
        guard reported.insert(ObjectIdentifier(token)).inserted else { return }
        analyzer.report(Diagnostic(.semanticError, "unresolved type", tokens: [token]))
    }

    // MARK: Messages

    private func mismatch(_ node: Node, _ type: ValueType, first: ValueType, at token: Token?, index: Int? = nil) {
        guard reported.insert(ObjectIdentifier(node)).inserted else { return }
        report(node.token, type, first: first, at: token, index: index)
    }

    /// Reports a use with another type than the first one; `index` counts keys and arguments.
    private func report(
        _ token: Token, _ type: ValueType, first: ValueType, at firstToken: Token?, index: Int? = nil
    ) {
        let what = index.map { "index \($0) type" } ?? "type"
        let origin = index.map { "type of index \($0)" } ?? "type"
        let cause = Diagnostic(
            .semanticError, "\(origin) was first inferred here (\(first))", tokens: firstToken.map { [$0] } ?? [])
        analyzer.report(
            Diagnostic(
                .semanticError, "\(what) mismatch (\(type))", tokens: [token], chain: [cause], site: "type mismatch"))
    }
}

extension Array {
    /// The element, or nil outside the array.
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
