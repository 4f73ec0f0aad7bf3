-- SPDX-License-Identifier: GPL-3.0-or-later
local s = 0
for i = 0, 19999999 do s = s + i end
print(s)
