// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The pattern of a `=~` or `!~`.
struct RegexUse {
    let pattern: ByteString
    let token: Token
    let isNegated: Bool
    let observer: MatchObserver
}

/// Whether a program asks for the groups of matches; a match then changes what `matched()` answers.
final class MatchObserver {
    var isUsed = false
}

/// A print call before its format is known: plain calls take theirs from the inferred types.
enum PrintForm {
    case plain(delimiter: ByteString, newline: Bool)
    case format([FormatPiece])
}

/// An expression while it is analysed: names resolved, targets expanded, types open.
final class Node {
    indirect enum Kind {
        case integer(Int64)
        case string(ByteString)
        case local(LocalVariable)
        case global(GlobalVariable)
        case element(GlobalVariable, [Node])
        case call(FunctionInstance, [Node])
        case builtin(Builtin, [Node])
        case unary(UnaryOperator, Node)
        case binary(BinaryOperator, Node, Node)
        case logicalAnd(Node, Node)
        case logicalOr(Node, Node)
        case conditional(Node, Node, Node)
        case assignment(BinaryOperator?, Node, Node)
        case increment(Node, isIncrement: Bool, isPrefix: Bool)
        case membership(GlobalVariable, [Node?])
        case print(returnsString: Bool, PrintForm, [Node])
        /// `target <<< value`; the targets of this and the next ones are statistics, `global` or `element`.
        case aggregateAdd(Node, Node)
        case aggregate(AggregateOperator, Node)
        /// The count of the bucket with an index.
        case histogramBucket(Node, Node)
        /// A print call of a whole histogram.
        case histogramText(returnsString: Bool, Node)
        case argument(Int, IntegerShape)
        case returnValue(IntegerShape)
        case load(address: Node, MemoryAccess)
        case readable(Node)
        case entry(Node)
        case regexMatch(Node, RegexUse)
        /// A target that cannot be resolved: an error only if it survives elision. Without a diagnostic, an error that has
        /// been told.
        case failed(Diagnostic?)
        /// An autocast whose base has no known type yet; replaced or failed when the bodies are complete.
        case pending(PendingTarget)
    }

    let token: Token
    var kind: Kind
    var type: ValueType = .unknown
    /// The kernel type that the value is known to have.
    var carried: CarriedType?
    /// Whether the constant comes from `@defined`: its dead branch is never resolved.
    var decidesBranches = false
    /// Made by the analysis: no warning speaks of it.
    var isImplicit = false

    init(_ token: Token, _ kind: Kind, carried: CarriedType? = nil) {
        self.token = token
        self.kind = kind
        self.carried = carried
    }

    /// The value of an integer constant.
    var constant: Int64? {
        if case .integer(let value) = kind { return value }
        return nil
    }

    /// Takes over what another node computes, in place.
    func become(_ other: Node) {
        kind = other.kind
        type = other.type
        carried = other.carried
        decidesBranches = other.decidesBranches
    }

    /// Visits the direct operands in order of evaluation.
    func forEachChild(_ visit: (Node) -> Void) {
        switch kind {
        case .integer, .string, .local, .global, .argument, .returnValue, .failed, .pending: break
        case .element(_, let nodes), .call(_, let nodes), .builtin(_, let nodes), .print(_, _, let nodes):
            for node in nodes { visit(node) }
        case .membership(_, let nodes):
            for case let node? in nodes { visit(node) }
        case .unary(_, let node), .increment(let node, _, _), .load(let node, _), .readable(let node), .entry(let node),
            .aggregate(_, let node), .histogramText(_, let node), .regexMatch(let node, _):
            visit(node)
        case .binary(_, let left, let right), .logicalAnd(let left, let right), .logicalOr(let left, let right),
            .assignment(_, let left, let right), .aggregateAdd(let left, let right),
            .histogramBucket(let left, let right):
            visit(left)
            visit(right)
        case .conditional(let condition, let first, let second):
            visit(condition)
            visit(first)
            visit(second)
        }
    }
}

/// An autocast that waits for the type of its base.
final class PendingTarget {
    let base: Node
    /// Builds the access once the base's type is known.
    let resolve: (CarriedType) -> Node

    init(base: Node, resolve: @escaping (CarriedType) -> Node) {
        self.base = base
        self.resolve = resolve
    }
}

/// A statement while it is analysed.
final class StatementNode {
    indirect enum Kind {
        case block([StatementNode])
        case expression(Node)
        case `if`(Node, then: StatementNode, otherwise: StatementNode?)
        case loop(condition: Node?, step: Node?, body: StatementNode)
        case foreach(ForeachNode)
        /// The variable, a local or a global, takes the message.
        case tryCatch(body: StatementNode, variable: Node?, handler: StatementNode)
        case deleteGlobal(GlobalVariable)
        case deleteLocal(LocalVariable)
        case deleteElement(GlobalVariable, [Node?])
        case next
        case `break`
        case `continue`
        case `return`(Node?)
    }

    let token: Token
    var kind: Kind

    init(_ token: Token, _ kind: Kind) {
        self.token = token
        self.kind = kind
    }

    static func empty(_ token: Token) -> StatementNode { StatementNode(token, .block([])) }

    var isEmpty: Bool {
        if case .block(let statements) = kind { return statements.allSatisfy(\.isEmpty) }
        return false
    }

    /// Visits the direct statements.
    func forEachStatement(_ visit: (StatementNode) -> Void) {
        switch kind {
        case .block(let statements): for statement in statements { visit(statement) }
        case .if(_, let then, let otherwise):
            visit(then)
            if let otherwise { visit(otherwise) }
        case .loop(_, _, let body): visit(body)
        case .foreach(let loop): visit(loop.body)
        case .tryCatch(let body, _, let handler):
            visit(body)
            visit(handler)
        case .expression, .deleteGlobal, .deleteLocal, .deleteElement, .next, .break, .continue, .return: break
        }
    }

    /// Visits the direct expressions.
    func forEachExpression(_ visit: (Node) -> Void) {
        switch kind {
        case .expression(let node): visit(node)
        case .if(let condition, _, _): visit(condition)
        case .loop(let condition, let step, _):
            if let condition { visit(condition) }
            if let step { visit(step) }
        case .foreach(let loop):
            for case let node? in loop.slice ?? [] { visit(node) }
            if let limit = loop.limit { visit(limit) }
        case .deleteElement(_, let keys): for case let key? in keys { visit(key) }
        case .return(let value): if let value { visit(value) }
        case .block, .tryCatch, .deleteGlobal, .deleteLocal, .next, .break, .continue: break
        }
    }

    /// Visits every expression below this statement, operands after their operators.
    func forEachNode(_ visit: (Node) -> Void) {
        func descend(_ node: Node) {
            visit(node)
            node.forEachChild(descend)
        }
        forEachExpression(descend)
        forEachStatement { $0.forEachNode(visit) }
    }
}

/// A foreach while it is analysed.
final class ForeachNode {
    let array: GlobalVariable
    let arrayToken: Token
    var value: LocalVariable?
    var keys: [LocalVariable]
    var slice: [Node?]?
    var sort: (key: SortKey, direction: SortDirection)?
    var limit: Node?
    var body: StatementNode

    init(array: GlobalVariable, arrayToken: Token, keys: [LocalVariable], body: StatementNode) {
        self.array = array
        self.arrayToken = arrayToken
        self.keys = keys
        self.body = body
    }
}
