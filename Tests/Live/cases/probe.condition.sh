# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# A condition that does not hold keeps a probe shut: its events are not even counted. A timer opens it.
tap -v -e 'global on, n, all
	probe kernel.function("unix_stream_sendmsg") if (on) { if (execname() == @1) n++ }
	probe kernel.function("unix_stream_recvmsg").return if (on) { if (execname() == @1 && $sock->type == 1) n++ }
	probe kernel.function("unix_stream_sendmsg") { if (execname() == @1) all++ }
	probe timer.s(4) { on = 1 }
	probe end { println(n, " ", all) }' "$(basename "$workload" | cut -c1-15)" \
	-c "sh -c '$workload --ledger a --kind unix-stream send 3; sleep 8; $workload --ledger b --kind unix-stream send 5'"
want_status 0
want_text out "10 8"
