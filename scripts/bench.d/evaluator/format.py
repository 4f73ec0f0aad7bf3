# SPDX-License-Identifier: GPL-3.0-or-later
import sys
def main():
    name, write = "process", sys.stdout.write
    for i in range(1000000): write("%5d %s %x %-8s|%08d\n" % (i, name, i * 255, "ab", i))
main()
