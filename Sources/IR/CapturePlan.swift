// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// What the kernel reads at an event for a handler that runs in the Evaluator, as a pure expression graph: the
/// BPF back-end compiles it, the record holds its slots.
public struct CapturePlan: Sendable {
    /// The nodes; operands name earlier nodes only.
    public var nodes: [CaptureNode] = []
    /// The slots of the record in order.
    public var slots: [CaptureSlot] = []
    /// Nodes evaluated when the function is entered; node `.entryValue(i)` is the value (and fault) of `entryNodes[i]`.
    /// Not empty only for return probes. Their operands are entry-time nodes only.
    public var entryNodes: [Int] = []
    /// Strings read at entry; slots of kind `.entryString(i)` hand them over.
    public var entryStrings: [CaptureString] = []
    /// The node that is 1 when the handler would end without any effect: the event is filtered in the kernel, and
    /// counted as filtered. A fault while evaluating it means that the event is sent. nil: never filtered.
    public var filter: Int?
    /// The slots of what code that was not planned asks of the event: functions that are called, late reads of the memory
    /// of a process (its `pid`).
    public var facts: [CaptureFact: Int] = [:]
    /// The reads that stay in the handler, for `--explain`.
    public var lateReads: [LateRead] = []
    /// The node that is not 0 when the event is the probe's at all; else it is not even counted, and neither when it faults.
    /// nil: every event is. Whoever attaches the probe adds it.
    public var scope: Int?

    /// Creates an empty plan.
    public init() {}
}

/// One value of a capture plan; arithmetic as the operation table says.
public enum CaptureNode: Sendable, Hashable {
    case constant(Int64)
    /// The event's argument as the register or stack holds it, from 0.
    case argument(Int)
    /// The return value register.
    case returnValue
    /// A word of the registers at the event, by its number in `struct pt_regs`.
    case register(Int)
    /// The program's perf counter of that number: what the thread has added to it, or what it stands at on this CPU.
    case counter(Int)
    /// A fact of the context that is an integer: `pid tid uid gid cpu task_current ktime_get_ns gettimeofday_ns`.
    /// `gettimeofdayNs` is ktime plus an offset that user space keeps in a control word.
    case context(Builtin)
    /// Memory at the address of a node. Faults when it cannot be read.
    case load(address: Int, MemoryAccess)
    /// One of `negate complement logicalNot`.
    case unary(Operation, Int)
    /// One of the integer operations with two operands. A divisor is always a constant that is not 0.
    case binary(Operation, Int, Int)
    /// `extend` with its coded shape.
    case extend(Int, IntegerShape)
    /// The second operand when the first is not 0, else the third; only the taken one may fault.
    case select(Int, Int, Int)
    /// 1 when the node (a load) has no fault.
    case readable(Int)
    /// The value of `entryNodes[i]`; faults when that faulted.
    case entryValue(Int)
}

/// A string that the kernel reads.
public enum CaptureString: Sendable, Hashable {
    /// `execname()`: at most 16 bytes with its NUL.
    case command
    /// The string at a node's address, up to a NUL or `limit` bytes without it.
    case memory(address: Int, isUser: Bool, limit: Int)
}

/// One slot of the record.
public enum CaptureSlot: Sendable, Hashable {
    /// An integer; when the node faults, the record marks the slot and holds the faulting address.
    case integer(node: Int)
    /// A string.
    case string(CaptureString)
    /// A string that was read at entry.
    case entryString(Int)
    /// As many bytes as a node says, at most `limit`.
    case bytes(address: Int, isUser: Bool, length: Int, limit: Int)
    /// Return addresses, innermost first, at most `depth`.
    case stack(isUser: Bool, depth: Int)
    /// The processor's registers as the kernel's `struct pt_regs`.
    case registers(isUser: Bool)
}
