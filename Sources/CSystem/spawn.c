// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "CSystem.h"

static void clear_signal_mask(void) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
}

int swtap_spawn_waiting(char *const argv[], int *go_fd, int *error_fd) {
    int go[2], error[2];
    if (pipe2(go, O_CLOEXEC) != 0) return -errno;
    if (pipe2(error, O_CLOEXEC) != 0) {
        int saved = errno;
        close(go[0]);
        close(go[1]);
        return -saved;
    }
    pid_t pid = fork();
    if (pid < 0) {
        int saved = errno;
        close(go[0]);
        close(go[1]);
        close(error[0]);
        close(error[1]);
        return -saved;
    }
    if (pid == 0) {
        char byte;
        close(go[1]);
        close(error[0]);
        clear_signal_mask();
        ssize_t got;
        do got = read(go[0], &byte, 1);
        while (got < 0 && errno == EINTR);
        if (got != 1) _exit(0);
        execvp(argv[0], argv);
        int failure = errno;
        if (write(error[1], &failure, sizeof failure) < 0) _exit(126);
        _exit(127);
    }
    close(go[0]);
    close(error[1]);
    *go_fd = go[1];
    *error_fd = error[0];
    return pid;
}

int swtap_spawn_shell(const char *command) {
    pid_t pid = fork();
    if (pid < 0) return -errno;
    if (pid == 0) {
        clear_signal_mask();
        int null = open("/dev/null", O_RDONLY);
        if (null > 0) dup2(null, 0);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid;
}

int swtap_errno(void) { return errno; }

int swtap_exit_status(int wait_status) {
    if (WIFEXITED(wait_status)) return WEXITSTATUS(wait_status);
    if (WIFSIGNALED(wait_status)) return 128 + WTERMSIG(wait_status);
    return -1;
}
