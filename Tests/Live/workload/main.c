// SPDX-License-Identifier: GPL-3.0-or-later

#include "workload.h"
#include "uring.h"

#include <signal.h>

static const char *directory = "/tmp";

const char *scratch_directory(void) { return directory; }

void must(bool ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "workload: %s: %s\n", what ? what : "?", strerror(errno));
    exit(1);
}

static const struct test_case *const groups[] = {
    lifecycle_cases, error_cases, edge_cases, wait_cases, uring_cases, netlink_cases, load_cases, call_cases,
};
enum { GROUPS = sizeof groups / sizeof *groups };

// ---- the paths are cases too ----------------------------------------------------

// The sizes differ, so that a sum of them says something.
static size_t size_of(long i) { return (size_t)(100 + 7 * (i % 100)); }

static bool usable(const struct path *path) {
    bool ring = strncmp(path->name, "uring", 5) == 0, aio = strncmp(path->name, "aio", 3) == 0;
    if ((!ring || uring_works()) && (!aio || aio_works())) return true;
    ledger_remark("skipped\t%s: %s", path->name, strerror(errno));
    return false;
}

static void run_send_path(const struct path *path, const struct arguments *arguments) {
    if (!usable(path)) return;
    FOR_KINDS(kind, path->kinds) {
        struct sock a, b;
        make_pair(kind, &a, &b);
        for (long i = 0; i < arguments->count; i++) drain(&b, path->run(&a, size_of(i)), size_of(i));
        close_pair(&a, &b);
    }
    uring_finish();
}

static void run_recv_path(const struct path *path, const struct arguments *arguments) {
    if (!usable(path)) return;
    FOR_KINDS(kind, path->kinds) {
        struct sock a, b;
        make_pair(kind, &a, &b);
        for (long i = 0; i < arguments->count; i++) {
            size_t length = size_of(i);
            for (unsigned n = 0; n < path->messages; n++) must(plain_send(&a, length, 0) == (long)length, "send");
            if (is_stream(&b)) await_bytes(&b, path->messages * length); else await_input(&b);
            path->run(&b, length);
        }
        close_pair(&a, &b);
    }
    uring_finish();
}

static bool run_case(const char *name, const struct arguments *arguments) {
    for (const struct path *path = send_paths; path->name; path++)
        if (strcmp(path->name, name) == 0) return run_send_path(path, arguments), true;
    for (const struct path *path = recv_paths; path->name; path++)
        if (strcmp(path->name, name) == 0) return run_recv_path(path, arguments), true;
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct test_case *c = groups[i]; c->name; c++)
            if (strcmp(c->name, name) == 0) return c->run(arguments), true;
    return false;
}

static void run_paths(const struct arguments *arguments, bool sending, bool receiving) {
    for (const struct path *path = send_paths; sending && path->name; path++) run_send_path(path, arguments);
    for (const struct path *path = recv_paths; receiving && path->name; path++) run_recv_path(path, arguments);
}

static void run_all(const struct arguments *arguments) {
    run_paths(arguments, true, true);
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct test_case *c = groups[i]; c->name; c++)
            if (c->in_all) c->run(arguments);
}

// ---- command line ---------------------------------------------------------------

static void list(void) {
    for (const struct path *path = send_paths; path->name; path++) printf("%-16s sending; recv receives\n", path->name);
    for (const struct path *path = recv_paths; path->name; path++) printf("%-16s receiving; send sends\n", path->name);
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct test_case *c = groups[i]; c->name; c++) printf("%-16s %s\n", c->name, c->help);
    printf("%-16s every way to send\n%-16s every way to receive\n%-16s everything that counts exactly\n", "sends",
           "receives", "all");
}

static void usage(FILE *to) {
    fputs("usage: workload [option...] CASE [N [M]]\n"
          "  --ledger FILE   where to write what was done; standard output\n"
          "  --totals        only the summary\n"
          "  --kind LIST     only these: unix-stream,unix-dgram,unix-seqpacket,tcp4,tcp6,udp4,udp6\n"
          "  --dir DIR       where to bind UNIX sockets; /tmp\n"
          "  --wait          say the process id on standard error and wait for SIGUSR1\n"
          "  --list          the cases\n", to);
}

static unsigned parse_kinds(char *text) {
    unsigned mask = 0;
    for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
        enum kind kind = 0;
        while (kind < KINDS && strcmp(kind_names[kind], word)) kind++;
        if (kind == KINDS) {
            fprintf(stderr, "workload: unknown kind %s\n", word);
            exit(2);
        }
        mask |= BIT(kind);
    }
    return mask;
}

static void wait_for_signal(void) {
    sigset_t set;
    int number;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fprintf(stderr, "pid %d\n", getpid());
    sigwait(&set, &number);
}

static long number(const char *text) {
    char *end;
    long value = strtol(text, &end, 0);
    if (*end || value < 0) {
        fprintf(stderr, "workload: not a count: %s\n", text);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv) {
    const char *file = NULL;
    bool waits = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--ledger") == 0 && more) file = argv[++i];
        else if (strcmp(argv[i], "--totals") == 0) ledger_totals_only = true;
        else if (strcmp(argv[i], "--kind") == 0 && more) chosen_kinds = parse_kinds(argv[++i]);
        else if (strcmp(argv[i], "--dir") == 0 && more) directory = argv[++i];
        else if (strcmp(argv[i], "--wait") == 0) waits = true;
        else if (strcmp(argv[i], "--list") == 0) return list(), 0;
        else if (strcmp(argv[i], "--help") == 0) return usage(stdout), 0;
        else return usage(stderr), 2;
    }
    if (i >= argc || argc - i > 3) return usage(stderr), 2;
    struct arguments arguments = {.count = 3};
    if (argc - i > 1) arguments.count = number(argv[i + 1]), arguments.has_count = true;
    if (argc - i > 2) arguments.second = number(argv[i + 2]), arguments.has_second = true;

    signal(SIGPIPE, SIG_IGN);
    ledger_open(file);
    if (waits) wait_for_signal();
    if (strcmp(argv[i], "all") == 0) run_all(&arguments);
    else if (strcmp(argv[i], "sends") == 0) run_paths(&arguments, true, false);
    else if (strcmp(argv[i], "receives") == 0) run_paths(&arguments, false, true);
    else if (!run_case(argv[i], &arguments)) {
        fprintf(stderr, "workload: no case %s; see --list\n", argv[i]);
        return 2;
    }
    ledger_close();
}
