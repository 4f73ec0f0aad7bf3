// SPDX-License-Identifier: GPL-3.0-or-later
//
// Much at once, much in a row, and how long it takes.

#include "workload.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>

static void pairs(enum kind kind, long count) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    for (long i = 0; i < count; i++) {
        size_t length = (size_t)(1 + i % 100);
        must(plain_send(&a, length, 0) == (long)length, "send");
        drain(&b, 1, length);
    }
    close_pair(&a, &b);
}

static enum kind first_kind(void) {
    FOR_KINDS(kind, ALL_KINDS) return kind;
    return UNIX_STREAM;
}

static void *thread_body(void *argument) {
    pairs(first_kind(), *(const long *)argument);
    free(scratch());
    return NULL;
}

static void threads(const struct arguments *arguments) {
    long count = arguments->has_count ? arguments->count : 4, each = arguments->has_second ? arguments->second : 100;
    pthread_t *all = calloc((size_t)count, sizeof *all);
    must(all != NULL, "calloc");
    for (long i = 0; i < count; i++)
        must(pthread_create(&all[i], NULL, thread_body, &each) == 0, "pthread_create");
    for (long i = 0; i < count; i++) pthread_join(all[i], NULL);
    free(all);
}

static void forks(const struct arguments *arguments) {
    long each = arguments->has_second ? arguments->second : 10;
    for (long i = 0; i < arguments->count; i++) {
        pid_t child = fork();
        must(child >= 0, "fork");
        if (child) continue;
        pairs(first_kind(), each);
        _exit(0);
    }
    int status;
    while (wait(&status) > 0) must(status == 0, "a child");
}

static long nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000 + t.tv_nsec;
}

// Nothing between the calls but the calls.
static long rush(struct sock *a, struct sock *b, long count, size_t length) {
    char *from = pattern(), *into = scratch();
    long began = nanoseconds();
    for (long i = 0; i < count; i++) {
        if (send(a->fd, from, length, 0) != (ssize_t)length) must(false, "send");
        if (recv(b->fd, into, length, 0) != (ssize_t)length) must(false, "recv");
    }
    return nanoseconds() - began;
}

static void totals(const struct sock *a, const struct sock *b, long count, size_t length) {
    struct event event = {.op = "send", .path = "send", .family = a->family, .type = a->type, .protocol = a->protocol};
    ledger_total(&event, count, count * (long)length);
    event.op = "receive", event.path = "recv", event.type = b->type;
    ledger_total(&event, count, count * (long)length);
}

static void flood(const struct arguments *arguments) {
    long count = arguments->has_count ? arguments->count : 100000;
    size_t length = arguments->has_second ? (size_t)arguments->second : 64;
    struct sock a, b;
    make_pair(first_kind(), &a, &b);
    long elapsed = rush(&a, &b, count, length);
    totals(&a, &b, count, length);
    close_pair(&a, &b);
    ledger_remark("flood\tpairs=%ld\tsize=%zu\telapsed_ns=%ld\tns_per_pair=%.1f", count, length, elapsed,
                  (double)elapsed / (double)count);
}

static void bench(const struct arguments *arguments) {
    enum { ROUNDS = 3 };
    long count = arguments->has_count ? arguments->count : 20000;
    size_t length = arguments->has_second ? (size_t)arguments->second : 64;
    struct sock a, b;
    make_pair(first_kind(), &a, &b);
    for (int round = 1; round <= ROUNDS; round++) {
        long elapsed = rush(&a, &b, count, length);
        totals(&a, &b, count, length);
        ledger_remark("bench\tround=%d\tpairs=%ld\telapsed_ns=%ld\tns_per_pair=%.1f", round, count, elapsed,
                      (double)elapsed / (double)count);
    }
    close_pair(&a, &b);
}

static void pace(const struct arguments *arguments) {
    long count = arguments->has_count ? arguments->count : 10;
    long pause = arguments->has_second ? arguments->second : 100000;
    struct sock a, b;
    make_pair(first_kind(), &a, &b);
    for (long i = 0; i < count; i++) {
        must(plain_send(&a, 64, 0) == 64, "send");
        drain(&b, 1, 64);
        usleep((useconds_t)pause);
    }
    close_pair(&a, &b);
}

const struct test_case load_cases[] = {
    {"threads", "N threads (4) with M pairs (100) of sends and receives each", threads, true},
    {"forks", "N children (3) with M pairs (10) each", forks, true},
    {"pace", "N pairs (10), M microseconds (100000) apart", pace, false},
    {"flood", "N pairs (100000) of M bytes (64) as fast as possible; only totals", flood, false},
    {"bench", "three rounds of N pairs (20000) of M bytes (64); nanoseconds per pair", bench, false},
    {0},
};
