-- SPDX-License-Identifier: GPL-3.0-or-later
local n, s = 0
for _ = 1, 20000 do
    s = ""
    for _ = 1, 100 do s = s .. "abcd" end
    n = n + #s
end
print(n .. " " .. s:sub(391, 400))
