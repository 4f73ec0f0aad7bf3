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
local times, hosts = {}, {}
for i = 0, 399999 do
    local host, ms = line[(i & 7) + 1]:match(" from ([^ ]+) in (%d+) ms")
    if host then times[host] = (times[host] or 0) + tonumber(ms) end
end
for host in pairs(times) do hosts[#hosts + 1] = host end
table.sort(hosts)
for _, host in ipairs(hosts) do print(host .. " " .. times[host]) end
