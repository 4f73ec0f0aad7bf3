// SPDX-License-Identifier: GPL-3.0-or-later

@testable import Syntax

/// A tree as nested lists, without its places, so that equal trees have equal texts; written apart from the printer.
enum Structure {
    static func of(_ file: ParsedFile) -> String {
        var parts = file.embedded.map { "(embedded \($0.content.bytes))" }
        parts += file.globals.map { global in
            "(global \(global.name) \(global.isPrivate) \(global.wraps) \(global.size ?? -1) \(of(global.initial)))"
        }
        parts += file.aliases.map { alias in
            "(alias \(points(alias.names)) \(points(alias.points)) \(of(alias.prologue)) \(of(alias.epilogue)))"
        }
        parts += file.probes.map { "(probe \(points($0.points)) \(of($0.body)))" }
        parts += file.functions.map { function in
            let parameters = function.parameters.map { "\($0.name):\(type($0.type))" }
            let body =
                switch function.body {
                case .block(let block): of(block)
                case .embedded(let token): "\(token.content.bytes)"
                }
            return "(function \(function.name) \(function.isPrivate) \(type(function.type)) \(parameters)"
                + " \(function.priority ?? -1) \(body))"
        }
        return parts.joined(separator: "\n")
    }

    private static func type(_ type: TypeName?) -> String { type?.rawValue ?? "none" }

    private static func of(_ literal: Literal?) -> String {
        switch literal {
        case .number(let value): "\(value)"
        case .string(let value): "\(value.bytes)"
        case nil: "none"
        }
    }

    private static func points(_ points: [ProbePoint]) -> String {
        let texts = points.map { point in
            let components = point.components.map { "\($0.name)<\(of($0.argument))>" }
            return "\(components) \(point.isOptional) \(point.isSufficient) \(of(point.condition))"
        }
        return "(\(texts.joined(separator: " | ")))"
    }

    private static func of(_ block: Block?) -> String {
        block.map { "{" + $0.statements.map(of).joined(separator: "; ") + "}" } ?? "none"
    }

    static func of(_ statement: Statement?) -> String {
        guard let statement else { return "none" }
        switch statement.kind {
        case .null: return "null"
        case .block(let block): return of(block)
        case .expression(let expression): return of(expression)
        case .if(let condition, let then, let otherwise):
            return "(if \(of(condition)) \(of(then)) \(of(otherwise)))"
        case .while(let condition, let body): return "(while \(of(condition)) \(of(body)))"
        case .for(let initial, let condition, let step, let body):
            return "(for \(of(initial)) \(of(condition)) \(of(step)) \(of(body)))"
        case .foreach(let loop):
            let keys = loop.keys.map(\.text)
            let sort = loop.sort.map { "\($0.key) \($0.direction)" } ?? "none"
            return "(foreach \(loop.value?.text ?? "none") \(keys) \(of(loop.base)) \(loop.slice.map(list) ?? "none")"
                + " \(sort) \(of(loop.limit)) \(of(loop.body)))"
        case .tryCatch(let body, let variable, let handler):
            return "(try \(of(body)) \(variable?.text ?? "none") \(of(handler)))"
        case .delete(let operand): return "(delete \(of(operand)))"
        case .next: return "next"
        case .break: return "break"
        case .continue: return "continue"
        case .return(let value): return "(return \(of(value)))"
        }
    }

    private static func list(_ expressions: [Expression?]) -> String {
        "[" + expressions.map { $0.map { of($0) } ?? "*" }.joined(separator: ", ") + "]"
    }

    static func of(_ expression: Expression?) -> String {
        guard let expression else { return "none" }
        switch expression.kind {
        case .number(let value): return "\(value)"
        case .string(let value): return "'\(value)'"
        case .symbol(let name): return name
        case .element(let name, let indices): return "(element \(name) \(list(indices)))"
        case .call(let name, let arguments): return "(call \(name) \(list(arguments)))"
        case .unary(let op, let operand): return "(\(op.rawValue) \(of(operand)))"
        case .binary(let op, let left, let right): return "(\(op.rawValue) \(of(left)) \(of(right)))"
        case .logicalAnd(let left, let right): return "(&& \(of(left)) \(of(right)))"
        case .logicalOr(let left, let right): return "(|| \(of(left)) \(of(right)))"
        case .conditional(let condition, let first, let second):
            return "(? \(of(condition)) \(of(first)) \(of(second)))"
        case .assignment(let op, let left, let right): return "(\(op?.rawValue ?? "")= \(of(left)) \(of(right)))"
        case .aggregateAdd(let left, let right): return "(<<< \(of(left)) \(of(right)))"
        case .increment(let operand, let isIncrement, let isPrefix):
            return "(\(isPrefix ? "pre" : "post")\(isIncrement ? "++" : "--") \(of(operand)))"
        case .membership(let keys, let base): return "(in \(list(keys)) \(of(base)))"
        case .regexMatch(let value, let pattern, _, let isNegated):
            return "(\(isNegated ? "!~" : "=~") \(of(value)) '\(pattern)')"
        case .print(let kind, let format, let arguments):
            return "(\(kind.rawValue) \(format.map { "\($0.bytes)" } ?? "none") \(list(arguments)))"
        case .aggregate(let op, let operand, let shift):
            return "(@\(op.rawValue) \(of(operand)) \(shift ?? -1))"
        case .histogram(let histogram): return of(histogram)
        case .histogramBucket(let histogram, let bucket): return "(bucket \(of(histogram)) \(of(bucket)))"
        case .target(let target): return of(target)
        case .defined(let operand): return "(defined \(of(operand)))"
        case .entry(let operand): return "(entry \(of(operand)))"
        case .perf(let name): return "(perf '\(name)')"
        case .const(let code): return "(const '\(code)')"
        case .enumValue(let name): return "(enum '\(name)')"
        case .enumName(let value, let type, let module):
            return "(enumname \(of(value)) \(type?.description ?? "none") \(module?.description ?? "none"))"
        case .register(let isUser, let number): return "(register \(isUser) \(of(number)))"
        case .dereference(let isUser, let size, let address):
            return "(deref \(isUser) \(of(size)) \(of(address)))"
        case .probeWrite(let name): return "(probewrite \(name))"
        case .embedded(let code): return "(embedded \(code.bytes))"
        }
    }

    private static func of(_ histogram: HistogramExpression) -> String {
        "(hist \(histogram.linear.map { "\($0)" } ?? "log") \(of(histogram.operand)))"
    }

    private static func of(_ target: TargetExpression) -> String {
        let base =
            switch target.base {
            case .symbol(let name): name
            case .variable(let name, let module): "(var '\(name)' \(module?.description ?? "none"))"
            case .cast(let value, let type, let module):
                "(cast \(of(value)) '\(type)' \(module?.description ?? "none"))"
            case .autocast(let value): "(auto \(of(value)))"
            }
        let steps = target.steps.map { step in
            switch step {
            case .member(let token): "->\(token.text)"
            case .index(let index, _): "[\(of(index))]"
            }
        }
        return "(target \(target.isAddress ? "&" : "")\(base) \(steps.joined()) \(target.pretty.rawValue))"
    }
}

/// The structure of the single expression `text`, or its first error's message in angle brackets.
func expressionStructure(_ text: String, guru: Bool = false) -> String {
    let result = parsed("probe p { \(text) }", guru: guru)
    if let error = result.diagnostics.first { return "<\(error.message)>" }
    let statements = result.file.probes.first?.body.statements ?? []
    return statements.map { Structure.of($0) }.joined(separator: "; ")
}
