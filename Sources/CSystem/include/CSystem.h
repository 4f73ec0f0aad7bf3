// SPDX-License-Identifier: GPL-3.0-or-later
// System calls that Swift's C library module does not offer, and fork, which Swift cannot call.
#ifndef SWTAP_CSYSTEM_H
#define SWTAP_CSYSTEM_H
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// Forks a child that waits until `go_fd` is written or closed, then runs `argv` by execvp with the caller's signal
/// mask emptied. Returns its pid, or -errno. Writing one byte to `*go_fd` starts it; closing it unwritten ends it.
/// `*error_fd` delivers the errno (an int) of a failed exec, or end-of-file when it succeeded.
int swtap_spawn_waiting(char *const argv[], int *go_fd, int *error_fd);

/// Runs `command` by `sh -c` without waiting; standard input is /dev/null. Returns its pid, or -errno.
int swtap_spawn_shell(const char *command);

/// The errno of the last failed call: a macro that Swift cannot name reliably after other calls.
int swtap_errno(void);

/// WIFEXITED ? status : 128 + signal; -1 for a stopped child.
int swtap_exit_status(int wait_status);

/// Copies memory of this process; 0, or -errno where it cannot be read.
int swtap_read_own_memory(uint64_t address, void *buffer, size_t size);

/// The most memory that this process has had resident, in KiB.
long swtap_peak_memory(void);
#endif
