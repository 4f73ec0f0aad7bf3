# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe begin { println("on") } probe end { println("off") }' -T 1
want_status 0
want_text out "on
off"
