# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    names, count, s = {}, {}, 0
    for i in range(50): names[i] = "process-%d" % (i * 37)
    for i in range(2000000):
        key = i % 16, names[i % 50]
        count[key] = count.get(key, 0) + 1
    for i in range(2000): s += count[i % 16, names[i % 50]] * i
    print(s)
main()
