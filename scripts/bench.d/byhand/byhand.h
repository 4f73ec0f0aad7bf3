// SPDX-License-Identifier: GPL-3.0-or-later
// What the programs of byhand and their loader share.
#define COMMAND_SIZE 16
#define BUCKETS 65

struct total {
    unsigned long long count;
    unsigned long long sum;
    unsigned long long buckets[BUCKETS];
};

struct line {
    char command[COMMAND_SIZE];
    unsigned int pid, tid;
    unsigned long long length;
};
