// SPDX-License-Identifier: GPL-3.0-or-later
// Loads hand-written eBPF programs by libbpf and shows what they found out: what swtap is measured against.
//
//   byhand empty|count|histogram|filter|print|socket OBJECT COMMAND...
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "byhand.h"

static void die(const char *what) {
    fprintf(stderr, "byhand: %s: %s\n", what, strerror(errno));
    exit(2);
}

static int show(void *context, void *data, size_t size) {
    (void)context;
    const struct line *line = data;
    if (size >= sizeof *line)
        printf("m %s %u %u %llu\n", line->command, line->pid, line->tid, line->length);
    return 0;
}

static void show_sums(int map) {
    char key[COMMAND_SIZE], *previous = NULL;
    unsigned long long sum;
    for (; bpf_map_get_next_key(map, previous, key) == 0; previous = key)
        if (bpf_map_lookup_elem(map, key, &sum) == 0) printf("%s %lld\n", key, (long long)sum);
}

static void show_totals(int map) {
    int cpus = libbpf_num_possible_cpus();
    size_t step = (sizeof(struct total) + 7) / 8 * 8;
    char *values = calloc((size_t)cpus, step);
    char key[COMMAND_SIZE], *previous = NULL;
    if (!values) die("calloc");
    for (; bpf_map_get_next_key(map, previous, key) == 0; previous = key) {
        struct total all = {0};
        if (bpf_map_lookup_elem(map, key, values) != 0) continue;
        for (int cpu = 0; cpu < cpus; cpu++) {
            const struct total *one = (const void *)(values + (size_t)cpu * step);
            all.count += one->count;
            all.sum += one->sum;
            for (int i = 0; i < BUCKETS; i++) all.buckets[i] += one->buckets[i];
        }
        printf("%s count %llu sum %llu\n", key, all.count, all.sum);
        for (int i = 0; i < BUCKETS; i++)
            if (all.buckets[i]) printf("  %d bits: %llu\n", i, all.buckets[i]);
    }
    free(values);
}

int main(int count, char **arguments) {
    if (count < 4) {
        fprintf(stderr, "byhand: see the head of its source\n");
        return 2;
    }
    const char *task = arguments[1];
    int is_socket = !strcmp(task, "socket");
    struct bpf_object *object = bpf_object__open(arguments[2]);
    if (!object) die(arguments[2]);

    int gate[2];
    if (pipe(gate) != 0) die("pipe");
    pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
        char byte;
        close(gate[1]);
        if (read(gate[0], &byte, 1) != 1) _exit(2);
        close(gate[0]);
        execvp(arguments[3], arguments + 3);
        die(arguments[3]);
    }

    struct bpf_program *program;
    int chosen = 0;
    bpf_object__for_each_program(program, object) {
        const char *name = bpf_program__name(program);
        int wanted = is_socket ? !strcmp(name, "sent") || !strcmp(name, "refused") : !strcmp(name, task);
        bpf_program__set_autoload(program, wanted);
        chosen += wanted;
    }
    if (!chosen) die("no such task");
    struct bpf_map *constants = bpf_object__find_map_by_name(object, ".rodata.target");
    size_t size = 0;
    int *target = constants ? (int *)bpf_map__initial_value(constants, &size) : NULL;
    if (!target || size < sizeof *target) die(".rodata.target");
    *target = child;
    if (bpf_object__load(object) != 0) die("load");
    bpf_object__for_each_program(program, object)
        if (bpf_program__autoload(program) && !bpf_program__attach(program)) die("attach");

    struct ring_buffer *ring = NULL;
    if (!strcmp(task, "print")) {
        ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "lines"), show, NULL, NULL);
        if (!ring) die("ring buffer");
        setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    }
    if (write(gate[1], "x", 1) != 1) die("write");
    int status;
    if (ring) {
        const struct timespec pause = {0, 10000000};
        while (waitpid(child, &status, WNOHANG) == 0) {
            nanosleep(&pause, NULL);
            ring_buffer__consume(ring);
            fflush(stdout);
        }
        ring_buffer__consume(ring);
    } else if (waitpid(child, &status, 0) < 0) {
        die("waitpid");
    }
    if (!strcmp(task, "histogram")) show_totals(bpf_object__find_map_fd_by_name(object, "totals"));
    if (!strcmp(task, "count") || is_socket) show_sums(bpf_object__find_map_fd_by_name(object, "sums"));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
