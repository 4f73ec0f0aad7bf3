# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# A function that is nowhere by itself: refused, with a reason.
tap -e 'probe kernel.function("sock_sendmsg_nosec") { println(1) }'
want_status 1
want_line err 'sock_sendmsg_nosec'
tap -e 'probe kernel.function("sock_write_iter").inline { println(1) }'
want_status 1
want_line err 'inline'
