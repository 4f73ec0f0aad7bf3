# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe kernel.function("unix_stream_sendmsg") { if (pid() == target()) println($len, " ", $sock->type, " ", ppfunc()) }
	probe kernel.function("unix_stream_sendmsg").return { if (pid() == target()) println(@entry($len), " ", $return) }' \
	-c "$workload --ledger ledger --kind unix-stream send 2"
want_status 0
want_quiet
want_text out "100 1 unix_stream_sendmsg
100 100
107 1 unix_stream_sendmsg
107 107"
