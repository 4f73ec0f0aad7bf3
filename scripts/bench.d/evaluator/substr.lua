-- SPDX-License-Identifier: GPL-3.0-or-later
local text = "the quick brown fox jumps over the lazy dog and runs away from it"
local spaces, late = 0, 0
for _ = 1, 30000 do
    for i = 1, #text do
        local c = text:sub(i, i)
        if c == " " then spaces = spaces + 1
        elseif c > "m" then late = late + 1 end
    end
end
print(spaces .. " " .. late)
