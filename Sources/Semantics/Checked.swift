// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// A program after pass 2: every name resolved, every type known, every target expression turned into
/// arguments, loads and arithmetic. Lowering needs nothing else.
public final class CheckedProgram {
    /// Globals that are used, user's first, in declaration order; `index` is the position.
    public var globals: [CheckedGlobal] = []
    /// Functions that are called; `index` is the position.
    public var functions: [CheckedFunction] = []
    /// Derived probes in order of appearance; `index` is the position.
    public var probes: [CheckedProbe] = []
    /// Warnings of the analysis, to be rendered.
    public var warnings: [Diagnostic] = []

    /// Creates an empty program.
    public init() {}
}

extension CheckedProgram {
    /// Leaves out the probes that are not wanted; the others are numbered anew. Counters stay, since code names them by number.
    public func keepProbes(_ isWanted: (CheckedProbe) -> Bool) {
        var kept: [CheckedProbe] = []
        for probe in probes {
            if case .counter = probe.event {} else if !isWanted(probe) { continue }
            let copy = CheckedProbe(
                index: kept.count, point: probe.point, scriptPoint: probe.scriptPoint, event: probe.event,
                token: probe.token, body: probe.body)
            copy.derivation = probe.derivation
            copy.functionName = probe.functionName
            copy.locals = probe.locals
            copy.condition = probe.condition
            kept.append(copy)
        }
        probes = kept
    }
}

/// A global variable.
public final class CheckedGlobal {
    /// The position in the program.
    public let index: Int
    /// The name.
    public let name: String
    /// The declaration's name token.
    public let token: Token
    /// The types of the keys; empty for a scalar.
    public var keyTypes: [ValueType] = []
    /// The type of the value.
    public var valueType: ValueType = .unknown
    /// The declared size of an array.
    public var declaredSize: Int?
    /// Whether a full array drops its oldest element.
    public var wraps = false
    /// What is asked of it, for statistics.
    public var statistics: StatisticsParameters?
    /// The initial value of a scalar.
    public var initial: Literal?
    /// Whether it is shown at the end: a user's global that is written and never read.
    public var isDisplayed = false
    /// Whether it is known to hold a pointer: displayed in hex.
    public var isPointer = false

    /// Creates a global.
    public init(index: Int, name: String, token: Token) {
        self.index = index
        self.name = name
        self.token = token
    }

    /// Whether it is an array.
    public var isArray: Bool { !keyTypes.isEmpty }
}

/// A local variable or parameter of a probe or function.
public final class CheckedLocal {
    /// The position among the locals of its owner.
    public let index: Int
    /// The name; generated ones contain a space.
    public let name: String
    /// The token of the first use.
    public let token: Token
    /// The type.
    public var type: ValueType = .unknown

    /// Creates a local.
    public init(index: Int, name: String, token: Token) {
        self.index = index
        self.name = name
        self.token = token
    }
}

/// A function that is called somewhere.
public final class CheckedFunction {
    /// The position in the program.
    public let index: Int
    /// The name; clones for a probe's `$variables` keep the name.
    public let name: String
    /// The declaration's name token.
    public let token: Token
    /// The locals; the first `parameterCount` are the parameters.
    public var locals: [CheckedLocal] = []
    /// The number of parameters.
    public var parameterCount = 0
    /// The type of the result; unknown when no `return` has a value.
    public var result: ValueType = .unknown
    /// The body.
    public var body: CheckedStatement
    /// The function that `next` falls through to: the next overload of the same arity.
    public var nextOverload: Int?

    /// Creates a function.
    public init(index: Int, name: String, token: Token, body: CheckedStatement) {
        self.index = index
        self.name = name
        self.token = token
        self.body = body
    }
}

/// When a user-space timer fires.
public struct TimerEvent: Sendable, Hashable {
    /// The interval in nanoseconds.
    public var interval: UInt64
    /// The most that is added or taken at random, in nanoseconds.
    public var randomize: UInt64
    /// Whether the script counts in jiffies: only `probe_type()` tells.
    public var isJiffies: Bool

    /// Creates a timer.
    public init(interval: UInt64, randomize: UInt64 = 0, isJiffies: Bool = false) {
        self.interval = interval
        self.randomize = randomize
        self.isJiffies = isJiffies
    }
}

