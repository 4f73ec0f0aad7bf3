# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap --explain -e 'probe socket.send, socket.create { println(name) }'
want_status 0
want_line out 'sock_send_length|__sock_sendmsg'
want_line out 'fentry|fexit|kprobe|kretprobe'
