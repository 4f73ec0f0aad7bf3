# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    total = most = best = 0
    for i in range(1, 100000):
        n, steps = i, 0
        while n != 1:
            if n % 2 == 0: n //= 2
            else: n = 3 * n + 1
            steps += 1
        total += steps
        if steps > most:
            most = steps
            best = i
    print(total, most, best)
main()
