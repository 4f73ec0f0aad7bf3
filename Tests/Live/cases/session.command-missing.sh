# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe begin { println("never") }' -c /nowhere/nothing
want_status 1
want_line err '/nowhere/nothing'
