# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -L socket.send
want_status 0
want_quiet
for variable in name:string size:long protocol:long family:long state:long flags:long type:long success:long saddr:string sport:long; do
	want_line out "[ ]$variable( |\$)"
done
tap -L socket.create.return
for variable in name:string err:long success:long requester:long protocol:long family:long type:long; do
	want_line out "[ ]$variable( |\$)"
done
tap -L 'kernel.function("sock_write_iter")'
want_line out 'kernel\.function\("sock_write_iter.*\$iocb:struct kiocb\*'
