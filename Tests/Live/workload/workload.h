// SPDX-License-Identifier: GPL-3.0-or-later
//
// The ground-truth workload: it does things to sockets a known number of times, by
// every system call there is for them, and writes down exactly what it did.

#ifndef WORKLOAD_H
#define WORKLOAD_H

#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

// ---- ledger.c: what was done -------------------------------------------------

// One operation on a socket. `note` says what the numbers alone cannot:
//   internal    the kernel does this on its own; the caller never sees it
//   unseen      the system call ends before it reaches the socket
//   worker      done by an io_uring worker thread (tid is 0)
//   restart     the caller sees EINTR, the kernel's functions return ERESTARTSYS
struct event {
    const char *op, *path;
    int family, type, protocol;
    long asked, result;             // result: bytes, 0 or -errno
    int state, flags;               // state: of the socket before the call, -1 if unknown
    const char *note, *local, *peer;
    int tid;                        // 0: the thread that records it; -1: not known
};

extern bool ledger_totals_only;
void ledger_open(const char *path);                  // NULL: standard output
void ledger_add(const struct event *event);
void ledger_total(const struct event *event, long count, long bytes);   // in the summary only
void ledger_remark(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ledger_close(void);

// ---- sockets.c: sockets that remember what they are ----------------------------

enum { FREE, UNCONNECTED, CONNECTING, CONNECTED, DISCONNECTING };

struct sock {
    int fd, family, type, protocol, state;
    char local[128], peer[128];
};

enum kind { UNIX_STREAM, UNIX_DGRAM, UNIX_SEQPACKET, TCP4, TCP6, UDP4, UDP6, KINDS };
#define BIT(kind) (1u << (kind))
#define UNIX_KINDS (BIT(UNIX_STREAM) | BIT(UNIX_DGRAM) | BIT(UNIX_SEQPACKET))
#define TCP_KINDS (BIT(TCP4) | BIT(TCP6))
#define UDP_KINDS (BIT(UDP4) | BIT(UDP6))
#define STREAM_KINDS (BIT(UNIX_STREAM) | TCP_KINDS)
#define ALL_KINDS (BIT(KINDS) - 1)

extern const char *const kind_names[KINDS];
extern unsigned chosen_kinds;                        // --kind
#define FOR_KINDS(kind, mask) \
    for (enum kind kind = 0; kind < KINDS; kind++) \
        if ((BIT(kind) & (mask) & chosen_kinds) && kind_works(kind))

struct address {
    struct sockaddr_storage storage;
    socklen_t length;
};

bool kind_works(enum kind kind);
static inline bool is_stream(const struct sock *s) { return s->type == SOCK_STREAM; }
int kind_family(enum kind kind);
int kind_type(enum kind kind);

// Each does one system call and records it.
long do_socket(struct sock *s, int family, int type, int protocol);
long do_socketpair(struct sock pair[2], int family, int type, int protocol);
long do_bind(struct sock *s, const struct address *address);
long do_listen(struct sock *s, int backlog);
long do_connect(struct sock *s, const struct address *address);
long do_accept(struct sock *listener, struct sock *accepted, int flags);
long do_shutdown(struct sock *s, int how);
long do_close(struct sock *s);

struct address any_address(enum kind kind);          // loopback with port 0, or a fresh path
struct address own_address(const struct sock *s);
void forget_address(const struct address *address);  // removes a bound path
void remember_addresses(struct sock *s);
void make_pair(enum kind kind, struct sock *a, struct sock *b);   // connected to each other
void close_pair(struct sock *a, struct sock *b);
void set_nonblocking(struct sock *s, bool on);

// Records an input or output operation on a socket and returns its result.
long record(const char *op, const char *path, const struct sock *s, long asked, long result, int flags,
            const char *note);

// ---- transfer.c: plain sends and receives, and waiting without receiving -------

void await_bytes(const struct sock *s, size_t bytes);   // stream: until so many can be read
void await_input(const struct sock *s);                 // until something can be read
long plain_send(struct sock *s, size_t length, int flags);
long plain_recv(struct sock *s, size_t length, int flags);
void drain(struct sock *s, unsigned messages, size_t length);
char *pattern(void);                                    // PATTERN_SIZE bytes to send
char *scratch(void);                                    // PATTERN_SIZE bytes of this thread's to receive into
enum { PATTERN_SIZE = 1 << 20 };

// ---- send_paths.c, recv_paths.c, uring_paths.c, aio.c: the ways ------------------

// A way to send one or more messages of `length` bytes, or to receive what another
// side has sent; returns how many messages that were.
struct path {
    const char *name;
    unsigned kinds;
    unsigned (*run)(struct sock *s, size_t length);
    unsigned messages;                               // receiving: how many to have ready
};

extern const struct path send_paths[], recv_paths[];
unsigned aio_write_path(struct sock *s, size_t length);
unsigned aio_read_path(struct sock *s, size_t length);
bool aio_works(void);
unsigned uring_send(struct sock *s, size_t length);
unsigned uring_sendmsg(struct sock *s, size_t length);
unsigned uring_send_zc(struct sock *s, size_t length);
unsigned uring_write(struct sock *s, size_t length);
unsigned uring_recv(struct sock *s, size_t length);
unsigned uring_recvmsg(struct sock *s, size_t length);
unsigned uring_read(struct sock *s, size_t length);

// ---- cases -----------------------------------------------------------------------

struct arguments { long count, second; bool has_count, has_second; };

struct test_case {
    const char *name, *help;
    void (*run)(const struct arguments *arguments);
    bool in_all;                                     // part of `workload all`
};

extern const struct test_case lifecycle_cases[], error_cases[], edge_cases[], wait_cases[], netlink_cases[],
    load_cases[], uring_cases[], call_cases[];

const char *scratch_directory(void);
void must(bool ok, const char *what);                // dies with errno otherwise
static inline long outcome(long result) { return result < 0 ? -errno : result; }

#endif
