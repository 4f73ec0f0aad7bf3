// SPDX-License-Identifier: GPL-3.0-or-later

/// A parsed source file; the order of declarations of each kind is that of the text.
public struct ParsedFile: Sendable {
    /// The source.
    public let source: SourceFile
    /// Global variables, private and public.
    public var globals: [GlobalDeclaration] = []
    /// Functions.
    public var functions: [FunctionDeclaration] = []
    /// Probes that run.
    public var probes: [ProbeDeclaration] = []
    /// Probe aliases.
    public var aliases: [AliasDeclaration] = []
    /// `%{ … %}` at file level.
    public var embedded: [Token] = []
    /// The tokens of the declarations that read otherwise under another `systemtap_v`: names of functions and globals,
    /// keywords of probes and aliases.
    public var versionDependent: [Token] = []

    /// Creates an empty file.
    public init(source: SourceFile) { self.source = source }
}

/// The type words of the language.
public enum TypeName: String, Sendable, Equatable {
    case long
    case string
}

/// A literal value where the grammar wants one.
public enum Literal: Sendable, Equatable {
    case number(Int64)
    case string(ByteString)
}

/// `global x[10]% = 5`, one variable.
public struct GlobalDeclaration: Sendable {
    /// The name's token.
    public var token: Token
    /// The name.
    public var name: String
    /// Whether `private` was written.
    public var isPrivate: Bool
    /// Whether a full array drops its oldest element (`%`).
    public var wraps: Bool
    /// The declared size; nil when none was written.
    public var size: Int64?
    /// The initial value.
    public var initial: Literal?

    /// Creates a declaration.
    public init(
        token: Token, name: String, isPrivate: Bool = false, wraps: Bool = false, size: Int64? = nil,
        initial: Literal? = nil
    ) {
        self.token = token
        self.name = name
        self.isPrivate = isPrivate
        self.wraps = wraps
        self.size = size
        self.initial = initial
    }
}

/// A function parameter.
public struct Parameter: Sendable {
    /// The name's token.
    public var token: Token
    /// The name.
    public var name: String
    /// The declared type.
    public var type: TypeName?

    /// Creates a parameter.
    public init(token: Token, name: String, type: TypeName? = nil) {
        self.token = token
        self.name = name
        self.type = type
    }
}

/// A function's body: statements, or embedded code that swtap refuses later.
public enum FunctionBody: Sendable {
    case block(Block)
    case embedded(Token)
}

/// `function f:long (a:string) :1 { … }`.
public struct FunctionDeclaration: Sendable {
    /// The name's token.
    public var token: Token
    /// The name.
    public var name: String
    /// Whether `private` was written.
    public var isPrivate: Bool
    /// The declared type of the result.
    public var type: TypeName?
    /// The parameters in order.
    public var parameters: [Parameter]
    /// The overload priority; nil when none was written.
    public var priority: Int64?
    /// The body.
    public var body: FunctionBody

    /// Creates a declaration.
    public init(
        token: Token, name: String, isPrivate: Bool = false, type: TypeName? = nil, parameters: [Parameter],
        priority: Int64? = nil, body: FunctionBody
    ) {
        self.token = token
        self.name = name
        self.isPrivate = isPrivate
        self.type = type
        self.parameters = parameters
        self.priority = priority
        self.body = body
    }
}

/// `probe POINTS { … }`.
public struct ProbeDeclaration: Sendable {
    /// The `probe` keyword.
    public var token: Token
    /// The points, braces already multiplied out.
    public var points: [ProbePoint]
    /// The handler.
    public var body: Block

    /// Creates a declaration.
    public init(token: Token, points: [ProbePoint], body: Block) {
        self.token = token
        self.points = points
        self.body = body
    }
}

/// `probe NAMES = POINTS { prologue }, { epilogue }` or `+= POINTS { epilogue }`.
public struct AliasDeclaration: Sendable {
    /// The `probe` keyword.
    public var token: Token
    /// The points being defined.
    public var names: [ProbePoint]
    /// The points that they stand for.
    public var points: [ProbePoint]
    /// Runs before the user's body; nil for `+=`.
    public var prologue: Block?
    /// Runs after the user's body.
    public var epilogue: Block?

    /// Creates a declaration.
    public init(token: Token, names: [ProbePoint], points: [ProbePoint], prologue: Block?, epilogue: Block?) {
        self.token = token
        self.names = names
        self.points = points
        self.prologue = prologue
        self.epilogue = epilogue
    }
}

