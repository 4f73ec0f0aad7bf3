-- SPDX-License-Identifier: GPL-3.0-or-later
local names, count, s = {}, {}, 0
for i = 0, 199 do names[i] = string.format("process-%d", i * 37) end
for i = 0, 2999999 do
    local name = names[i % 200]
    count[name] = (count[name] or 0) + 1
end
for i = 0, 199 do s = s + count[names[i]] * i end
print(s)
