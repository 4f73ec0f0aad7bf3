// SPDX-License-Identifier: GPL-3.0-or-later
//
// PID 1 of a test guest. It mounts what a tracer wants to see, runs one command
// under a time limit with its output in files, writes those files as a tar archive
// to the disk whose serial is "result", and resets the machine.
//
// The disk whose serial is "payload" holds an ext4 file system: the files that the
// command wants, and .guest/ with argv, env (both NUL-separated) and config (lines
// of name=value).

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUT "/run/guest"

static struct {
    int timeout;          // seconds for the command, 0: none
    char user[64];
    char skip[128];       // comma-separated names of file systems not to mount
} config = {.timeout = 60, .user = "root"};

static char payload_disk[64], result_disk[64];

static void say(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("guest: ", stdout);
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
    va_end(args);
}

static void reset(void) {
    sync();
    int fd = open("/proc/sysrq-trigger", O_WRONLY);
    if (fd >= 0) (void)!write(fd, "b", 1);
    reboot(RB_AUTOBOOT);
    for (;;) pause();
}

static void die(const char *what) {
    say("failed: %s: %s", what, strerror(errno));
    reset();
}

static int listed(const char *list, const char *name) {
    size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length])) return 1;
    return 0;
}

static void mount_at(const char *type, const char *target, const char *options) {
    mkdir(target, 0755);
    if (mount(type, target, type, 0, options) && errno != EBUSY)
        say("cannot mount %s on %s: %s", type, target, strerror(errno));
}

static void mount_optional(const char *type, const char *target, const char *options) {
    if (!listed(config.skip, type)) mount_at(type, target, options);
}

// Reads a whole small file; the result is NUL-terminated and never freed.
static char *slurp(const char *path, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return NULL;
    size_t capacity = 4096, length = 0;
    char *text = malloc(capacity + 1);
    ssize_t n;
    while (text && (n = read(fd, text + length, capacity - length)) > 0)
        if ((length += (size_t)n) == capacity) text = realloc(text, (capacity *= 2) + 1);
    close(fd);
    if (!text) return NULL;
    text[length] = 0;
    if (size) *size = length;
    return text;
}

// NVMe controllers are numbered in the order in which they happened to answer:
// they are told apart by their serials.
static int find_disks(void) {
    *payload_disk = *result_disk = 0;
    for (int i = 0; i < 8; i++) {
        char path[64], disk[64];
        snprintf(path, sizeof path, "/sys/class/nvme/nvme%d/serial", i);
        snprintf(disk, sizeof disk, "/dev/nvme%dn1", i);
        char *serial = slurp(path, NULL);
        if (!serial || access(disk, F_OK)) continue;
        if (!strncmp(serial, "payload", 7)) strcpy(payload_disk, disk);
        if (!strncmp(serial, "result", 6)) strcpy(result_disk, disk);
    }
    return *payload_disk && *result_disk;
}

static void read_config(void) {
    char *text = slurp("/payload/.guest/config", NULL);
    if (!text) die("/payload/.guest/config");
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *value = strchr(line, '=');
        if (!value) continue;
        *value++ = 0;
        if (!strcmp(line, "timeout")) config.timeout = atoi(value);
        else if (!strcmp(line, "user")) snprintf(config.user, sizeof config.user, "%s", value);
        else if (!strcmp(line, "skip")) snprintf(config.skip, sizeof config.skip, "%s", value);
    }
}

static char **read_list(const char *path) {
    size_t size, count = 0;
    char *text = slurp(path, &size);
    if (!text) die(path);
    char **list = calloc(size + 2, sizeof *list);
    if (!list) die("calloc");
    for (char *at = text; at < text + size; at += strlen(at) + 1) list[count++] = at;
    return list;
}

static void loopback_up(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request)) say("lo: %s", strerror(errno));
    close(fd);
}

