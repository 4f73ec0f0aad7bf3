// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import Glibc
import Semantics

/// Something that kernels have or have not. What a kernel has is asked of it with a tiny program, never concluded from
/// its version, since distributions port features back and switch them off.
public enum Feature: String, CaseIterable, Sendable {
    case fentry
    case fexit
    case kprobe
    case kprobeLink = "kprobe-link"
    case kprobeMulti = "kprobe-multi"
    case uprobe
    case uprobeMulti = "uprobe-multi"
    case rawTracepoint = "raw-tracepoint"
    case perfEvent = "perf-event"
    case securityHook = "lsm"
    case netfilter
    case ringBuffer = "ring-buffer"
    case mappedArray = "mapped-array"
    case attachCookie = "attach-cookie"
    case functionAddress = "function-address"
    case boundedLoop = "bpf-loop"
    /// Types and lines of programs.
    case programTypes = "program-types"
    case atomics
    /// Handlers that run in the kernel.
    case handlers
    case argumentHelpers = "argument-helpers"

    /// The first kernel that has it by itself, for the documentation.
    public var since: String {
        switch self {
        case .fentry, .fexit, .mappedArray: "5.5"
        case .kprobe: "4.1"
        case .kprobeLink, .attachCookie, .functionAddress: "5.15"
        case .kprobeMulti: "5.18"
        case .uprobeMulti: "6.6"
        case .rawTracepoint, .uprobe: "4.17"
        case .perfEvent: "4.9"
        case .programTypes: "5.0"
        case .securityHook: "5.7"
        case .netfilter: "6.4"
        case .ringBuffer: "5.8"
        case .boundedLoop, .argumentHelpers: "5.17"
        case .atomics, .handlers: "5.12"
        }
    }
}

/// The features of the running kernel, each asked for once and only when somebody wants to know.
public final class Features {
    /// Whether the kernel has something, and if not, why.
    public enum Answer: Sendable, Equatable {
        case available
        case missing(reason: String)

        /// Whether it is there.
        public var isAvailable: Bool { self == .available }
    }

    private var answers: [Feature: Answer] = [:]
    private let catalog: KernelCatalog
    /// The type number of the kprobe PMU.
    private(set) lazy var kprobePMU: UInt32? = readText("/sys/bus/event_source/devices/kprobe/type")
        .flatMap { UInt32($0.prefix { $0.isNumber }) }

    /// The type number of the uprobe PMU.
    private(set) lazy var uprobePMU: UInt32? = readText("/sys/bus/event_source/devices/uprobe/type")
        .flatMap { UInt32($0.prefix { $0.isNumber }) }

    /// Prepares to ask; `disabled` are features that the user does without.
    public init(catalog: KernelCatalog, disabled: Set<Feature> = []) {
        self.catalog = catalog
        for feature in disabled { answers[feature] = .missing(reason: "switched off by --no-feature") }
    }

    /// Whether the kernel has a feature.
    public subscript(feature: Feature) -> Answer {
        if let known = answers[feature] { return known }
        let answer = probe(feature)
        answers[feature] = answer
        return answer
    }

    /// Records what an attempt at the real thing taught.
    func note(_ feature: Feature, missing reason: String) { answers[feature] = .missing(reason: reason) }

    private func probe(_ feature: Feature) -> Answer {
        switch feature {
        case .fentry: tracing(BPF_TRACE_FENTRY)
        case .fexit: tracing(BPF_TRACE_FEXIT)
        case .kprobe: kprobe()
        case .kprobeLink: kprobeLink()
        case .uprobe: uprobe()
        case .uprobeMulti: uprobeMulti()
        case .kprobeMulti: kprobeMulti()
        case .rawTracepoint: load(.rawTracepoint)
        case .perfEvent: load(ProgramKind(type: BPF_PROG_TYPE_PERF_EVENT))
        case .securityHook: securityHook()
        case .netfilter: netfilter()
        case .ringBuffer: map(BPF_MAP_TYPE_RINGBUF, key: 0, value: 0, entries: 4096, flags: 0)
        // BPF_F_MMAPABLE.
        case .mappedArray: map(BPF_MAP_TYPE_ARRAY, key: 4, value: 8, entries: 1, flags: 1 << 10)
        case .attachCookie: helper(BPF_FUNC_get_attach_cookie)
        case .functionAddress: helper(BPF_FUNC_get_func_ip)
        case .boundedLoop: helper(BPF_FUNC_loop)
        case .programTypes: programTypes()
        case .atomics: load(.rawTracepoint, Self.fetchAdd)
        case .handlers: self[.atomics]
        case .argumentHelpers: tracing(BPF_TRACE_FENTRY, Self.getArgument)
        }
    }

    /// `r0 = 0; exit`.
    private static let nothing: [UInt64] = [0x0000_0000_0000_00B7, 0x0000_0000_0000_0095]
    /// `*(u64 *)(r10 - 8) = 0; r0 = 1; r0 = fetch_add(r10 - 8, r0); r0 = 0; exit`.
    private static let fetchAdd: [UInt64] = [
        0x0000_0000_FFF8_0A7A, 0x0000_0001_0000_00B7, 0x0000_0001_FFF8_0ADB, 0x0000_0000_0000_00B7,
        0x0000_0000_0000_0095,
    ]

    /// `r2 = 0; r3 = r10 - 8; get_func_arg(ctx, 0, r3); r0 = 0; exit`.
    private static let getArgument: [UInt64] = [
        0x0000_0000_0000_02B7, 0x0000_0000_0000_A3BF, 0xFFFF_FFF8_0000_0307, 0x0000_00B7_0000_0085,
        0x0000_0000_0000_00B7, 0x0000_0000_0000_0095,
    ]

