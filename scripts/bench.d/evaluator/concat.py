# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    n = 0
    for _ in range(20000):
        s = ""
        for _ in range(100): s += "abcd"
        n += len(s)
    print(n, s[390:400])
main()
