# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# .call, .exported, optional and sufficient points, a list, and a condition on a global.
tap -e 'global on = 1, n
	probe kernel.function("unix_stream_sendmsg").call, kernel.function("no_such_function") ? { if (pid() == target()) n["call"]++ }
	probe kernel.function("no_such_function") !, kernel.function("unix_stream_sendmsg") !, kernel.function("unix_stream_recvmsg") { if (pid() == target()) n[ppfunc()]++ }
	probe kernel.function("sock_recvmsg").exported { if (pid() == target()) n["exported"]++ }
	probe kernel.function("unix_stream_recvmsg") if (on) { if (pid() == target()) { n["once"]++; on = 0 } }
	probe end { foreach (k+ in n) println(k, " ", n[k]) }' -c "$workload --ledger ledger --kind unix-stream send 4"
want_status 0
want_quiet
want_text out "call 4
exported 4
once 1
unix_stream_sendmsg 4"
