// SPDX-License-Identifier: GPL-3.0-or-later

extension Parser {
    /// The aggregate operator that `token` is, if any.
    func aggregateOperator(_ token: Token) -> AggregateOperator? {
        guard token.kind == .operator, token.content.bytes.first == UInt8(ascii: "@") else { return nil }
        let op = AggregateOperator(rawValue: String(decoding: token.content.bytes.dropFirst(), as: UTF8.self))
        return op == .variance && !version.has("3.1") ? nil : op
    }

    /// Whether `token` is one of the histogram operators.
    func isHistogram(_ token: Token) -> Bool {
        token.kind == .operator && (token.text == "@hist_log" || token.text == "@hist_linear")
    }

    /// An expression that starts with an operator which is not a prefix: only @-words are left.
    func parseAtWord(_ token: Token) throws(Failure) -> Expression {
        guard token.content.bytes.first == UInt8(ascii: "@"), token.content.bytes.count > 1 else {
            throw missingValue
        }
        if isHistogram(token) { return try parseHistogramValue(token) }
        if let op = aggregateOperator(token) {
            index += 1
            try expect("(")
            let operand = try parseNested()
            let shift = op == .variance && accept(",") ? try parseIntegerLiteral() : nil
            if let comma = next, at(",") {
                throw error("not more than \(op == .variance ? "2 parameters" : "1 parameter") allowed", at: comma)
            }
            try expect(")")
            return try node(token, .aggregate(op, operand, shift: shift))
        }
        guard let word = AtWord(rawValue: token.text), version.has(word.since) else {
            throw refused("unknown operator \(token.text)", token)
        }
        if word.needsGuru && !isPrivileged {
            throw refused("using \(token.text) operator not permitted; need stap -g", token)
        }
        index += 1
        try expect("(")
        let kind = try parseOperands(of: word)
        try expect(")")
        return try node(token, kind)
    }

    private func parseOperands(of word: AtWord) throws(Failure) -> ExpressionKind {
        switch word {
        case .cast:
            let value = try parseNested()
            try expect(",")
            let type = try parseString()
            let module = accept(",") ? try parseString() : nil
            return .target(TargetExpression(base: .cast(value: value, type: type, module: module)))
        case .variable:
            height = 0
            let name = try parseString()
            let module = accept(",") ? try parseString() : nil
            return .target(TargetExpression(base: .variable(name: name, module: module)))
        case .defined: return .defined(try parseNested())
        case .entry: return .entry(try parseNested())
        case .perf: return .perf(try parseString())
        case .const: return .const(try parseString())
        case .enumValue: return .enumValue(try parseString())
        case .enumName:
            let value = try parseNested()
            let type = accept(",") ? try parseString() : nil
            let module = type != nil && accept(",") ? try parseString() : nil
            return .enumName(value, type: type, module: module)
        case .kernelRegister, .userRegister:
            return .register(isUser: word == .userRegister, try parseNested())
        case .kernelDereference, .userDereference:
            let size = try parseNested()
            let sizeHeight = height
            try expect(",")
            let address = try parseNested()
            height = max(height, sizeHeight)
            return .dereference(isUser: word == .userDereference, size: size, address: address)
        case .probeWrite: return .probeWrite(try expectIdentifier().text)
        }
    }

    /// A bucket, or the whole histogram where a print call may show it.
    private func parseHistogramValue(_ token: Token) throws(Failure) -> Expression {
        let mayBeBare = bareHistogramIndex == index
        let histogram = try parseHistogram()
        if mayBeBare && (at(",") || at(")") || next == nil) {
            return Expression(token: token, kind: .histogram(histogram))
        }
        let operandHeight = height
        try expect("[")
        let bucket = try parseNested()
        try expect("]")
        height = max(height, operandHeight)
        return try node(token, .histogramBucket(histogram, bucket))
    }

    /// `@hist_log(e)` or `@hist_linear(e, low, high, step)`.
    func parseHistogram() throws(Failure) -> HistogramExpression {
        let isLinear = next?.text == "@hist_linear"
        index += 1
        try expect("(")
        let operand = try parseNested()
        var linear: (low: Int64, high: Int64, step: Int64)?
        if isLinear {
            try expect(",")
            let low = try parseIntegerLiteral()
            try expect(",")
            let high = try parseIntegerLiteral()
            try expect(",")
            linear = (low, high, try parseIntegerLiteral())
        }
        try expect(")")
        height += 1
        try checkNesting()
        return HistogramExpression(linear: linear, operand: operand)
    }
}

/// Whether `text` is an @-word of the language itself in a version of it.
func isBuiltInWord(_ text: String, _ version: LanguageVersion) -> Bool {
    AtWord(rawValue: text).map { version.has($0.since) } ?? false
        || AggregateOperator(rawValue: String(text.dropFirst())) != nil
        || text == "@hist_log" || text == "@hist_linear"
}

/// The built-in @-words that are not aggregate or histogram operators.
private enum AtWord: String {
    case cast = "@cast", variable = "@var", defined = "@defined", entry = "@entry", perf = "@perf"
    case const = "@const", enumValue = "@enum", enumName = "@enumname", probeWrite = "@probewrite"
    case kernelRegister = "@kregister", userRegister = "@uregister"
    case kernelDereference = "@kderef", userDereference = "@uderef"

    /// The version of SystemTap that brought it.
    var since: String {
        switch self {
        case .const: "3.1"
        case .kernelRegister, .userRegister, .kernelDereference, .userDereference: "4.0"
        case .enumValue: "5.5"
        case .enumName: "5.6"
        case .cast, .variable, .defined, .entry, .perf, .probeWrite: "1.0"
        }
    }

    /// Whether user scripts may use it in guru mode only.
    var needsGuru: Bool { self == .const || self == .kernelRegister || self == .kernelDereference }
}
