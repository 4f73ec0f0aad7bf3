// SPDX-License-Identifier: GPL-3.0-or-later
#include "CTapsets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char ansi_stp[] = {
#embed "ansi.stp"
};

static const unsigned char argv_stp[] = {
#embed "argv.stp"
};

static const unsigned char arguments_stp[] = {
#embed "arguments.stp"
};

static const unsigned char backtrace_stp[] = {
#embed "backtrace.stp"
};

static const unsigned char clock_stp[] = {
#embed "clock.stp"
};

static const unsigned char command_line_stp[] = {
#embed "command-line.stp"
};

static const unsigned char context_stp[] = {
#embed "context.stp"
};

static const unsigned char control_stp[] = {
#embed "control.stp"
};

static const unsigned char device_stp[] = {
#embed "device.stp"
};

static const unsigned char endian_stp[] = {
#embed "endian.stp"
};

static const unsigned char errno_stp[] = {
#embed "errno.stp"
};

static const unsigned char guru_stp[] = {
#embed "guru.stp"
};

static const unsigned char indent_stp[] = {
#embed "indent.stp"
};

static const unsigned char input_stp[] = {
#embed "input.stp"
};

static const unsigned char json_data_stp[] = {
#embed "json-data.stp"
};

static const unsigned char json_stp[] = {
#embed "json.stp"
};

static const unsigned char json_stpm[] = {
#embed "json.stpm"
};

static const unsigned char kernel_memory_stp[] = {
#embed "kernel-memory.stp"
};

static const unsigned char load_average_stp[] = {
#embed "load-average.stp"
};

static const unsigned char lsm_stp[] = {
#embed "lsm.stp"
};

static const unsigned char macros_stpm[] = {
#embed "macros.stpm"
};

static const unsigned char mib_stp[] = {
#embed "mib.stp"
};

static const unsigned char namespace_stp[] = {
#embed "namespace.stp"
};

static const unsigned char net_stp[] = {
#embed "net.stp"
};

static const unsigned char netfilter_stp[] = {
#embed "netfilter.stp"
};

static const unsigned char paths_stp[] = {
#embed "paths.stp"
};

static const unsigned char perf_stp[] = {
#embed "perf.stp"
};

static const unsigned char process_memory_stp[] = {
#embed "process-memory.stp"
};

static const unsigned char prometheus_stp[] = {
#embed "prometheus.stp"
};

static const unsigned char queue_stats_stp[] = {
#embed "queue-stats.stp"
};

static const unsigned char registers_stp[] = {
#embed "registers.stp"
};

static const unsigned char signal_names_stp[] = {
#embed "signal-names.stp"
};

static const unsigned char socket_address_stp[] = {
#embed "socket-address.stp"
};

static const unsigned char socket_lifecycle_stp[] = {
#embed "socket-lifecycle.stp"
};

static const unsigned char socket_names_stp[] = {
#embed "socket-names.stp"
};

static const unsigned char socket_stp[] = {
#embed "socket.stp"
};

static const unsigned char socket_stpm[] = {
#embed "socket.stpm"
};

static const unsigned char speculation_stp[] = {
#embed "speculation.stp"
};

static const unsigned char statistics_stpm[] = {
#embed "statistics.stpm"
};

static const unsigned char task_limits_stp[] = {
#embed "task-limits.stp"
};

static const unsigned char task_lookup_stp[] = {
#embed "task-lookup.stp"
};

static const unsigned char task_time_stp[] = {
#embed "task-time.stp"
};

static const unsigned char syscall_any_stp[] = {
#embed "syscall-any.stp"
};

static const unsigned char syscalls_stp[] = {
#embed "syscalls.stp"
};

static const unsigned char task_stp[] = {
#embed "task.stp"
};

static const unsigned char tcp_stp[] = {
#embed "tcp.stp"
};

static const unsigned char this_stp[] = {
#embed "this.stp"
};

static const unsigned char this_stpm[] = {
#embed "this.stpm"
};

static const unsigned char time_stp[] = {
#embed "time.stp"
};

