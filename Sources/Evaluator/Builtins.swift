// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// The arguments of a builtin or a print call, in the registers that an operand list names.
struct BuiltinArguments {
    let list: UnsafePointer<Int32>
    let integers: UnsafeMutablePointer<Int64>
    let strings: UnsafeMutablePointer<StringView>

    @inline(__always)
    func integer(_ position: Int) -> Int64 {
        position < Int(list[0]) ? integers[PackedOperand(raw: list[1 + position]).register] : 0
    }

    @inline(__always)
    func string(_ position: Int) -> StringView {
        position < Int(list[0])
            ? strings[PackedOperand(raw: list[1 + position]).register] : StringView(pointer: emptyBytes, length: 0)
    }
}

/// What a builtin gives back. A string is good until the next builtin runs.
enum BuiltinResult {
    case nothing
    case integer(Int64)
    case string(StringView)
    case failed(Failure)
    /// The handler ends here, without an error.
    case abort
}

/// The one list of which builtin is implemented where.
extension Evaluator {
    @inline(never)
    func builtin(_ raw: Int, _ arguments: BuiltinArguments, _ record: UnsafeRawPointer?) -> BuiltinResult {
        guard let builtin = Builtin(rawValue: UInt16(truncatingIfNeeded: raw)) else { return .nothing }
        switch builtin {
        case .pid, .tid, .uid, .gid, .execname, .cpu, .taskCurrent, .ktimeGetNs, .gettimeofdayNs, .jiffies,
            .rawArgument, .rawRegister, .perfCounter, .returnval:
            return contextBuiltin(builtin, record)
        case .kernelString, .kernelStringN, .userString, .userStringN: return memoryBuiltin(builtin, arguments)
        case .pp, .pn, .probefunc, .ppfunc, .probemod, .probeType, .isReturn: return probeBuiltin(builtin)
        case .target: return .integer(facts.targetPid)
        case .stpPid: return .integer(facts.ownPid)
        case .stpUid: return .integer(facts.ownUid)
        case .strlen: return .integer(Int64(arguments.string(0).length))
        case .substr: return substr(arguments.string(0), arguments.integer(1), arguments.integer(2))
        case .stringat: return stringat(arguments.string(0), arguments.integer(1))
        case .isinstr: return .integer(find(arguments.string(1), in: arguments.string(0)) == nil ? 0 : 1)
        case .strpos: return .integer(find(arguments.string(1), in: arguments.string(0)).map(Int64.init) ?? -1)
        case .isdigit: return isdigit(arguments.string(0))
        case .strReplace: return strReplace(arguments.string(0), arguments.string(1), arguments.string(2))
        case .strtol: return .integer(strtol(arguments.string(0), arguments.integer(1)))
        case .tokenizeStart: return tokenizeStart(arguments.string(0), arguments.string(1))
        case .tokenizeNext: return tokenizeNext(arguments.string(0))
        case .textStr: return textStrn(arguments.string(0), 0, isQuoted: false)
        case .textStrn: return textStrn(arguments.string(0), arguments.integer(1), isQuoted: arguments.integer(2) != 0)
        case .stringQuoted: return textStrn(arguments.string(0), 0, isQuoted: true)
        case .matched: return matched(arguments.integer(0))
        case .matchedStr: return matched(0)
        case .ngroups: return matches.groupCount
        case .ctime: return ctime(arguments.integer(0), zone: nil)
        case .tzCtime: return ctime(arguments.integer(0) &- facts.secondsWest, zone: facts.zoneName)
        case .tzGmtoff: return .integer(facts.secondsWest)
        case .tzName: return text { $0.append(facts.zoneName.bytes) }
        case .errnoStr: return text { $0.append(Errno.name(arguments.integer(0)) ?? "") }
        case .errnoP: return .integer(Errno.known(arguments.integer(0)) ?? 0)
        case .returnStr: return returnStr(arguments.integer(0), arguments.integer(1))
        case .ipNtop: return ipNtop(arguments.integer(0))
        case .ipv6Text: return ipv6Text(arguments.integer(0), arguments.integer(1))
        case .fpAdd, .fpSub, .fpMul, .fpDiv, .fpRem, .fpSqrt, .fpEq, .fpLe, .fpLt, .longToFp, .fpToLong, .fp32ToFp64,
            .fpToString, .stringToFp:
            return floatBuiltin(builtin, arguments)
        case .hz, .cyclesAt, .printk, .panic, .mdelay, .udelay, .signalThread:
            return systemBuiltin(builtin, arguments, record)
        case .bswap16: return .integer(Int64(UInt16(truncatingIfNeeded: arguments.integer(0)).byteSwapped))
        case .bswap32: return .integer(Int64(UInt32(truncatingIfNeeded: arguments.integer(0)).byteSwapped))
        case .bswap64: return .integer(arguments.integer(0).byteSwapped)
        case .randint: return randint(arguments.integer(0))
        case .printChar, .log, .warn, .error, .exit, .abort, .system, .ftrace: return control(builtin, arguments)
        case .fileValue, .setFileValue, .appendFileValue, .switchFile: return fileBuiltin(builtin, arguments)
        case .ownArgument, .ownVariable: return processBuiltin(builtin, arguments)
        case .namespace: return .integer(Int64(bitPattern: host.namespace(ofUsers: arguments.integer(0) != 0)))
        case .isOwnEvent: return .integer(record == nil ? 1 : 0)
        case .stack, .ustack, .backtrace, .ubacktrace, .sprintBacktrace, .sprintUbacktrace, .printBacktrace,
            .printUbacktrace, .printUbacktraceBrief:
            return stackBuiltin(builtin, arguments)
        case .kernelRegister, .userRegister, .registersValid, .printRegisters, .uaddr:
            return registerBuiltin(builtin, arguments)
        case .addr: return .integer(Int64(bitPattern: host.kernelAddress(of: program.probes[handler].functionName)))
        case .kernelSymbolAddress:
            return .integer(Int64(bitPattern: host.kernelAddress(of: ByteString(arguments.string(0)).description)))
        case .symname, .symdata, .modname, .usymname, .usymdata, .umodname: return symbolBuiltin(builtin, arguments)
        case .printSyms, .sprintSyms, .printUsyms, .sprintUsyms: return symbolTextBuiltin(builtin, arguments)
        case .kernelBufferQuoted, .userBufferQuoted, .kernelStringUTF16, .kernelStringUTF32, .userStringUTF16,
            .userStringUTF32, .userWords, .userVariable:
            return bytesBuiltin(builtin, arguments)
        case .recordedKernelBuffer: return bytesBuiltin(.kernelBufferQuoted, arguments, recorded: builtin)
        case .recordedUserBuffer: return bytesBuiltin(.userBufferQuoted, arguments, recorded: builtin)
        case .recordedKernelUTF16: return bytesBuiltin(.kernelStringUTF16, arguments, recorded: builtin)
        case .recordedKernelUTF32: return bytesBuiltin(.kernelStringUTF32, arguments, recorded: builtin)
        case .recordedUserUTF16: return bytesBuiltin(.userStringUTF16, arguments, recorded: builtin)
        case .recordedUserUTF32: return bytesBuiltin(.userStringUTF32, arguments, recorded: builtin)
        case .recordedWords: return bytesBuiltin(.userWords, arguments, recorded: builtin)
        }
    }

    /// A text that is made in `scratch`, up to the limit of strings.
    func text(_ body: (inout TextWriter) -> Void) -> BuiltinResult {
        var writer = TextWriter(scratch, capacity: stride - 1)
        body(&writer)
        return .string(StringView(pointer: UnsafePointer(scratch), length: writer.count))
    }
}

extension ByteString {
    /// A copy of a register's bytes.
    init(_ view: StringView) { self.init(UnsafeBufferPointer(start: view.pointer, count: view.length)) }
}
