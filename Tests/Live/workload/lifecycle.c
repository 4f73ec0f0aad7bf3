// SPDX-License-Identifier: GPL-3.0-or-later
//
// Making and ending sockets, well and badly.

#include "workload.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/wait.h>

static void create(const struct arguments *arguments) {
    static const struct { int family, type, protocol; } good[] = {
        {AF_UNIX, SOCK_STREAM, 0}, {AF_UNIX, SOCK_DGRAM, 0}, {AF_UNIX, SOCK_SEQPACKET, 0}, {AF_UNIX, SOCK_STREAM, 1},
        {AF_INET, SOCK_STREAM, 0}, {AF_INET, SOCK_STREAM, IPPROTO_TCP}, {AF_INET, SOCK_DGRAM, 0},
        {AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP}, {AF_NETLINK, SOCK_RAW, 0},
        {AF_NETLINK, SOCK_DGRAM, 16}, {AF_INET6, SOCK_STREAM, 0}, {AF_INET6, SOCK_DGRAM, IPPROTO_UDP},
    }, bad[] = {
        {99, SOCK_STREAM, 0},                   // EAFNOSUPPORT, found before anything is made
        {AF_UNIX, 12, 0},                       // EINVAL, the same
        {AF_UNIX, SOCK_STREAM, 5},              // EPROTONOSUPPORT
        {AF_UNIX, SOCK_RDM, 0},                 // ESOCKTNOSUPPORT
        {AF_INET, SOCK_STREAM, -1},             // EINVAL
        {AF_NETLINK, SOCK_STREAM, 0},           // ESOCKTNOSUPPORT
    };
    for (long n = 0; n < arguments->count; n++) {
        struct sock s, pair[2];
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
            if (good[i].family == AF_INET6 && !kind_works(TCP6)) continue;
            must(do_socket(&s, good[i].family, good[i].type, good[i].protocol) >= 0, "socket");
            must(do_close(&s) == 0, "close");
        }
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
            must(do_socket(&s, bad[i].family, bad[i].type, bad[i].protocol) < 0, "a bad socket");
        FOR_KINDS(kind, UNIX_KINDS) {
            must(do_socketpair(pair, AF_UNIX, kind_type(kind), 0) == 0, "socketpair");
            close_pair(&pair[0], &pair[1]);
        }
        must(do_socketpair(pair, AF_INET, SOCK_DGRAM, 0) == -EOPNOTSUPP, "a bad socketpair");
        must(do_socketpair(pair, AF_UNIX, SOCK_RDM, 0) < 0, "a bad socketpair");
    }
}

// Bind, listen, connect, accept, send, shutdown, close.
static void one_life(enum kind kind) {
    struct sock listener, client, server;
    struct address address = any_address(kind), bound;
    must(do_socket(&listener, kind_family(kind), kind_type(kind), 0) >= 0, "socket");
    must(do_bind(&listener, &address) == 0, "bind");
    must(do_bind(&listener, &address) < 0, "a second bind");
    must(do_listen(&listener, 4) == 0, "listen");
    bound = own_address(&listener);
    set_nonblocking(&listener, true);
    must(do_accept(&listener, &server, 0) == -EAGAIN, "accepting nothing");
    set_nonblocking(&listener, false);
    must(do_socket(&client, kind_family(kind), kind_type(kind), 0) >= 0, "socket");
    must(do_connect(&client, &bound) == 0, "connect");
    must(do_connect(&client, &bound) == -EISCONN, "a second connect");
    must(do_accept(&listener, &server, SOCK_CLOEXEC) >= 0, "accept");
    must(plain_send(&client, 64, 0) == 64, "send");
    drain(&server, 1, 64);
    must(do_shutdown(&client, SHUT_WR) == 0, "shutdown");
    must(plain_recv(&server, 64, 0) == 0, "end of file");
    must(do_shutdown(&server, SHUT_RDWR) == 0, "shutdown");
    must(do_close(&client) == 0 && do_close(&server) == 0 && do_close(&listener) == 0, "close");
    forget_address(&bound);
}

