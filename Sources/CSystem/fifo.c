// SPDX-License-Identifier: GPL-3.0-or-later
// FIFOs that serve each process that opens them by itself: as soon as one has come, the next finds a fresh FIFO.
#define _GNU_SOURCE
#include "CSystem.h"

#include <pthread.h>

struct fifo {
    char *path;
    char *spare;
    mode_t mode;
    int is_read;
    int notify;
};

static int make(const char *path, mode_t mode) {
    if (mkfifo(path, 0600) != 0) return -1;
    if (chmod(path, mode) == 0) return 0;
    unlink(path);
    return -1;
}

static void *serve(void *argument) {
    struct fifo *fifo = argument;
    for (;;) {
        // Waits for a partner, and not longer: the partner's open returns together with this one.
        int descriptor = open(fifo->path, (fifo->is_read ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
        if (descriptor < 0) {
            if (errno == EINTR) continue;
            break;
        }
        if (make(fifo->spare, fifo->mode) != 0 || rename(fifo->spare, fifo->path) != 0) {
            unlink(fifo->spare);
            close(descriptor);
            break;
        }
        fcntl(descriptor, F_SETFL, O_NONBLOCK);
        ssize_t count;
        do count = write(fifo->notify, &descriptor, sizeof descriptor);
        while (count < 0 && errno == EINTR);
        if (count != sizeof descriptor) {
            close(descriptor);
            break;
        }
    }
    return NULL;
}

int swtap_fifo_start(const char *path, const char *spare, int is_read, unsigned mode, int *descriptors) {
    struct fifo *fifo = malloc(sizeof *fifo);
    if (!fifo) return -ENOMEM;
    fifo->path = strdup(path);
    fifo->spare = strdup(spare);
    fifo->mode = mode;
    fifo->is_read = is_read;
    int ends[2] = {-1, -1};
    int failure = 0;
    pthread_t thread;
    if (!fifo->path || !fifo->spare)
        failure = ENOMEM;
    else if (pipe2(ends, O_CLOEXEC) != 0)
        failure = errno;
    else if (make(path, mode) != 0)
        failure = errno;
    fifo->notify = ends[1];
    if (!failure) failure = pthread_create(&thread, NULL, serve, fifo);
    if (failure) {
        if (ends[0] >= 0) close(ends[0]);
        if (ends[1] >= 0) close(ends[1]);
        free(fifo->path);
        free(fifo->spare);
        free(fifo);
        return -failure;
    }
    pthread_detach(thread);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *descriptors = ends[0];
    return 0;
}
