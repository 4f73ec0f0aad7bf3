// SPDX-License-Identifier: GPL-3.0-or-later

/// Evaluates the condition of `%( … %?`, whose tokens are macro-expanded already.
struct Condition {
    let tokens: [Token]
    let environment: PreprocessorEnvironment
    /// The token after the condition, for errors at its end.
    let end: Token
    private var index = 0

    init(tokens: [Token], end: Token, environment: PreprocessorEnvironment) {
        self.tokens = tokens
        self.end = end
        self.environment = environment
    }

    /// The value; every comparison is evaluated, so that all have to be well-formed.
    mutating func evaluate() throws(Failure) -> Bool {
        var result = false
        repeat {
            var term = true
            repeat {
                let simple = try comparison()
                term = term && simple
            } while accept("&&")
            result = result || term
        } while accept("||")
        guard index == tokens.count else { throw unexpected("expected '&&', '||' or '%?'") }
        return result
    }

    private var next: Token? { index < tokens.count ? tokens[index] : nil }

    private mutating func accept(_ text: StaticString) -> Bool {
        guard let token = next, token.isOperator(text) else { return false }
        index += 1
        return true
    }

    private func unexpected(_ message: String) -> Failure { (next ?? end).failure(message, relation: .at) }

    // MARK: - One comparison

    private enum Relation: String {
        case equal = "==", notEqual = "!=", less = "<", greater = ">", lessEqual = "<=", greaterEqual = ">="

        var isOrder: Bool { self != .equal && self != .notEqual }

        /// Whether the relation holds for a comparison's sign.
        func holds(_ order: Int) -> Bool {
            switch self {
            case .equal: order == 0
            case .notEqual: order != 0
            case .less: order < 0
            case .greater: order > 0
            case .lessEqual: order <= 0
            case .greaterEqual: order >= 0
            }
        }
    }

    private mutating func comparison() throws(Failure) -> Bool {
        guard let left = next, left.kind == .identifier || left.kind == .string || left.kind == .number else {
            throw unexpected("expected condition operand")
        }
        index += 1
        guard let operation = next, operation.kind == .operator, let relation = Relation(rawValue: operation.text)
        else { throw unexpected("expected comparison operator") }
        index += 1
        switch left.kind {
        case .string:
            let right = try take(.string)
            return relation.holds(sign(left.content, right.content))
        case .number:
            let leftValue = try number(left)
            let rightValue = try number(try take(.number))
            return relation.holds(sign(leftValue, rightValue))
        default:
            return try comparison(of: left, relation, operation)
        }
    }

    private mutating func comparison(
        of left: Token, _ relation: Relation, _ operation: Token
    ) throws(Failure) -> Bool {
        switch left.text {
        case "kernel_v":
            let base = environment.kernelRelease.utf8.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
            return try version(Array(base), relation, operation)
        case "kernel_vr":
            return try version(Array(environment.kernelRelease.utf8), relation, operation)
        case "systemtap_v":
            return try version(Array(environment.systemtapVersion.utf8), relation, operation)
        case "systemtap_privilege":
            try requireEquality(relation, operation)
            let right = try take(.string)
            return relation.holds(sign(ByteString(environment.privilege), right.content))
        case "guru_mode":
            try requireEquality(relation, operation)
            let right = try take(.number)
            let value = try number(right)
            guard value <= 1 else { throw right.failure("expected 0 or 1", relation: .at) }
            return relation.holds(sign(environment.guruMode ? 1 : 0, value))
        case "arch":
            return try pattern(environment.architecture, relation, operation)
        case "runtime":
            return try pattern(environment.runtime, relation, operation)
        case let name where name.hasPrefix("CONFIG_"):
            return try config(left, relation, operation)
        default:
            throw left.failure(
                "expected 'arch', 'guru_mode', 'kernel_v', 'kernel_vr', 'runtime', 'systemtap_privilege', "
                    + "'systemtap_v', a CONFIG_ option, a string or a number", relation: .at)
        }
    }

    private mutating func take(_ kind: TokenKind) throws(Failure) -> Token {
        guard let token = next, token.kind == kind else {
            throw unexpected(kind == .string ? "expected string literal" : "expected number")
        }
        index += 1
        return token
    }

    private func number(_ token: Token) throws(Failure) -> UInt64 {
        guard let value = parseUnsigned(token.content.bytes) else {
            throw Failure(Diagnostic(.parseError, "number invalid or out of range", tokens: [token]))
        }
        return value
    }

    private func requireEquality(_ relation: Relation, _ operation: Token) throws(Failure) {
        guard !relation.isOrder else { throw operation.failure("expected '==' or '!='", relation: .at) }
    }

    private func sign<T: Comparable>(_ left: T, _ right: T) -> Int { left < right ? -1 : left > right ? 1 : 0 }

    /// Equality by pattern when there is a wildcard, else an order of versions.
    private mutating func version(
        _ left: [UInt8], _ relation: Relation, _ operation: Token
    ) throws(Failure) -> Bool {
        let right = try take(.string)
        let glob = Glob(right.content)
        guard glob.hasWildcard else { return relation.holds(compareVersions(left, right.content.bytes)) }
        guard !relation.isOrder else {
            let message = "wildcard not allowed with order comparison operators"
            throw Failure(Diagnostic(.parseError, message, tokens: [operation]))
        }
        return glob.matches(left) == (relation == .equal)
    }

    private mutating func pattern(
        _ left: String, _ relation: Relation, _ operation: Token
    ) throws(Failure) -> Bool {
        try requireEquality(relation, operation)
        return Glob(try take(.string).content).matches(left) == (relation == .equal)
    }

    private mutating func config(
        _ left: Token, _ relation: Relation, _ operation: Token
    ) throws(Failure) -> Bool {
        let value = environment.config(left.text) ?? ""
        guard let right = next else { throw unexpected("expected string, number or CONFIG_ option") }
        switch right.kind {
        case .string:
            return try pattern(value, relation, operation)
        case .number:
            index += 1
            guard let leftNumber = parseUnsigned(Array(value.utf8)) else {
                let message = "Kconfig option \(left.text) is \(value.isEmpty ? "not set" : "not a number")"
                throw Failure(Diagnostic(.parseError, message, tokens: [left]))
            }
            return relation.holds(sign(leftNumber, try number(right)))
        case .identifier where right.text.hasPrefix("CONFIG_"):
            index += 1
            let other = environment.config(right.text) ?? ""
            if let leftNumber = parseUnsigned(Array(value.utf8)), let rightNumber = parseUnsigned(Array(other.utf8)) {
                return relation.holds(sign(leftNumber, rightNumber))
            }
            return relation.holds(sign(ByteString(value), ByteString(other)))
        default:
            throw right.failure("expected string, number or CONFIG_ option", relation: .at)
        }
    }
}

extension Token {
    /// The error that `message` was expected and this token found; a junk token tells its own story instead.
    func failure(_ message: String, relation: TokenRelation = .saw) -> Failure {
        switch problem {
        case .message(let problem): Failure(Diagnostic(.parseError, problem, tokens: [self]))
        case .diagnostic(let diagnostic): Failure(diagnostic)
        case nil: Failure(Diagnostic(.parseError, message, tokens: [self], relation: relation))
        }
    }
}
