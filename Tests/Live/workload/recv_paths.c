// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every way to receive. What is to be received is there before the call, so that
// the kernel enters its receiving functions exactly once per message.

#include "workload.h"

#include <fcntl.h>

enum { BATCH = 3 };

static unsigned done(const char *path, struct sock *s, size_t length, long result, int flags) {
    must(record("receive", path, s, (long)length, outcome(result), flags, NULL) == (long)length, path);
    return 1;
}

static unsigned path_recv(struct sock *s, size_t length) {
    return done("recv", s, length, recv(s->fd, scratch(), length, 0), 0);
}

static unsigned path_recvfrom(struct sock *s, size_t length) {
    struct address from = {.length = sizeof from.storage};
    long result = recvfrom(s->fd, scratch(), length, 0, (struct sockaddr *)&from.storage, &from.length);
    return done("recvfrom", s, length, result, 0);
}

static void cut(struct iovec iov[3], size_t length) {
    size_t third = length / 3;
    iov[0] = (struct iovec){scratch(), third};
    iov[1] = (struct iovec){scratch() + third, third};
    iov[2] = (struct iovec){scratch() + 2 * third, length - 2 * third};
}

static unsigned path_recvmsg(struct sock *s, size_t length) {
    struct iovec iov[3];
    cut(iov, length);
    struct msghdr message = {.msg_iov = iov, .msg_iovlen = 3};
    return done("recvmsg", s, length, recvmsg(s->fd, &message, 0), 0);
}

// As many as there are: asked for one more, the kernel would try once more.
static unsigned path_recvmmsg(struct sock *s, size_t length) {
    struct iovec iov = {scratch(), length};
    struct mmsghdr messages[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) messages[i].msg_hdr = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1};
    must(recvmmsg(s->fd, messages, BATCH, 0, NULL) == BATCH, "recvmmsg");
    for (int i = 0; i < BATCH; i++) done("recvmmsg", s, length, messages[i].msg_len, 0);
    return BATCH;
}

static unsigned path_read(struct sock *s, size_t length) {
    return done("read", s, length, read(s->fd, scratch(), length), 0);
}

static unsigned path_readv(struct sock *s, size_t length) {
    struct iovec iov[3];
    cut(iov, length);
    return done("readv", s, length, readv(s->fd, iov, 3), 0);
}

static unsigned path_preadv2(struct sock *s, size_t length) {
    struct iovec iov[3];
    cut(iov, length);
    return done("preadv2", s, length, preadv2(s->fd, iov, 3, -1, 0), 0);
}

// Streams hand over their buffers without receiving; the others fall back to a
// receive inside the kernel.
static unsigned path_splice(struct sock *s, size_t length) {
    int pipes[2];
    must(pipe2(pipes, O_CLOEXEC) == 0, "pipe");
    long result = splice(s->fd, NULL, pipes[1], NULL, length, 0);
    close(pipes[0]), close(pipes[1]);
    return done("splice", s, length, result, 0);
}

const struct path recv_paths[] = {
    {.name = "recv", .kinds = ALL_KINDS, .run = path_recv, .messages = 1},
    {.name = "recvfrom", .kinds = ALL_KINDS, .run = path_recvfrom, .messages = 1},
    {.name = "recvmsg", .kinds = ALL_KINDS, .run = path_recvmsg, .messages = 1},
    {.name = "recvmmsg", .kinds = ALL_KINDS, .run = path_recvmmsg, .messages = BATCH},
    {.name = "read", .kinds = ALL_KINDS, .run = path_read, .messages = 1},
    {.name = "readv", .kinds = ALL_KINDS, .run = path_readv, .messages = 1},
    {.name = "preadv2", .kinds = ALL_KINDS, .run = path_preadv2, .messages = 1},
    {.name = "splice_recv", .kinds = ALL_KINDS, .run = path_splice, .messages = 1},
    {.name = "aio_read", .kinds = ALL_KINDS, .run = aio_read_path, .messages = 1},
    {.name = "uring_recv", .kinds = ALL_KINDS, .run = uring_recv, .messages = 1},
    {.name = "uring_recvmsg", .kinds = ALL_KINDS, .run = uring_recvmsg, .messages = 1},
    {.name = "uring_read", .kinds = ALL_KINDS, .run = uring_read, .messages = 1},
    {0},
};
