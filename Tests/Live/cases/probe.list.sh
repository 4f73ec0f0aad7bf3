# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -l 'socket.*'
want_status 0
want_quiet
for name in send receive sendmsg recvmsg aio_write aio_read writev readv write_iter read_iter create close accept connect bind listen shutdown; do
	want_line out "^socket\.$name\$"
done
tap -l 'socket.*.return'
for name in sendmsg recvmsg aio_write aio_read writev readv write_iter read_iter create close accept connect; do
	want_line out "^socket\.$name\.return\$"
done
tap -l 'socket.nothing*'
want_status 1
