// SPDX-License-Identifier: GPL-3.0-or-later

/// What an infix operator builds.
enum InfixShape: Sendable, Equatable {
    case assignment(BinaryOperator?)
    case aggregateAdd
    case conditional
    case logicalOr
    case logicalAnd
    case membership
    case regexMatch(isNegated: Bool)
    case binary(BinaryOperator)
}

/// How operators of one level group.
enum Associativity: Sendable, Equatable {
    case left, right, none
}

/// One infix operator.
struct InfixOperator: Sendable {
    let text: StaticString
    let level: Int
    let associativity: Associativity
    let shape: InfixShape
}

/// The precedence of the language as data, for the parser and the printer alike; the lowest level binds loosest.
enum OperatorTable {
    /// The levels that have names of their own.
    enum Level {
        static let assignment = 1
        static let conditional = 2
        static let logicalOr = 3
        static let membership = 8
        static let comparison = 9
        static let unary = 14
        static let postfix = 15
        static let value = 16
        static let primary = 17
    }

    /// The infix operators, lowest level first.
    static let infix: [InfixOperator] = {
        var rows: [InfixOperator] = []
        func add(_ level: Int, _ associativity: Associativity, _ operators: [(StaticString, InfixShape)]) {
            for (text, shape) in operators {
                rows.append(InfixOperator(text: text, level: level, associativity: associativity, shape: shape))
            }
        }
        add(
            Level.assignment, .right,
            [
                ("=", .assignment(nil)), ("<<<", .aggregateAdd), ("+=", .assignment(.add)),
                ("-=", .assignment(.subtract)), ("*=", .assignment(.multiply)), ("/=", .assignment(.divide)),
                ("%=", .assignment(.modulo)), ("<<=", .assignment(.shiftLeft)), (">>=", .assignment(.shiftRight)),
                ("&=", .assignment(.and)), ("^=", .assignment(.xor)), ("|=", .assignment(.or)),
                (".=", .assignment(.concatenate)),
            ])
        add(Level.conditional, .right, [("?", .conditional)])
        add(Level.logicalOr, .left, [("||", .logicalOr)])
        add(4, .left, [("&&", .logicalAnd)])
        add(5, .left, [("|", .binary(.or))])
        add(6, .left, [("^", .binary(.xor))])
        add(7, .left, [("&", .binary(.and))])
        add(Level.membership, .none, [("in", .membership)])
        add(
            Level.comparison, .left,
            [
                ("<", .binary(.less)), ("<=", .binary(.lessEqual)), (">", .binary(.greater)),
                (">=", .binary(.greaterEqual)), ("==", .binary(.equal)), ("!=", .binary(.notEqual)),
                ("=~", .regexMatch(isNegated: false)), ("!~", .regexMatch(isNegated: true)),
            ])
        add(
            10, .left,
            [
                ("<<", .binary(.shiftLeft)), (">>", .binary(.shiftRight)), (">>>", .binary(.shiftRightLogical)),
            ])
        add(11, .left, [(".", .binary(.concatenate))])
        add(12, .left, [("+", .binary(.add)), ("-", .binary(.subtract))])
        add(13, .left, [("*", .binary(.multiply)), ("/", .binary(.divide)), ("%", .binary(.modulo))])
        return rows
    }()

    private static let infixByCode: [UInt64: InfixOperator] = Dictionary(
        infix.map { (Token.pack($0.text), $0) }, uniquingKeysWith: { first, _ in first })

    /// The infix operator that `token` is, if any.
    static func infix(_ token: Token) -> InfixOperator? {
        token.code == 0 ? nil : infixByCode[token.code]
    }

    /// The level of an expression's outermost construct, which tells where it needs parentheses.
    static func level(of expression: Expression) -> Int {
        switch expression.kind {
        case .assignment, .aggregateAdd: Level.assignment
        case .conditional: Level.conditional
        case .logicalOr: Level.logicalOr
        case .logicalAnd: 4
        case .membership: Level.membership
        case .regexMatch: Level.comparison
        case .binary(let op, _, _): levels[op] ?? Level.comparison
        case .unary: Level.unary
        case .increment(_, _, let isPrefix): isPrefix ? Level.unary : Level.postfix
        case .target: Level.value
        default: Level.primary
        }
    }

    private static let levels: [BinaryOperator: Int] = Dictionary(
        infix.compactMap { row in
            if case .binary(let op) = row.shape { (op, row.level) } else { nil }
        }, uniquingKeysWith: { first, _ in first })
}
