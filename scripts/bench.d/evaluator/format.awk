# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    name = "process"
    for (i = 0; i < 1000000; i++) printf "%5d %s %x %-8s|%08d\n", i, name, i * 255, "ab", i
}
