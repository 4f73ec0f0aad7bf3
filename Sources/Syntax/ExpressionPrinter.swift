// SPDX-License-Identifier: GPL-3.0-or-later

extension SourcePrinter {
    /// An expression as source: every operand that is not a plain value is in parentheses.
    public static func text(of expression: Expression) -> String {
        switch expression.kind {
        case .number(let value): String(UInt64(bitPattern: value))
        case .string(let value): quoted(value)
        case .symbol(let name): name
        case .element(let name, let indices): name + list(indices)
        case .call(let name, let arguments): name + list(arguments)
        case .unary(let op, let operand): op.rawValue + operandText(operand)
        case .binary(let op, let left, let right): infix(left, op.rawValue, right)
        case .logicalAnd(let left, let right): infix(left, "&&", right)
        case .logicalOr(let left, let right): infix(left, "||", right)
        case .conditional(let condition, let first, let second):
            "\(operandText(condition)) ? \(operandText(first)) : \(operandText(second))"
        case .assignment(let op, let left, let right): infix(left, (op?.rawValue ?? "") + "=", right)
        case .aggregateAdd(let left, let right): infix(left, "<<<", right)
        case .increment(let operand, let isIncrement, let isPrefix):
            isPrefix
                ? (isIncrement ? "++" : "--") + operandText(operand)
                : operandText(operand) + (isIncrement ? "++" : "--")
        case .membership(let keys, let base): "\(list(keys)) in \(text(of: base))"
        case .regexMatch(let value, let pattern, _, let isNegated):
            "\(operandText(value)) \(isNegated ? "!~" : "=~") \(quoted(pattern))"
        case .print(let kind, let format, let arguments):
            kind.rawValue + "(" + ((format.map { [quoted($0)] } ?? []) + arguments.map(text)).joined(separator: ", ")
                + ")"
        case .target(let target): text(of: target)
        default: atWordText(of: expression.kind)
        }
    }

    /// The expressions that start with an @-word, and embedded code.
    private static func atWordText(of kind: ExpressionKind) -> String {
        switch kind {
        case .aggregate(let op, let operand, let shift):
            "@\(op.rawValue)(\(text(of: operand))" + (shift.map { ", \($0)" } ?? "") + ")"
        case .histogram(let histogram): text(of: histogram)
        case .histogramBucket(let histogram, let bucket): "\(text(of: histogram))[\(text(of: bucket))]"
        case .defined(let operand): "@defined(\(text(of: operand)))"
        case .entry(let operand): "@entry(\(text(of: operand)))"
        case .perf(let name): "@perf(\(quoted(name)))"
        case .const(let code): "@const(\(quoted(code)))"
        case .enumValue(let name): "@enum(\(quoted(name)))"
        case .enumName(let value, let type, let module):
            "@enumname(\(text(of: value))" + optional(type) + optional(module) + ")"
        case .register(let isUser, let number): "@\(isUser ? "u" : "k")register(\(text(of: number)))"
        case .dereference(let isUser, let size, let address):
            "@\(isUser ? "u" : "k")deref(\(text(of: size)), \(text(of: address)))"
        case .probeWrite(let name): "@probewrite(\(name))"
        case .embedded(let code): "%{\(code)%}"
        default: ""
        }
    }

    /// A literal as source.
    public static func text(of literal: Literal) -> String {
        switch literal {
        case .number(let value): String(value)
        case .string(let value): quoted(value)
        }
    }

    /// A string literal with its quotes; bytes that are not UTF-8 become octal escapes.
    public static func quoted(_ value: ByteString) -> String {
        let isText = String(validating: value.bytes, as: UTF8.self) != nil
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in value.bytes {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes += [UInt8(ascii: "\\"), byte]
            } else if byte.isPrintable || (isText && byte >= 0x80) {
                bytes.append(byte)
            } else if let letter = byte.escapeLetter {
                bytes += [UInt8(ascii: "\\"), letter]
            } else {
                // Always three digits, so that a digit after it is not taken in.
                bytes += [UInt8(ascii: "\\"), byte >> 6 + 0x30, byte >> 3 & 7 + 0x30, byte & 7 + 0x30]
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - Parts

    private static func operandText(_ expression: Expression) -> String {
        OperatorTable.level(of: expression) < OperatorTable.Level.value
            ? "(\(text(of: expression)))" : text(of: expression)
    }

    private static func infix(_ left: Expression, _ op: String, _ right: Expression) -> String {
        "\(operandText(left)) \(op) \(operandText(right))"
    }

    private static func list(_ arguments: [Expression]) -> String {
        "(" + arguments.map(text).joined(separator: ", ") + ")"
    }

    /// Indices in brackets, `*` for nil.
    static func list(_ indices: [Expression?]) -> String {
        "[" + indices.map { $0.map(text) ?? "*" }.joined(separator: ", ") + "]"
    }

    private static func optional(_ value: ByteString?) -> String { value.map { ", " + quoted($0) } ?? "" }

    private static func text(of histogram: HistogramExpression) -> String {
        guard let linear = histogram.linear else { return "@hist_log(\(text(of: histogram.operand)))" }
        return "@hist_linear(\(text(of: histogram.operand)), \(linear.low), \(linear.high), \(linear.step))"
    }

    private static func text(of target: TargetExpression) -> String {
        var result = target.isAddress ? "&" : ""
        switch target.base {
        case .symbol(let name): result += name
        case .variable(let name, let module): result += "@var(\(quoted(name))\(optional(module)))"
        case .cast(let value, let type, let module):
            result += "@cast(\(text(of: value)), \(quoted(type))\(optional(module)))"
        case .autocast(let value): result += "(\(text(of: value)))"
        }
        for step in target.steps {
            switch step {
            case .member(let token): result += "->" + token.text
            case .index(let index, _): result += "[\(text(of: index))]"
            }
        }
        return result + String(repeating: "$", count: target.pretty.rawValue)
    }
}
