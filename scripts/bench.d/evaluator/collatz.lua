-- SPDX-License-Identifier: GPL-3.0-or-later
local total, most, best = 0, 0, 0
for i = 1, 99999 do
    local n, steps = i, 0
    while n ~= 1 do
        if n % 2 == 0 then n = n // 2 else n = 3 * n + 1 end
        steps = steps + 1
    end
    total = total + steps
    if steps > most then most = steps; best = i end
end
print(total .. " " .. most .. " " .. best)