static const unsigned char user_memory_stp[] = {
#embed "user-memory.stp"
};

static const unsigned char wide_memory_stp[] = {
#embed "wide-memory.stp"
};

static const struct swtap_tapset files[] = {
    {"ansi.stp", ansi_stp, sizeof ansi_stp},
    {"argv.stp", argv_stp, sizeof argv_stp},
    {"arguments.stp", arguments_stp, sizeof arguments_stp},
    {"backtrace.stp", backtrace_stp, sizeof backtrace_stp},
    {"clock.stp", clock_stp, sizeof clock_stp},
    {"command-line.stp", command_line_stp, sizeof command_line_stp},
    {"context.stp", context_stp, sizeof context_stp},
    {"control.stp", control_stp, sizeof control_stp},
    {"device.stp", device_stp, sizeof device_stp},
    {"endian.stp", endian_stp, sizeof endian_stp},
    {"errno.stp", errno_stp, sizeof errno_stp},
    {"guru.stp", guru_stp, sizeof guru_stp},
    {"indent.stp", indent_stp, sizeof indent_stp},
    {"input.stp", input_stp, sizeof input_stp},
    {"json-data.stp", json_data_stp, sizeof json_data_stp},
    {"json.stp", json_stp, sizeof json_stp},
    {"json.stpm", json_stpm, sizeof json_stpm},
    {"kernel-memory.stp", kernel_memory_stp, sizeof kernel_memory_stp},
    {"load-average.stp", load_average_stp, sizeof load_average_stp},
    {"lsm.stp", lsm_stp, sizeof lsm_stp},
    {"macros.stpm", macros_stpm, sizeof macros_stpm},
    {"mib.stp", mib_stp, sizeof mib_stp},
    {"namespace.stp", namespace_stp, sizeof namespace_stp},
    {"net.stp", net_stp, sizeof net_stp},
    {"netfilter.stp", netfilter_stp, sizeof netfilter_stp},
    {"paths.stp", paths_stp, sizeof paths_stp},
    {"perf.stp", perf_stp, sizeof perf_stp},
    {"process-memory.stp", process_memory_stp, sizeof process_memory_stp},
    {"prometheus.stp", prometheus_stp, sizeof prometheus_stp},
    {"queue-stats.stp", queue_stats_stp, sizeof queue_stats_stp},
    {"registers.stp", registers_stp, sizeof registers_stp},
    {"signal-names.stp", signal_names_stp, sizeof signal_names_stp},
    {"socket-address.stp", socket_address_stp, sizeof socket_address_stp},
    {"socket-lifecycle.stp", socket_lifecycle_stp, sizeof socket_lifecycle_stp},
    {"socket-names.stp", socket_names_stp, sizeof socket_names_stp},
    {"socket.stp", socket_stp, sizeof socket_stp},
    {"socket.stpm", socket_stpm, sizeof socket_stpm},
    {"speculation.stp", speculation_stp, sizeof speculation_stp},
    {"statistics.stpm", statistics_stpm, sizeof statistics_stpm},
    {"task-limits.stp", task_limits_stp, sizeof task_limits_stp},
    {"task-lookup.stp", task_lookup_stp, sizeof task_lookup_stp},
    {"task-time.stp", task_time_stp, sizeof task_time_stp},
    {"syscall-any.stp", syscall_any_stp, sizeof syscall_any_stp},
    {"syscalls.stp", syscalls_stp, sizeof syscalls_stp},
    {"task.stp", task_stp, sizeof task_stp},
    {"tcp.stp", tcp_stp, sizeof tcp_stp},
    {"this.stp", this_stp, sizeof this_stp},
    {"this.stpm", this_stpm, sizeof this_stpm},
    {"time.stp", time_stp, sizeof time_stp},
    {"user-memory.stp", user_memory_stp, sizeof user_memory_stp},
    {"wide-memory.stp", wide_memory_stp, sizeof wide_memory_stp},
};
const size_t swtap_tapset_count = sizeof files / sizeof files[0];

const struct swtap_tapset *swtap_tapset_at(size_t index) { return &files[index]; }
