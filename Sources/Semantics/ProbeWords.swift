// SPDX-License-Identifier: GPL-3.0-or-later

/// What functions tell of a probe that is the same at each of its events.
extension CheckedProbe {
    /// The result of a function of strings about the probe; nil for other functions.
    public func word(of builtin: Builtin) -> String? {
        switch builtin {
        case .pp: point
        case .pn: scriptPoint
        case .probefunc, .ppfunc: functionName
        case .probemod:
            switch event {
            case .function(let function, _, _): function.module ?? "kernel"
            case .tracepoint(let tracepoint): tracepoint.module ?? "kernel"
            case .lsm, .address, .netfilter: "kernel"
            case .user(let event, _): event.place?.program.path ?? ""
            default: ""
            }
        case .probeType: typeName
        default: nil
        }
    }

    /// Whether it is at a return.
    public var isReturn: Bool {
        switch event {
        case .function(_, let isReturn, _), .user(.function(_, let isReturn), _),
            .user(.systemCall(let isReturn), _):
            isReturn
        default: false
        }
    }

    private var typeName: String {
        switch event {
        case .begin, .end, .error, .never: "begin_end"
        case .timer(let timer): timer.isJiffies ? "timer" : "hrtimer"
        case .function(_, let isReturn, _): isReturn ? "kretprobe" : "kprobe"
        case .tracepoint: "kernel_tracepoint"
        case .address: "kprobe"
        // SystemTap's list has no word for them.
        case .lsm: "lsm"
        case .netfilter: "netfilter"
        case .procfs: "procfs"
        case .perf(let event), .counter(let event):
            switch event.source {
            case .profile: "profile_timer"
            case .counter: "perf_event"
            case .data: "hardware_data_breakpoint"
            }
        case .user(let event, _): event.typeName
        }
    }
}
