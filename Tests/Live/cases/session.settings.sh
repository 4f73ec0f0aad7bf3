# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -G most=7 -D MAXMAPENTRIES=3 -e 'global most = 1, a probe begin { println(most); for (i = 0; i < 4; i++) a[i] = 1 } probe end { println("end") }'
want_status 1
want_line out '^7$'
want_line err 'ERROR: Array overflow, check MAXMAPENTRIES'
