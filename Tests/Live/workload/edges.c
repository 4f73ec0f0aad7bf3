// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sends and receives that succeed in unusual ways.

#include "workload.h"

#include <sys/mman.h>
#include <sys/sendfile.h>

// Messages without a byte. Reads and vectors without one never reach the socket.
static void zero_one(enum kind kind) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    must(plain_send(&a, 0, 0) == 0, "send");
    must(record("send", "write", &a, 0, outcome(write(a.fd, pattern(), 0)), 0, NULL) == 0, "write");
    struct iovec none = {pattern(), 0};
    must(record("send", "writev", &a, 0, outcome(writev(a.fd, &none, 1)), 0, "unseen") == 0, "writev");
    if (!is_stream(&a) && kind != UNIX_SEQPACKET)
        for (int i = 0; i < 2; i++) {
            await_input(&b);
            must(plain_recv(&b, 100, 0) == 0, "recv");
        }
    must(record("receive", "read", &b, 0, outcome(read(b.fd, scratch(), 0)), 0, "unseen") == 0, "read");
    must(record("receive", "readv", &b, 0, outcome(readv(b.fd, &none, 1)), 0, "unseen") == 0, "readv");
    close_pair(&a, &b);
}

static void zero(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++) FOR_KINDS(kind, ALL_KINDS & ~BIT(UNIX_SEQPACKET)) zero_one(kind);
}

// Asked for more than there is, and for less.
static void short_one(enum kind kind) {
    struct sock a, b;
    make_pair(kind, &a, &b);
    must(plain_send(&a, 10, 0) == 10, "send");
    if (is_stream(&b)) await_bytes(&b, 10); else await_input(&b);
    must(plain_recv(&b, 100, 0) == 10, "recv");
    must(plain_send(&a, 100, 0) == 100, "send");
    if (is_stream(&b)) await_bytes(&b, 100); else await_input(&b);
    must(plain_recv(&b, 30, 0) == 30, "recv");
    if (is_stream(&b)) must(plain_recv(&b, 100, 0) == 70, "recv");

    // A peek is a receive too.
    must(plain_send(&a, 50, 0) == 50, "send");
    if (is_stream(&b)) await_bytes(&b, 50); else await_input(&b);
    must(plain_recv(&b, 20, MSG_PEEK) == 20, "recv");
    must(plain_recv(&b, 50, 0) == 50, "recv");
    close_pair(&a, &b);
}

static void shorter(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++) FOR_KINDS(kind, ALL_KINDS) short_one(kind);
}

// With MSG_TRUNC a message's whole length is returned, whatever was asked for;
// a TCP socket throws the bytes away.
static void truncated(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++)
        FOR_KINDS(kind, ALL_KINDS & ~BIT(UNIX_STREAM)) {
            struct sock a, b;
            make_pair(kind, &a, &b);
            must(plain_send(&a, 100, 0) == 100, "send");
            if (is_stream(&b)) await_bytes(&b, 100); else await_input(&b);
            must(plain_recv(&b, 10, MSG_TRUNC) == (is_stream(&b) ? 10 : 100), "recv");
            close_pair(&a, &b);
        }
}

static void end_of_file(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++)
        FOR_KINDS(kind, STREAM_KINDS | BIT(UNIX_SEQPACKET)) {
            struct sock a, b;
            make_pair(kind, &a, &b);
            must(plain_send(&a, 10, 0) == 10, "send");
            must(do_close(&a) == 0, "close");
            drain(&b, 1, 10);
            must(plain_recv(&b, 100, 0) == 0, "recv");
            must(record("receive", "read", &b, 100, outcome(read(b.fd, scratch(), 100)), 0, NULL) == 0, "read");
            must(do_close(&b) == 0, "close");
        }
}

// recvmmsg asked for one message more than there is: the kernel tries in vain.
static void recvmmsg_more(struct sock *a, struct sock *b) {
    struct iovec iov = {scratch(), 40};
    struct mmsghdr messages[3];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < 3; i++) messages[i].msg_hdr = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1};
    for (int i = 0; i < 2; i++) must(plain_send(a, 40, 0) == 40, "send");
    if (is_stream(b)) await_bytes(b, 80);
    else for (int i = 0; i < 2; i++) await_input(b);
    must(recvmmsg(b->fd, messages, 3, MSG_DONTWAIT, NULL) == 2, "recvmmsg");
    for (int i = 0; i < 2; i++) record("receive", "recvmmsg", b, 40, messages[i].msg_len, MSG_DONTWAIT, NULL);
    record("receive", "recvmmsg", b, 40, -EAGAIN, MSG_DONTWAIT, "internal");
}

