// SPDX-License-Identifier: GPL-3.0-or-later
//
// Functions and markers for tests of user-space probes. Nothing here is inlined,
// and every function's symbol is in the binary.

#include "workload.h"

#if defined(__x86_64__)
// A marker, by hand: a no-operation, and a note that says where it is, whose it is,
// and where its two arguments are.
#define MARK(name, first, second) \
    __asm__ volatile( \
        "990: nop\n" \
        ".pushsection .note.stapsdt, \"?\", \"note\"\n" \
        ".balign 4\n" \
        ".4byte 992f-991f, 994f-993f, 3\n" \
        "991: .asciz \"stapsdt\"\n" \
        "992: .balign 4\n" \
        "993: .8byte 990b\n" \
        ".8byte _.stapsdt.base\n" \
        ".8byte 0\n" \
        ".asciz \"workload\"\n" \
        ".asciz \"" name "\"\n" \
        ".asciz \"-8@%0 8@%1\"\n" \
        "994: .balign 4\n" \
        ".popsection\n" \
        ".ifndef _.stapsdt.base\n" \
        ".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n" \
        ".weak _.stapsdt.base\n" \
        ".hidden _.stapsdt.base\n" \
        "_.stapsdt.base: .space 1\n" \
        ".size _.stapsdt.base, 1\n" \
        ".popsection\n" \
        ".endif\n" \
        : : "r"((long)(first)), "r"((unsigned long)(second)))
#else
#define MARK(name, first, second) ((void)(first), (void)(second))
#endif

#define PLAIN __attribute__((noinline, noclone, used, visibility("default")))

PLAIN long workload_add(long first, long second, const char *text) {
    MARK("add", first, text);
    __asm__ volatile("" : : "r"(text) : "memory");
    return first + second;
}

PLAIN long workload_depth(long depth) {
    __asm__ volatile("" : "+r"(depth));
    if (depth <= 0) return 0;
    long inner = workload_depth(depth - 1);
    // Without this the compiler makes a loop of it.
    __asm__ volatile("" : "+r"(inner));
    return 1 + inner;
}

PLAIN long workload_fail(long value) {
    __asm__ volatile("" : "+r"(value));
    return -value;
}

// Run n: workload_add(n, 2n, "call n"), workload_depth(3), and workload_fail(n).
static void calls(const struct arguments *arguments) {
    long sum = 0;
    for (long i = 0; i < arguments->count; i++) {
        char text[32];
        snprintf(text, sizeof text, "call %ld", i);
        sum += workload_add(i, 2 * i, text) + workload_depth(3) + workload_fail(i);
    }
    ledger_remark("calls\tcount=%ld\tsum=%ld", arguments->count, sum);
}

const struct test_case call_cases[] = {
    {"calls", "calls of workload_add, workload_depth and workload_fail, and the marker workload:add", calls, false},
    {0},
};
