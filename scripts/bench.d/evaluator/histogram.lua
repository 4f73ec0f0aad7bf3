-- SPDX-License-Identifier: GPL-3.0-or-later
local count = {}
for b = 64, 81 do count[b] = 0 end
for i = 0, 1999999 do
    local v, b = i * 7919 % 100003, 64
    while v > 0 do
        v = v >> 1
        b = b + 1
    end
    count[b] = count[b] + 1
end
for b = 64, 81 do print(count[b]) end