// sendmmsg whose third message is too long: the caller learns of two.
static void sendmmsg_partial(struct sock *a, struct sock *b) {
    struct iovec iov = {pattern(), 40}, huge = {pattern(), 70000};
    struct mmsghdr messages[3];
    memset(messages, 0, sizeof messages);
    int small = 4096;
    must(setsockopt(a->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0, "SO_SNDBUF");
    for (int i = 0; i < 3; i++)
        messages[i].msg_hdr = (struct msghdr){.msg_iov = i == 2 ? &huge : &iov, .msg_iovlen = 1};
    must(sendmmsg(a->fd, messages, 3, 0) == 2, "sendmmsg");
    for (int i = 0; i < 2; i++) record("send", "sendmmsg", a, 40, messages[i].msg_len, 0, NULL);
    record("send", "sendmmsg", a, 70000, -EMSGSIZE, 0, "internal");
    drain(b, 2, 40);
}

static void batches(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++)
        FOR_KINDS(kind, ALL_KINDS) {
            struct sock a, b;
            make_pair(kind, &a, &b);
            recvmmsg_more(&a, &b);
            if (!is_stream(&a)) sendmmsg_partial(&a, &b);
            close_pair(&a, &b);
        }
}

// A socket without a peer that names each message's destination: twice the same,
// then another one, then the first again.
static void addressed_one(enum kind kind) {
    struct sock from, to[2];
    struct address addresses[2];
    for (int i = 0; i < 2; i++) {
        addresses[i] = any_address(kind);
        must(do_socket(&to[i], kind_family(kind), SOCK_DGRAM, 0) >= 0 && do_bind(&to[i], &addresses[i]) == 0, "bind");
        addresses[i] = own_address(&to[i]);
    }
    must(do_socket(&from, kind_family(kind), SOCK_DGRAM, 0) >= 0, "socket");
    struct iovec iov = {pattern(), 60};
    struct mmsghdr messages[4];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < 4; i++)
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1, .msg_name = &addresses[i == 2].storage,
                                              .msg_namelen = addresses[i == 2].length};
    long result = sendto(from.fd, pattern(), 60, 0, messages[0].msg_hdr.msg_name, messages[0].msg_hdr.msg_namelen);
    must(record("send", "sendto", &from, 60, outcome(result), 0, NULL) == 60, "sendto");
    remember_addresses(&from);
    must(record("send", "sendmsg", &from, 60, outcome(sendmsg(from.fd, &messages[0].msg_hdr, 0)), 0, NULL) == 60,
         "sendmsg");
    must(sendmmsg(from.fd, messages, 4, 0) == 4, "sendmmsg");
    for (int i = 0; i < 4; i++) record("send", "sendmmsg", &from, 60, messages[i].msg_len, 0, NULL);
    drain(&to[0], 5, 60);
    drain(&to[1], 1, 60);
    must(do_close(&from) == 0, "close");
    close_pair(&to[0], &to[1]);
    for (int i = 0; i < 2; i++) forget_address(&addresses[i]);
}

static void addressed(const struct arguments *arguments) {
    for (long n = 0; n < arguments->count; n++) FOR_KINDS(kind, UDP_KINDS | BIT(UNIX_DGRAM)) addressed_one(kind);
}

// One system call that some kernels cut into a message per page.
static void sendfile_large(const struct arguments *arguments) {
    enum { SIZE = 3 * 4096 };
    int file = memfd_create("workload", MFD_CLOEXEC);
    must(file >= 0 && write(file, pattern(), SIZE) == SIZE, "memfd");
    FOR_KINDS(kind, STREAM_KINDS) {
        struct sock a, b;
        make_pair(kind, &a, &b);
        for (long n = 0; n < arguments->count; n++) {
            off_t offset = 0;
            must(record("send", "sendfile", &a, SIZE, outcome(sendfile(a.fd, file, &offset, SIZE)), 0, NULL) == SIZE,
                 "sendfile");
            drain(&b, 1, SIZE);
        }
        close_pair(&a, &b);
    }
    close(file);
}

const struct test_case edge_cases[] = {
    {"zero", "messages of no bytes", zero, true},
    {"short", "fewer and more bytes than asked for; MSG_PEEK", shorter, true},
    {"trunc", "MSG_TRUNC", truncated, true},
    {"eof", "receiving after the end", end_of_file, true},
    {"batches", "recvmmsg asked for too many, sendmmsg that fails half-way", batches, true},
    {"addressed", "messages with addresses, from a socket without a peer", addressed, true},
    {"sendfile_large", "three pages by one sendfile", sendfile_large, true},
    {0},
};
