// SPDX-License-Identifier: GPL-3.0-or-later

/// How a program of one attachment gets at the event's arguments and return value.
public enum ContextModel: Sendable, Hashable {
    /// fentry or fexit.
    case tracing(TracingContext)
    /// A kprobe at a function's entry, one or many functions.
    case kprobe(RegisterTable = .current)
    /// A kretprobe, one or many functions.
    case kretprobe(RegisterTable = .current)
    /// A uprobe: at the entry of a function of a program, or at any of its instructions.
    case uprobe(RegisterTable = .current)
    /// A uretprobe.
    case uretprobe(RegisterTable = .current)
    /// A raw tracepoint (not `tp_btf`): its arguments are plain words.
    case rawTracepoint(argumentCount: Int)

    /// A program at a function's entry by fentry, with the argument count of its BTF prototype.
    public static func tracing(argumentCount: Int) -> ContextModel {
        .tracing(TracingContext(argumentCount: argumentCount, isReturn: false))
    }

    /// Whether it is a function's return.
    public var isReturn: Bool {
        switch self {
        case .tracing(let context): context.isReturn
        case .kretprobe, .uretprobe: true
        case .kprobe, .uprobe, .rawTracepoint: false
        }
    }

    /// Whether some kernels run a program while it runs already on the same CPU.
    var mayNest: Bool {
        if case .rawTracepoint = self { return true }
        return false
    }

    /// Whether it happens in the code of programs, where every process has the same addresses.
    public var isUser: Bool {
        switch self {
        case .uprobe, .uretprobe: true
        case .tracing, .kprobe, .kretprobe, .rawTracepoint: false
        }
    }

    /// Whether a program of another mechanism for the same event could see the processor's registers, and this cannot.
    var hidesRegisters: Bool {
        if case .tracing = self { return true }
        return false
    }

    /// Whether the program is given the processor's registers.
    var hasRegisters: Bool {
        switch self {
        case .kprobe, .kretprobe, .uprobe, .uretprobe: true
        case .tracing, .rawTracepoint: false
        }
    }

    /// The type that such a program is loaded as.
    public var programType: ProgramType {
        switch self {
        case .tracing: .tracing
        case .kprobe, .kretprobe, .uprobe, .uretprobe: .kprobe
        case .rawTracepoint: .rawTracepoint
        }
    }

    /// The attach type that such a program is loaded with.
    public var attachType: AttachType {
        switch self {
        case .tracing(let context): context.isReturn ? .functionExit : .functionEntry
        case .kprobe, .kretprobe, .uprobe, .uretprobe, .rawTracepoint: .none
        }
    }

    /// The model of the program at the entry of the same function; nil for what has no entry.
    public var entry: ContextModel? {
        switch self {
        case .tracing(var context):
            context.isReturn = false
            return .tracing(context)
        case .kretprobe(let table): return .kprobe(table)
        case .uretprobe(let table): return .uprobe(table)
        case .kprobe, .uprobe, .rawTracepoint: return nil
        }
    }
}

/// What an fentry or fexit program must know of the function's BTF prototype.
public struct TracingContext: Sendable, Hashable {
    /// The number of parameters.
    public var argumentCount: Int
    /// fexit rather than fentry.
    public var isReturn: Bool
    /// The parameters whose type (peeled) is an integer or enumeration: the verifier lets them be computed with as
    /// they are. Others are pointers to it and take a detour; leaving one out costs a few instructions only.
    public var scalarArguments: Set<Int>
    /// Whether the return type (peeled) is an integer or enumeration.
    public var isScalarResult: Bool
    /// The parameters that a program cannot load at all, since the verifier does not know what they point to; they are copied.
    public var opaqueArguments: Set<Int>
    /// Whether the kernel has `bpf_get_func_arg` and `bpf_get_func_ret` (Linux 5.17).
    public var hasArgumentHelpers: Bool

    /// Describes a function.
    public init(
        argumentCount: Int, isReturn: Bool, scalarArguments: Set<Int> = [], isScalarResult: Bool = false,
        opaqueArguments: Set<Int> = [], hasArgumentHelpers: Bool = true
    ) {
        self.argumentCount = argumentCount
        self.isReturn = isReturn
        self.scalarArguments = scalarArguments
        self.isScalarResult = isScalarResult
        self.opaqueArguments = opaqueArguments
        self.hasArgumentHelpers = hasArgumentHelpers
    }
}

/// Where a program has the index of its probe from.
public enum ProbeIndexSource: Sendable, Hashable {
    /// It is compiled in.
    case constant(Int)
    /// The attach cookie is the index: one program serves many probes that have the same plan. An index that is not
    /// below the counters' probes ends the program.
    case cookie
}
