// SPDX-License-Identifier: GPL-3.0-or-later
//
// Linux asynchronous I/O on sockets, by its system calls.

#include "workload.h"

#include <linux/aio_abi.h>
#include <sys/syscall.h>

static aio_context_t context;

bool aio_works(void) {
    return context || syscall(SYS_io_setup, 8, &context) == 0;
}

static long transfer(int fd, int opcode, void *buffer, size_t length) {
    if (!aio_works()) return -1;
    struct iocb block = {.aio_lio_opcode = (uint16_t)opcode, .aio_fildes = (uint32_t)fd,
        .aio_buf = (uintptr_t)buffer, .aio_nbytes = length};
    struct iocb *blocks[1] = {&block};
    struct io_event event;
    if (syscall(SYS_io_submit, context, 1, blocks) != 1) return -1;
    must(syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1, "io_getevents");
    if (event.res < 0) errno = (int)-event.res;
    return event.res < 0 ? -1 : (long)event.res;
}

unsigned aio_write_path(struct sock *s, size_t length) {
    long result = outcome(transfer(s->fd, IOCB_CMD_PWRITE, pattern(), length));
    must(record("send", "aio", s, (long)length, result, 0, NULL) == (long)length, "aio");
    return 1;
}

unsigned aio_read_path(struct sock *s, size_t length) {
    long result = outcome(transfer(s->fd, IOCB_CMD_PREAD, scratch(), length));
    must(record("receive", "aio", s, (long)length, result, 0, NULL) == (long)length, "aio");
    return 1;
}
