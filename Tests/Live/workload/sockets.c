// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sockets that remember what they are, and the calls that make and end them.

#include "workload.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>

const char *const kind_names[KINDS] = {
    "unix-stream", "unix-dgram", "unix-seqpacket", "tcp4", "tcp6", "udp4", "udp6",
};
unsigned chosen_kinds = ALL_KINDS;

int kind_family(enum kind kind) {
    return BIT(kind) & UNIX_KINDS ? AF_UNIX : kind == TCP4 || kind == UDP4 ? AF_INET : AF_INET6;
}

int kind_type(enum kind kind) {
    if (kind == UNIX_SEQPACKET) return SOCK_SEQPACKET;
    return BIT(kind) & STREAM_KINDS ? SOCK_STREAM : SOCK_DGRAM;
}

// IPv6 may be switched off. /proc tells without a socket being made.
bool kind_works(enum kind kind) {
    if (kind_family(kind) != AF_INET6 || access("/proc/net/if_inet6", R_OK) == 0) return true;
    ledger_remark("skipped\t%s: no IPv6 here", kind_names[kind]);
    return false;
}

long record(const char *op, const char *path, const struct sock *s, long asked, long result, int flags,
            const char *note) {
    struct event event = {.op = op, .path = path, .family = s->family, .type = s->type, .protocol = s->protocol,
        .asked = asked, .result = result, .state = s->state, .flags = flags, .note = note,
        .local = s->local, .peer = s->peer, .tid = note && strcmp(note, "worker") == 0 ? -1 : 0};
    ledger_add(&event);
    return result;
}

// The kernel's own idea of what the socket is.
static void identify(struct sock *s) {
    socklen_t length = sizeof(int);
    must(getsockopt(s->fd, SOL_SOCKET, SO_DOMAIN, &s->family, &length) == 0, "SO_DOMAIN");
    must(getsockopt(s->fd, SOL_SOCKET, SO_TYPE, &s->type, &length) == 0, "SO_TYPE");
    must(getsockopt(s->fd, SOL_SOCKET, SO_PROTOCOL, &s->protocol, &length) == 0, "SO_PROTOCOL");
}

// On `create`, family, type and protocol are what was asked for. A socket whose
// family refuses it after it has been allocated is released by the kernel again.
static void record_create(const char *path, int family, int type, int protocol, long result) {
    struct event event = {.op = "create", .path = path, .family = family, .type = type & 0xf,
        .protocol = protocol, .result = result, .state = -1};
    ledger_add(&event);
    if (result >= 0 || family < 0 || family >= AF_MAX || (type & 0xf) > 10) return;
    event.op = "close", event.path = "create", event.result = 0, event.state = UNCONNECTED, event.note = "internal";
    event.family = event.protocol = -1;     // it has got no operations and no struct sock yet
    ledger_add(&event);
}

long do_socket(struct sock *s, int family, int type, int protocol) {
    *s = (struct sock){.state = UNCONNECTED};
    long result = outcome(s->fd = socket(family, type, protocol));
    record_create("socket", family, type, protocol, result < 0 ? result : 0);
    if (result >= 0) identify(s);
    return result;
}

long do_socketpair(struct sock pair[2], int family, int type, int protocol) {
    int fds[2] = {-1, -1};
    long result = outcome(socketpair(family, type, protocol, fds));
    for (int i = 0; i < 2; i++) {
        pair[i] = (struct sock){.fd = fds[i], .state = CONNECTED};
        record_create("socketpair", family, type, protocol, result == -EOPNOTSUPP ? 0 : result);
        if (result == -EOPNOTSUPP) continue;
        if (result < 0) break;              // the second one is never tried
        identify(&pair[i]);
    }
    // A family without pairs makes two sockets before it finds that out.
    for (int i = 0; i < 2 && result == -EOPNOTSUPP; i++) {
        pair[i] = (struct sock){.fd = -1, .family = family, .type = type & 0xf, .state = UNCONNECTED,
            .protocol = (type & 0xf) == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP};
        record("close", "socketpair", &pair[i], 0, 0, 0, "internal");
    }
    return result;
}

long do_bind(struct sock *s, const struct address *address) {
    long result = outcome(bind(s->fd, (const struct sockaddr *)&address->storage, address->length));
    record("bind", "bind", s, 0, result, 0, NULL);
    remember_addresses(s);
    return result;
}

long do_listen(struct sock *s, int backlog) {
    return record("listen", "listen", s, backlog, outcome(listen(s->fd, backlog)), 0, NULL);
}

// Only connection-oriented sockets change their state. The result of a connection
// that is still being made is EINPROGRESS.
long do_connect(struct sock *s, const struct address *address) {
    long result = outcome(connect(s->fd, (const struct sockaddr *)&address->storage, address->length));
    record("connect", "connect", s, 0, result, 0, NULL);
    if (s->type != SOCK_DGRAM && s->family != AF_NETLINK) {
        if (result == 0) s->state = CONNECTED;
        if (result == -EINPROGRESS) s->state = CONNECTING;
    }
    if (result == 0 || result == -EINPROGRESS) remember_addresses(s);
    return result;
}

