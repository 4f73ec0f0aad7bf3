// SPDX-License-Identifier: GPL-3.0-or-later

#include "workload.h"
#include "uring.h"

#include <sys/mman.h>
#include <sys/syscall.h>

enum { ENTRIES = 8 };

static _Thread_local struct {
    bool tried;
    int fd;
    unsigned *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    void *ring;
    size_t ring_size, sqes_size;
} ring;

bool uring_works(void) {
    if (ring.tried) return ring.fd >= 0;
    ring.tried = true;
    struct io_uring_params params = {0};
    ring.fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &params);
    if (ring.fd < 0) return false;
    must(params.features & IORING_FEAT_SINGLE_MMAP, "io_uring with a single mapping");
    size_t sq_end = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    size_t cq_end = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    ring.ring_size = sq_end > cq_end ? sq_end : cq_end;
    ring.sqes_size = params.sq_entries * sizeof(struct io_uring_sqe);
    char *base = mmap(NULL, ring.ring_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd,
                      IORING_OFF_SQ_RING);
    ring.sqes = mmap(NULL, ring.sqes_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd,
                     IORING_OFF_SQES);
    must(base != MAP_FAILED && ring.sqes != MAP_FAILED, "mapping the io_uring");
    ring.ring = base;
    ring.sq_tail = (unsigned *)(base + params.sq_off.tail);
    ring.sq_mask = (unsigned *)(base + params.sq_off.ring_mask);
    ring.sq_array = (unsigned *)(base + params.sq_off.array);
    ring.cq_head = (unsigned *)(base + params.cq_off.head);
    ring.cq_tail = (unsigned *)(base + params.cq_off.tail);
    ring.cq_mask = (unsigned *)(base + params.cq_off.ring_mask);
    ring.cqes = (struct io_uring_cqe *)(base + params.cq_off.cqes);
    return true;
}

bool uring_supports(int opcode) {
    struct {
        struct io_uring_probe head;
        struct io_uring_probe_op ops[256];
    } probe;
    memset(&probe, 0, sizeof probe);
    if (!uring_works() || syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PROBE, &probe, 256)) return false;
    return opcode <= probe.head.last_op && (probe.head.ops[opcode].flags & IO_URING_OP_SUPPORTED);
}

struct io_uring_sqe *uring_entry(void) {
    struct io_uring_sqe *entry = &ring.sqes[*ring.sq_tail & *ring.sq_mask];
    memset(entry, 0, sizeof *entry);
    return entry;
}

void uring_submit(void) {
    unsigned tail = *ring.sq_tail;
    ring.sq_array[tail & *ring.sq_mask] = tail & *ring.sq_mask;
    __atomic_store_n(ring.sq_tail, tail + 1, __ATOMIC_RELEASE);
    must(syscall(SYS_io_uring_enter, ring.fd, 1, 0, 0, NULL, 0) == 1, "io_uring_enter");
}

int uring_wait(bool *more) {
    unsigned head = *ring.cq_head;
    while (head == __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE)) {
        long result = syscall(SYS_io_uring_enter, ring.fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0);
        must(result >= 0 || errno == EINTR, "waiting for the io_uring");
    }
    struct io_uring_cqe completion = ring.cqes[head & *ring.cq_mask];
    __atomic_store_n(ring.cq_head, head + 1, __ATOMIC_RELEASE);
    if (more) *more = completion.flags & IORING_CQE_F_MORE;
    return completion.res;
}

int uring_run(bool *more) {
    uring_submit();
    return uring_wait(more);
}

void uring_finish(void) {
    if (ring.tried && ring.fd >= 0) {
        munmap(ring.ring, ring.ring_size);
        munmap(ring.sqes, ring.sqes_size);
        close(ring.fd);
    }
    ring.tried = false;
}
