# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    for (i = 1; i <= 3000; i++)
        for (j = 1; j <= 3000; j++)
            if ((i * j) % 7 == 3) n++
            else s += i - j + 5000
    printf "%.0f %.0f\n", n, s
}
