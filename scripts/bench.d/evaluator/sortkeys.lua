-- SPDX-License-Identifier: GPL-3.0-or-later
local x, s = 0, 0
for _ = 1, 3 do
    local size, keys = {}, {}
    for i = 0, 99999 do
        x = (x * 1103515 + 12345) & 0x3fffffff
        size[string.format("%d-%d", x, i)] = i
    end
    for key in pairs(size) do keys[#keys + 1] = key end
    table.sort(keys)
    for n, key in ipairs(keys) do s = s + size[key] * ((n - 1) % 100) end
end
print(s)
