-- SPDX-License-Identifier: GPL-3.0-or-later
local n
for _ = 1, 10 do
    local composite = {}
    n = 0
    for i = 0, 100000 do composite[i] = 0 end
    for i = 2, 100000 do
        if composite[i] == 0 then
            n = n + 1
            for j = i * i, 100000, i do composite[j] = 1 end
        end
    end
end
print(n)
