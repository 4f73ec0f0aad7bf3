# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'global n probe timer.ms(100) { if (++n == 5) exit() } probe end { println("ticks ", n) }' -T 20
want_status 0
want_text out "ticks 5"
