# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    for (i = 0; i < 20000; i++) {
        s = ""
        for (j = 0; j < 100; j++) s = s "abcd"
        n += length(s)
    }
    printf "%d %s\n", n, substr(s, 391, 10)
}
