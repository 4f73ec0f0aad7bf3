// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sends and receives that fail.

#include "workload.h"

#include <poll.h>
#include <sys/mman.h>

static void again_one(enum kind kind) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    must(plain_recv(&b, 100, MSG_DONTWAIT) == -EAGAIN, "recv");
    set_nonblocking(&b, true);
    must(record("receive", "read", &b, 100, outcome(read(b.fd, scratch(), 100)), 0, NULL) == -EAGAIN, "read");
    struct iovec iov = {scratch(), 100};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    must(record("receive", "recvmsg", &b, 100, outcome(recvmsg(b.fd, &message, 0)), 0, NULL) == -EAGAIN, "recvmsg");
    struct mmsghdr messages = {.msg_hdr = message};
    must(record("receive", "recvmmsg", &b, 100, outcome(recvmmsg(b.fd, &messages, 1, 0, NULL)), 0, NULL) == -EAGAIN,
         "recvmmsg");
    close_pair(&a, &b);
}

// Sends until the buffer is full.
static void full_one(enum kind kind) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    int small = 4096;
    must(setsockopt(a.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0, "SO_SNDBUF");
    must(setsockopt(b.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0, "SO_RCVBUF");
    for (long result = 0; result != -EAGAIN;) {
        result = plain_send(&a, 1000, MSG_DONTWAIT);
        must(result > 0 || result == -EAGAIN, "send");
    }
    close_pair(&a, &b);
}

static void again(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++) {
        FOR_KINDS(kind, ALL_KINDS) again_one(kind);
        FOR_KINDS(kind, UNIX_KINDS | TCP_KINDS) full_one(kind);
    }
}

// Sockets without a peer.
static void unconnected_one(enum kind kind) {
    struct sock s;
    must(do_socket(&s, kind_family(kind), kind_type(kind), 0) >= 0, "socket");
    must(plain_send(&s, 100, MSG_NOSIGNAL) < 0, "send");        // ENOTCONN, EPIPE, EDESTADDRREQ
    must(record("send", "write", &s, 100, outcome(write(s.fd, pattern(), 100)), 0, NULL) < 0, "write");
    if (kind_type(kind) != SOCK_DGRAM) must(plain_recv(&s, 100, 0) < 0, "recv");        // ENOTCONN, EINVAL
    must(do_close(&s) == 0, "close");
}

// The peer is gone.
static void broken_one(enum kind kind) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    must(do_close(&b) == 0, "close");
    if (BIT(kind) & TCP_KINDS) {
        must(plain_send(&a, 100, MSG_NOSIGNAL) == 100, "send");  // is answered by a reset
        struct pollfd poller = {.fd = a.fd};
        must(poll(&poller, 1, 10000) == 1, "reset");
        must(plain_send(&a, 100, MSG_NOSIGNAL) == -EPIPE, "send");
        must(plain_recv(&a, 100, 0) == 0, "recv");
    } else if (BIT(kind) & UDP_KINDS) {
        must(plain_send(&a, 100, 0) == 100, "send");             // is answered by an ICMP message
        struct pollfd poller = {.fd = a.fd};
        must(poll(&poller, 1, 10000) == 1, "refusal");
        must(plain_send(&a, 100, 0) == -ECONNREFUSED, "send");
        must(plain_send(&a, 100, 0) == 100, "send");
        must(poll(&poller, 1, 10000) == 1, "refusal");
        must(plain_recv(&a, 100, 0) == -ECONNREFUSED, "recv");
    } else {
        must(plain_send(&a, 100, MSG_NOSIGNAL) == (kind == UNIX_DGRAM ? -ECONNREFUSED : -EPIPE), "send");
        if (kind != UNIX_DGRAM) must(plain_recv(&a, 100, 0) == 0, "recv");
    }
    must(do_close(&a) == 0, "close");
}

static void broken(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++) {
        FOR_KINDS(kind, ALL_KINDS) unconnected_one(kind);
        FOR_KINDS(kind, ALL_KINDS) broken_one(kind);
    }
}

// An address that is the program's to use but holds nothing fails while the message
// is copied; one of the kernel's fails before the socket is reached.
static void fault_one(enum kind kind, char *hole) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    must(record("send", "send", &a, 100, outcome(send(a.fd, hole, 100, 0)), 0, NULL) == -EFAULT, "send");
    must(record("send", "write", &a, 100, outcome(write(a.fd, hole, 100)), 0, NULL) == -EFAULT, "write");
    char *beyond = (char *)(uintptr_t)0xffff800000000000ul;
    must(record("send", "send", &a, 100, outcome(send(a.fd, beyond, 100, 0)), 0, "unseen") == -EFAULT, "send");
    must(record("send", "sendmsg", &a, 0, outcome(sendmsg(a.fd, (struct msghdr *)hole, 0)), 0, "unseen") == -EFAULT,
         "sendmsg");
    must(plain_send(&a, 100, 0) == 100, "send");
    await_input(&b);
    must(record("receive", "recv", &b, 100, outcome(recv(b.fd, hole, 100, 0)), 0, NULL) == -EFAULT, "recv");
    must(record("receive", "recv", &b, 100, outcome(recv(b.fd, beyond, 100, 0)), 0, "unseen") == -EFAULT, "recv");
    close_pair(&a, &b);
}

static void fault(const struct arguments *arguments) {
    char *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(hole != MAP_FAILED, "mmap");
    for (long n = 0; n < arguments->count; n++) FOR_KINDS(kind, ALL_KINDS) fault_one(kind, hole);
    munmap(hole, 4096);
}

// Messages that cannot be, flags that are not meant, addresses that do not fit.
static void refused(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++) {
        struct sock a, b;
        FOR_KINDS(kind, UDP_KINDS | BIT(UNIX_DGRAM) | BIT(UNIX_SEQPACKET)) {
            make_pair(kind, &a, &b);
            int small = 4096;
            must(setsockopt(a.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0, "SO_SNDBUF");
            must(plain_send(&a, 70000, 0) == -EMSGSIZE, "send");
            if (kind_family(kind) == AF_UNIX) must(plain_send(&a, 10, MSG_OOB) == -EOPNOTSUPP, "send");
            close_pair(&a, &b);
        }
        FOR_KINDS(kind, BIT(UNIX_STREAM) | UDP_KINDS) {
            make_pair(kind, &a, &b);
            struct address address = any_address(kind);
            long result = outcome(sendto(a.fd, pattern(), 10, 0, (struct sockaddr *)&address.storage,
                                         sizeof address.storage + 1));
            must(record("send", "sendto", &a, 10, result, 0, "unseen") == -EINVAL, "sendto");
            if (kind == UNIX_STREAM) {
                result = outcome(sendto(a.fd, pattern(), 10, 0, (struct sockaddr *)&address.storage, address.length));
                must(record("send", "sendto", &a, 10, result, 0, NULL) == -EISCONN, "sendto");
            }
            close_pair(&a, &b);
        }
    }
}

const struct test_case error_cases[] = {
    {"again", "EAGAIN: nothing to receive, and no room to send", again, true},
    {"broken", "ENOTCONN, EDESTADDRREQ, EPIPE, ECONNREFUSED", broken, true},
    {"fault", "EFAULT, inside the socket's code and before it", fault, true},
    {"refused", "EMSGSIZE, EOPNOTSUPP, EISCONN, EINVAL", refused, true},
    {0},
};
