// SPDX-License-Identifier: GPL-3.0-or-later
// What somebody who knows eBPF well would write for the bench's tasks, each in its own program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "byhand.h"

#define EAGAIN 11

char LICENSE[] SEC("license") = "GPL";
const volatile int target SEC(".rodata.target") = 0;
unsigned long long filtered_in = 0;
unsigned long long lost = 0;

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 2048);
    __type(key, char[COMMAND_SIZE]);
    __type(value, unsigned long long);
} sums SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 2048);
    __type(key, char[COMMAND_SIZE]);
    __type(value, struct total);
} totals SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 21);
} lines SEC(".maps");

struct socket;
struct sock;
struct msghdr;

static int is_target(void) { return bpf_get_current_pid_tgid() >> 32 == (unsigned long long)target; }

static void add(unsigned long long value) {
    char key[COMMAND_SIZE];
    bpf_get_current_comm(key, sizeof key);
    unsigned long long *sum = bpf_map_lookup_elem(&sums, key);
    if (!sum) {
        unsigned long long zero = 0;
        bpf_map_update_elem(&sums, key, &zero, BPF_NOEXIST);
        sum = bpf_map_lookup_elem(&sums, key);
        if (!sum) return;
    }
    __sync_fetch_and_add(sum, value);
}

SEC("?fentry/unix_stream_sendmsg")
int BPF_PROG(empty) { return 0; }

SEC("?fentry/unix_stream_sendmsg")
int BPF_PROG(count) {
    if (is_target()) add(1);
    return 0;
}

static const struct total nothing;

static unsigned int bit_length(unsigned long long value) {
    unsigned int bits = 0;
    if (value >> 32) bits += 32, value >>= 32;
    if (value >> 16) bits += 16, value >>= 16;
    if (value >> 8) bits += 8, value >>= 8;
    if (value >> 4) bits += 4, value >>= 4;
    if (value >> 2) bits += 2, value >>= 2;
    if (value >> 1) bits += 1, value >>= 1;
    return bits + value;
}

SEC("?fentry/unix_stream_sendmsg")
int BPF_PROG(histogram, struct socket *sock, struct msghdr *message, unsigned long length) {
    if (!is_target()) return 0;
    char key[COMMAND_SIZE];
    bpf_get_current_comm(key, sizeof key);
    struct total *total = bpf_map_lookup_elem(&totals, key);
    if (!total) {
        bpf_map_update_elem(&totals, key, &nothing, BPF_NOEXIST);
        total = bpf_map_lookup_elem(&totals, key);
        if (!total) return 0;
    }
    // A program does not run twice at once on a CPU, and the elements are each CPU's own.
    total->count++;
    total->sum += length;
    unsigned int bucket = bit_length(length);
    if (bucket < BUCKETS) total->buckets[bucket]++;
    return 0;
}

SEC("?fentry/unix_stream_sendmsg")
int BPF_PROG(filter, struct socket *sock, struct msghdr *message, unsigned long length) {
    if (is_target() && length > 100) __sync_fetch_and_add(&filtered_in, 1);
    return 0;
}

SEC("?fentry/unix_stream_sendmsg")
int BPF_PROG(print, struct socket *sock, struct msghdr *message, unsigned long length) {
    unsigned long long thread = bpf_get_current_pid_tgid();
    if (thread >> 32 != (unsigned long long)target) return 0;
    struct line *line = bpf_ringbuf_reserve(&lines, sizeof *line, 0);
    if (!line) {
        __sync_fetch_and_add(&lost, 1);
        return 0;
    }
    bpf_get_current_comm(line->command, sizeof line->command);
    line->pid = thread >> 32;
    line->tid = thread;
    line->length = length;
    bpf_ringbuf_submit(line, BPF_RB_NO_WAKEUP);
    return 0;
}

// Messages that were sent, by their bytes: what the family did, and what a security module refused before that.
SEC("?tp_btf/sock_send_length")
int BPF_PROG(sent, struct sock *sock, int result) {
    if (result > 0) add(result);
    return 0;
}

SEC("?fexit/security_socket_sendmsg")
int BPF_PROG(refused, struct socket *sock, struct msghdr *message, int size, int result) {
    if (result) add((long)result);
    return 0;
}
