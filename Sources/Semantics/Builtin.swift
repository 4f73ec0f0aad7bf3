// SPDX-License-Identifier: GPL-3.0-or-later

/// What a built-in function may depend on or change; decides elision, capture and placement.
public enum BuiltinEffect: Sendable, Equatable {
    /// Depends on its arguments only.
    case pure
    /// A fact of the event's context that the kernel captures: the task, the CPU, the time.
    case context
    /// Reads memory at an address: captured; may fault.
    case memory
    /// A fact of the session that does not change while a handler runs: the probe, the target.
    case session
    /// A fact of the event that its record holds as a whole, and that is looked at when the handler runs: stacks, registers.
    case recorded
    /// Has an effect, or depends on state: never dropped.
    case effect
}

/// A function that is implemented by swtap itself and not in a tapset; the one list of them.
public enum Builtin: UInt16, Sendable, CaseIterable {
    // Context of the event. Addresses are longs.
    case pid, tid, uid, gid, execname, cpu
    /// `task_current()`: the address of the current `struct task_struct`.
    case taskCurrent
    /// Nanoseconds of CLOCK_MONOTONIC at the event.
    case ktimeGetNs
    /// Nanoseconds since 1970 UTC at the event.
    case gettimeofdayNs
    /// `jiffies()`: the kernel's ticks.
    case jiffies
    /// `register_argument(n)`, n from 1: the n-th argument of the probed function as the registers hold it.
    case rawArgument
    /// `register_word(n)`: the n-th 8-byte word of the event's `struct pt_regs`; what the arguments of markers are computed from.
    case rawRegister
    /// `@perf("c")`: the counter with a number, see `ProbeEvent.counter`; of the thread that runs, or of the CPU.
    case perfCounter
    /// `returnval()`.
    case returnval
    // Memory.
    /// `kernel_string(address)`; the fault is the error `kernel string copy fault at 0x… [man error::fault]`.
    case kernelString
    /// `kernel_string_n(address, n)`.
    case kernelStringN
    /// `user_string(address)`.
    case userString
    /// `user_string_n(address, n)`.
    case userStringN
    // Facts of the session.
    case pp, pn, probefunc, ppfunc, probemod, probeType, isReturn, target, stpPid
    /// `HZ()`: the kernel's ticks in a second.
    case hz
    /// `cycles_at(nanoseconds)`: the processor's cycle counter at a moment of CLOCK_MONOTONIC.
    case cyclesAt
    /// `stp_uid()`: the user who runs swtap.
    case stpUid
    // Strings.
    case strlen, substr, stringat, isinstr, strpos, isdigit, strReplace, strtol, textStr, textStrn, stringQuoted
    case tokenizeStart, tokenizeNext
    /// `matched(n)`, `matched_str()`, `ngroups()`: of the last match in the handler.
    case matched, matchedStr, ngroups
    // Numbers and text.
    case ctime, tzCtime, tzGmtoff, tzName, errnoStr, errnoP, returnStr, ipNtop
    /// `ipv6_text(first8, last8)`: the two halves of an IPv6 address as they are loaded from memory (network byte
    /// order, like the argument of `ip_ntop`): eight groups of four digits.
    case ipv6Text
    /// IEEE doubles, as the bits of longs.
    case fpAdd, fpSub, fpMul, fpDiv, fpRem, fpSqrt, fpEq, fpLe, fpLt, longToFp, fpToLong, fp32ToFp64
    case fpToString, stringToFp
    case bswap16, bswap32, bswap64
    case randint
    // Output and control.
    case printk, panic, mdelay, udelay
    /// `signal_thread(process, thread, signal)`.
    case signalThread
    case printChar, log, warn, error, exit, abort, system, ftrace
    /// `$value` of a procfs write probe.
    case fileValue
    /// `$value = s` and `$value .= s` of a procfs read probe: the value is what was assigned.
    case setFileValue, appendFileValue
    /// `switch_file()`: the output goes on in the next file of `-o`, after the handler.
    case switchFile
    /// `stp_argument(n)` and `stp_environment(name)`: swtap's own arguments and environment.
    case ownArgument, ownVariable
    /// `stp_namespace(kind)`: the address of the namespace that `ns_…` functions are about: 0 of process ids, 1 of users.
    case namespace
    /// `stp_event()`: 1 in handlers of events of user space (`begin`, timers), which happen in swtap itself.
    case isOwnEvent
    // The record of an event, looked at when the handler runs.
    case stack, ustack, backtrace, ubacktrace, sprintBacktrace, sprintUbacktrace
    case printBacktrace, printUbacktrace, printUbacktraceBrief
    /// `register(name)`, `u_register(name)`.
    case kernelRegister, userRegister
    case registersValid, printRegisters
    /// `uaddr()`: where the process entered the kernel.
    case uaddr
    /// `addr()`: the address of the probed function.
    case addr
    /// `kernel_symbol_address(name)`: the address of a function or variable of the kernel; 0 where there is none.
    case kernelSymbolAddress
    // Addresses of code as text.
    case symname, symdata, modname, usymname, usymdata, umodname
    case printSyms, sprintSyms, printUsyms, sprintUsyms
    // Memory that the kernel does not capture: read when the handler runs.
    case kernelBufferQuoted, userBufferQuoted
    case kernelStringUTF16, kernelStringUTF32, userStringUTF16, userStringUTF32
    /// `user_words(address, size, first, last, delimiter)`: some of the strings that follow each other in memory.
    case userWords
    /// `user_variable(address, size, name)`: the value of `name=value` among the strings in memory.
    case userVariable
    /// The same of memory that was captured, with the number of the bytes as a last argument; only the planner makes them.
    case recordedKernelBuffer, recordedUserBuffer, recordedKernelUTF16, recordedKernelUTF32, recordedUserUTF16
    case recordedUserUTF32, recordedWords
}

extension Builtin {
    /// Whether it tells about the last match of a regular expression.
    public var observesMatches: Bool {
        switch self {
        case .matched, .matchedStr, .ngroups: true
        default: false
        }
    }
}
