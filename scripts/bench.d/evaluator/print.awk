# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    for (i = 0; i < 1000000; i++) printf "%d %.0f %s\n", i, i * i, "value"
}
