# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe kprobe.function("unix_stream_sendmsg") { if (pid() == target()) println("in ", ulong_arg(3)) }
	probe kprobe.function("unix_stream_sendmsg").return { if (pid() == target()) println("out ", returnval()) }' \
	-c "$workload --ledger ledger --kind unix-stream send 1"
want_status 0
want_quiet
want_text out "in 100
out 100"
