# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN { for (i = 0; i < 20000000; i++) s += i; printf "%.0f\n", s }
