# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    i = odd = three = rest = 0
    while i < 10000000:
        if i & 1: odd += i
        elif i % 3 == 0: three += 1
        else: rest = (rest * 31 + i) & 0xffffff
        i += 1
    print(odd, three, rest)
main()
