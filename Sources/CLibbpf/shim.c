// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "CLibbpf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int silent(enum libbpf_print_level level, const char *format, va_list arguments) {
    (void)level;
    (void)format;
    (void)arguments;
    return 0;
}

void swtap_silence_libbpf(void) { libbpf_set_print(silent); }

int swtap_perf_kprobe(uint32_t pmu, int is_return, const char *function, uint64_t offset) {
    struct perf_event_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.size = sizeof attr;
    attr.type = pmu;
    // Bit 0 of the kprobe PMU's config asks for the return, see its format/retprobe.
    attr.config = is_return ? 1 : 0;
    attr.kprobe_func = (uint64_t)(uintptr_t)function;
    attr.probe_offset = offset;
    return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

int swtap_perf_event(
    uint32_t type, uint64_t config, uint64_t rate, int is_frequency, uint32_t breakpoint, uint64_t address,
    uint64_t length, int cpu) {
    struct perf_event_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.size = sizeof attr;
    attr.type = type;
    attr.config = config;
    attr.freq = is_frequency ? 1 : 0;
    if (is_frequency)
        attr.sample_freq = rate;
    else
        attr.sample_period = rate;
    if (length > 0) {
        attr.bp_type = breakpoint;
        attr.bp_addr = address;
        attr.bp_len = length;
    }
    // It counts from the moment when its program is linked.
    attr.disabled = 1;
    return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

int swtap_perf_uprobe(uint32_t pmu, int is_return, const char *path, uint64_t offset, uint64_t counter) {
    struct perf_event_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.size = sizeof attr;
    attr.type = pmu;
    // Bit 0 of the uprobe PMU's config asks for the return, the upper half is the counter's offset; see its format/.
    attr.config = (is_return ? 1 : 0) | counter << 32;
    attr.uprobe_path = (uint64_t)(uintptr_t)path;
    attr.probe_offset = offset;
    return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

int swtap_perf_set_program(int perf, int program) {
    if (ioctl(perf, PERF_EVENT_IOC_SET_BPF, program) < 0) return -1;
    return ioctl(perf, PERF_EVENT_IOC_ENABLE, 0) < 0 ? -1 : 0;
}

int swtap_perf_enable(int perf) { return ioctl(perf, PERF_EVENT_IOC_ENABLE, 0) < 0 ? -1 : 0; }

int swtap_link_kprobe_multi(
    int program, int is_return, const char **functions, const uint64_t *cookies, uint32_t count) {
    LIBBPF_OPTS(bpf_link_create_opts, options);
    options.kprobe_multi.flags = is_return ? BPF_F_KPROBE_MULTI_RETURN : 0;
    options.kprobe_multi.cnt = count;
    options.kprobe_multi.syms = functions;
    options.kprobe_multi.cookies = (const __u64 *)cookies;
    int link = bpf_link_create(program, 0, BPF_TRACE_KPROBE_MULTI, &options);
    return link < 0 ? -1 : link;
}

int swtap_link_netfilter(int program, uint32_t family, uint32_t hook, int32_t priority) {
    // The beginning of `union bpf_attr` for BPF_LINK_CREATE with BPF_NETFILTER, which older headers do not have.
    struct {
        uint32_t program, target, attach_type, flags, family, hook;
        int32_t priority;
        uint32_t netfilter_flags;
    } attr = {(uint32_t)program, 0, 45, 0, family, hook, priority, 0};
    return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof attr);
}

int swtap_link_uprobe_multi(
    int program, int is_return, const char *path, const uint64_t *offsets, const uint64_t *counters,
    const uint64_t *cookies, uint32_t count) {
    // The beginning of `union bpf_attr` for BPF_LINK_CREATE with BPF_TRACE_UPROBE_MULTI, which older headers do not have.
    struct {
        uint32_t program, target, attach_type, flags;
        uint64_t path, offsets, counters, cookies;
        uint32_t count, multi_flags, pid, unused;
    } attr = {
        .program = (uint32_t)program,
        .attach_type = 48,
        .path = (uint64_t)(uintptr_t)path,
        .offsets = (uint64_t)(uintptr_t)offsets,
        .counters = (uint64_t)(uintptr_t)counters,
        .cookies = (uint64_t)(uintptr_t)cookies,
        .count = count,
        // BPF_F_UPROBE_MULTI_RETURN.
        .multi_flags = is_return ? 1 : 0,
    };
    return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof attr);
}

int swtap_link_perf(int program, int perf, uint64_t cookie) {
    LIBBPF_OPTS(bpf_link_create_opts, options);
    options.perf_event.bpf_cookie = cookie;
    int link = bpf_link_create(program, perf, BPF_PERF_EVENT, &options);
    return link < 0 ? -1 : link;
}

int swtap_detached_mount(const char *type) {
    int context = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
    if (context < 0) return -1;
    int mount = -1;
    if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        mount = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    int reason = errno;
    close(context);
    errno = reason;
    return mount;
}

const void *swtap_find(const void *bytes, size_t size, const void *needle, size_t length) {
    return memmem(bytes, size, needle, length);
}

uint64_t swtap_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2];
    memset(data, 0, sizeof data);
    if (syscall(SYS_capget, &header, data) < 0) return 0;
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}
