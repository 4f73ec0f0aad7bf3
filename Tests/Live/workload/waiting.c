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

// Until the thread sleeps in its system call.
static void until_asleep(int tid) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    for (;;) {
        FILE *file = fopen(path, "re");
        must(file && fgets(line, sizeof line, file), path);
        fclose(file);
        const char *end = strrchr(line, ')');
        if (end && end[2] == 'S') return;
        usleep(1000);
    }
}

static void wait_one(enum kind kind, const char *path) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    struct waiter waiter = {.s = &b, .path = path};
    must(pthread_create(&waiter.thread, NULL, wait_in_thread, &waiter) == 0, "pthread_create");
    while (!__atomic_load_n(&waiter.tid, __ATOMIC_ACQUIRE)) usleep(1000);
    until_asleep(waiter.tid);
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

static void on_alarm(int number) { (void)number; }

static void arm(long microseconds) {
    struct itimerval timer = {.it_value.tv_usec = microseconds};
    must(setitimer(ITIMER_REAL, &timer, NULL) == 0, "setitimer");
}

static void *send_later(void *argument) {
    usleep(300000);
    must(plain_send(argument, 30, 0) == 30, "send");
    return NULL;
}

// The caller sees EINTR, or nothing at all when the call is restarted: then the
// kernel has received twice.
static void interrupted_one(enum kind kind) {
    struct sock a, b;
    pthread_t thread;
    make_pair(kind, &a, &b);
    struct sigaction action = {.sa_handler = on_alarm};
    must(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
    arm(50000);
    must(record("receive", "recv", &b, 100, outcome(recv(b.fd, scratch(), 100, 0)), 0, "restart") == -EINTR, "recv");

    action.sa_flags = SA_RESTART;
    must(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL);           // the thread must not take the signal
    must(pthread_create(&thread, NULL, send_later, &a) == 0, "pthread_create");
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    arm(50000);
    long result = outcome(recv(b.fd, scratch(), 100, 0));
    record("receive", "recv", &b, 100, -EINTR, 0, "restart");
    must(record("receive", "recv", &b, 100, result, 0, NULL) == 30, "recv");
    pthread_join(thread, NULL);

    // With a time limit of its own the kernel does not restart a receive.
    struct timeval limit = {.tv_sec = 10};
    must(setsockopt(b.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0, "SO_RCVTIMEO");
    arm(50000);
    must(record("receive", "recv", &b, 100, outcome(recv(b.fd, scratch(), 100, 0)), 0, NULL) == -EINTR, "recv");
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
