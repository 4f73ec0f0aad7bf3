-- SPDX-License-Identifier: GPL-3.0-or-later
local write, format = io.write, string.format
for i = 0, 999999 do write(format("%d %d %s\n", i, i * i, "value")) end
