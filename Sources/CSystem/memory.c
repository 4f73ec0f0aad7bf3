// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "CSystem.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

int swtap_read_process_memory(pid_t pid, uint64_t address, void *buffer, size_t size) {
    struct iovec local = {buffer, size};
    struct iovec remote = {(void *)(uintptr_t)address, size};
    ssize_t count = process_vm_readv(pid, &local, 1, &remote, 1, 0);
    if (count < 0) return -errno;
    return count == (ssize_t)size ? 0 : -EFAULT;
}

int swtap_signal_thread(int process, int thread, int signal) {
    return syscall(SYS_tgkill, process, thread, signal) == 0 ? 0 : -errno;
}

extern char __executable_start, etext;

void swtap_forget_code(void) {
    uintptr_t page = 4095;
    uintptr_t start = (uintptr_t)&__executable_start & ~page;
    madvise((void *)start, ((uintptr_t)&etext & ~page) - start, MADV_DONTNEED);
}

long swtap_peak_memory(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}
