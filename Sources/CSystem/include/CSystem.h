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

/// Copies memory of a process, this one too; 0, or -errno where it cannot be read.
int swtap_read_process_memory(pid_t pid, uint64_t address, void *buffer, size_t size);

/// Sends a signal to a thread of a process; 0, or -errno.
int swtap_signal_thread(int process, int thread, int signal);

/// Gives back the memory of the program's code: what runs on is mapped again as it is needed, from the kernel's cache of the file.
void swtap_forget_code(void);

/// The most memory that this process has had resident, in KiB.
long swtap_peak_memory(void);

/// Switches the terminal on standard input to bytes without echo, until swtap_terminal_restore() or the end of the
/// process by any signal that can be caught. 0 when standard input is no terminal, or not in the foreground.
int swtap_terminal_by_bytes(void);

/// Gives the terminal back as it was; harmless when nothing was changed.
void swtap_terminal_restore(void);

/// Removes a file or directory when a signal ends the process at once; the last named first. -1 when there are too many.
int swtap_remove_at_death(const char *path);

/// Makes a FIFO that hands each process that opens it a pipe of its own: a thread waits for one (`is_read`: a reader,
/// else a writer), puts a fresh FIFO made at `spare` into its place, and writes the descriptor (an int, O_NONBLOCK) to
/// a pipe whose other end it returns in `*descriptor`. It ends when the path is gone. 0 or -errno.
int swtap_fifo_start(const char *path, const char *spare, int is_read, unsigned mode, int *descriptor);

/// Forks: the child goes on in its own session with standard input and output at /dev/null and returns 0; the parent
/// returns its pid. `*report` is a pipe from the child to the parent. -errno on failure.
int swtap_fork_background(int *report);

/// Sends standard error to /dev/null.
void swtap_drop_stderr(void);

/// The processor's counter of cycles, or the nearest that it offers.
uint64_t swtap_cycles(void);
#endif
