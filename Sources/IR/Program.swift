// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// A lowered program: what the Evaluator runs and what the BPF back-end compiles.
public struct IRProgram {
    /// The globals; instructions name them by position.
    public var globals: [IRGlobal] = []
    /// The functions; `call` names them by position.
    public var functions: [IRUnit] = []
    /// One handler for each probe, at the probe's index.
    public var handlers: [IRUnit] = []
    /// The probes, at the same positions: events, points, names.
    public var probes: [CheckedProbe] = []
    /// What the kernel captures for each handler, at the probe's index; nil for handlers of user-space events.
    public var captures: [CapturePlan?] = []
    /// The functions that evaluate the probes' conditions, at the probe's index: longs without parameters, that read globals
    /// only. They tell when a probe need not be armed; the handler tests its condition itself.
    public var conditions: [Int?] = []
    /// Integer constants, shared by all units.
    public var integers: [Int64] = []
    /// String constants, cut to the limit, shared by all units.
    public var strings: [ByteString] = []
    /// Parsed formats, shared by all units.
    public var formats: [[FormatPiece]] = []
    /// Operand lists, shared by all units.
    public var operandLists: [[Operand]] = []
    /// Memory accesses, shared by all units.
    public var accesses: [MemoryAccess] = []
    /// What is read of statistics, shared by all units.
    public var aggregates: [AggregateRead] = []
    /// Iterations, shared by all units.
    public var iterations: [Iteration] = []
    /// Compiled patterns, shared by all units.
    public var regexes: [RegexAutomaton] = []
    /// Whether something asks for the groups of a match, so that a match is more than its result.
    public var notesMatches = false
    /// Places in the source, shared by all units.
    public var sites: [SourceSite] = []
    /// The run-time limits.
    public var limits = Limits()

    /// Creates an empty program.
    public init() {}
}

/// The run-time limits of the language, settable with `-D`.
public struct Limits: Sendable, Equatable {
    /// Bytes of a string with its final NUL.
    public var maxStringLength = 512
    /// Elements of an array without a declared size.
    public var maxMapEntries = 2048
    /// Statements of one handler of a kernel event or a timer.
    public var maxAction = 1000
    /// Statements of one handler of another kind: begin, end, error, files and input.
    public var maxActionInterruptible = 10000
    /// Depth of calls; nil: computed from the program.
    public var maxNesting: Int?
    /// Addresses of a backtrace.
    public var maxBacktrace = 20
    /// Run-time errors before the session stops.
    public var maxErrors = 0
    /// Skipped probes before the session stops.
    public var maxSkipped = 100
    /// The longest bar of a histogram, in characters (`HIST_WIDTH`).
    public var histWidth = 50
    /// How many empty rows stay on each side of a histogram's counts before they become `~` (`HIST_ELISION`); negative:
    /// none ever do.
    public var histElision = 2
    /// Buckets of a linear histogram, those for what lies outside included (`STP_MAX_BUCKETS`).
    public var maxBuckets = 128
    /// Whether time limits are off (`--suppress-time-limits`).
    public var suppressTimeLimits = false

    /// Creates the defaults.
    public init() {}
}

/// A global variable.
public struct IRGlobal {
    /// The name.
    public var name: String
    /// The key types; empty for a scalar.
    public var keyTypes: [ValueType]
    /// The type of the value.
    public var valueType: ValueType
    /// The capacity of an array.
    public var capacity: Int
    /// Whether the capacity was declared: it words the overflow error.
    public var isDeclaredSize: Bool
    /// Whether a full array drops its oldest element.
    public var wraps: Bool
    /// The initial value of a scalar.
    public var initial: Literal?
    /// Whether it is shown at the end.
    public var isDisplayed: Bool
    /// Whether it is displayed in hex.
    public var isPointer: Bool
    /// What is asked of it, for statistics.
    public var statistics: StatisticsParameters?

    /// Creates a global.
    public init(
        name: String, keyTypes: [ValueType], valueType: ValueType, capacity: Int, isDeclaredSize: Bool, wraps: Bool,
        initial: Literal?, isDisplayed: Bool, isPointer: Bool, statistics: StatisticsParameters? = nil
    ) {
        self.name = name
        self.keyTypes = keyTypes
        self.valueType = valueType
        self.capacity = capacity
        self.isDeclaredSize = isDeclaredSize
        self.wraps = wraps
        self.initial = initial
        self.isDisplayed = isDisplayed
        self.isPointer = isPointer
        self.statistics = statistics
    }
}

/// What is read of a statistics variable.
public struct AggregateRead: Sendable, Hashable {
    /// The variable.
    public var global: Int
    /// What of it.
    public var operation: AggregateOperator

    /// Creates a reading.
    public init(global: Int, operation: AggregateOperator) {
        self.global = global
        self.operation = operation
    }
}

/// A handler or a function as basic blocks over two register files: integers and strings.
public struct IRUnit {
    /// The function's name or the probe's point.
    public var name: String
    /// The blocks; execution starts at block 0. Each ends in exactly one terminator, its last instruction.
    public var blocks: [IRBlock] = []
    /// The number of integer registers. All start as 0.
    public var integerRegisters = 0
    /// The number of string registers. All start as "".
    public var stringRegisters = 0
    /// The registers that receive a function's arguments.
    public var parameters: [Operand] = []
    /// The type of a function's result; unknown for none, and for handlers.
    public var result: ValueType = .unknown
    /// The function that `nextOverload` falls through to.
    public var nextOverload: Int?

    /// Creates an empty unit.
    public init(name: String) { self.name = name }
}

/// A basic block.
public struct IRBlock {
    /// The instructions, a terminator last.
    public var instructions: [Instruction] = []
    /// The block of this unit that an error in this one goes to, with all registers as they are at that moment; also an
    /// error in a function that it calls and that catches nothing. nil: errors leave the unit. Iterations that began
    /// between the start of the protected blocks and the error have ended. `MAXACTION exceeded` goes nowhere.
    public var handler: Int?

    /// Creates an empty block.
    public init() {}
}

/// A register or wildcard in an operand list.
public enum Operand: Sendable, Hashable {
    /// An integer register.
    case integer(Int32)
    /// A string register.
    case string(Int32)
    /// `*` in a slice.
    case wildcard
}

/// How to iterate over an array.
public struct Iteration: Sendable {
    /// The array.
    public var array: Int
    /// What to sort by, and how; sorting physically reorders the array.
    public var sort: (key: SortKey, direction: SortDirection)?
    /// The register that holds the limit.
    public var limit: Int32?
    /// The slice: operands as key filters; nil for none.
    public var slice: [Operand]?
    /// The registers that take the keys, set before the slice is tested.
    public var keys: [Operand]
    /// The register that takes the value.
    public var value: Operand?

    /// Creates an iteration.
    public init(
        array: Int, sort: (key: SortKey, direction: SortDirection)?, limit: Int32?, slice: [Operand]?,
        keys: [Operand], value: Operand?
    ) {
        self.array = array
        self.sort = sort
        self.limit = limit
        self.slice = slice
        self.keys = keys
        self.value = value
    }
}

/// A place in the source with the calls that led to it: `near … (called from …)`.
public struct SourceSite: Sendable {
    /// The innermost token.
    public var token: Token
    /// The site of the call into which this code was inlined; run-time frames add to it.
    public var inlinedAt: Int32?

    /// Creates a site.
    public init(token: Token, inlinedAt: Int32? = nil) {
        self.token = token
        self.inlinedAt = inlinedAt
    }
}
