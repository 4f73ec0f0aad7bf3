// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sending and receiving through io_uring, and sockets made and ended by it.

#include "workload.h"
#include "uring.h"

#include <fcntl.h>

static struct io_uring_sqe *entry(int opcode, const struct sock *s, const void *buffer, size_t length) {
    must(uring_works(), "io_uring_setup");
    struct io_uring_sqe *e = uring_entry();
    e->opcode = (uint8_t)opcode;
    e->fd = s ? s->fd : -1;
    e->addr = (uintptr_t)buffer;
    e->len = (uint32_t)length;
    return e;
}

static unsigned done(const char *op, const char *path, struct sock *s, size_t length, int result, int flags) {
    if (result < 0) errno = -result;
    must(record(op, path, s, (long)length, result, flags, NULL) == (long)length, path);
    return 1;
}

unsigned uring_send(struct sock *s, size_t length) {
    entry(IORING_OP_SEND, s, pattern(), length);
    return done("send", "uring_send", s, length, uring_run(NULL), 0);
}

unsigned uring_recv(struct sock *s, size_t length) {
    entry(IORING_OP_RECV, s, scratch(), length);
    return done("receive", "uring_recv", s, length, uring_run(NULL), 0);
}

unsigned uring_sendmsg(struct sock *s, size_t length) {
    struct iovec iov = {pattern(), length};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    entry(IORING_OP_SENDMSG, s, &message, 1);
    return done("send", "uring_sendmsg", s, length, uring_run(NULL), 0);
}

unsigned uring_recvmsg(struct sock *s, size_t length) {
    struct iovec iov = {scratch(), length};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    entry(IORING_OP_RECVMSG, s, &message, 1);
    return done("receive", "uring_recvmsg", s, length, uring_run(NULL), 0);
}

unsigned uring_write(struct sock *s, size_t length) {
    entry(IORING_OP_WRITE, s, pattern(), length);
    return done("send", "uring_write", s, length, uring_run(NULL), 0);
}

unsigned uring_read(struct sock *s, size_t length) {
    entry(IORING_OP_READ, s, scratch(), length);
    return done("receive", "uring_read", s, length, uring_run(NULL), 0);
}

// The second completion says that the kernel has let go of the buffer.
unsigned uring_send_zc(struct sock *s, size_t length) {
    if (!uring_supports(IORING_OP_SEND_ZC)) {
        ledger_remark("skipped\turing_send_zc: not in this kernel");
        return 0;
    }
    entry(IORING_OP_SEND_ZC, s, pattern(), length);
    bool more;
    int result = uring_run(&more);
    if (more) uring_wait(NULL);
    return done("send", "uring_send_zc", s, length, result, 0);
}

// ---- cases -------------------------------------------------------------------------

// Nothing is there yet: the kernel tries, waits, and tries again.
static void uring_wait_case(const struct arguments *arguments) {
    FOR_KINDS(kind, ALL_KINDS) {
        struct sock a, b;
        make_pair(kind, &a, &b);
        for (long i = 0; i < arguments->count; i++) {
            entry(IORING_OP_RECV, &b, scratch(), 100);
            uring_submit();
            record("receive", "uring_recv", &b, 100, -EAGAIN, 0, "internal");
            must(plain_send(&a, 100, 0) == 100, "send");
            done("receive", "uring_recv", &b, 100, uring_wait(NULL), 0);
        }
        close_pair(&a, &b);
    }
    uring_finish();
}

// In the context of a worker thread, whatever is ready.
static void uring_async_case(const struct arguments *arguments) {
    FOR_KINDS(kind, ALL_KINDS) {
        struct sock a, b;
        make_pair(kind, &a, &b);
        for (long i = 0; i < arguments->count; i++) {
            entry(IORING_OP_SEND, &a, pattern(), 100)->flags = IOSQE_ASYNC;
            must(record("send", "uring_send", &a, 100, uring_run(NULL), 0, "worker") == 100, "send");
            if (is_stream(&b)) await_bytes(&b, 100); else await_input(&b);
            entry(IORING_OP_RECV, &b, scratch(), 100)->flags = IOSQE_ASYNC;
            must(record("receive", "uring_recv", &b, 100, uring_run(NULL), 0, "worker") == 100, "recv");
        }
        close_pair(&a, &b);
    }
    uring_finish();
}

// A TCP connection whose every step is an io_uring request.
static void uring_life(const struct arguments *arguments) {
    if (!uring_supports(IORING_OP_SOCKET)) {
        ledger_remark("skipped\turing_life: no IORING_OP_SOCKET");
        return;
    }
    for (long i = 0; i < arguments->count; i++) {
        struct sock listener, client = {.family = AF_INET, .type = SOCK_STREAM, .state = UNCONNECTED}, server;
        struct address address = any_address(TCP4);
        must(do_socket(&listener, AF_INET, SOCK_STREAM, 0) >= 0 && do_bind(&listener, &address) == 0
             && do_listen(&listener, 8) == 0, "listener");
        address = own_address(&listener);

        struct io_uring_sqe *e = entry(IORING_OP_SOCKET, NULL, NULL, 0);
        e->fd = AF_INET, e->off = SOCK_STREAM;
        must((client.fd = uring_run(NULL)) >= 0, "IORING_OP_SOCKET");
        struct event created = {.op = "create", .path = "uring_socket", .family = AF_INET, .type = SOCK_STREAM,
            .state = -1};
        ledger_add(&created);
        client.protocol = 6;

        entry(IORING_OP_CONNECT, &client, &address.storage, 0)->off = address.length;
        record("connect", "uring_connect", &client, 0, uring_run(NULL), 0, NULL);
        client.state = CONNECTED;
        remember_addresses(&client);
        server = client;
        entry(IORING_OP_ACCEPT, &listener, NULL, 0);
        must((server.fd = uring_run(NULL)) >= 0, "IORING_OP_ACCEPT");
        record("accept", "uring_accept", &listener, 0, 0, 0, NULL);
        remember_addresses(&server);
        uring_send(&client, 100);
        await_bytes(&server, 100);
        uring_recv(&server, 100);
        entry(IORING_OP_SHUTDOWN, &client, NULL, SHUT_RDWR);
        record("shutdown", "uring_shutdown", &client, SHUT_RDWR, uring_run(NULL), 0, "worker");
        entry(IORING_OP_CLOSE, &client, NULL, 0);
        record("close", "uring_close", &client, 0, uring_run(NULL), 0, NULL);
        must(do_close(&server) == 0 && do_close(&listener) == 0, "close");
    }
    uring_finish();
}

const struct test_case uring_cases[] = {
    {"uring_wait", "io_uring receives before there is anything to receive", uring_wait_case, true},
    {"uring_async", "io_uring sends and receives by a worker thread", uring_async_case, true},
    {"uring_life", "socket, connect, accept, shutdown and close through io_uring", uring_life, true},
    {0},
};
