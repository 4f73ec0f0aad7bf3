# SPDX-License-Identifier: GPL-3.0-or-later
import re

def main():
    line = [
        "GET /index.html from 192.168.1.17 in 12 ms",
        "POST /form from host.example.org in 7 ms",
        "connection from 10.0.0.1 port 40022 closed",
        "error: no such file or directory",
        "accepted 2001:db8::1 port 443 version 1.2.3",
        "PUT /a/b/c/d/e from 172.16.254.3 in 120 ms",
        "2024-01-31 12:34:56 started in 0.25 s",
        "last message repeated 12 times",
    ]
    search = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+").search
    n = 0
    for i in range(1000000):
        if search(line[i & 7]): n += 1
    print(n)
main()
