// SPDX-License-Identifier: GPL-3.0-or-later

/// The name, types and effect of a built-in function.
public struct BuiltinSignature: Sendable {
    /// The name in the language.
    public var name: String
    /// The types of the parameters.
    public var parameters: [ValueType]
    /// The type of the result; unknown for none.
    public var result: ValueType
    /// What it depends on or changes.
    public var effect: BuiltinEffect
}

extension Builtin {
    /// The signature: the one place that says what a built-in is called and takes. Overloads by arity are separate cases.
    public var signature: BuiltinSignature {
        switch self {
        case .pid: of("pid", [], .long, .context)
        case .tid: of("tid", [], .long, .context)
        case .uid: of("uid", [], .long, .context)
        case .gid: of("gid", [], .long, .context)
        case .execname: of("execname", [], .string, .context)
        case .cpu: of("cpu", [], .long, .context)
        case .taskCurrent: of("task_current", [], .long, .context)
        case .ktimeGetNs: of("ktime_get_ns", [], .long, .context)
        case .gettimeofdayNs: of("gettimeofday_ns", [], .long, .context)
        case .jiffies: of("jiffies", [], .long, .context)
        case .rawArgument: of("register_argument", [.long], .long, .context)
        case .rawRegister: of("register_word", [.long], .long, .context)
        case .perfCounter: of("perf_counter", [.long], .long, .context)
        case .returnval: of("returnval", [], .long, .context)
        case .kernelString: of("kernel_string", [.long], .string, .memory)
        case .kernelStringN: of("kernel_string_n", [.long, .long], .string, .memory)
        case .userString: of("user_string", [.long], .string, .memory)
        case .userStringN: of("user_string_n", [.long, .long], .string, .memory)
        case .pp: of("pp", [], .string, .session)
        case .pn: of("pn", [], .string, .session)
        case .probefunc: of("probefunc", [], .string, .session)
        case .ppfunc: of("ppfunc", [], .string, .session)
        case .probemod: of("probemod", [], .string, .session)
        case .probeType: of("probe_type", [], .string, .session)
        case .isReturn: of("is_return", [], .long, .session)
        case .target: of("target", [], .long, .session)
        case .stpPid: of("stp_pid", [], .long, .session)
        case .hz: of("HZ", [], .long, .session)
        case .cyclesAt: of("cycles_at", [.long], .long, .session)
        case .stpUid: of("stp_uid", [], .long, .session)
        case .strlen: of("strlen", [.string], .long, .pure)
        case .substr: of("substr", [.string, .long, .long], .string, .pure)
        case .stringat: of("stringat", [.string, .long], .long, .pure)
        case .isinstr: of("isinstr", [.string, .string], .long, .pure)
        case .strpos: of("strpos", [.string, .string], .long, .pure)
        case .isdigit: of("isdigit", [.string], .long, .pure)
        case .strReplace: of("str_replace", [.string, .string, .string], .string, .pure)
        case .strtol: of("strtol", [.string, .long], .long, .pure)
        case .textStr: of("text_str", [.string], .string, .pure)
        case .textStrn: of("text_strn", [.string, .long, .long], .string, .pure)
        case .stringQuoted: of("string_quoted", [.string], .string, .pure)
        case .tokenizeStart: of("tokenize", [.string, .string], .string, .effect)
        case .tokenizeNext: of("tokenize", [.string], .string, .effect)
        case .matched: of("matched", [.long], .string, .effect)
        case .matchedStr: of("matched_str", [], .string, .effect)
        case .ngroups: of("ngroups", [], .long, .effect)
        case .ctime: of("ctime", [.long], .string, .pure)
        case .tzCtime: of("tz_ctime", [.long], .string, .pure)
        case .tzGmtoff: of("tz_gmtoff", [], .long, .session)
        case .tzName: of("tz_name", [], .string, .session)
        case .errnoStr: of("errno_str", [.long], .string, .pure)
        case .errnoP: of("errno_p", [.long], .long, .pure)
        case .returnStr: of("return_str", [.long, .long], .string, .pure)
        case .ipNtop: of("ip_ntop", [.long], .string, .pure)
        case .ipv6Text: of("ipv6_text", [.long, .long], .string, .pure)
        case .fpAdd: of("fp_add", [.long, .long], .long, .pure)
        case .fpSub: of("fp_sub", [.long, .long], .long, .pure)
        case .fpMul: of("fp_mul", [.long, .long], .long, .pure)
        case .fpDiv: of("fp_div", [.long, .long], .long, .pure)
        case .fpRem: of("fp_rem", [.long, .long], .long, .pure)
        case .fpSqrt: of("fp_sqrt", [.long], .long, .pure)
        case .fpEq: of("fp_eq", [.long, .long], .long, .pure)
        case .fpLe: of("fp_le", [.long, .long], .long, .pure)
        case .fpLt: of("fp_lt", [.long, .long], .long, .pure)
        case .longToFp: of("long_to_fp", [.long], .long, .pure)
        case .fpToLong: of("fp_to_long", [.long, .long, .long], .long, .pure)
        case .fp32ToFp64: of("fp32_to_fp64", [.long], .long, .pure)
        case .fpToString: of("fp_to_string", [.long, .long], .string, .pure)
        case .stringToFp: of("string_to_fp", [.string], .long, .pure)
        case .bswap16: of("bswap16", [.long], .long, .pure)
        case .bswap32: of("bswap32", [.long], .long, .pure)
        case .bswap64: of("bswap64", [.long], .long, .pure)
        case .randint: of("randint", [.long], .long, .effect)
        case .printk: of("printk", [.long, .string], .unknown, .effect)
        case .panic: of("panic", [.string], .unknown, .effect)
        case .mdelay: of("mdelay", [.long], .unknown, .effect)
        case .udelay: of("udelay", [.long], .unknown, .effect)
        case .signalThread: of("signal_thread", [.long, .long, .long], .unknown, .effect)
        case .printChar: of("print_char", [.long], .unknown, .effect)
        case .log: of("log", [.string], .unknown, .effect)
        case .warn: of("warn", [.string], .unknown, .effect)
        case .error: of("error", [.string], .unknown, .effect)
        case .exit: of("exit", [], .unknown, .effect)
        case .abort: of("abort", [], .unknown, .effect)
        case .system: of("system", [.string], .unknown, .effect)
        case .ftrace: of("ftrace", [.string], .unknown, .effect)
        // No call can have these names: scripts say `$value`.
        case .fileValue: of("$value", [], .string, .effect)
        case .setFileValue: of("$value=", [.string], .string, .effect)
        case .appendFileValue: of("$value.=", [.string], .string, .effect)
        case .switchFile: of("switch_file", [], .unknown, .effect)
        case .ownArgument: of("stp_argument", [.long], .string, .session)
        case .ownVariable: of("stp_environment", [.string], .string, .session)
        case .namespace: of("stp_namespace", [.long], .long, .session)
        case .isOwnEvent: of("stp_event", [], .long, .session)
        case .stack: of("stack", [.long], .long, .recorded)
        case .ustack: of("ustack", [.long], .long, .recorded)
        case .backtrace: of("backtrace", [], .string, .recorded)
        case .ubacktrace: of("ubacktrace", [], .string, .recorded)
        case .sprintBacktrace: of("sprint_backtrace", [], .string, .recorded)
        case .sprintUbacktrace: of("sprint_ubacktrace", [], .string, .recorded)
        case .printBacktrace: of("print_backtrace", [], .unknown, .effect)
        case .printUbacktrace: of("print_ubacktrace", [], .unknown, .effect)
        case .printUbacktraceBrief: of("print_ubacktrace_brief", [], .unknown, .effect)
        case .kernelRegister: of("register", [.string], .long, .recorded)
        case .userRegister: of("u_register", [.string], .long, .recorded)
        case .registersValid: of("registers_valid", [], .long, .recorded)
        case .printRegisters: of("print_regs", [], .unknown, .effect)
        case .uaddr: of("uaddr", [], .long, .recorded)
        case .addr: of("addr", [], .long, .session)
        case .kernelSymbolAddress: of("kernel_symbol_address", [.string], .long, .session)
        case .symname: of("symname", [.long], .string, .session)
        case .symdata: of("symdata", [.long], .string, .session)
        case .modname: of("modname", [.long], .string, .session)
        case .usymname: of("usymname", [.long], .string, .recorded)
        case .usymdata: of("usymdata", [.long], .string, .recorded)
        case .umodname: of("umodname", [.long], .string, .recorded)
        case .printSyms: of("print_syms", [.string], .unknown, .effect)
        case .sprintSyms: of("sprint_syms", [.string], .string, .session)
        case .printUsyms: of("print_usyms", [.string], .unknown, .effect)
        case .sprintUsyms: of("sprint_usyms", [.string], .string, .recorded)
        case .kernelBufferQuoted: of("kernel_buffer_quoted", [.long, .long, .long], .string, .memory)
        case .userBufferQuoted: of("user_buffer_quoted", [.long, .long, .long], .string, .memory)
        case .kernelStringUTF16: of("kernel_string_utf16", [.long], .string, .memory)
        case .kernelStringUTF32: of("kernel_string_utf32", [.long], .string, .memory)
        case .userStringUTF16: of("user_string_utf16", [.long], .string, .memory)
        case .userStringUTF32: of("user_string_utf32", [.long], .string, .memory)
        case .userWords: of("user_words", [.long, .long, .long, .long, .string], .string, .memory)
        case .recordedKernelBuffer: of("kernel_buffer_quoted ", [.long, .long, .long, .long], .string, .recorded)
        case .recordedUserBuffer: of("user_buffer_quoted ", [.long, .long, .long, .long], .string, .recorded)
        case .recordedKernelUTF16: of("kernel_string_utf16 ", [.long, .long], .string, .recorded)
        case .recordedKernelUTF32: of("kernel_string_utf32 ", [.long, .long], .string, .recorded)
        case .recordedUserUTF16: of("user_string_utf16 ", [.long, .long], .string, .recorded)
        case .recordedUserUTF32: of("user_string_utf32 ", [.long, .long], .string, .recorded)
        case .recordedWords: of("user_words ", [.long, .long, .long, .long, .string, .long], .string, .recorded)
        case .userVariable: of("user_variable", [.long, .long, .string], .string, .memory)
        }
    }

    /// The form that takes its memory from the event's record; nil where there is none.
    public var recorded: Builtin? {
        switch self {
        case .kernelBufferQuoted: .recordedKernelBuffer
        case .userBufferQuoted: .recordedUserBuffer
        case .kernelStringUTF16: .recordedKernelUTF16
        case .kernelStringUTF32: .recordedKernelUTF32
        case .userStringUTF16: .recordedUserUTF16
        case .userStringUTF32: .recordedUserUTF32
        case .userWords: .recordedWords
        default: nil
        }
    }

    /// Whether it reads the memory of a process.
    public var readsProcess: Bool {
        switch self {
        case .userString, .userStringN, .userBufferQuoted, .userStringUTF16, .userStringUTF32, .userWords,
            .userVariable, .recordedUserBuffer, .recordedUserUTF16, .recordedUserUTF32, .recordedWords:
            true
        default: false
        }
    }

    private func of(
        _ name: String, _ parameters: [ValueType], _ result: ValueType, _ effect: BuiltinEffect
    ) -> BuiltinSignature {
        BuiltinSignature(name: name, parameters: parameters, result: result, effect: effect)
    }
}
