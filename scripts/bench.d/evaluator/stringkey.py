# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    names, count, s = {}, {}, 0
    for i in range(200): names[i] = "process-%d" % (i * 37)
    for i in range(3000000):
        name = names[i % 200]
        count[name] = count.get(name, 0) + 1
    for i in range(200): s += count[names[i]] * i
    print(s)
main()
