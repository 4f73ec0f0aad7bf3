# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe begin { println(target() > 1) }' -c 'sh -c "exit 3"'
want_status 1
want_line err 'WARNING: Child process exited with status 3'
want_text out 1
tap -e 'probe begin { println("b") }' -c true
want_status 0
want_quiet
