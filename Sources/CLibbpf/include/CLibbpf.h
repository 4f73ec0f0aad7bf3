// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of libbpf that the Kernel room calls; the thinnest shims for what Swift cannot import.
#ifndef SWTAP_CLIBBPF_H
#define SWTAP_CLIBBPF_H
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

// A load that later loads cannot move before, and a store that earlier stores cannot move after.
static inline uint64_t swtap_load_acquire64(const void *address) {
    return __atomic_load_n((const uint64_t *)address, __ATOMIC_ACQUIRE);
}
static inline uint32_t swtap_load_acquire32(const void *address) {
    return __atomic_load_n((const uint32_t *)address, __ATOMIC_ACQUIRE);
}
static inline void swtap_store_release64(void *address, uint64_t value) {
    __atomic_store_n((uint64_t *)address, value, __ATOMIC_RELEASE);
}
// Adds and returns the sum.
static inline uint64_t swtap_add64(void *address, uint64_t value) {
    return __atomic_add_fetch((uint64_t *)address, value, __ATOMIC_SEQ_CST);
}

// Makes libbpf silent: every failure is reported by its caller.
void swtap_silence_libbpf(void);
// A perf event of the kprobe PMU for `function` + `offset`; a descriptor or -1 with errno.
int swtap_perf_kprobe(uint32_t pmu, int is_return, const char *function, uint64_t offset);
// A perf event that watches one CPU: a counter by type and config, or with `length` a data breakpoint at `address`
// (`breakpoint` as in linux/hw_breakpoint.h). `is_frequency`: `rate` is firings a second, else the period.
// A descriptor or -1 with errno.
int swtap_perf_event(
    uint32_t type, uint64_t config, uint64_t rate, int is_frequency, uint32_t breakpoint, uint64_t address,
    uint64_t length, int cpu);
// A perf event of the uprobe PMU at an offset of a file; `counter` is the offset of a marker's counter, or 0. A descriptor
// or -1 with errno.
int swtap_perf_uprobe(uint32_t pmu, int is_return, const char *path, uint64_t offset, uint64_t counter);
// Lets a perf event run a program, without a link (kernels before 5.15); 0 or -1 with errno.
int swtap_perf_set_program(int perf, int program);
// Switches a perf event on; 0 or -1 with errno.
int swtap_perf_enable(int perf);
// A link of a program to a hook of netfilter; a descriptor or -1 with errno.
int swtap_link_netfilter(int program, uint32_t family, uint32_t hook, int32_t priority);
// One link of a program to many functions, each with its cookie; a descriptor or -1 with errno.
int swtap_link_kprobe_multi(
    int program, int is_return, const char **functions, const uint64_t *cookies, uint32_t count);
// One link of a program to places in one file, each with the offset of its counter or 0, and with its cookie; a descriptor or
// -1 with errno. EBADF: the kernel has such links, but the path is no file's.
int swtap_link_uprobe_multi(
    int program, int is_return, const char *path, const uint64_t *offsets, const uint64_t *counters,
    const uint64_t *cookies, uint32_t count);
// A link of a program to a perf event; a descriptor or -1 with errno.
int swtap_link_perf(int program, int perf, uint64_t cookie);
// Opens a new mount of a file system (`tracefs`) that is visible nowhere; a directory descriptor or -1 with errno.
int swtap_detached_mount(const char *type);
// The first place of `needle` in `bytes`, or NULL.
const void *swtap_find(const void *bytes, size_t size, const void *needle, size_t length);
// The effective capabilities of the process, bit i for capability i; 0 when unknown.
uint64_t swtap_capabilities(void);
#endif
