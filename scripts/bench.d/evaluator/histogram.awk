# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    for (i = 0; i < 2000000; i++) {
        v = i * 7919 % 100003
        b = 64
        for (limit = 1; limit <= v; limit *= 2) b++
        count[b]++
    }
    for (b = 64; b < 82; b++) print count[b] + 0
}
