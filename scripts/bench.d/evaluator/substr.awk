# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    text = "the quick brown fox jumps over the lazy dog and runs away from it"
    for (round = 0; round < 30000; round++)
        for (i = 0; i < length(text); i++) {
            c = substr(text, i + 1, 1)
            if (c == " ") spaces++
            else if (c > "m") late++
        }
    printf "%.0f %.0f\n", spaces, late
}
