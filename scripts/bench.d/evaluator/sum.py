# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    s = 0
    for i in range(20000000):
        s += i
    print(s)
main()
