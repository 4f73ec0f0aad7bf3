// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Prints checked bodies for `-p2 -v` and for tests: fully parenthesised, what the kernel reads in words of its own.
struct CheckedPrinter {
    let program: CheckedProgram
    let locals: [CheckedLocal]

    /// A statement with its newline, indented by two spaces for each level.
    func text(_ statement: CheckedStatement, level: Int = 0) -> String {
        let indent = String(repeating: "  ", count: level)
        switch statement.kind {
        case .block(let statements):
            let inner = statements.map { text($0, level: level + 1) }.joined()
            return "\(indent){\n\(inner)\(indent)}\n"
        case .expression(let node): return "\(indent)\(text(node))\n"
        case .if(let condition, let then, let otherwise):
            var result = "\(indent)if (\(text(condition)))\n\(text(then, level: level + 1))"
            if let otherwise { result += "\(indent)else\n\(text(otherwise, level: level + 1))" }
            return result
        case .loop(let condition, let step, let body):
            let head =
                step == nil && condition != nil
                ? "while (\(condition.map(text) ?? ""))"
                : "for (; \(condition.map(text) ?? "1"); \(step.map(text) ?? ""))"
            return "\(indent)\(head)\n\(text(body, level: level + 1))"
        case .foreach(let loop): return "\(indent)\(head(of: loop))\n\(text(loop.body, level: level + 1))"
        case .tryCatch(let body, let variable, let handler):
            let name = variable.map { " (\(text($0)))" } ?? ""
            return "\(indent)try\n\(text(body, level: level + 1))\(indent)catch\(name)\n"
                + text(handler, level: level + 1)
        case .deleteGlobal(let index): return "\(indent)delete \(global(index))\n"
        case .deleteLocal(let index): return "\(indent)delete \(local(index))\n"
        case .deleteElement(let index, let keys): return "\(indent)delete \(global(index))[\(list(keys))]\n"
        case .next: return "\(indent)next\n"
        case .break: return "\(indent)break\n"
        case .continue: return "\(indent)continue\n"
        case .return(let value): return "\(indent)return\(value.map { " " + text($0) } ?? ";")\n"
        }
    }

    private func head(of loop: CheckedForeach) -> String {
        let sort = { (key: SortKey) -> String in
            guard let (wanted, direction) = loop.sort, wanted == key else { return "" }
            return direction == .ascending ? "+" : "-"
        }
        var result = "foreach ("
        if let value = loop.value { result += "\(local(value)) = " }
        let keys = loop.keys.enumerated().map { local($1) + sort(.key($0)) }.joined(separator: ", ")
        result += "[\(keys)] in \(global(loop.array))"
        if let slice = loop.slice { result += "[\(list(slice))]" }
        if let (key, _) = loop.sort, case .value(let operation?) = key {
            result += " @\(operation.rawValue)" + sort(key)
        }
        result += sort(.value(nil))
        if let limit = loop.limit { result += " limit \(text(limit))" }
        return result + ")"
    }

