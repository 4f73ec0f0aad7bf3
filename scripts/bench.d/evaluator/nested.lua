-- SPDX-License-Identifier: GPL-3.0-or-later
local n, s = 0, 0
for i = 1, 3000 do
    for j = 1, 3000 do
        if (i * j) % 7 == 3 then n = n + 1 else s = s + (i - j + 5000) end
    end
end
print(n .. " " .. s)
