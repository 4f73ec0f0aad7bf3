# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    x = s = 0
    for _ in range(5):
        size = {}
        for i in range(100000):
            x = (x * 1103515 + 12345) & 0x3fffffff
            size[i] = x
        n = 0
        for key in sorted(size, key=size.get, reverse=True):
            s += key * (n % 100)
            n += 1
    print(s)
main()
