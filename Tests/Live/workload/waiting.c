// SPDX-License-Identifier: GPL-3.0-or-later
//
// Receives that wait, and receives that are interrupted.

#include "workload.h"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>

struct waiter {
    struct sock *s;
    const char *path;
    int tid;
    pthread_t thread;
};

static void *wait_in_thread(void *argument) {
    struct waiter *waiter = argument;
    __atomic_store_n(&waiter->tid, gettid(), __ATOMIC_RELEASE);
    bool reads = strcmp(waiter->path, "read") == 0;
    long result = outcome(reads ? read(waiter->s->fd, scratch(), 100) : recv(waiter->s->fd, scratch(), 100, 0));
    must(record("receive", waiter->path, waiter->s, 100, result, 0, NULL) == 20, "waiting");
    free(scratch());
    return NULL;
}

// Until the thread sleeps in that system call.
static void until_inside(int tid, long call) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", tid);
    for (;;) {
        FILE *file = fopen(path, "re");
        must(file && fgets(line, sizeof line, file), path);
        fclose(file);
        if (*line >= '0' && *line <= '9' && atol(line) == call) return;     // else "running"
        usleep(1000);
    }
}

static void wait_one(enum kind kind, const char *path) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    struct waiter waiter = {.s = &b, .path = path};
    must(pthread_create(&waiter.thread, NULL, wait_in_thread, &waiter) == 0, "pthread_create");
    while (!__atomic_load_n(&waiter.tid, __ATOMIC_ACQUIRE)) usleep(1000);
    until_inside(waiter.tid, strcmp(path, "read") == 0 ? SYS_read : SYS_recvfrom);
    must(plain_send(&a, 20, 0) == 20, "send");
    pthread_join(waiter.thread, NULL);
    close_pair(&a, &b);
}

static void waiting(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++)
        FOR_KINDS(kind, ALL_KINDS) {
            wait_one(kind, "recv");
            wait_one(kind, "read");
        }
}

static int signals;
static void on_signal(int number) { (void)number, signals++; }

// Interrupts the thread that made it once that thread waits in recv, and then, if
// asked to, sends it something.
struct disturber {
    int target;
    struct sock *from;
    pthread_t thread;
};

static void *disturb(void *argument) {
    const struct disturber *disturber = argument;
    int before = __atomic_load_n(&signals, __ATOMIC_ACQUIRE);
    until_inside(disturber->target, SYS_recvfrom);
    must(tgkill(getpid(), disturber->target, SIGUSR2) == 0, "tgkill");
    if (!disturber->from) return NULL;
    while (__atomic_load_n(&signals, __ATOMIC_ACQUIRE) == before) usleep(1000);
    until_inside(disturber->target, SYS_recvfrom);
    must(plain_send(disturber->from, 30, 0) == 30, "send");
    return NULL;
}

static long disturbed_recv(struct sock *s, struct sock *from) {
    struct disturber disturber = {.target = gettid(), .from = from};
    must(pthread_create(&disturber.thread, NULL, disturb, &disturber) == 0, "pthread_create");
    long result = outcome(recv(s->fd, scratch(), 100, 0));
    pthread_join(disturber.thread, NULL);
    return result;
}

// The caller sees EINTR, or nothing at all when the call is restarted: then the
// kernel has received twice.
static void interrupted_one(enum kind kind) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    struct sigaction action = {.sa_handler = on_signal};
    must(sigaction(SIGUSR2, &action, NULL) == 0, "sigaction");
    must(record("receive", "recv", &b, 100, disturbed_recv(&b, NULL), 0, "restart") == -EINTR, "recv");

    action.sa_flags = SA_RESTART;
    must(sigaction(SIGUSR2, &action, NULL) == 0, "sigaction");
    long result = disturbed_recv(&b, &a);
    record("receive", "recv", &b, 100, -EINTR, 0, "restart");
    must(record("receive", "recv", &b, 100, result, 0, NULL) == 30, "recv");

    // With a time limit of its own the kernel does not restart a receive.
    struct timeval limit = {.tv_sec = 3600};
    must(setsockopt(b.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0, "SO_RCVTIMEO");
    must(record("receive", "recv", &b, 100, disturbed_recv(&b, NULL), 0, NULL) == -EINTR, "recv");
    limit = (struct timeval){.tv_usec = 20000};
    must(setsockopt(b.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0, "SO_RCVTIMEO");
    must(plain_recv(&b, 100, 0) == -EAGAIN, "recv");
    close_pair(&a, &b);
}

static void interrupted(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++) FOR_KINDS(kind, ALL_KINDS) interrupted_one(kind);
}

const struct test_case wait_cases[] = {
    {"waiting", "receives that sleep until something comes", waiting, true},
    {"interrupted", "receives that a signal or a time limit ends", interrupted, true},
    {0},
};
