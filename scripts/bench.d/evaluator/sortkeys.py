# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    x = s = 0
    for _ in range(3):
        size = {}
        for i in range(100000):
            x = (x * 1103515 + 12345) & 0x3fffffff
            size["%d-%d" % (x, i)] = i
        n = 0
        for key in sorted(size):
            s += size[key] * (n % 100)
            n += 1
    print(s)
main()