/// One component of a probe point: `function("tcp_*")`.
public struct ProbeComponent: Sendable {
    /// The first token of the name.
    public var token: Token
    /// The name, with any `*`.
    public var name: String
    /// The argument.
    public var argument: Literal?

    /// Creates a component.
    public init(token: Token, name: String, argument: Literal? = nil) {
        self.token = token
        self.name = name
        self.argument = argument
    }
}

/// `a.b("c") ? if (cond)`.
public struct ProbePoint: Sendable {
    /// The components, at least one.
    public var components: [ProbeComponent]
    /// `?`: may be absent.
    public var isOptional: Bool
    /// `!`: may be absent, and suffices when present.
    public var isSufficient: Bool
    /// The condition.
    public var condition: Expression?

    /// Creates a point.
    public init(
        components: [ProbeComponent], isOptional: Bool = false, isSufficient: Bool = false,
        condition: Expression? = nil
    ) {
        self.components = components
        self.isOptional = isOptional
        self.isSufficient = isSufficient
        self.condition = condition
    }
}

/// `{ … }`.
public struct Block: Sendable {
    /// The opening brace.
    public var token: Token
    /// The statements in order.
    public var statements: [Statement]

    /// Creates a block.
    public init(token: Token, statements: [Statement]) {
        self.token = token
        self.statements = statements
    }
}

/// A statement with the token that diagnostics point at.
public struct Statement: Sendable {
    /// The first token.
    public var token: Token
    /// What it does.
    public var kind: StatementKind

    /// Creates a statement.
    public init(token: Token, kind: StatementKind) {
        self.token = token
        self.kind = kind
    }
}

/// The statements of the language.
public indirect enum StatementKind: Sendable {
    /// A lone `;`.
    case null
    case block(Block)
    case expression(Expression)
    case `if`(condition: Expression, then: Statement, otherwise: Statement?)
    case `while`(condition: Expression, body: Statement)
    case `for`(initial: Expression?, condition: Expression?, step: Expression?, body: Statement)
    case foreach(ForeachStatement)
    case tryCatch(body: Block, variable: Token?, handler: Block)
    /// The operand is a symbol, or an array element with `*` wildcards.
    case delete(Expression)
    case next
    case `break`
    case `continue`
    case `return`(Expression?)
}

/// The direction of a sort.
public enum SortDirection: Sendable, Equatable {
    case ascending
    case descending
}

/// The aggregate operators.
public enum AggregateOperator: String, Sendable, Equatable {
    case count, sum, min, max, avg, variance
}

/// What a foreach is sorted by.
public enum SortKey: Sendable, Equatable {
    /// The value; with an operator for statistics.
    case value(AggregateOperator?)
    /// The key at this index, from 0.
    case key(Int)
}

/// `foreach (v = [a, b] in base[slots] @op dir limit n) body`.
public struct ForeachStatement: Sendable {
    /// The variable that takes the value.
    public var value: Token?
    /// The key variables, at least one.
    public var keys: [Token]
    /// The array's name token, or the histogram.
    public var base: Expression
    /// The slice: nil without one; an element of nil is `*`.
    public var slice: [Expression?]?
    /// What to sort by and how.
    public var sort: (key: SortKey, direction: SortDirection)?
    /// The most elements to iterate.
    public var limit: Expression?
    /// The body.
    public var body: Statement

    /// Creates a foreach.
    public init(
        value: Token?, keys: [Token], base: Expression, slice: [Expression?]?,
        sort: (key: SortKey, direction: SortDirection)?, limit: Expression?, body: Statement
    ) {
        self.value = value
        self.keys = keys
        self.base = base
        self.slice = slice
        self.sort = sort
        self.limit = limit
        self.body = body
    }
}

/// An expression with the token that diagnostics point at.
public struct Expression: Sendable {
    /// The token: the operator of a binary expression, the name of a symbol or call.
    public var token: Token
    /// What it computes.
    public var kind: ExpressionKind

    /// Creates an expression.
    public init(token: Token, kind: ExpressionKind) {
        self.token = token
        self.kind = kind
    }
}

/// The binary operators that evaluate both sides; the raw value is the source text.
public enum BinaryOperator: String, Sendable, Equatable, CaseIterable {
    case add = "+", subtract = "-", multiply = "*", divide = "/", modulo = "%"
    case shiftLeft = "<<", shiftRight = ">>", shiftRightLogical = ">>>"
    case and = "&", or = "|", xor = "^"
    case concatenate = "."
    case equal = "==", notEqual = "!=", less = "<", lessEqual = "<=", greater = ">", greaterEqual = ">="
}

