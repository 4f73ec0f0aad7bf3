-- SPDX-License-Identifier: GPL-3.0-or-later
local name, write, format = "process", io.write, string.format
for i = 0, 999999 do write(format("%5d %s %x %-8s|%08d\n", i, name, i * 255, "ab", i)) end
