# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    i = 0
    while (i < 10000000) {
        if (i % 2) odd += i
        else if (i % 3 == 0) three++
        else rest = (rest * 31 + i) % 16777216
        i++
    }
    printf "%.0f %.0f %.0f\n", odd, three, rest
}
