-- SPDX-License-Identifier: GPL-3.0-or-later
local seed = 0
local function step(n) seed = (seed * 1103515 + n) & 0x3fffffff; return seed >> 8 end
local function mix3(a, b, c)
    for _ = 1, 2 do a = (a + b * c) % 65521 end
    return a
end
local s = 0
for i = 0, 999999 do s = s + step(i) + mix3(i, s & 255, 7) end
print(s)
