# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    count = [0] * 128
    for i in range(2000000): count[64 + (i * 7919 % 100003).bit_length()] += 1
    for b in range(64, 82): print(count[b])
main()