    /// An expression on one line.
    func text(_ node: CheckedExpression) -> String {
        switch node.kind {
        case .integer(let value): return String(value)
        case .string(let value): return quoted(value)
        case .local(let index): return local(index)
        case .global(let index): return global(index)
        case .element(let index, let keys): return "\(global(index))[\(list(keys))]"
        case .call(let index, let arguments):
            return "\(program.functions[safe: index]?.name ?? "?")(\(list(arguments)))"
        case .builtin(let builtin, let arguments): return "\(builtin.signature.name)(\(list(arguments)))"
        case .unary(let operation, let operand): return "\(operation.rawValue)(\(text(operand)))"
        case .binary(let operation, let left, let right):
            return "(\(text(left))) \(operation.rawValue) (\(text(right)))"
        case .logicalAnd(let left, let right): return "(\(text(left))) && (\(text(right)))"
        case .logicalOr(let left, let right): return "(\(text(left))) || (\(text(right)))"
        case .conditional(let condition, let first, let second):
            return "(\(text(condition))) ? (\(text(first))) : (\(text(second)))"
        case .assignment(let operation, let target, let value):
            return "(\(text(target))) \(operation?.rawValue ?? "")= (\(text(value)))"
        case .increment(let target, let isIncrement, let isPrefix):
            let sign = isIncrement ? "++" : "--"
            return isPrefix ? "\(sign)(\(text(target)))" : "(\(text(target)))\(sign)"
        case .membership(let index, let keys): return "[\(list(keys))] in \(global(index))"
        case .print(let returnsString, let pieces, let arguments):
            let values = arguments.map { ", " + text($0) }.joined()
            return "\(returnsString ? "sprintf" : "printf")(\(quoted(format(pieces)))\(values))"
        case .aggregateAdd(let target, let value): return "(\(text(target))) <<< (\(text(value)))"
        case .aggregate(let operation, let target): return aggregate(operation, target)
        case .histogramBucket(let target, let index): return "\(histogram(target))[\(text(index))]"
        case .histogramText(let returnsString, let target):
            return "\(returnsString ? "sprint" : "print")(\(histogram(target)))"
        case .argument(let index, let shape): return "@argument(\(index), \(text(shape)))"
        case .returnValue(let shape): return "@return(\(text(shape)))"
        case .load(let address, let access): return "@load(\(text(access)), \(text(address)))"
        case .readable(let operand): return "@readable(\(text(operand)))"
        case .entry(let operand): return "@entry(\(text(operand)))"
        case .regexMatch(let operand, let pattern, _, let isNegated):
            return "(\(text(operand))) \(isNegated ? "!~" : "=~") (\(quoted(pattern)))"
        }
    }

    private func aggregate(_ operation: AggregateOperator, _ target: CheckedExpression) -> String {
        let shift = operation == .variance ? parameters(of: target)?.shift ?? 0 : 0
        return "@\(operation.rawValue)(\(text(target))\(shift == 0 ? "" : ", \(shift)"))"
    }

    private func histogram(_ target: CheckedExpression) -> String {
        guard case .linear(let low, let high, let step)? = parameters(of: target)?.histogram else {
            return "@hist_log(\(text(target)))"
        }
        return "@hist_linear(\(text(target)), \(low), \(high), \(step))"
    }

    private func parameters(of target: CheckedExpression) -> StatisticsParameters? {
        switch target.kind {
        case .global(let index), .element(let index, _): program.globals[safe: index]?.statistics
        default: nil
        }
    }

    private func text(_ shape: IntegerShape) -> String { "\(shape.isSigned ? "s" : "u")\(Int(shape.size) * 8)" }

    private func text(_ access: MemoryAccess) -> String {
        let bits = access.bitField.map { ":\($0.offset)+\($0.width)" } ?? ""
        return (access.isUser ? "user " : "") + text(access.shape) + bits
    }

    private func list(_ nodes: [CheckedExpression?]) -> String {
        nodes.map { $0.map(text) ?? "*" }.joined(separator: ", ")
    }

    private func local(_ index: Int) -> String { locals[safe: index]?.name ?? "?" }

    private func global(_ index: Int) -> String { program.globals[safe: index]?.name ?? "?" }

    private func format(_ pieces: [FormatPiece]) -> ByteString {
        var bytes: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .literal(let text):
                for byte in text.bytes { bytes += byte == UInt8(ascii: "%") ? [byte, byte] : [byte] }
            case .directive(let flag, let width, let precision, let conversion):
                bytes.append(UInt8(ascii: "%"))
                if flag != .none { bytes.append(flag.rawValue) }
                bytes += number(width)
                if precision != .none { bytes += [UInt8(ascii: ".")] + number(precision) }
                bytes.append(conversion.rawValue)
            }
        }
        return ByteString(bytes)
    }

    private func number(_ number: FormatNumber) -> [UInt8] {
        switch number {
        case .none: []
        case .fixed(let value): Array(String(value).utf8)
        case .dynamic: [UInt8(ascii: "*")]
        }
    }
}