/// The prefix operators.
public enum UnaryOperator: String, Sendable, Equatable, CaseIterable {
    case plus = "+", minus = "-", not = "!", complement = "~"
}

/// One printing call of the print family.
public enum PrintKind: String, Sendable, Equatable, CaseIterable {
    case print, println, printd, printdln, printf
    case sprint, sprintln, sprintd, sprintdln, sprintf
    case printChar = "print_char"

    /// Whether the text is returned as a string and not printed.
    public var returnsString: Bool {
        switch self {
        case .sprint, .sprintln, .sprintd, .sprintdln, .sprintf: true
        default: false
        }
    }
}

/// How a target expression is rendered: `$x` as its value, `$x$` or `$x$$` as text.
public enum PrettyDepth: Int, Sendable, Equatable {
    case none = 0
    case shallow = 1
    case deep = 2
}

/// One step from a target's base: `->name` or `[index]`.
public enum TargetStep: Sendable {
    case member(Token)
    case index(Expression, Token)
}

/// Where a target expression starts.
public indirect enum TargetBase: Sendable {
    /// `$name`, `$return`, `$$vars`; the name keeps its dollars, the pretty suffix is cut off.
    case symbol(String)
    /// `@var("name@file", "module")`.
    case variable(name: ByteString, module: ByteString?)
    /// `@cast(value, "type", "module")`.
    case cast(value: Expression, type: ByteString, module: ByteString?)
    /// `->` or `[]` on any other value.
    case autocast(Expression)
}

/// A target expression: base, steps, `&` and pretty-printing suffix.
public struct TargetExpression: Sendable {
    /// Where it starts.
    public var base: TargetBase
    /// The steps in order.
    public var steps: [TargetStep]
    /// Whether `&` asks for the address.
    public var isAddress: Bool
    /// The pretty-printing suffix.
    public var pretty: PrettyDepth

    /// Creates a target expression.
    public init(base: TargetBase, steps: [TargetStep] = [], isAddress: Bool = false, pretty: PrettyDepth = .none) {
        self.base = base
        self.steps = steps
        self.isAddress = isAddress
        self.pretty = pretty
    }
}

/// A histogram operator with its operand.
public struct HistogramExpression: Sendable {
    /// nil for `@hist_log`; low, high and step for `@hist_linear`.
    public var linear: (low: Int64, high: Int64, step: Int64)?
    /// The statistics variable.
    public var operand: Expression

    /// Creates a histogram.
    public init(linear: (low: Int64, high: Int64, step: Int64)?, operand: Expression) {
        self.linear = linear
        self.operand = operand
    }
}

/// The expressions of the language.
public indirect enum ExpressionKind: Sendable {
    case number(Int64)
    case string(ByteString)
    case symbol(String)
    /// `name[idx, *]`; nil is `*`.
    case element(String, [Expression?])
    case call(String, [Expression])
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case logicalAnd(Expression, Expression)
    case logicalOr(Expression, Expression)
    case conditional(Expression, Expression, Expression)
    /// `=`, or a compound assignment with its operator.
    case assignment(BinaryOperator?, Expression, Expression)
    /// `<<<`.
    case aggregateAdd(Expression, Expression)
    /// `++x`, `x--`.
    case increment(Expression, isIncrement: Bool, isPrefix: Bool)
    /// `[a, *] in base`.
    case membership([Expression?], Expression)
    /// `=~` and `!~` with the pattern's token.
    case regexMatch(Expression, pattern: ByteString, patternToken: Token, isNegated: Bool)
    case print(PrintKind, format: ByteString?, arguments: [Expression])
    case aggregate(AggregateOperator, Expression, shift: Int64?)
    case histogram(HistogramExpression)
    case histogramBucket(HistogramExpression, Expression)
    case target(TargetExpression)
    case defined(Expression)
    case entry(Expression)
    case perf(ByteString)
    case const(ByteString)
    case enumValue(ByteString)
    case enumName(Expression, type: ByteString?, module: ByteString?)
    /// `@kregister`, `@uregister`: DWARF register number.
    case register(isUser: Bool, Expression)
    /// `@kderef`, `@uderef`.
    case dereference(isUser: Bool, size: Expression, address: Expression)
    case probeWrite(String)
    /// `%{ … %}` as an expression.
    case embedded(ByteString)
}
