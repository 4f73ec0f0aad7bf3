// SPDX-License-Identifier: GPL-3.0-or-later

extension Parser {
    /// A primary with its steps, pretty-printing suffix and `&` in front.
    func parseValue() throws(Failure) -> Expression {
        guard let token = next, token.isOperator("&") else { return try parseSteps(after: try parsePrimary()) }
        index += 1
        try enter()
        let operand = try parseValue()
        depth -= 1
        guard case .target(var target) = operand.kind, !target.isAddress else {
            throw error("expected @cast, @var or $var", at: operand.token)
        }
        target.isAddress = true
        return Expression(token: operand.token, kind: .target(target))
    }

    /// `->m`, `[i]` and a trailing `$` or `$$`, which make a target of any value.
    private func parseSteps(after value: Expression) throws(Failure) -> Expression {
        guard at("->") || at("[") || atPrettySuffix != nil else { return value }
        var target: TargetExpression
        if case .target(let existing) = value.kind, !existing.isAddress {
            // `$x$` is text already: nothing can follow it.
            guard existing.pretty == .none else { return value }
            target = existing
        } else {
            guard version.hasAutocast else { return value }
            target = TargetExpression(base: .autocast(value))
        }
        while target.pretty == .none {
            if accept("->") {
                let member = try parseMember(into: &target)
                target.steps.append(.member(member))
            } else if at("["), let bracket = next {
                let valueHeight = height
                index += 1
                let index = try parseNested()
                try expect("]")
                height = max(height, valueHeight)
                target.steps.append(.index(index, bracket))
            } else if let suffix = atPrettySuffix {
                index += 1
                target.pretty = suffix
            } else {
                break
            }
            // Walking the steps is a loop for everybody, yet a chain without end is no script.
            guard target.steps.count <= Parser.nestingLimit else {
                throw error("nested more than \(Parser.nestingLimit) levels deep", at: value.token)
            }
        }
        return try node(value.token, .target(target))
    }

    /// The depth that a `$` or `$$` on its own asks for.
    private var atPrettySuffix: PrettyDepth? {
        guard let token = next, token.kind == .identifier else { return nil }
        return switch token.content.bytes {
        case [UInt8(ascii: "$")]: .shallow
        case [UInt8(ascii: "$"), UInt8(ascii: "$")]: .deep
        default: nil
        }
    }

    /// A member's name, any word; its own trailing dollars ask for pretty-printing.
    private func parseMember(into target: inout TargetExpression) throws(Failure) -> Token {
        guard let token = next, token.kind == .identifier || token.kind == .keyword else {
            throw unexpected("expected identifier")
        }
        let (name, pretty) = splitPretty(token.content.bytes)
        guard !name.isEmpty else { throw unexpected("expected identifier") }
        index += 1
        target.pretty = pretty
        return pretty == .none ? token : token.with(content: ByteString(name))
    }

    /// Cuts up to two trailing dollars off.
    private func splitPretty(_ bytes: [UInt8]) -> ([UInt8], PrettyDepth) {
        let dollar = UInt8(ascii: "$")
        guard bytes.last == dollar else { return (bytes, .none) }
        let count = bytes.dropLast().last == dollar ? 2 : 1
        return (Array(bytes.dropLast(count)), count == 2 ? .deep : .shallow)
    }

    // MARK: - Primaries

    private func parsePrimary() throws(Failure) -> Expression {
        height = 0
        guard let token = next else { throw missingValue }
        switch token.kind {
        case .number:
            let value = Int64(truncatingIfNeeded: try parseNumber(token))
            return Expression(token: token, kind: .number(value))
        case .string:
            return Expression(token: token, kind: .string(try parseString()))
        case .identifier:
            return try parseWord(token)
        case .embedded:
            return Expression(token: token, kind: .embedded(try parseEmbedded(isExpression: true).content))
        case .keyword:
            guard token.isKeyword("string") || token.isKeyword("long"), isOperator("(", at: 1) else {
                throw missingValue
            }
            return try parseWord(token)
        case .operator:
            if token.isOperator("(") {
                index += 1
                let inner = try parseNested()
                try expect(")")
                // In parentheses a name is a value, so that an index on it is not an array's.
                return inner
            }
            return try parseAtWord(token)
        case .junk:
            throw missingValue
        }
    }

    /// A variable, array element, call, print call or target variable.
    private func parseWord(_ token: Token) throws(Failure) -> Expression {
        let name = token.text
        if token.content.bytes.first == UInt8(ascii: "$") {
            guard token.content.bytes.contains(where: { $0 != UInt8(ascii: "$") }) else {
                throw unexpected("expected identifier")
            }
            index += 1
            let (base, pretty) = splitPretty(token.content.bytes)
            let symbol = TargetBase.symbol(String(decoding: base, as: UTF8.self))
            return Expression(token: token, kind: .target(TargetExpression(base: symbol, pretty: pretty)))
        }
        index += 1
        if at("(") {
            if let kind = PrintKind(rawValue: name) { return try parsePrint(kind, token) }
            index += 1
            return try node(token, .call(name, try parseArguments()))
        }
        if at("[") { return try node(token, .element(name, try parseIndices())) }
        return Expression(token: token, kind: .symbol(name))
    }

    // MARK: - The print family

    private func parsePrint(_ kind: PrintKind, _ token: Token) throws(Failure) -> Expression {
        try expect("(")
        var format: ByteString?
        var arguments: [Expression] = []
        var highest = 0
        var minimum = 0
        switch kind {
        case .print, .sprint, .printChar:
            minimum = 1
        case .println, .sprintln:
            break
        case .printd, .printdln, .sprintd, .sprintdln:
            format = try parseString()
            // The delimiter is to stand between at least two values.
            minimum = 2
        case .printf, .sprintf:
            let text = try parseString()
            if case .failure(let problem) = FormatParser.parse(text) { throw unexpected(problem.message) }
            format = text
        }
        let allowsHistogram = format == nil && kind != .printChar
        while arguments.count < minimum || !at(")") {
            if format != nil || !arguments.isEmpty { try expect(",") }
            if allowsHistogram { bareHistogramIndex = index }
            arguments.append(try parseNested())
            highest = max(highest, height)
            if kind == .printChar { break }
        }
        try expect(")")
        guard arguments.count <= 32 else { throw error("too many arguments to print", at: token) }
        height = highest
        return try node(token, .print(kind, format: format, arguments: arguments))
    }
}
