// SPDX-License-Identifier: GPL-3.0-or-later
// The benchmark's stopwatch and load, for use inside a guest.
//
//   benchtool now                     prints CLOCK_MONOTONIC in ns
//   benchtool run FILE COMMAND...     runs a command; FILE gets "start_ns elapsed_ns max_rss_kb status"
//   benchtool pairs N ROUNDS          send+recv pairs on a socketpair; prints ns per pair of the best round
//   benchtool pace RATE SECONDS       sends RATE messages a second; prints how many it sent and in how many ns
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what) {
    perror(what);
    exit(2);
}

static int run(char **arguments) {
    FILE *report = fopen(arguments[0], "w");
    if (!report) die(arguments[0]);
    uint64_t start = now_ns();
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) {
        execvp(arguments[1], arguments + 1);
        die(arguments[1]);
    }
    int status;
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) < 0) die("wait4");
    fprintf(report, "%" PRIu64 " %" PRIu64 " %ld %d\n", start, now_ns() - start, usage.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    fclose(report);
    return 0;
}

static void pair(int ends[2]) {
    char byte = 'x';
    if (send(ends[0], &byte, 1, 0) != 1) die("send");
    if (recv(ends[1], &byte, 1, 0) != 1) die("recv");
}

static int pairs(long count, long rounds) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) die("socketpair");
    uint64_t best = UINT64_MAX;
    for (long round = 0; round < rounds; round++) {
        uint64_t start = now_ns();
        for (long i = 0; i < count; i++) pair(ends);
        uint64_t elapsed = now_ns() - start;
        if (elapsed < best) best = elapsed;
    }
    printf("%.1f\n", (double)best / (double)count);
    return 0;
}

static int pace(long rate, long seconds) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) die("socketpair");
    uint64_t start = now_ns(), sent = 0, total = (uint64_t)rate * (uint64_t)seconds;
    while (sent < total) {
        uint64_t due = (now_ns() - start) * (uint64_t)rate / 1000000000u;
        if (due > total) due = total;
        if (sent == due) usleep(500);
        for (; sent < due; sent++) pair(ends);
    }
    printf("%" PRIu64 " %" PRIu64 "\n", sent, now_ns() - start);
    return 0;
}

int main(int count, char **arguments) {
    if (count == 2 && !strcmp(arguments[1], "now")) return printf("%" PRIu64 "\n", now_ns()) < 0;
    if (count >= 4 && !strcmp(arguments[1], "run")) return run(arguments + 2);
    if (count == 4 && !strcmp(arguments[1], "pairs")) return pairs(atol(arguments[2]), atol(arguments[3]));
    if (count == 4 && !strcmp(arguments[1], "pace")) return pace(atol(arguments[2]), atol(arguments[3]));
    fprintf(stderr, "benchtool: see the head of its source\n");
    return 2;
}
