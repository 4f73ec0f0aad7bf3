-- SPDX-License-Identifier: GPL-3.0-or-later
local line = {
    "GET /index.html from 192.168.1.17 in 12 ms",
    "POST /form from host.example.org in 7 ms",
    "connection from 10.0.0.1 port 40022 closed",
    "error: no such file or directory",
    "accepted 2001:db8::1 port 443 version 1.2.3",
    "PUT /a/b/c/d/e from 172.16.254.3 in 120 ms",
    "2024-01-31 12:34:56 started in 0.25 s",
    "last message repeated 12 times",
}
local n = 0
for i = 0, 999999 do
    if line[(i & 7) + 1]:find("%d+%.%d+%.%d+%.%d+") then n = n + 1 end
end
print(n)
