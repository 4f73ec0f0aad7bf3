// SPDX-License-Identifier: GPL-3.0-or-later

extension Parser {
    /// The most points that one list may multiply out to.
    private static let pointLimit = 1 << 16

    /// A point and the token of its suffix, which nothing may follow.
    private struct SuffixedPoint {
        var point: ProbePoint
        var suffix: Token?
    }

    /// A probe or an alias, after its keyword.
    func parseProbe(_ token: Token) throws(Failure) {
        var points = try parsePoints()
        var names: [ProbePoint] = []
        var isEpilogue = false
        if at("+=") {
            index += 1
            names = try plainPoints(points)
            points = try parsePoints()
            isEpilogue = true
        } else {
            while accept("=") {
                names += try plainPoints(points)
                points = try parsePoints()
            }
        }
        guard at("{") else { throw unexpected(Parser.afterPoint, atEnd: Parser.afterPoint) }
        let body = try parseBlock()
        if names.isEmpty {
            file.probes.append(ProbeDeclaration(token: token, points: points.map(\.point), body: body))
            return
        }
        var epilogue: Block? = isEpilogue ? body : nil
        if !isEpilogue && version.hasTwoSidedAliases && accept(",") { epilogue = try parseBlock() }
        file.aliases.append(
            AliasDeclaration(
                token: token, names: names, points: points.map(\.point), prologue: isEpilogue ? nil : body,
                epilogue: epilogue))
    }

    private static let afterPoint = "expected one of ', { } = +='"

    /// The points as names of an alias, which have no suffix.
    private func plainPoints(_ points: [SuffixedPoint]) throws(Failure) -> [ProbePoint] {
        for point in points {
            guard point.suffix != nil, let name = point.point.components.first?.token else { continue }
            throw error(
                point.point.condition == nil
                    ? "probe point alias name cannot be optional nor sufficient"
                    : "probe point alias name cannot have a condition", at: name)
        }
        return points.map(\.point)
    }

    private func parsePoints() throws(Failure) -> [SuffixedPoint] {
        var result: [SuffixedPoint] = []
        repeat {
            result += try parsePoint()
            try checkCount(result.count)
        } while accept(",")
        return result
    }

    private func checkCount(_ count: Int) throws(Failure) {
        guard count <= Parser.pointLimit else {
            throw error("more than \(Parser.pointLimit) probe points in one probe", at: tokens[max(index - 1, 0)])
        }
    }

    /// One point as written, multiplied out over its braces.
    private func parsePoint() throws(Failure) -> [SuffixedPoint] {
        var points = [SuffixedPoint(point: ProbePoint(components: []), suffix: nil)]
        repeat {
            if let point = points.first(where: { $0.suffix != nil }), let name = point.point.components.first?.token {
                throw error("'?', '!' or condition must only be specified in suffix", at: name)
            }
            if accept("{") {
                try enter()
                let inner = try parsePoints()
                try expect("}")
                depth -= 1
                try checkCount(points.count * inner.count)
                points = points.flatMap { outer in
                    inner.map { last in
                        var joined = last
                        joined.point.components.insert(contentsOf: outer.point.components, at: 0)
                        return joined
                    }
                }
            } else {
                let component = try parseComponent()
                for index in points.indices { points[index].point.components.append(component) }
            }
        } while accept(".")
        try parseSuffix(of: &points)
        return points
    }

    /// `?`, `!` and the condition, which hold for every point of the braces.
    private func parseSuffix(of points: inout [SuffixedPoint]) throws(Failure) {
        let first = next
        let isOptional = accept("?")
        let isSufficient = !isOptional && accept("!")
        var condition: Expression?
        if acceptKeyword("if") {
            try expect("(")
            condition = try parseExpression()
            try expect(")")
        }
        guard let first, isOptional || isSufficient || condition != nil else { return }
        for index in points.indices {
            if points[index].suffix != nil, let name = points[index].point.components.first?.token {
                throw error("'?', '!' or condition must only be specified in suffix", at: name)
            }
            points[index].point.isOptional = isOptional
            points[index].point.isSufficient = isSufficient
            points[index].point.condition = condition
            points[index].suffix = first
        }
    }

    private func parseComponent() throws(Failure) -> ProbeComponent {
        guard let first = next, isNamePart(first) else { throw unexpected("expected identifier or '*' or '{'") }
        index += 1
        var name = first.text
        var last = first
        while let part = next, isNamePart(part), isGlued(part, to: last) {
            name += part.text
            last = part
            index += 1
        }
        var component = ProbeComponent(token: first, name: name)
        if accept("(") {
            component.argument = try parseLiteral()
            try expect(")")
        }
        return component
    }

    private func isNamePart(_ token: Token) -> Bool {
        token.kind == .identifier || token.kind == .keyword || token.isOperator("*")
    }

    /// Whether no whitespace separates two tokens; these tokens read as they are written.
    private func isGlued(_ token: Token, to last: Token) -> Bool {
        token.location.file === last.location.file && token.location.line == last.location.line
            && Int(token.location.column) == Int(last.location.column) + last.content.bytes.count
    }
}
