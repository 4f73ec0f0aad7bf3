# SPDX-License-Identifier: GPL-3.0-or-later
def main():
    line = "GET /index.html HTTP/1.1 host=example.org agent=curl/8.0 accept=*/* len=1024"
    count = {}
    for _ in range(200000):
        for word in line.split(" "): count[word] = count.get(word, 0) + 1
    print(sum(n * len(word) for word, n in count.items()))
main()