    private func load(_ kind: ProgramKind, _ instructions: [UInt64] = Features.nothing) -> Answer {
        let number = ProgramLoader.attempt(kind, name: "swtap_probe", instructions: instructions, log: nil)
        guard number >= 0 else { return .missing(reason: "the kernel refuses it: \(errorText(errno))") }
        close(number)
        return .available
    }

    /// Loads a program with its types and a line.
    private func programTypes() -> Answer {
        var program = BPFProgram(
            name: "swtap_probe", type: .rawTracepoint, instructions: Self.nothing.map { BPFInstruction(encoded: $0) })
        program.lines = [0: SourceLine(file: "probe", text: "probe", line: 1, column: 1)]
        guard let types = LoadedTypes(program) else {
            return .missing(reason: "the kernel takes no types: \(errorText(errno))")
        }
        let number = ProgramLoader.attempt(
            .rawTracepoint, name: program.name, instructions: Self.nothing, types: types, log: nil)
        guard number >= 0 else { return .missing(reason: "the kernel refuses types and lines: \(errorText(errno))") }
        close(number)
        return .available
    }

    /// Loads a program for a function that every kernel with tracing programs has, and which nobody calls.
    private func tracing(_ attach: bpf_attach_type, _ instructions: [UInt64] = Features.nothing) -> Answer {
        guard case .found(let function) = catalog.function("bpf_fentry_test1", module: nil, needsTypes: true),
            let id = function.btf
        else { return .missing(reason: "the kernel was built without eBPF trampolines") }
        let answer = load(ProgramKind(type: BPF_PROG_TYPE_TRACING, attach: attach, target: id.id), instructions)
        guard case .missing = answer else { return .available }
        return .missing(reason: "the kernel refuses tracing programs: \(errorText(errno))")
    }

    /// A kernel without `bpf` among its security modules loads and attaches such programs, and never runs them.
    private func securityHook() -> Answer {
        guard case .found(let function) = catalog.function("bpf_lsm_file_open", module: nil, needsTypes: true),
            let kind = try? SecurityHookAttachment.kind(of: function)
        else { return .missing(reason: "the kernel was built without CONFIG_BPF_LSM") }
        if let reason = SecurityHookAttachment.refusal(activeModules: SecurityHookAttachment.activeModules()) {
            return .missing(reason: reason)
        }
        return load(kind)
    }

    private func netfilter() -> Answer {
        load(NetfilterAttachment.kind).isAvailable
            ? .available
            : .missing(reason: "the kernel has no eBPF at netfilter hooks (Linux 6.4 with CONFIG_NETFILTER_BPF_LINK)")
    }

    private func kprobe() -> Answer {
        guard kprobePMU != nil else {
            return .missing(reason: "the kernel was built without kprobes (CONFIG_KPROBE_EVENTS)")
        }
        return load(.kprobe)
    }

    private func uprobe() -> Answer {
        guard uprobePMU != nil else {
            return .missing(reason: "the kernel was built without uprobes (CONFIG_UPROBE_EVENTS)")
        }
        return load(.kprobe)
    }

    /// A link to a descriptor that does not exist fails as such where links to perf events exist.
    private func kprobeLink() -> Answer {
        withProgram(.kprobe) { program in
            let link = swtap_link_perf(program, -1, 0)
            if link >= 0 { close(link) }
            return errno == EBADF ? .available : .missing(reason: "the kernel has no links to perf events")
        }
    }

    /// A link to a function that does not exist fails as such where the kernel has fprobes.
    private func kprobeMulti() -> Answer {
        withProgram(.kprobeMulti) { program in
            "swtap_no_such_function".withCString { name in
                var names: [UnsafePointer<CChar>?] = [name]
                let link = swtap_link_kprobe_multi(program, 0, &names, nil, 1)
                if link >= 0 { close(link) }
            }
            switch errno {
            case EOPNOTSUPP: return .missing(reason: "the kernel was built without fprobes (CONFIG_FPROBE)")
            case EINVAL: return .missing(reason: "the kernel has no kprobe.multi links")
            default: return .available
            }
        }
    }

    /// A link to a place in a directory fails as such where the kernel has links to several places.
    private func uprobeMulti() -> Answer {
        withProgram(UprobeMultiAttachment.kind) { program in
            var offset: UInt64 = 0
            let link = swtap_link_uprobe_multi(program, 0, "/", &offset, nil, nil, 1)
            if link >= 0 { close(link) }
            return errno == EBADF ? .available : .missing(reason: "the kernel has no uprobe.multi links")
        }
    }

    private func withProgram(_ kind: ProgramKind, _ body: (Int32) -> Answer) -> Answer {
        let number = ProgramLoader.attempt(kind, name: "swtap_probe", instructions: Self.nothing, log: nil)
        guard number >= 0 else { return .missing(reason: "the kernel refuses it: \(errorText(errno))") }
        defer { close(number) }
        return body(number)
    }

    private func map(_ type: bpf_map_type, key: Int, value: Int, entries: Int, flags: UInt32) -> Answer {
        do {
            _ = try KernelMap(type, name: "swtap_probe", keySize: key, valueSize: value, entries: entries, flags: flags)
            return .available
        } catch {
            return .missing(reason: error.message)
        }
    }

    private func helper(_ function: bpf_func_id) -> Answer {
        libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, function, nil) == 1
            ? .available : .missing(reason: "the kernel does not have the helper function")
    }
}
