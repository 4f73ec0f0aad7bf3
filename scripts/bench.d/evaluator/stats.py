# SPDX-License-Identifier: GPL-3.0-or-later
class Statistic:
    __slots__ = ("count", "sum", "min", "max")

def main():
    size = {}
    for i in range(2000000):
        k, v = i % 100, i * 7919 % 10007
        s = size.get(k)
        if s is None:
            s = size[k] = Statistic()
            s.count, s.sum, s.min, s.max = 1, v, v, v
            continue
        s.count += 1
        s.sum += v
        if v < s.min: s.min = v
        if v > s.max: s.max = v
    print(sum(s.count for s in size.values()), sum(s.sum for s in size.values()),
          sum(s.min for s in size.values()), sum(s.max for s in size.values()))
main()
