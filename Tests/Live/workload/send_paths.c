// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every way to send. Each function sends messages of `length` bytes on a connected
// socket, records every one of them, and returns how many there were.

#include "workload.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>

enum { BATCH = 3 };

static unsigned done(const char *path, struct sock *s, size_t length, long result, int flags) {
    must(record("send", path, s, (long)length, outcome(result), flags, NULL) == (long)length, path);
    return 1;
}

static unsigned path_send(struct sock *s, size_t length) {
    return done("send", s, length, send(s->fd, pattern(), length, 0), 0);
}

// With an address where the socket may have one besides being connected.
static unsigned path_sendto(struct sock *s, size_t length) {
    struct address peer = {.length = sizeof peer.storage};
    struct sockaddr *address = NULL;
    if (s->type == SOCK_DGRAM && s->family != AF_UNIX) {
        address = (struct sockaddr *)&peer.storage;
        must(getpeername(s->fd, address, &peer.length) == 0, "getpeername");
    }
    long result = sendto(s->fd, pattern(), length, MSG_NOSIGNAL, address, address ? peer.length : 0);
    return done("sendto", s, length, result, MSG_NOSIGNAL);
}

// Cuts the message in three.
static void cut(struct iovec iov[3], size_t length) {
    size_t third = length / 3;
    iov[0] = (struct iovec){pattern(), third};
    iov[1] = (struct iovec){pattern() + third, third};
    iov[2] = (struct iovec){pattern() + 2 * third, length - 2 * third};
}

static unsigned path_sendmsg(struct sock *s, size_t length) {
    struct iovec iov[3];
    cut(iov, length);
    struct msghdr message = {.msg_iov = iov, .msg_iovlen = 3};
    return done("sendmsg", s, length, sendmsg(s->fd, &message, 0), 0);
}

// From the second message to the same place on, the kernel takes a short cut.
static unsigned path_sendmmsg(struct sock *s, size_t length) {
    struct iovec iov = {pattern(), length};
    struct mmsghdr messages[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) messages[i].msg_hdr = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1};
    must(sendmmsg(s->fd, messages, BATCH, 0) == BATCH, "sendmmsg");
    for (int i = 0; i < BATCH; i++) done("sendmmsg", s, length, messages[i].msg_len, 0);
    return BATCH;
}

static unsigned path_write(struct sock *s, size_t length) {
    return done("write", s, length, write(s->fd, pattern(), length), 0);
}

static unsigned path_writev(struct sock *s, size_t length) {
    struct iovec iov[3];
    cut(iov, length);
    return done("writev", s, length, writev(s->fd, iov, 3), 0);
}

static unsigned path_pwritev2(struct sock *s, size_t length) {
    struct iovec iov[3];
    cut(iov, length);
    return done("pwritev2", s, length, pwritev2(s->fd, iov, 3, -1, 0), 0);
}

// At most one page, so that kernels that send page by page send one message too.
static unsigned path_sendfile(struct sock *s, size_t length) {
    must(length <= 4096, "sendfile of one page");
    int file = memfd_create("workload", MFD_CLOEXEC);
    must(file >= 0 && write(file, pattern(), length) == (ssize_t)length, "memfd");
    off_t offset = 0;
    long result = sendfile(s->fd, file, &offset, length);
    close(file);
    return done("sendfile", s, length, result, 0);
}

static unsigned path_splice(struct sock *s, size_t length) {
    int pipes[2];
    must(length <= 4096, "splice of one page");
    must(pipe2(pipes, O_CLOEXEC) == 0 && write(pipes[1], pattern(), length) == (ssize_t)length, "pipe");
    long result = splice(pipes[0], NULL, s->fd, NULL, length, 0);
    close(pipes[0]), close(pipes[1]);
    return done("splice", s, length, result, 0);
}

// The pipe's contents are shared with another pipe, and sent from both.
static unsigned path_tee(struct sock *s, size_t length) {
    int first[2], second[2];
    must(length <= 4096, "tee of one page");
    must(pipe2(first, O_CLOEXEC) == 0 && pipe2(second, O_CLOEXEC) == 0, "pipe");
    must(write(first[1], pattern(), length) == (ssize_t)length, "pipe");
    must(tee(first[0], second[1], length, 0) == (ssize_t)length, "tee");
    done("tee", s, length, splice(second[0], NULL, s->fd, NULL, length, 0), 0);
    done("tee", s, length, splice(first[0], NULL, s->fd, NULL, length, 0), 0);
    close(first[0]), close(first[1]), close(second[0]), close(second[1]);
    return 2;
}

const struct path send_paths[] = {
    {.name = "send", .kinds = ALL_KINDS, .run = path_send},
    {.name = "sendto", .kinds = ALL_KINDS, .run = path_sendto},
    {.name = "sendmsg", .kinds = ALL_KINDS, .run = path_sendmsg},
    {.name = "sendmmsg", .kinds = ALL_KINDS, .run = path_sendmmsg},
    {.name = "write", .kinds = ALL_KINDS, .run = path_write},
    {.name = "writev", .kinds = ALL_KINDS, .run = path_writev},
    {.name = "pwritev2", .kinds = ALL_KINDS, .run = path_pwritev2},
    {.name = "sendfile", .kinds = ALL_KINDS, .run = path_sendfile},
    {.name = "splice_send", .kinds = ALL_KINDS, .run = path_splice},
    {.name = "tee_send", .kinds = ALL_KINDS, .run = path_tee},
    {.name = "aio_write", .kinds = ALL_KINDS, .run = aio_write_path},
    {.name = "uring_send", .kinds = ALL_KINDS, .run = uring_send},
    {.name = "uring_sendmsg", .kinds = ALL_KINDS, .run = uring_sendmsg},
    {.name = "uring_send_zc", .kinds = TCP_KINDS | UDP_KINDS, .run = uring_send_zc},
    {.name = "uring_write", .kinds = ALL_KINDS, .run = uring_write},
    {0},
};
