# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    for (i = 0; i < 2000000; i++) {
        k = i % 100
        v = i * 7919 % 10007
        if (!(k in count) || v < least[k]) least[k] = v
        if (!(k in count) || v > most[k]) most[k] = v
        count[k]++
        total[k] += v
    }
    for (k in count) { n += count[k]; sum += total[k]; low += least[k]; high += most[k] }
    printf "%d %.0f %d %d\n", n, sum, low, high
}
