// SPDX-License-Identifier: GPL-3.0-or-later

extension Parser {
    /// `{ … }`.
    func parseBlock() throws(Failure) -> Block {
        let token = try expect("{")
        var statements: [Statement] = []
        while !at("}") { statements.append(try parseStatement()) }
        index += 1
        return Block(token: token, statements: statements)
    }

    /// One statement with the `;` that may end it.
    func parseStatement() throws(Failure) -> Statement {
        guard let token = next else { throw unexpected("expected statement", atEnd: "expected statement") }
        try enter()
        let kind: StatementKind
        switch token.kind {
        case .operator where token.isOperator(";"):
            index += 1
            kind = .null
        case .operator where token.isOperator("{"):
            kind = .block(try parseBlock())
        case .keyword:
            kind = try parseKeywordStatement(token)
        default:
            kind = try parseExpressionStatement(token)
        }
        depth -= 1
        return Statement(token: token, kind: kind)
    }

    private func parseExpressionStatement(_ token: Token) throws(Failure) -> StatementKind {
        guard startsExpression(token) else {
            throw token.kind == .operator ? missingValue : unexpected("expected statement")
        }
        let expression = try parseExpression()
        _ = accept(";")
        return .expression(expression)
    }

    /// Whether an expression may start with `token`, as far as one token tells.
    private func startsExpression(_ token: Token) -> Bool {
        switch token.kind {
        case .identifier, .number, .string, .embedded: return true
        case .keyword: return token.isKeyword("string") || token.isKeyword("long")
        case .junk: return false
        case .operator:
            return token.content.bytes.first == UInt8(ascii: "@") || token.isOperator("(") || token.isOperator("[")
                || token.isOperator("&") || token.isOperator("++") || token.isOperator("--")
                || UnaryOperator.allCases.contains { $0.rawValue.utf8.elementsEqual(token.content.bytes) }
        }
    }

    private func parseKeywordStatement(_ token: Token) throws(Failure) -> StatementKind {
        if acceptKeyword("if") { return try parseIf() }
        if acceptKeyword("while") {
            let condition = try parseParenthesised()
            return .while(condition: condition, body: try parseStatement())
        }
        if acceptKeyword("for") { return try parseFor() }
        if acceptKeyword("foreach") { return try parseForeach() }
        if acceptKeyword("try") { return try parseTry() }
        let kind: StatementKind
        if acceptKeyword("delete") {
            kind = .delete(try parseExpression())
        } else if acceptKeyword("next") {
            kind = .next
        } else if acceptKeyword("break") {
            kind = .break
        } else if acceptKeyword("continue") {
            kind = .continue
        } else if acceptKeyword("return") {
            guard isInFunction else { throw refused("found 'return' not in function context", token) }
            kind = .return(at(";") || at("}") ? nil : try parseExpression())
        } else {
            return try parseExpressionStatement(token)
        }
        _ = accept(";")
        return kind
    }

    private func parseParenthesised() throws(Failure) -> Expression {
        try expect("(")
        let expression = try parseExpression()
        try expect(")")
        return expression
    }

    private func parseIf() throws(Failure) -> StatementKind {
        let condition = try parseParenthesised()
        let then = try parseStatement()
        guard acceptKeyword("else") else { return .if(condition: condition, then: then, otherwise: nil) }
        return .if(condition: condition, then: then, otherwise: try parseStatement())
    }

    private func parseFor() throws(Failure) -> StatementKind {
        try expect("(")
        let initial = at(";") ? nil : try parseExpression()
        try expect(";")
        let condition = at(";") ? nil : try parseExpression()
        try expect(";")
        let step = at(")") ? nil : try parseExpression()
        try expect(")")
        return .for(initial: initial, condition: condition, step: step, body: try parseStatement())
    }

    private func parseTry() throws(Failure) -> StatementKind {
        let body = try parseBlock()
        guard acceptKeyword("catch") else { throw unexpected("expected 'catch'") }
        var variable: Token?
        if accept("(") {
            variable = try expectIdentifier()
            try expect(")")
        }
        return .tryCatch(body: body, variable: variable, handler: try parseBlock())
    }

    // MARK: - foreach

    /// The sort order while a foreach is read; there may be one.
    private struct Sort {
        var order: (key: SortKey, direction: SortDirection)?
    }

    private func parseForeach() throws(Failure) -> StatementKind {
        try expect("(")
        var sort = Sort()
        let value = try parseForeachValue(&sort)
        var keys: [Token] = []
        if accept("[") {
            repeat {
                keys.append(try expectIdentifier())
                try parseDirection(.key(keys.count - 1), into: &sort)
            } while accept(",")
            try expect("]")
        } else {
            keys.append(try expectIdentifier())
            try parseDirection(.key(0), into: &sort)
        }
        guard acceptKeyword("in") else { throw unexpected("expected 'in'") }
        let base = try parseIndexable()
        let slice = at("[") ? try parseIndices() : nil
        if let token = next, let op = aggregateOperator(token) {
            index += 1
            guard at("+") || at("-") else { throw unexpected("expected sort directive") }
            try parseDirection(.value(op), into: &sort)
        } else {
            try parseDirection(.value(nil), into: &sort)
        }
        let limit = acceptKeyword("limit") ? try parseExpression() : nil
        try expect(")")
        let body = try parseStatement()
        return .foreach(
            ForeachStatement(
                value: value, keys: keys, base: base, slice: slice, sort: sort.order, limit: limit, body: body))
    }

    /// `v [dir] =`, where `v+=` is a direction and `=` written together.
    private func parseForeachValue(_ sort: inout Sort) throws(Failure) -> Token? {
        guard let token = next, token.kind == .identifier else { return nil }
        if isOperator("=", at: 1) {
            index += 2
            return token
        }
        let isGlued = isOperator("+=", at: 1) || isOperator("-=", at: 1)
        let isSpaced = (isOperator("+", at: 1) || isOperator("-", at: 1)) && isOperator("=", at: 2)
        guard isGlued || isSpaced else { return nil }
        let isDescending = isOperator("-=", at: 1) || isOperator("-", at: 1)
        sort.order = (.value(nil), isDescending ? .descending : .ascending)
        index += isGlued ? 2 : 3
        return token
    }

    private func parseDirection(_ key: SortKey, into sort: inout Sort) throws(Failure) {
        guard let token = next, token.isOperator("+") || token.isOperator("-") else { return }
        guard sort.order == nil else { throw refused("multiple sort directives", token) }
        index += 1
        sort.order = (key, token.isOperator("-") ? .descending : .ascending)
    }
}
