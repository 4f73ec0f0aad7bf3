// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import IR
import Semantics

/// One of the tracepoints at which an event of user space shows, with what else must hold there.
struct UserHook: Equatable {
    enum Condition {
        case none
        /// The system call that made this process returns in it.
        case childProcess
        /// The same for a thread.
        case childThread
        /// No thread of the process is left.
        case lastThread
        /// The thread is not the first one of its process.
        case furtherThread
    }

    let tracepoint: String
    /// The arguments of its programs.
    let argumentCount: Int
    var condition = Condition.none

    /// The hooks of an event; none for places in code.
    static func hooks(of event: UserEvent) -> [UserHook] {
        switch event {
        case .life(.begin):
            [
                UserHook(tracepoint: "sched_process_exec", argumentCount: 3),
                UserHook(tracepoint: "sys_exit", argumentCount: 2, condition: .childProcess),
            ]
        case .life(.threadBegin): [UserHook(tracepoint: "sys_exit", argumentCount: 2, condition: .childThread)]
        case .life(.end): [UserHook(tracepoint: "sched_process_exit", argumentCount: 1, condition: .lastThread)]
        case .life(.threadEnd):
            [UserHook(tracepoint: "sched_process_exit", argumentCount: 1, condition: .furtherThread)]
        case .systemCall(false): [UserHook(tracepoint: "sys_enter", argumentCount: 2)]
        case .systemCall(true): [UserHook(tracepoint: "sys_exit", argumentCount: 2)]
        case .function, .marker: []
        }
    }
}

/// Adds to a capture plan when an event is the probe's.
struct ScopeBuilder {
    private(set) var plan: CapturePlan
    private let offsets: KernelOffsets

    init(_ plan: CapturePlan, catalog: KernelCatalog) {
        self.plan = plan
        offsets = KernelOffsets(catalog)
    }

    /// The plan for an event of a scope at a hook. Marks of processes are the back-end's business.
    static func plan(
        _ plan: CapturePlan, scope: ProcessScope, hook: UserHook?, catalog: KernelCatalog
    ) throws(KernelError) -> CapturePlan {
        var builder = ScopeBuilder(plan, catalog: catalog)
        var conditions: [Int] = []
        if case .process(let pid) = scope { conditions.append(builder.equal(.context(.pid), Int64(pid))) }
        if let hook { conditions += try builder.conditions(hook.condition) }
        guard let first = conditions.first else { return plan }
        // The first that does not hold decides, and the others are not computed.
        var whole = conditions.last ?? first
        for condition in conditions.dropLast().reversed() {
            let no = builder.add(.constant(0))
            whole = builder.add(.select(condition, whole, no))
        }
        builder.plan.scope = whole
        return builder.plan
    }

    private mutating func add(_ node: CaptureNode) -> Int {
        if let known = plan.nodes.firstIndex(of: node) { return known }
        plan.nodes.append(node)
        return plan.nodes.count - 1
    }

    private mutating func equal(_ node: CaptureNode, _ value: Int64) -> Int {
        let left = add(node)
        let right = add(.constant(value))
        return add(.binary(.equal, left, right))
    }

    private mutating func conditions(_ condition: UserHook.Condition) throws(KernelError) -> [Int] {
        switch condition {
        case .none: return []
        case .childProcess: return madeByFork(isThread: false)
        case .childThread: return madeByFork(isThread: true)
        case .furtherThread: return [isFurtherThread(true)]
        case .lastThread:
            let signal = load(add(.argument(0)), try offsets.offset("signal", of: "task_struct"), size: 8)
            let live = load(signal, try offsets.offset("live", of: "signal_struct"), size: 4)
            let zero = add(.constant(0))
            return [add(.binary(.equal, live, zero))]
        }
    }

    private mutating func isFurtherThread(_ wanted: Bool) -> Int {
        let process = add(.context(.pid))
        let thread = add(.context(.tid))
        return add(.binary(wanted ? .notEqual : .equal, process, thread))
    }

    /// A result of 0 of a call that forks is the child's.
    private mutating func madeByFork(isThread: Bool) -> [Int] {
        #if arch(arm64)
            let calls: [Int64] = [220, 435]
            let number = load(add(.argument(0)), 280, size: 4)
        #else
            let calls: [Int64] = [56, 57, 58, 435]
            let number = load(add(.argument(0)), 120, size: 8)
        #endif
        let isChild = equal(.argument(1), 0)
        var isFork = add(.constant(0))
        for call in calls {
            let value = add(.constant(call))
            let isThis = add(.binary(.equal, number, value))
            isFork = add(.binary(.or, isFork, isThis))
        }
        return [isChild, isFork, isFurtherThread(isThread)]
    }

    private mutating func load(_ base: Int, _ offset: Int, size: UInt8) -> Int {
        let distance = add(.constant(Int64(offset)))
        let address = add(.binary(.add, base, distance))
        return add(
            .load(
                address: address,
                MemoryAccess(shape: IntegerShape(size: size, isSigned: true), isUser: false)))
    }
}
