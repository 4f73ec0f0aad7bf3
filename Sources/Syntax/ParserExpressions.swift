// SPDX-License-Identifier: GPL-3.0-or-later

extension Parser {
    /// A full expression: assignments and all below.
    func parseExpression() throws(Failure) -> Expression {
        let left = try parseConditional()
        guard let token = next, let op = OperatorTable.infix(token) else { return left }
        switch op.shape {
        case .assignment(let operation):
            return try node(token, .assignment(operation, left, try parseAssigned()))
        case .aggregateAdd:
            return try node(token, .aggregateAdd(left, try parseAssigned()))
        default:
            return left
        }
    }

    /// The operator at hand and the right side of an assignment; `height` becomes that of the higher side.
    private func parseAssigned() throws(Failure) -> Expression {
        let leftHeight = height
        index += 1
        let right = try parseNested()
        height = max(height, leftHeight)
        return right
    }

    /// `c ? a : b`, and all that binds tighter.
    private func parseConditional() throws(Failure) -> Expression {
        let condition = try parseInfix(OperatorTable.Level.logicalOr)
        guard let token = next, token.isOperator("?") else { return condition }
        var highest = height
        index += 1
        try enter()
        let first = try parseExpression()
        highest = max(highest, height)
        try expect(":")
        height = 0
        let second = version.hasStrictConditional ? try parseConditional() : try parseExpression()
        depth -= 1
        height = max(highest, height)
        return try node(token, .conditional(condition, first, second))
    }

    /// Completes an expression one level higher than its highest operand.
    func node(_ token: Token, _ kind: ExpressionKind) throws(Failure) -> Expression {
        height += 1
        try checkNesting()
        return Expression(token: token, kind: kind)
    }

    // MARK: - Infix operators of levels 3 to 13

    /// Operands joined by operators of at least `lowest` level.
    private func parseInfix(_ lowest: Int) throws(Failure) -> Expression {
        var left: Expression
        // An operator above this level cannot follow what has been read: its operand would have taken it.
        var ceiling = OperatorTable.Level.unary
        var lastLevel = OperatorTable.Level.primary
        if at("["), let bracket = next, lowest <= OperatorTable.Level.membership {
            let keys = try parseIndices()
            left = try parseMembership(of: keys, bracket: bracket)
            ceiling = OperatorTable.Level.membership - 1
        } else {
            left = try parseUnary()
        }
        while let token = next, let op = OperatorTable.infix(token), op.level >= lowest, op.level <= ceiling {
            switch op.shape {
            case .membership:
                left = try parseMembership(of: [left], bracket: nil)
            case .regexMatch(let isNegated):
                // No chaining: `a < b =~ "c"` leaves the operator to nobody.
                guard lastLevel != op.level else { return left }
                index += 1
                guard let patternToken = next else { throw unexpected("expected literal string") }
                let pattern = try parseString()
                left = try node(
                    token, .regexMatch(left, pattern: pattern, patternToken: patternToken, isNegated: isNegated))
                ceiling = op.level - 1
                lastLevel = op.level
                continue
            case .logicalOr:
                left = try node(token, .logicalOr(left, try parseOperand(op.level + 1)))
            case .logicalAnd:
                left = try node(token, .logicalAnd(left, try parseOperand(op.level + 1)))
            case .binary(let operation):
                left = try node(token, .binary(operation, left, try parseOperand(op.level + 1)))
            case .assignment, .aggregateAdd, .conditional:
                return left
            }
            lastLevel = op.level
            ceiling = op.associativity == .none ? op.level - 1 : op.level
        }
        return left
    }

    /// The operator at hand and its right operand; `height` becomes that of the higher side.
    private func parseOperand(_ lowest: Int) throws(Failure) -> Expression {
        let leftHeight = height
        index += 1
        try enter()
        let right = try parseInfix(lowest)
        depth -= 1
        height = max(height, leftHeight)
        return right
    }

    /// `in base` after its keys.
    private func parseMembership(
        of keys: [Expression?], bracket: Token?
    ) throws(Failure) -> Expression {
        guard let token = next, token.isKeyword("in") else { throw unexpected("expected 'in'") }
        index += 1
        let keyHeight = height
        let base = try parseIndexable()
        height = max(height, keyHeight)
        return try node(bracket ?? token, .membership(keys, base))
    }

    // MARK: - Prefix and postfix operators

    private func parseUnary() throws(Failure) -> Expression {
        guard let token = next, token.kind == .operator else { return try parsePostfix() }
        let isIncrement = token.isOperator("++")
        if isIncrement || token.isOperator("--") {
            index += 1
            try enter()
            let operand = try parseUnary()
            depth -= 1
            return try node(token, .increment(operand, isIncrement: isIncrement, isPrefix: true))
        }
        guard let op = unaryOperator(token) else { return try parsePostfix() }
        index += 1
        try enter()
        let operand = try parseUnary()
        depth -= 1
        return try node(token, .unary(op, operand))
    }

    private func unaryOperator(_ token: Token) -> UnaryOperator? {
        if token.isOperator("-") { return .minus }
        if token.isOperator("!") { return .not }
        if token.isOperator("~") { return .complement }
        return token.isOperator("+") ? .plus : nil
    }

    private func parsePostfix() throws(Failure) -> Expression {
        let operand = try parseValue()
        guard let token = next, token.kind == .operator else { return operand }
        if accept("++") { return try node(token, .increment(operand, isIncrement: true, isPrefix: false)) }
        if accept("--") { return try node(token, .increment(operand, isIncrement: false, isPrefix: false)) }
        return operand
    }

    // MARK: - Lists

    /// `[idx, …]` with nil for `*`.
    func parseIndices() throws(Failure) -> [Expression?] {
        try expect("[")
        var indices: [Expression?] = []
        var highest = height
        repeat {
            if accept("*") {
                indices.append(nil)
            } else {
                indices.append(try parseNested())
                highest = max(highest, height)
            }
        } while accept(",")
        try expect("]")
        height = highest
        return indices
    }

    /// Expressions separated by commas up to the closing parenthesis, which is taken.
    func parseArguments(minimum: Int = 0) throws(Failure) -> [Expression] {
        var arguments: [Expression] = []
        var highest = 0
        while arguments.count < minimum || !at(")") {
            if !arguments.isEmpty { try expect(",") }
            arguments.append(try parseNested())
            highest = max(highest, height)
        }
        try expect(")")
        height = highest
        return arguments
    }

    /// A full expression one construct deeper; `height` is its own afterwards.
    func parseNested() throws(Failure) -> Expression {
        try enter()
        let expression = try parseExpression()
        depth -= 1
        return expression
    }

    /// What `in` and foreach look into: an array's name or a histogram.
    func parseIndexable() throws(Failure) -> Expression {
        if let token = next, isHistogram(token) {
            return Expression(token: token, kind: .histogram(try parseHistogram()))
        }
        let token = try expectIdentifier("expected identifier or statistical operation")
        return Expression(token: token, kind: .symbol(token.text))
    }
}
