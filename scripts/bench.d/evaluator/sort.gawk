# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    PROCINFO["sorted_in"] = "@val_num_desc"
    for (round = 0; round < 5; round++) {
        delete size
        for (i = 0; i < 100000; i++) {
            x = (x * 1103515 + 12345) % 1073741824
            size[i] = x
        }
        n = 0
        for (key in size) s += key * (n++ % 100)
    }
    printf "%.0f\n", s
}
