-- SPDX-License-Identifier: GPL-3.0-or-later
local i, odd, three, rest = 0, 0, 0, 0
while i < 10000000 do
    if i & 1 ~= 0 then odd = odd + i
    elseif i % 3 == 0 then three = three + 1
    else rest = (rest * 31 + i) & 0xffffff end
    i = i + 1
end
print(string.format("%d %d %d", odd, three, rest))
