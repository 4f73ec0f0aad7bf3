// SPDX-License-Identifier: GPL-3.0-or-later

/// The kernel's helper functions that programs call, by their numbers (linux/bpf.h).
public enum Helper: Int32, Sendable, CaseIterable {
    case mapLookupElement = 1
    case mapUpdateElement = 2
    case mapDeleteElement = 3
    case ktimeGetNs = 5
    case getProcessorID = 8
    case getCurrentPidTgid = 14
    case getCurrentUidGid = 15
    case getCurrentCommand = 16
    case getCurrentTask = 35
    /// Linux 4.15.
    case perfEventReadValue = 55
    case getStack = 67
    case probeReadUser = 112
    case probeReadKernel = 113
    case probeReadUserString = 114
    case probeReadKernelString = 115
    /// Linux 5.6.
    case jiffies = 118
    case ringOutput = 130
    case ringReserve = 131
    case ringSubmit = 132
    /// Linux 5.11.
    case getCurrentTaskBTF = 158
    /// Linux 5.15 in kprobes, 5.19 in fentry and fexit, 6.10 in raw tracepoints.
    case getAttachCookie = 174
    /// Linux 5.15.
    case taskRegisters = 175
    /// Linux 5.17.
    case loop = 181
    /// Linux 5.13.
    case forEachMapElement = 164
    /// Linux 5.17, fentry and fexit only.
    case getFunctionArgument = 183
    /// Linux 5.17, fexit only.
    case getFunctionResult = 184

    /// The name as the kernel spells it.
    public var name: String {
        switch self {
        case .mapLookupElement: "bpf_map_lookup_elem"
        case .mapUpdateElement: "bpf_map_update_elem"
        case .mapDeleteElement: "bpf_map_delete_elem"
        case .ktimeGetNs: "bpf_ktime_get_ns"
        case .getProcessorID: "bpf_get_smp_processor_id"
        case .getCurrentPidTgid: "bpf_get_current_pid_tgid"
        case .getCurrentUidGid: "bpf_get_current_uid_gid"
        case .getCurrentCommand: "bpf_get_current_comm"
        case .getCurrentTask: "bpf_get_current_task"
        case .perfEventReadValue: "bpf_perf_event_read_value"
        case .getStack: "bpf_get_stack"
        case .getCurrentTaskBTF: "bpf_get_current_task_btf"
        case .taskRegisters: "bpf_task_pt_regs"
        case .probeReadUser: "bpf_probe_read_user"
        case .probeReadKernel: "bpf_probe_read_kernel"
        case .probeReadUserString: "bpf_probe_read_user_str"
        case .probeReadKernelString: "bpf_probe_read_kernel_str"
        case .jiffies: "bpf_jiffies64"
        case .ringOutput: "bpf_ringbuf_output"
        case .ringReserve: "bpf_ringbuf_reserve"
        case .ringSubmit: "bpf_ringbuf_submit"
        case .getAttachCookie: "bpf_get_attach_cookie"
        case .loop: "bpf_loop"
        case .forEachMapElement: "bpf_for_each_map_elem"
        case .getFunctionArgument: "bpf_get_func_arg"
        case .getFunctionResult: "bpf_get_func_ret"
        }
    }
}
