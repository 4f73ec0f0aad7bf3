# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# MAXERRORS errors of a kernel handler are survived; the next ends the session, with error probes only.
tap -D MAXERRORS=2 -e 'function fail(n) { error(sprintf("no good %d", n)) }
	function reads(sock) { if (@cast(sock, "socket")->type == 1) fail(2) }
	probe kernel.function("unix_stream_sendmsg") {
		if (pid() != target()) next
		println("before")
		reads($sock)
	}
	probe end { println("end") } probe error { println("error") }' \
	-c "$workload --ledger ledger --kind unix-stream send 6"
want_status 1
want_text out "before
before
before
error"
want_line err '^ERROR: no good 2 near identifier .error. at <input>:1:20 \(called from identifier .fail. at <input>:2:[0-9]+\) \(called from identifier .reads. at <input>:6:3\) in probe kernel.function\("unix_stream_sendmsg"\)$'
want_line err '^WARNING: Number of errors: 3, skipped probes: 0$'
