// SPDX-License-Identifier: GPL-3.0-or-later
// What must be undone when a signal ends the process at once: the terminal's mode and files that others see.
#define _GNU_SOURCE
#include "CSystem.h"

#include <termios.h>

enum { path_limit = 256 };
static char *paths[path_limit];
static volatile sig_atomic_t path_count;
static struct termios saved_terminal;
static volatile sig_atomic_t terminal_is_changed;

void swtap_terminal_restore(void) {
    if (!terminal_is_changed) return;
    terminal_is_changed = 0;
    // From the background this would stop the process.
    if (tcgetpgrp(STDIN_FILENO) == getpgrp()) tcsetattr(STDIN_FILENO, TCSANOW, &saved_terminal);
}

static void undo(void) {
    swtap_terminal_restore();
    for (int index = path_count - 1; index >= 0; index--)
        if (paths[index] && unlink(paths[index]) != 0) rmdir(paths[index]);
}

static void on_signal(int number) {
    undo();
    // SA_RESETHAND has put the default back.
    raise(number);
}

static void catch_signals(void) {
    static int is_done;
    if (is_done) return;
    is_done = 1;
    static const int fatal[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGSEGV, SIGFPE};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESETHAND | SA_NODEFER;
    for (size_t index = 0; index < sizeof fatal / sizeof *fatal; index++) sigaction(fatal[index], &action, NULL);
    atexit(swtap_terminal_restore);
}

int swtap_terminal_by_bytes(void) {
    struct termios now;
    if (tcgetattr(STDIN_FILENO, &now) != 0 || tcgetpgrp(STDIN_FILENO) != getpgrp()) return 0;
    saved_terminal = now;
    now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    catch_signals();
    terminal_is_changed = 1;
    return tcsetattr(STDIN_FILENO, TCSANOW, &now) == 0;
}

int swtap_remove_at_death(const char *path) {
    if (path_count >= path_limit) return -1;
    paths[path_count] = strdup(path);
    if (!paths[path_count]) return -1;
    path_count++;
    catch_signals();
    return 0;
}
