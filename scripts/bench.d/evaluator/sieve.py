# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    for _ in range(10):
        composite = {}
        n = 0
        for i in range(100001): composite[i] = 0
        for i in range(2, 100001):
            if composite[i]: continue
            n += 1
            for j in range(i * i, 100001, i): composite[j] = 1
    print(n)
main()
