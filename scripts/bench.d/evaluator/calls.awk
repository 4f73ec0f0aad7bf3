# SPDX-License-Identifier: GPL-3.0-or-later
function step(n) { seed = (seed * 1103515 + n) % 1073741824; return int(seed / 256) }
function mix3(a, b, c,   i) {
    for (i = 0; i < 2; i++) a = (a + b * c) % 65521
    return a
}
BEGIN {
    for (i = 0; i < 1000000; i++) s += step(i) + mix3(i, s % 256, 7)
    printf "%.0f\n", s
}
