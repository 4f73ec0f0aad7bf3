-- SPDX-License-Identifier: GPL-3.0-or-later
local size = {}
for i = 0, 1999999 do
    local k, v = i % 100, i * 7919 % 10007
    local s = size[k]
    if s then
        s.count = s.count + 1
        s.sum = s.sum + v
        if v < s.min then s.min = v end
        if v > s.max then s.max = v end
    else
        size[k] = { count = 1, sum = v, min = v, max = v }
    end
end
local n, sum, low, high = 0, 0, 0, 0
for _, s in pairs(size) do n, sum, low, high = n + s.count, sum + s.sum, low + s.min, high + s.max end
print(string.format("%d %d %d %d", n, sum, low, high))
