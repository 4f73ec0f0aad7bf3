// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// What code that runs after the event may ask of it by name: a slot of the record holds it.
public enum CaptureFact: Sendable, Hashable {
    /// What a built-in function of the context answers.
    case context(Builtin)
    /// The event's argument as the register or stack holds it, from 0.
    case argument(Int)
    /// The return value register.
    case returnValue
    /// Some bytes of memory; numbered within the plan.
    case bytes(Int)
    /// The return addresses of the kernel's stack, or of the process's.
    case stack(isUser: Bool)
    /// The processor's registers at the event, or those with which the process entered the kernel.
    case registers(isUser: Bool)
}

/// A read that stays in the handler, since the kernel cannot know its address at the event.
public struct LateRead: Sendable, Hashable {
    /// The place in the source, an index into `IRProgram.sites`.
    public var site: Int32
    /// What is read, and why so late: `kernel memory: the address depends on the array 'a'`.
    public var reason: String

    /// Describes a read.
    public init(site: Int32, reason: String) {
        self.site = site
        self.reason = reason
    }
}

extension Builtin {
    /// Whether it asks for something of the process of the event, beside its `fact`.
    var asksForProcess: Bool {
        switch self {
        case .sprintUbacktrace, .printUbacktrace, .printUbacktraceBrief, .usymname, .usymdata, .umodname, .printUsyms,
            .sprintUsyms:
            true
        default: readsProcess
        }
    }

    /// What a captured event's record must hold, so that a handler can call this after it.
    public var fact: CaptureFact? {
        switch self {
        // Every record has these anyway.
        case .cpu, .ktimeGetNs: nil
        case .returnval: .returnValue
        case .stack, .backtrace, .sprintBacktrace, .printBacktrace: .stack(isUser: false)
        case .ustack, .ubacktrace, .sprintUbacktrace, .printUbacktrace, .printUbacktraceBrief: .stack(isUser: true)
        case .kernelRegister, .registersValid, .printRegisters: .registers(isUser: false)
        case .userRegister, .uaddr: .registers(isUser: true)
        // Only constants name them, and these are captured.
        case .rawArgument, .rawRegister, .perfCounter: nil
        default: signature.effect == .context ? .context(self) : nil
        }
    }
}
