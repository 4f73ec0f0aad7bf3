# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe begin { error("no good") } probe end { println("end") } probe error { println("error") }'
want_status 1
want_line err '^ERROR: no good'
want_text out error
