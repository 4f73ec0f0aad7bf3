// SPDX-License-Identifier: GPL-3.0-or-later
//
// One io_uring per thread, by its system calls.

#ifndef URING_H
#define URING_H

#include <linux/io_uring.h>
#include <stdbool.h>

bool uring_works(void);                      // false: the kernel has none, or forbids it
bool uring_supports(int opcode);
struct io_uring_sqe *uring_entry(void);      // a cleared entry to fill in
void uring_submit(void);                     // hands the entry to the kernel
int uring_wait(bool *more);                  // a completion's result; *more: another one follows
int uring_run(bool *more);                   // both
void uring_finish(void);                     // closes this thread's ring

#endif
