# SPDX-License-Identifier: GPL-3.0-or-later
import sys
def main():
    write = sys.stdout.write
    for i in range(1000000): write("%d %d %s\n" % (i, i * i, "value"))
main()
