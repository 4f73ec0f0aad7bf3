# SPDX-License-Identifier: GPL-3.0-or-later
/^flood/ { printf "%-22s sent %d in %.2f s, printed %d, lost %d\n", $1, $3, $4 / 1e9, $5, $3 - $5; next }
