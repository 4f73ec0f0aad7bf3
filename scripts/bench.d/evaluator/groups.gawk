# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN {
    line[0] = "GET /index.html from 192.168.1.17 in 12 ms"
    line[1] = "POST /form from host.example.org in 7 ms"
    line[2] = "connection from 10.0.0.1 port 40022 closed"
    line[3] = "error: no such file or directory"
    line[4] = "accepted 2001:db8::1 port 443 version 1.2.3"
    line[5] = "PUT /a/b/c/d/e from 172.16.254.3 in 120 ms"
    line[6] = "2024-01-31 12:34:56 started in 0.25 s"
    line[7] = "last message repeated 12 times"
    for (i = 0; i < 400000; i++)
        if (match(line[i % 8], / from ([^ ]+) in ([0-9]+) ms/, part)) times[part[1]] += part[2]
    n = asorti(times, hosts)
    for (i = 1; i <= n; i++) print hosts[i], times[hosts[i]]
}
