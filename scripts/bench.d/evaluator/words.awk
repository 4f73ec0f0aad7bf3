# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    line = "GET /index.html HTTP/1.1 host=example.org agent=curl/8.0 accept=*/* len=1024"
    for (i = 0; i < 200000; i++) {
        n = split(line, words, " ")
        for (j = 1; j <= n; j++) count[words[j]]++
    }
    for (word in count) s += count[word] * length(word)
    printf "%.0f\n", s
}
