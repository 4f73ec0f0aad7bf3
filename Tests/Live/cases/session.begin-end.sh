# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'global n = 3 probe begin { println("begin ", n); exit() } probe end { println("end") }'
want_status 0
want_quiet
want_text out "begin 3
end"
