# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    PROCINFO["sorted_in"] = "@ind_str_asc"
    for (round = 0; round < 3; round++) {
        delete size
        for (i = 0; i < 100000; i++) {
            x = (x * 1103515 + 12345) % 1073741824
            size[sprintf("%d-%d", x, i)] = i
        }
        n = 0
        for (key in size) s += size[key] * (n++ % 100)
    }
    printf "%.0f\n", s
}
