# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    for (i = 1; i < 100000; i++) {
        n = i
        steps = 0
        while (n != 1) {
            if (n % 2 == 0) n /= 2
            else n = 3 * n + 1
            steps++
        }
        total += steps
        if (steps > most) { most = steps; best = i }
    }
    printf "%.0f %.0f %.0f\n", total, most, best
}
