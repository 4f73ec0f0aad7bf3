# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe kernel.function("sock_sendmsgg") { println(1) }'
want_status 1
want_line err 'semantic error'
want_line err 'sock_sendmsg[^g]'
