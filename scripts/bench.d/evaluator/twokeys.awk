# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    for (i = 0; i < 50; i++) names[i] = sprintf("process-%d", i * 37)
    for (i = 0; i < 2000000; i++) count[i % 16, names[i % 50]]++
    for (i = 0; i < 2000; i++) s += count[i % 16, names[i % 50]] * i
    printf "%.0f\n", s
}
