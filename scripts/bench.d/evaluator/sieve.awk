# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    for (round = 0; round < 10; round++) {
        delete composite
        n = 0
        for (i = 0; i <= 100000; i++) composite[i] = 0
        for (i = 2; i <= 100000; i++) {
            if (composite[i]) continue
            n++
            for (j = i * i; j <= 100000; j += i) composite[j] = 1
        }
    }
    print n
}
