-- SPDX-License-Identifier: GPL-3.0-or-later
local names, count, s = {}, {}, 0
for i = 0, 49 do names[i] = string.format("process-%d", i * 37) end
for i = 0, 1999999 do
    local key = (i % 16) .. "\28" .. names[i % 50]
    count[key] = (count[key] or 0) + 1
end
for i = 0, 1999 do s = s + count[(i % 16) .. "\28" .. names[i % 50]] * i end
print(s)
