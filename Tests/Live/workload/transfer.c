// SPDX-License-Identifier: GPL-3.0-or-later
//
// Plain sends and receives, and waiting for input without receiving it.

#include "workload.h"

#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

static char pattern_bytes[PATTERN_SIZE];
static _Thread_local char *scratch_bytes;

__attribute__((constructor)) static void fill_pattern(void) {
    for (size_t i = 0; i < PATTERN_SIZE; i++) pattern_bytes[i] = (char)('a' + i % 26);
}

char *pattern(void) { return pattern_bytes; }

char *scratch(void) {
    if (!scratch_bytes) must((scratch_bytes = malloc(PATTERN_SIZE)) != NULL, "malloc");
    return scratch_bytes;
}

void await_input(const struct sock *s) {
    struct pollfd poller = {.fd = s->fd, .events = POLLIN};
    must(poll(&poller, 1, 10000) == 1, "waiting for input");
}

// A stream's bytes arrive when the kernel gets round to it: a test that counts
// receives must not begin one before all are there.
void await_bytes(const struct sock *s, size_t bytes) {
    int ready = 0;
    for (int tries = 0; tries < 100000; tries++) {
        must(ioctl(s->fd, FIONREAD, &ready) == 0, "FIONREAD");
        if ((size_t)ready >= bytes) return;
        usleep(100);
    }
    errno = ETIMEDOUT;
    must(false, "waiting for bytes");
}

long plain_send(struct sock *s, size_t length, int flags) {
    return record("send", "send", s, (long)length, outcome(send(s->fd, pattern(), length, flags)), flags, NULL);
}

long plain_recv(struct sock *s, size_t length, int flags) {
    return record("receive", "recv", s, (long)length, outcome(recv(s->fd, scratch(), length, flags)), flags, NULL);
}

// Receives what was sent: a stream's bytes at once, other sockets' messages one by one.
void drain(struct sock *s, unsigned messages, size_t length) {
    if (messages == 0) return;
    if (is_stream(s)) {
        await_bytes(s, messages * length);
        must(plain_recv(s, messages * length, 0) == (long)(messages * length), "recv");
    } else for (; messages > 0; messages--) {
        await_input(s);
        must(plain_recv(s, length, 0) == (long)length, "recv");
    }
}