/// What makes a probe fire.
public enum ProbeEvent: Sendable {
    case begin(Int64)
    case end(Int64)
    case error(Int64)
    case never
    case timer(TimerEvent)
    /// A kernel function's entry or return. `allowsTyped` is false for `kprobe.*`, which takes no BTF.
    case function(KernelFunction, isReturn: Bool, allowsTyped: Bool)
    case tracepoint(KernelTracepoint)
    /// An instruction of the kernel by its address: `kernel.statement(ADDR).absolute`.
    case address(UInt64)
    /// A counter, profile timer or data breakpoint of the kernel's perf events, on every CPU; of some processes only, perhaps.
    case perf(PerfEvent)
    /// What `@perf` reads in the probes of processes, by the event's name; it never fires itself.
    case counter(PerfEvent)
    /// A hook of the Linux security modules by the function that stands for it in BTF, `bpf_lsm_NAME`.
    case lsm(KernelFunction)
    /// A packet at a hook of netfilter.
    case netfilter(NetfilterEvent)
    /// A read or write of a file that swtap offers.
    case procfs(ProcfsEvent)
    /// An event of user space, of some processes only.
    case user(UserEvent, ProcessScope)

    /// Whether MAXACTION bounds its handler, and not MAXACTION_INTERRUPTIBLE: SystemTap runs it where nothing may sleep.
    public var isUninterruptible: Bool {
        if case .timer = self { return true }
        return isKernel
    }

    /// Whose processes it is about.
    public var scope: ProcessScope {
        switch self {
        case .user(_, let scope): scope
        case .perf(let event), .counter(let event): event.scope
        default: .every
        }
    }

    /// Whether the kernel captures the event, as it does those of user space.
    public var isKernel: Bool {
        switch self {
        case .function, .tracepoint, .address, .perf, .lsm, .netfilter, .user: true
        default: false
        }
    }
}

/// A derived probe: one event with one handler, aliases merged in.
public final class CheckedProbe {
    /// The position in the program.
    public let index: Int
    /// The resolved point, as `pp()` and messages say it: `kernel.function("tcp_sendmsg").return`.
    public let point: String
    /// The point as the script wrote it, as `pn()` says it: `socket.send`.
    public let scriptPoint: String
    /// The points from the script's to the resolved one, with their tokens, for `/* <- … */` and errors.
    public var derivation: [(point: String, token: Token)] = []
    /// The function's name for `probefunc()` and `ppfunc()`; empty where there is none.
    public var functionName = ""
    /// What makes it fire.
    public let event: ProbeEvent
    /// The probe's token.
    public let token: Token
    /// The locals of the merged body.
    public var locals: [CheckedLocal] = []
    /// The condition: reads globals only.
    public var condition: CheckedExpression?
    /// The merged handler.
    public var body: CheckedStatement

    /// Creates a probe.
    public init(
        index: Int, point: String, scriptPoint: String, event: ProbeEvent, token: Token, body: CheckedStatement
    ) {
        self.index = index
        self.point = point
        self.scriptPoint = scriptPoint
        self.event = event
        self.token = token
        self.body = body
    }
}

/// A checked statement; only the ones that mean something remain.
public final class CheckedStatement {
    /// What a statement does.
    public indirect enum Kind {
        case block([CheckedStatement])
        case expression(CheckedExpression)
        case `if`(CheckedExpression, then: CheckedStatement, otherwise: CheckedStatement?)
        /// `while` and `for`: the step runs after the body and on `continue`.
        case loop(condition: CheckedExpression?, step: CheckedExpression?, body: CheckedStatement)
        case foreach(CheckedForeach)
        /// The handler runs when the body raises a run-time error that can be caught; the variable, a local or a
        /// global, takes the message.
        case tryCatch(body: CheckedStatement, variable: CheckedExpression?, handler: CheckedStatement)
        /// Empties an array, or resets a scalar.
        case deleteGlobal(Int)
        case deleteLocal(Int)
        /// Removes one element, or all that match where a key is nil (`*`).
        case deleteElement(Int, [CheckedExpression?])
        case next
        case `break`
        case `continue`
        case `return`(CheckedExpression?)
    }

