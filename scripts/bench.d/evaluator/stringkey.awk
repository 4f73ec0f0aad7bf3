# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    for (i = 0; i < 200; i++) names[i] = sprintf("process-%d", i * 37)
    for (i = 0; i < 3000000; i++) count[names[i % 200]]++
    for (i = 0; i < 200; i++) s += count[names[i]] * i
    printf "%.0f\n", s
}