static void prepare(void) {
    mount_at("proc", "/proc", NULL);
    mount_at("sysfs", "/sys", NULL);
    mount_at("devtmpfs", "/dev", NULL);
    mount_at("tmpfs", "/run", NULL);
    for (int tries = 0; !find_disks(); tries++) {
        if (tries == 500) die("disks");
        usleep(10000);
    }
    mkdir("/payload", 0755);
    if (mount(payload_disk, "/payload", "ext4", MS_NOATIME, NULL)) die("payload");
    read_config();
    mkdir("/dev/pts", 0755);
    mkdir("/dev/shm", 01777);
    mount_optional("devpts", "/dev/pts", "ptmxmode=0666");
    mount_optional("tmpfs", "/dev/shm", "mode=1777");
    mount_at("tmpfs", "/tmp", "mode=1777");
    mount_optional("debugfs", "/sys/kernel/debug", NULL);
    mount_optional("tracefs", "/sys/kernel/tracing", NULL);
    mount_optional("securityfs", "/sys/kernel/security", NULL);
    mount_optional("bpf", "/sys/fs/bpf", NULL);
    mount_optional("cgroup2", "/sys/fs/cgroup", NULL);
    for (int i = 0; i < 3; i++) {
        static const char *links[3] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
        char target[32];
        snprintf(target, sizeof target, "/proc/self/fd/%d", i);
        (void)!symlink(target, links[i]);
    }
    (void)!symlink("/proc/self/fd", "/dev/fd");
    (void)!sethostname("guest", 5);
    loopback_up();
    mkdir(OUT, 0755);
    mkdir(OUT "/result", 0777);
    chmod(OUT "/result", 0777);
    (void)!symlink(OUT "/result", "/result");
}

static void become(const char *name) {
    FILE *file = fopen("/etc/passwd", "re");
    struct passwd *user = NULL;
    while (file && (user = fgetpwent(file)) && strcmp(user->pw_name, name)) {}
    if (!user) { errno = ESRCH; perror(name); _exit(125); }
    if (user->pw_uid == 0) return;
    setenv("HOME", "/tmp", 1);
    setenv("USER", name, 1);
    if (setgroups(0, NULL) || setresgid(user->pw_gid, user->pw_gid, user->pw_gid)
        || setresuid(user->pw_uid, user->pw_uid, user->pw_uid)) { perror(name); _exit(125); }
}

static int output(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) die(path);
    fchmod(fd, 0666);
    return fd;
}

static pid_t start_command(void) {
    char **argv = read_list("/payload/.guest/argv");
    char **extra = read_list("/payload/.guest/env");
    int out = output(OUT "/stdout"), err = output(OUT "/stderr");
    pid_t child = fork();
    if (child) return child;
    setsid();
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(out, 1);
    dup2(err, 2);
    clearenv();
    setenv("PATH", "/payload:/payload/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", 1);
    setenv("HOME", "/root", 1);
    setenv("USER", "root", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("TERM", "dumb", 1);
    become(config.user);
    for (; *extra; extra++) putenv(*extra);
    (void)!chdir("/payload");
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], argv);
    fprintf(stderr, "guest: %s: %s\n", argv[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// Waits for the command, reaping orphans on the way. At the limit the command's
// session gets SIGTERM and, two seconds later, everything gets SIGKILL.
static void await(pid_t child, char *verdict, size_t room) {
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    double limit = config.timeout ? now() + config.timeout : 1e18;
    int late = 0;
    for (;;) {
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
            if (pid != child) continue;
            if (late) snprintf(verdict, room, "timeout 0\n");
            else if (WIFSIGNALED(status)) snprintf(verdict, room, "signal %d\n", WTERMSIG(status));
            else snprintf(verdict, room, "exit %d\n", WEXITSTATUS(status));
            return;
        }
        double left = limit - now();
        if (left <= 0) {
            if (late++) kill(-1, SIGKILL); else kill(-child, SIGTERM);
            limit = now() + 2;
            continue;
        }
        struct timespec wait = {.tv_sec = left > 3600 ? 3600 : (time_t)left,
                                .tv_nsec = left > 3600 ? 0 : (long)((left - (double)(time_t)left) * 1e9)};
        sigtimedwait(&chld, NULL, &wait);
    }
}

static void hand_over(const char *verdict) {
    int fd = output(OUT "/status");
    (void)!write(fd, verdict, strlen(verdict));
    close(fd);
    pid_t packer = fork();
    if (packer == 0) {
        execl("/usr/bin/busybox", "tar", "-cf", result_disk, "-C", OUT, "stdout", "stderr", "result",
              "status", (char *)NULL);
        _exit(127);
    }
    int status = -1;
    while (waitpid(packer, &status, 0) != packer) {}
    if (status) say("failed: packing the result, status %d", status);
    fd = open(result_disk, O_WRONLY);
    if (fd < 0 || fsync(fd)) say("failed: result disk: %s", strerror(errno));
    close(fd);
}

int main(void) {
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    prepare();
    say("ready");
    char verdict[32];
    await(start_command(), verdict, sizeof verdict);
    say("%.*s", (int)strcspn(verdict, "\n"), verdict);
    hand_over(verdict);
    reset();
}
