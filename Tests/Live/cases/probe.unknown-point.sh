# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe socket.snd { println(1) }'
want_status 1
want_line err 'socket.send|send'
