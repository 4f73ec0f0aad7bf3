# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
chmod 777 .
status=0
su -s /bin/sh nobody -c "'$swtap' -e 'probe socket.create { println(family) }' -c true" >out 2>err || status=$?
want_status 1
want_line err '[Rr]oot|CAP_BPF|[Pp]ermi'
