-- SPDX-License-Identifier: GPL-3.0-or-later
local line = "GET /index.html HTTP/1.1 host=example.org agent=curl/8.0 accept=*/* len=1024"
local count, s = {}, 0
for _ = 1, 200000 do
    for word in line:gmatch("[^ ]+") do count[word] = (count[word] or 0) + 1 end
end
for word, n in pairs(count) do s = s + n * #word end
print(s)
