# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    n = s = 0
    for i in range(1, 3001):
        for j in range(1, 3001):
            if (i * j) % 7 == 3: n += 1
            else: s += i - j + 5000
    print(n, s)
main()