    /// The token that diagnostics point at.
    public let token: Token
    /// What it does.
    public var kind: Kind

    /// Creates a statement.
    public init(token: Token, kind: Kind) {
        self.token = token
        self.kind = kind
    }
}

/// A checked foreach over an array.
public struct CheckedForeach {
    /// The array's index.
    public var array: Int
    /// The local that takes the value.
    public var value: Int?
    /// The locals that take the keys.
    public var keys: [Int]
    /// The slice; nil elements are `*`.
    public var slice: [CheckedExpression?]?
    /// What to sort by and how.
    public var sort: (key: SortKey, direction: SortDirection)?
    /// The most elements to iterate.
    public var limit: CheckedExpression?
    /// The body.
    public var body: CheckedStatement

    /// Creates a foreach.
    public init(
        array: Int, value: Int?, keys: [Int], slice: [CheckedExpression?]?,
        sort: (key: SortKey, direction: SortDirection)?, limit: CheckedExpression?, body: CheckedStatement
    ) {
        self.array = array
        self.value = value
        self.keys = keys
        self.slice = slice
        self.sort = sort
        self.limit = limit
        self.body = body
    }
}

/// A checked expression with its type.
public final class CheckedExpression {
    /// What an expression computes.
    public indirect enum Kind {
        case integer(Int64)
        case string(ByteString)
        case local(Int)
        case global(Int)
        /// An array element.
        case element(Int, [CheckedExpression])
        case call(Int, [CheckedExpression])
        case builtin(Builtin, [CheckedExpression])
        /// `- ! ~`; unary plus is dropped.
        case unary(UnaryOperator, CheckedExpression)
        /// Comparisons compare as the type of their operands says.
        case binary(BinaryOperator, CheckedExpression, CheckedExpression)
        case logicalAnd(CheckedExpression, CheckedExpression)
        case logicalOr(CheckedExpression, CheckedExpression)
        case conditional(CheckedExpression, CheckedExpression, CheckedExpression)
        /// The left side is `local`, `global` or `element`.
        case assignment(BinaryOperator?, CheckedExpression, CheckedExpression)
        case increment(CheckedExpression, isIncrement: Bool, isPrefix: Bool)
        /// Whether an element exists; nil keys are `*`.
        case membership(Int, [CheckedExpression?])
        /// A call of the print family with its parsed format; all but `print_char`, which is a builtin.
        case print(returnsString: Bool, [FormatPiece], [CheckedExpression])
        /// `target <<< value`, whose value is that of the right side. The targets of this and the next ones are
        /// statistics, `global` or `element`.
        case aggregateAdd(CheckedExpression, CheckedExpression)
        /// `@count(target)` and its kin.
        case aggregate(AggregateOperator, CheckedExpression)
        /// The count of the bucket with an index, of the variable's one histogram.
        case histogramBucket(CheckedExpression, CheckedExpression)
        /// A print call of the variable's one histogram.
        case histogramText(returnsString: Bool, CheckedExpression)
        /// The probed function's or tracepoint's argument, from 0, extended to 64 bits as its shape says.
        case argument(Int, IntegerShape)
        /// The probed function's return value.
        case returnValue(IntegerShape)
        /// An integer in memory; a fault is the run-time error `read fault`.
        case load(address: CheckedExpression, MemoryAccess)
        /// 1 when evaluating the operand (a `load`, or a string-reading builtin) would not fault, else 0. Tapset files
        /// write it as a call of the intrinsic `readable(expression)`, with one operand of any type: that is how
        /// `kernel_string(address, default)` and `user_long(address)` are said in the language.
        case readable(CheckedExpression)
        /// Whether a string matches a pattern, `=~`, or does not, `!~`. It sets what `matched()` and its kin answer.
        case regexMatch(CheckedExpression, pattern: ByteString, patternToken: Token, isNegated: Bool)
        /// The operand's value when the probed function was entered; only in return probes.
        case entry(CheckedExpression)
    }

    /// The token that diagnostics point at.
    public let token: Token
    /// What it computes.
    public var kind: Kind
    /// The type of the value.
    public var type: ValueType

    /// Creates an expression.
    public init(token: Token, kind: Kind, type: ValueType) {
        self.token = token
        self.kind = kind
        self.type = type
    }
}
