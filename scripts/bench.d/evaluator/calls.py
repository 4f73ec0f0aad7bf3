# SPDX-License-Identifier: GPL-3.0-or-later
seed = 0
def step(n):
    global seed
    seed = (seed * 1103515 + n) & 0x3fffffff
    return seed >> 8
def mix3(a, b, c):
    for _ in range(2): a = (a + b * c) % 65521
    return a
def main():
    s = 0
    for i in range(1000000): s += step(i) + mix3(i, s & 255, 7)
    print(s)
main()
