// SPDX-License-Identifier: GPL-3.0-or-later
//
// The ledger: one line per operation, kept in memory and written at the end, so
// that writing it is not part of what is traced; then a summary.

#include "workload.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { MAX_SUMS = 1024 };

struct sum {
    const char *op, *path, *note;
    int family, type, protocol;
    bool failed;
    long count, bytes;
};

// Shared with the children that some cases fork: they write to the same ledger.
struct ledger {
    pthread_mutex_t lock;
    unsigned sums_used;
    size_t length;
    struct sum sums[MAX_SUMS];
};

enum { TEXT_ROOM = 1 << 30 };           // address space; memory is used as it fills

bool ledger_totals_only;
static struct ledger *ledger;
static char *text;
static int ledger_fd;

static void *shared(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(memory != MAP_FAILED, "mmap");
    return memory;
}

void ledger_open(const char *path) {
    ledger_fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : STDOUT_FILENO;
    must(ledger_fd >= 0, path);
    struct stat status;
    must(fstat(ledger_fd, &status) == 0, "ledger");
    if (S_ISSOCK(status.st_mode)) {
        fputs("workload: the ledger must not go to a socket\n", stderr);
        exit(2);
    }
    ledger = shared(sizeof *ledger);
    text = shared(TEXT_ROOM);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&ledger->lock, &attributes);
}

static void append(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = TEXT_ROOM - ledger->length;
    int length = vsnprintf(text + ledger->length, room, format, arguments);
    va_end(arguments);
    must(length >= 0 && (size_t)length < room, "ledger is full");
    ledger->length += (size_t)length;
}

static bool same(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : "") == 0; }

static void add_to_sum(const struct event *e, long count, long bytes) {
    unsigned i;
    for (i = 0; i < ledger->sums_used; i++) {
        const struct sum *s = &ledger->sums[i];
        if (same(s->op, e->op) && same(s->path, e->path) && same(s->note, e->note) && s->family == e->family
            && s->type == e->type && s->protocol == e->protocol && s->failed == (e->result < 0)) break;
    }
    must(i < MAX_SUMS, "too many kinds of operations");
    if (i == ledger->sums_used) {
        ledger->sums_used++;
        ledger->sums[i] = (struct sum){.op = e->op, .path = e->path, .note = e->note, .family = e->family,
            .type = e->type, .protocol = e->protocol, .failed = e->result < 0};
    }
    ledger->sums[i].count += count;
    ledger->sums[i].bytes += bytes;
}

void ledger_add(const struct event *e) {
    pthread_mutex_lock(&ledger->lock);
    add_to_sum(e, 1, e->result > 0 ? e->result : 0);
    if (!ledger_totals_only) {
        int tid = e->tid < 0 ? 0 : e->tid > 0 ? e->tid : gettid();
        append("op=%s\tpath=%s\tfamily=%d\ttype=%d\tprotocol=%d\tasked=%ld\tresult=%ld\tstate=%d\tflags=%d\ttid=%d",
               e->op, e->path, e->family, e->type, e->protocol, e->asked, e->result, e->state, e->flags, tid);
        append("\tlocal=%s\tpeer=%s\tnote=%s\n", e->local && *e->local ? e->local : "-",
               e->peer && *e->peer ? e->peer : "-", e->note ? e->note : "-");
    }
    pthread_mutex_unlock(&ledger->lock);
}

void ledger_total(const struct event *e, long count, long bytes) {
    if (count == 0) return;
    pthread_mutex_lock(&ledger->lock);
    add_to_sum(e, count, bytes);
    pthread_mutex_unlock(&ledger->lock);
}

// A line that is no operation: it starts with a #.
void ledger_remark(const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&ledger->lock);
    append("# %s\n", line);
    pthread_mutex_unlock(&ledger->lock);
}

static int compare(const void *left, const void *right) {
    const struct sum *a = left, *b = right;
    int order = strcmp(a->op, b->op);
    if (!order) order = strcmp(a->path, b->path);
    if (!order) order = a->family - b->family;
    if (!order) order = a->type - b->type;
    if (!order) order = a->protocol - b->protocol;
    if (!order) order = a->failed - b->failed;
    return order ? order : strcmp(a->note ? a->note : "", b->note ? b->note : "");
}

void ledger_close(void) {
    qsort(ledger->sums, ledger->sums_used, sizeof *ledger->sums, compare);
    for (unsigned i = 0; i < ledger->sums_used; i++) {
        const struct sum *s = &ledger->sums[i];
        append("sum\top=%s\tpath=%s\tfamily=%d\ttype=%d\tprotocol=%d\toutcome=%s\tcount=%ld\tbytes=%ld\tnote=%s\n",
               s->op, s->path, s->family, s->type, s->protocol, s->failed ? "error" : "ok", s->count, s->bytes,
               s->note ? s->note : "-");
    }
    for (size_t done = 0; done < ledger->length;) {
        ssize_t n = write(ledger_fd, text + done, ledger->length - done);
        must(n > 0, "writing the ledger");
        done += (size_t)n;
    }
}