static void lifecycle(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++)
        FOR_KINDS(kind, TCP_KINDS | BIT(UNIX_STREAM) | BIT(UNIX_SEQPACKET)) one_life(kind);
}

static void refused_one(enum kind kind) {
    struct sock s, closed;
    struct address address = any_address(kind), bound;
    must(do_socket(&closed, kind_family(kind), kind_type(kind), 0) >= 0, "socket");
    must(do_bind(&closed, &address) == 0, "bind");
    bound = own_address(&closed);
    must(do_socket(&s, kind_family(kind), kind_type(kind), 0) >= 0, "socket");
    must(do_connect(&s, &bound) == -ECONNREFUSED, "a refused connection");
    must(do_close(&s) == 0 && do_close(&closed) == 0, "close");
    forget_address(&bound);
    must(do_socket(&s, kind_family(kind), kind_type(kind), 0) >= 0, "socket");
    if (kind_family(kind) == AF_UNIX) must(do_connect(&s, &bound) == -ENOENT, "connecting to nobody");
    must(do_shutdown(&s, SHUT_WR) == (kind_family(kind) == AF_UNIX ? 0 : -ENOTCONN), "shutdown");
    must(do_close(&s) == 0, "close");
}

// A connection that is being made shows a state of its own.
static void connecting_one(enum kind kind) {
    struct sock listener, client, server;
    struct address address = any_address(kind);
    must(do_socket(&listener, kind_family(kind), SOCK_STREAM, 0) >= 0, "socket");
    must(do_bind(&listener, &address) == 0 && do_listen(&listener, 4) == 0, "listener");
    address = own_address(&listener);
    must(do_socket(&client, kind_family(kind), SOCK_STREAM | SOCK_NONBLOCK, 0) >= 0, "socket");
    must(do_connect(&client, &address) == -EINPROGRESS, "connect");
    struct pollfd poller = {.fd = client.fd, .events = POLLOUT};
    must(poll(&poller, 1, 10000) == 1, "poll");
    must(plain_send(&client, 10, 0) == 10, "send");
    must(do_connect(&client, &address) == 0, "the end of the connect");
    must(plain_send(&client, 10, 0) == 10, "send");
    must(do_accept(&listener, &server, 0) >= 0, "accept");
    drain(&server, 1, 20);
    must(do_close(&client) == 0 && do_close(&server) == 0 && do_close(&listener) == 0, "close");
}

static void connecting(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++) {
        FOR_KINDS(kind, TCP_KINDS) connecting_one(kind);
        FOR_KINDS(kind, TCP_KINDS | BIT(UNIX_STREAM)) refused_one(kind);
    }
}

// The last of several descriptors closes the socket, or the process's end does.
static void closing(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++) {
        struct sock pair[2];
        must(do_socketpair(pair, AF_UNIX, SOCK_STREAM, 0) == 0, "socketpair");
        int copy = dup(pair[0].fd);
        must(copy >= 0 && close(copy) == 0, "dup");
        must((copy = dup(pair[0].fd)) >= 0 && close(pair[0].fd) == 0, "dup");
        pair[0].fd = copy;
        close_pair(&pair[0], &pair[1]);

        pid_t child = fork();
        must(child >= 0, "fork");
        if (child == 0) {
            must(do_socketpair(pair, AF_UNIX, SOCK_DGRAM, 0) == 0, "socketpair");
            for (int i = 0; i < 2; i++) record("close", "exit", &pair[i], 0, 0, 0, NULL);
            _exit(0);
        }
        int status;
        must(waitpid(child, &status, 0) == child && status == 0, "the child");
    }
}

const struct test_case lifecycle_cases[] = {
    {"create", "socket and socketpair, with good and bad parameters", create, true},
    {"lifecycle", "bind, listen, connect, accept, shutdown, close", lifecycle, true},
    {"connecting", "connections that take two calls, and refused ones", connecting, true},
    {"close", "duplicated descriptors, and sockets that end with their process", closing, true},
    {0},
};