// No create event belongs to an accepted socket. When there is nothing to accept,
// the kernel has already made a socket file, which it closes again.
long do_accept(struct sock *listener, struct sock *accepted, int flags) {
    long result = outcome(flags ? accept4(listener->fd, NULL, NULL, flags) : accept(listener->fd, NULL, NULL));
    record("accept", flags ? "accept4" : "accept", listener, 0, result < 0 ? result : 0, 0, NULL);
    *accepted = (struct sock){.fd = (int)result, .state = CONNECTED};
    if (result < 0) {
        struct sock ghost = *listener;
        ghost.state = UNCONNECTED, ghost.protocol = -1, *ghost.local = 0;   // no struct sock
        record("close", "accept", &ghost, 0, 0, 0, "internal");
        return result;
    }
    identify(accepted);
    remember_addresses(accepted);
    return result;
}

long do_shutdown(struct sock *s, int how) {
    return record("shutdown", "shutdown", s, how, outcome(shutdown(s->fd, how)), 0, NULL);
}

long do_close(struct sock *s) {
    long result = outcome(close(s->fd));
    record("close", "close", s, 0, result, 0, NULL);
    s->fd = -1;
    return result;
}

// ---- addresses ------------------------------------------------------------------

static void describe(const struct sockaddr_storage *storage, socklen_t length, char *text, size_t room) {
    char host[INET6_ADDRSTRLEN];
    *text = 0;
    if (storage->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)storage;
        snprintf(text, room, "%s:%d", inet_ntop(AF_INET, &in->sin_addr, host, sizeof host), ntohs(in->sin_port));
    } else if (storage->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)storage;
        snprintf(text, room, "[%s]:%d", inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host),
                 ntohs(in->sin6_port));
    } else if (storage->ss_family == AF_UNIX && length > offsetof(struct sockaddr_un, sun_path)) {
        snprintf(text, room, "%s", ((const struct sockaddr_un *)storage)->sun_path);
    }
}

void remember_addresses(struct sock *s) {
    struct address address = {.length = sizeof address.storage};
    *s->local = *s->peer = 0;
    if (getsockname(s->fd, (struct sockaddr *)&address.storage, &address.length) == 0)
        describe(&address.storage, address.length, s->local, sizeof s->local);
    address.length = sizeof address.storage;
    if (getpeername(s->fd, (struct sockaddr *)&address.storage, &address.length) == 0)
        describe(&address.storage, address.length, s->peer, sizeof s->peer);
}

struct address own_address(const struct sock *s) {
    struct address address = {.length = sizeof address.storage};
    must(getsockname(s->fd, (struct sockaddr *)&address.storage, &address.length) == 0, "getsockname");
    return address;
}

struct address any_address(enum kind kind) {
    static int serial;
    struct address address = {0};
    switch (kind_family(kind)) {
    case AF_INET:
        *(struct sockaddr_in *)&address.storage =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        address.length = sizeof(struct sockaddr_in);
        break;
    case AF_INET6:
        *(struct sockaddr_in6 *)&address.storage =
            (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        address.length = sizeof(struct sockaddr_in6);
        break;
    default: {
        struct sockaddr_un *un = (struct sockaddr_un *)&address.storage;
        un->sun_family = AF_UNIX;
        snprintf(un->sun_path, sizeof un->sun_path, "%s/workload-%d-%d", scratch_directory(), getpid(),
                 __atomic_add_fetch(&serial, 1, __ATOMIC_RELAXED));
        unlink(un->sun_path);
        address.length = sizeof *un;
    }
    }
    return address;
}

void forget_address(const struct address *address) {
    if (address->storage.ss_family == AF_UNIX) unlink(((const struct sockaddr_un *)&address->storage)->sun_path);
}

// ---- pairs ------------------------------------------------------------------------

static void make_tcp_pair(enum kind kind, struct sock *a, struct sock *b) {
    struct sock listener;
    struct address address = any_address(kind);
    must(do_socket(&listener, kind_family(kind), SOCK_STREAM, 0) >= 0, "socket");
    must(do_bind(&listener, &address) == 0, "bind");
    must(do_listen(&listener, 8) == 0, "listen");
    address = own_address(&listener);
    must(do_socket(a, kind_family(kind), SOCK_STREAM, 0) >= 0, "socket");
    must(do_connect(a, &address) == 0, "connect");
    must(do_accept(&listener, b, 0) >= 0, "accept");
    must(do_close(&listener) == 0, "close");
}

static void make_udp_pair(enum kind kind, struct sock *a, struct sock *b) {
    struct sock *ends[2] = {a, b};
    struct address addresses[2];
    for (int i = 0; i < 2; i++) {
        addresses[i] = any_address(kind);
        must(do_socket(ends[i], kind_family(kind), SOCK_DGRAM, 0) >= 0, "socket");
        must(do_bind(ends[i], &addresses[i]) == 0, "bind");
        addresses[i] = own_address(ends[i]);
    }
    for (int i = 0; i < 2; i++) must(do_connect(ends[i], &addresses[!i]) == 0, "connect");
}

void make_pair(enum kind kind, struct sock *a, struct sock *b) {
    if (BIT(kind) & TCP_KINDS) make_tcp_pair(kind, a, b);
    else if (BIT(kind) & UDP_KINDS) make_udp_pair(kind, a, b);
    else {
        struct sock pair[2];
        must(do_socketpair(pair, AF_UNIX, kind_type(kind), 0) == 0, "socketpair");
        *a = pair[0], *b = pair[1];
    }
}

void close_pair(struct sock *a, struct sock *b) {
    must(do_close(a) == 0 && do_close(b) == 0, "close");
}

void set_nonblocking(struct sock *s, bool on) {
    int flags = fcntl(s->fd, F_GETFL);
    must(flags >= 0 && fcntl(s->fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) == 0, "O_NONBLOCK");
}
